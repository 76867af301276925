# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libmeasure.la
lib_rooms += libmeasure.la
libmeasure_la_SOURCES = \
	%D%/fold.h \
	%D%/mrtd.c \
	%D%/run.c \
	%D%/run.h \
	%D%/stream.c \
	%D%/stream.h
EXTRA_DIST += %D%/README.md
