# SPDX-License-Identifier: BSD-2-Clause
# no harness so far
# check_PROGRAMS += fuzz_name
# TESTS += fuzz_name
# fuzz_name_SOURCES = %D%/fuzz_name.c
# fuzz_name_LDADD = $(fuzz_libs)
# fuzz_name_LDFLAGS = $(fuzz_ldflags)
