# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libimage.la
lib_rooms += libimage.la
libimage_la_SOURCES = \
	%D%/image.c \
	%D%/image.h \
	%D%/rules.c \
	%D%/rules.h \
	%D%/tdvf.c \
	%D%/tdvf.h
EXTRA_DIST += %D%/README.md
