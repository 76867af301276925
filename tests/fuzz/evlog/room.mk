# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += fuzz_log
TESTS += fuzz_log
fuzz_log_SOURCES = %D%/fuzz_log.c
fuzz_log_LDADD = $(fuzz_libs)
fuzz_log_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += \
	tests/fuzz/corpus/fuzz_log/call.cel \
	tests/fuzz/corpus/fuzz_log/deep \
	tests/fuzz/corpus/fuzz_log/embedded.cel \
	tests/fuzz/corpus/fuzz_log/page.cel \
	tests/fuzz/corpus/fuzz_log/region.cel \
	tests/fuzz/corpus/fuzz_log/section.cel
