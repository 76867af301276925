# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_mirror
TESTS += check_mirror
check_mirror_SOURCES = %D%/check_mirror.c
check_mirror_LDADD = $(unit_libs)
