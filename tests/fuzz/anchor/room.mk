# SPDX-License-Identifier: BSD-2-Clause
# Seeds are what the tool wrote with swtpm, its EK certificate by swtpm_setup.
anchor_harnesses = fuzz_anchor_ek fuzz_anchor_journal fuzz_anchor_quote fuzz_anchor_structs
if TPM
anchor_harnesses += fuzz_anchor_context
endif
check_PROGRAMS += $(anchor_harnesses)
TESTS += $(anchor_harnesses)
fuzz_anchor_context_CPPFLAGS = $(AM_CPPFLAGS) $(TSS_CFLAGS)
fuzz_anchor_context_SOURCES = %D%/fuzz_context.c
fuzz_anchor_context_LDADD = $(fuzz_libs)
fuzz_anchor_context_LDFLAGS = $(fuzz_ldflags)
fuzz_anchor_ek_SOURCES = %D%/fuzz_ek.c
fuzz_anchor_ek_LDADD = $(fuzz_libs)
fuzz_anchor_ek_LDFLAGS = $(fuzz_ldflags)
fuzz_anchor_journal_SOURCES = %D%/fuzz_journal.c
fuzz_anchor_journal_LDADD = $(fuzz_libs)
fuzz_anchor_journal_LDFLAGS = $(fuzz_ldflags)
fuzz_anchor_quote_SOURCES = %D%/fuzz_quote.c
fuzz_anchor_quote_LDADD = $(fuzz_libs)
fuzz_anchor_quote_LDFLAGS = $(fuzz_ldflags)
fuzz_anchor_structs_SOURCES = %D%/fuzz_structs.c
fuzz_anchor_structs_LDADD = $(fuzz_libs)
fuzz_anchor_structs_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += \
	tests/fuzz/corpus/fuzz_anchor_context/kept \
	tests/fuzz/corpus/fuzz_anchor_ek/hardware \
	tests/fuzz/corpus/fuzz_anchor_ek/microsoft \
	tests/fuzz/corpus/fuzz_anchor_ek/swtpm \
	tests/fuzz/corpus/fuzz_anchor_journal/broken \
	tests/fuzz/corpus/fuzz_anchor_journal/complete \
	tests/fuzz/corpus/fuzz_anchor_journal/nv \
	tests/fuzz/corpus/fuzz_anchor_quote/ek \
	tests/fuzz/corpus/fuzz_anchor_quote/nv \
	tests/fuzz/corpus/fuzz_anchor_quote/pcr \
	tests/fuzz/corpus/fuzz_anchor_structs/attest \
	tests/fuzz/corpus/fuzz_anchor_structs/attest-nv \
	tests/fuzz/corpus/fuzz_anchor_structs/certificate \
	tests/fuzz/corpus/fuzz_anchor_structs/key \
	tests/fuzz/corpus/fuzz_anchor_structs/nv-public \
	tests/fuzz/corpus/fuzz_anchor_structs/pem \
	tests/fuzz/corpus/fuzz_anchor_structs/signature
