# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += fuzz_key fuzz_manifest fuzz_signature
TESTS += fuzz_key fuzz_manifest fuzz_signature
fuzz_key_SOURCES = %D%/fuzz_key.c
fuzz_key_LDADD = $(fuzz_libs)
fuzz_key_LDFLAGS = $(fuzz_ldflags)
fuzz_manifest_SOURCES = %D%/fuzz_manifest.c
fuzz_manifest_LDADD = $(fuzz_libs)
fuzz_manifest_LDFLAGS = $(fuzz_ldflags)
fuzz_signature_SOURCES = %D%/fuzz_signature.c
fuzz_signature_LDADD = $(fuzz_libs)
fuzz_signature_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += \
	tests/fuzz/corpus/fuzz_key/certificate.der \
	tests/fuzz/corpus/fuzz_key/certificate.pem \
	tests/fuzz/corpus/fuzz_key/encrypted.pem \
	tests/fuzz/corpus/fuzz_key/private-ec.pem \
	tests/fuzz/corpus/fuzz_key/private.pem \
	tests/fuzz/corpus/fuzz_key/public.der \
	tests/fuzz/corpus/fuzz_key/public.pem \
	tests/fuzz/corpus/fuzz_manifest/full.json \
	tests/fuzz/corpus/fuzz_manifest/small.json \
	tests/fuzz/corpus/fuzz_signature/ec.p7s \
	tests/fuzz/corpus/fuzz_signature/plain \
	tests/fuzz/corpus/fuzz_signature/rsa.pem \
	tests/fuzz/corpus/fuzz_signature/unknown-digest.p7s
