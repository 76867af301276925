# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_mrtd
TESTS += check_mrtd
check_mrtd_SOURCES = %D%/check_mrtd.c
check_mrtd_LDADD = $(unit_libs)
