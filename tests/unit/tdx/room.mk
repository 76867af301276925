# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_uapi check_td check_td_mrtd
TESTS += check_uapi check_td check_td_mrtd
check_uapi_SOURCES = %D%/check_uapi.c
check_uapi_LDADD = $(unit_libs)
check_td_SOURCES = %D%/check_td.c %D%/td_fixture.c %D%/td_fixture.h
check_td_LDADD = $(unit_libs)
check_td_mrtd_SOURCES = %D%/check_td_mrtd.c %D%/td_fixture.c %D%/td_fixture.h
check_td_mrtd_LDADD = $(unit_libs)
