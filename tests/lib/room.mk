# SPDX-License-Identifier: BSD-2-Clause
# What tests share.
noinst_LTLIBRARIES += libtest.la
libtest_la_SOURCES = \
	%D%/tdvf_builder.c \
	%D%/tdvf_builder.h \
	%D%/test.c \
	%D%/test.h

TESTS += tests/lib/check-rooms.sh tests/lib/check-headers.sh tests/lib/check-api.sh
EXTRA_DIST += \
	%D%/check-api.sh \
	%D%/check-headers.sh \
	%D%/check-rooms.sh
