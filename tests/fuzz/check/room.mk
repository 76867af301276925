# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += fuzz_request
TESTS += fuzz_request
fuzz_request_SOURCES = %D%/fuzz_request.c
fuzz_request_LDADD = $(fuzz_libs)
fuzz_request_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += \
	tests/fuzz/corpus/fuzz_request/anchor \
	tests/fuzz/corpus/fuzz_request/bytes \
	tests/fuzz/corpus/fuzz_request/files \
	tests/fuzz/corpus/fuzz_request/quote \
	tests/fuzz/corpus/fuzz_request/small
