# SPDX-License-Identifier: BSD-2-Clause
# Seeds are records around what other harnesses have as seeds.
check_PROGRAMS += fuzz_collect
TESTS += fuzz_collect
fuzz_collect_SOURCES = %D%/fuzz_collect.c
fuzz_collect_LDADD = $(fuzz_libs)
fuzz_collect_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += \
	tests/fuzz/corpus/fuzz_collect/copy \
	tests/fuzz/corpus/fuzz_collect/paravisor \
	tests/fuzz/corpus/fuzz_collect/td
