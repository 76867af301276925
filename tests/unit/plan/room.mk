# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_plan
TESTS += check_plan
check_plan_SOURCES = %D%/check_plan.c
check_plan_LDADD = $(unit_libs)
