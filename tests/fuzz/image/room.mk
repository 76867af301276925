# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += fuzz_tdvf
TESTS += fuzz_tdvf
fuzz_tdvf_SOURCES = %D%/fuzz_tdvf.c
fuzz_tdvf_LDADD = $(fuzz_libs)
fuzz_tdvf_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += \
	%D%/make_seeds.c \
	tests/fuzz/corpus/fuzz_tdvf/code-only \
	tests/fuzz/corpus/fuzz_tdvf/empty-ish \
	tests/fuzz/corpus/fuzz_tdvf/huge-raw \
	tests/fuzz/corpus/fuzz_tdvf/joined \
	tests/fuzz/corpus/fuzz_tdvf/legacy \
	tests/fuzz/corpus/fuzz_tdvf/shim \
	tests/fuzz/corpus/fuzz_tdvf/small \
	tests/fuzz/corpus/fuzz_tdvf/wide
