# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_core
TESTS += check_core
check_core_SOURCES = %D%/check_core.c
check_core_LDADD = $(unit_libs)
