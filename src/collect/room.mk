# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libcollect.la
lib_rooms += libcollect.la
libcollect_la_SOURCES = \
	%D%/collect.c \
	%D%/collect.h \
	%D%/device.c \
	%D%/files.c \
	%D%/hcl.c \
	%D%/notes.c \
	%D%/place.c \
	%D%/registers.c \
	%D%/service.c \
	%D%/sources.h \
	%D%/system.c \
	%D%/system.h \
	%D%/tsm.c \
	%D%/vtpm.c \
	%D%/write.c
EXTRA_DIST += %D%/README.md
