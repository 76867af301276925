# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_core check_parallel
TESTS += check_core check_parallel
check_core_SOURCES = %D%/check_core.c
check_core_LDADD = $(unit_libs)
check_parallel_SOURCES = %D%/check_parallel.c tests/bench/vm.c tests/bench/vm.h
check_parallel_LDADD = $(unit_libs)
