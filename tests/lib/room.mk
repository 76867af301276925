# SPDX-License-Identifier: BSD-2-Clause
# What tests share.
noinst_LTLIBRARIES += libtest.la
libtest_la_SOURCES = \
	%D%/tdvf_builder.c \
	%D%/tdvf_builder.h \
	%D%/test.c \
	%D%/test.h

# Faults on demand, for a program that links with $(fault_flags).
noinst_LTLIBRARIES += libfault.la
libfault_la_SOURCES = \
	%D%/fault.c \
	%D%/fault.h \
	%D%/fault_host.c \
	%D%/fault_point.h
fault_flags = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=mmap

TESTS += tests/lib/check-rooms.sh tests/lib/check-headers.sh tests/lib/check-api.sh
EXTRA_DIST += \
	%D%/check-api.sh \
	%D%/check-headers.sh \
	%D%/tsan.sh \
	%D%/valgrind.sh \
	%D%/check-rooms.sh
