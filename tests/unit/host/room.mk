# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_host
TESTS += check_host
check_host_SOURCES = \
	%D%/check_host.c \
	tests/unit/launch/fake.c \
	tests/unit/launch/fake.h
check_host_LDADD = $(unit_libs)
