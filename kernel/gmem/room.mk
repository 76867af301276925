# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libgmem.la
kernel_rooms += libgmem.la
libgmem_la_SOURCES = \
	%D%/bitrun.c \
	%D%/bitrun.h \
	%D%/gmem.c \
	%D%/gmem.h \
	%D%/pages.c \
	%D%/pages.h
EXTRA_DIST += %D%/README.md
