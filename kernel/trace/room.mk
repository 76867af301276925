# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libtrace.la
kernel_rooms += libtrace.la
libtrace_la_SOURCES = \
	kernel/kernel.h \
	kernel/kernel-test.h \
	%D%/hook.h \
	%D%/trace.c \
	%D%/trace.h
EXTRA_DIST += %D%/README.md
