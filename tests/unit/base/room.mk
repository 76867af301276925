# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_base
TESTS += check_base
check_base_SOURCES = %D%/check_base.c
check_base_LDADD = $(unit_libs)
