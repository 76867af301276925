# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_collect
TESTS += check_collect
check_collect_SOURCES = %D%/check_collect.c
check_collect_LDADD = $(unit_libs)
