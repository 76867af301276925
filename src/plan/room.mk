# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libplan.la
lib_rooms += libplan.la
libplan_la_SOURCES = \
	%D%/flow.c \
	%D%/flow.h \
	%D%/hob.c \
	%D%/hob.h \
	%D%/ops.c \
	%D%/plan.c \
	%D%/plan.h \
	%D%/ram.c \
	%D%/ram.h \
	%D%/regions.c \
	%D%/regions.h
EXTRA_DIST += %D%/README.md
