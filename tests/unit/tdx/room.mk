# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_uapi
TESTS += check_uapi
check_uapi_SOURCES = %D%/check_uapi.c
check_uapi_LDADD = $(unit_libs)
