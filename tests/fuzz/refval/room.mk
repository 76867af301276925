# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += fuzz_manifest fuzz_signature
TESTS += fuzz_manifest fuzz_signature
fuzz_manifest_SOURCES = %D%/fuzz_manifest.c
fuzz_manifest_LDADD = $(fuzz_libs)
fuzz_manifest_LDFLAGS = $(fuzz_ldflags)
fuzz_signature_SOURCES = %D%/fuzz_signature.c
fuzz_signature_LDADD = $(fuzz_libs)
fuzz_signature_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += \
	tests/fuzz/corpus/fuzz_manifest/full.json \
	tests/fuzz/corpus/fuzz_manifest/small.json \
	tests/fuzz/corpus/fuzz_signature/ec.p7s \
	tests/fuzz/corpus/fuzz_signature/rsa.pem
