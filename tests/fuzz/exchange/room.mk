# SPDX-License-Identifier: BSD-2-Clause
# Seeds are made by the tool and by tests/e2e/exchange_peer.py.
exchange_harnesses = fuzz_corim fuzz_google fuzz_in_toto fuzz_migtd fuzz_sealed fuzz_trustee
check_PROGRAMS += $(exchange_harnesses)
TESTS += $(exchange_harnesses)
fuzz_corim_SOURCES = %D%/fuzz_corim.c %D%/exchange.h
fuzz_corim_LDADD = $(fuzz_libs)
fuzz_corim_LDFLAGS = $(fuzz_ldflags)
fuzz_google_SOURCES = %D%/fuzz_google.c %D%/exchange.h
fuzz_google_LDADD = $(fuzz_libs)
fuzz_google_LDFLAGS = $(fuzz_ldflags)
fuzz_in_toto_SOURCES = %D%/fuzz_in_toto.c %D%/exchange.h
fuzz_in_toto_LDADD = $(fuzz_libs)
fuzz_in_toto_LDFLAGS = $(fuzz_ldflags)
fuzz_migtd_SOURCES = %D%/fuzz_migtd.c %D%/exchange.h
fuzz_migtd_LDADD = $(fuzz_libs)
fuzz_migtd_LDFLAGS = $(fuzz_ldflags)
fuzz_sealed_SOURCES = %D%/fuzz_sealed.c %D%/exchange.h
fuzz_sealed_LDADD = $(fuzz_libs)
fuzz_sealed_LDFLAGS = $(fuzz_ldflags)
fuzz_trustee_SOURCES = %D%/fuzz_trustee.c %D%/exchange.h
fuzz_trustee_LDADD = $(fuzz_libs)
fuzz_trustee_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += \
	tests/fuzz/corpus/fuzz_corim/foreign \
	tests/fuzz/corpus/fuzz_corim/signed \
	tests/fuzz/corpus/fuzz_corim/unsigned \
	tests/fuzz/corpus/fuzz_google/endorsement \
	tests/fuzz/corpus/fuzz_google/golden \
	tests/fuzz/corpus/fuzz_in_toto/envelope \
	tests/fuzz/corpus/fuzz_in_toto/reordered \
	tests/fuzz/corpus/fuzz_in_toto/statement \
	tests/fuzz/corpus/fuzz_migtd/collateral \
	tests/fuzz/corpus/fuzz_migtd/mapping \
	tests/fuzz/corpus/fuzz_sealed/corim-chain \
	tests/fuzz/corpus/fuzz_sealed/corim-key \
	tests/fuzz/corpus/fuzz_sealed/envelope \
	tests/fuzz/corpus/fuzz_sealed/google \
	tests/fuzz/corpus/fuzz_sealed/migtd \
	tests/fuzz/corpus/fuzz_trustee/one \
	tests/fuzz/corpus/fuzz_trustee/two
