# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libslots.la
kernel_rooms += libslots.la
libslots_la_SOURCES = \
	%D%/attributes.c \
	%D%/attributes.h \
	%D%/slots.c \
	%D%/slots.h
EXTRA_DIST += %D%/README.md
