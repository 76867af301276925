# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += liblaunch.la
lib_rooms += liblaunch.la
liblaunch_la_SOURCES = \
	%D%/call.c \
	%D%/call.h \
	%D%/clock.h \
	%D%/fill.c \
	%D%/holes.c \
	%D%/holes.h \
	%D%/init.c \
	%D%/machine.c \
	%D%/memory.c \
	%D%/populate.c \
	%D%/prefault.c \
	%D%/report.c \
	%D%/run.c \
	%D%/td.h \
	%D%/vcpu.c
EXTRA_DIST += %D%/README.md
