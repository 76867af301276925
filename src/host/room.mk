# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libhost.la
lib_rooms += libhost.la
libhost_la_SOURCES = \
	%D%/capabilities.c \
	%D%/capabilities.h \
	%D%/decode.c \
	%D%/decode.h \
	%D%/dev.c \
	%D%/facts.c \
	%D%/facts.h \
	%D%/flat.h \
	%D%/host.c \
	%D%/host.h \
	%D%/probe.c \
	%D%/record.c
EXTRA_DIST += %D%/README.md

# The embedded kernel as a host belongs to libtdlaunch-kernel.
noinst_LTLIBRARIES += libembedded.la
kernel_rooms += libembedded.la
libembedded_la_SOURCES = \
	%D%/embedded.c \
	%D%/embedded.h
