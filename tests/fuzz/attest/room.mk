# SPDX-License-Identifier: BSD-2-Clause
attest_fuzz = fuzz_azure fuzz_ccel fuzz_collateral fuzz_decode fuzz_evidence fuzz_hcl \
	fuzz_pck fuzz_policy fuzz_qe_identity fuzz_quote fuzz_report fuzz_runtime fuzz_tcb_info
check_PROGRAMS += $(attest_fuzz)
TESTS += $(attest_fuzz)
fuzz_azure_SOURCES = %D%/fuzz_azure.c
fuzz_azure_LDADD = $(fuzz_libs)
fuzz_azure_LDFLAGS = $(fuzz_ldflags)
fuzz_ccel_SOURCES = %D%/fuzz_ccel.c
fuzz_ccel_LDADD = $(fuzz_libs)
fuzz_ccel_LDFLAGS = $(fuzz_ldflags)
fuzz_collateral_SOURCES = %D%/fuzz_collateral.c
fuzz_collateral_LDADD = $(fuzz_libs)
fuzz_collateral_LDFLAGS = $(fuzz_ldflags)
fuzz_decode_SOURCES = %D%/fuzz_decode.c
fuzz_decode_LDADD = $(fuzz_libs)
fuzz_decode_LDFLAGS = $(fuzz_ldflags)
fuzz_evidence_SOURCES = %D%/fuzz_evidence.c
fuzz_evidence_LDADD = $(fuzz_libs)
fuzz_evidence_LDFLAGS = $(fuzz_ldflags)
fuzz_hcl_SOURCES = %D%/fuzz_hcl.c
fuzz_hcl_LDADD = $(fuzz_libs)
fuzz_hcl_LDFLAGS = $(fuzz_ldflags)
fuzz_pck_SOURCES = %D%/fuzz_pck.c
fuzz_pck_LDADD = $(fuzz_libs)
fuzz_pck_LDFLAGS = $(fuzz_ldflags)
fuzz_policy_SOURCES = %D%/fuzz_policy.c
fuzz_policy_LDADD = $(fuzz_libs)
fuzz_policy_LDFLAGS = $(fuzz_ldflags)
fuzz_qe_identity_SOURCES = %D%/fuzz_qe_identity.c
fuzz_qe_identity_LDADD = $(fuzz_libs)
fuzz_qe_identity_LDFLAGS = $(fuzz_ldflags)
fuzz_quote_SOURCES = %D%/fuzz_quote.c
fuzz_quote_LDADD = $(fuzz_libs)
fuzz_quote_LDFLAGS = $(fuzz_ldflags)
fuzz_report_SOURCES = %D%/fuzz_report.c
fuzz_report_LDADD = $(fuzz_libs)
fuzz_report_LDFLAGS = $(fuzz_ldflags)
fuzz_runtime_SOURCES = %D%/fuzz_runtime.c
fuzz_runtime_LDADD = $(fuzz_libs)
fuzz_runtime_LDFLAGS = $(fuzz_ldflags)
fuzz_tcb_info_SOURCES = %D%/fuzz_tcb_info.c
fuzz_tcb_info_LDADD = $(fuzz_libs)
fuzz_tcb_info_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += \
	tests/fuzz/corpus/fuzz_azure/hex \
	tests/fuzz/corpus/fuzz_azure/numbers \
	tests/fuzz/corpus/fuzz_ccel/dstack \
	tests/fuzz/corpus/fuzz_ccel/ovmf \
	tests/fuzz/corpus/fuzz_ccel/tdshim \
	tests/fuzz/corpus/fuzz_collateral/chain \
	tests/fuzz/corpus/fuzz_collateral/chain-percent \
	tests/fuzz/corpus/fuzz_collateral/crl-der \
	tests/fuzz/corpus/fuzz_collateral/crl-hex \
	tests/fuzz/corpus/fuzz_collateral/crl-pem \
	tests/fuzz/corpus/fuzz_collateral/multi \
	tests/fuzz/corpus/fuzz_collateral/qe-identity \
	tests/fuzz/corpus/fuzz_collateral/single \
	tests/fuzz/corpus/fuzz_collateral/tcb-info \
	tests/fuzz/corpus/fuzz_decode/code0 \
	tests/fuzz/corpus/fuzz_decode/code1 \
	tests/fuzz/corpus/fuzz_decode/code2 \
	tests/fuzz/corpus/fuzz_decode/code3 \
	tests/fuzz/corpus/fuzz_decode/code4 \
	tests/fuzz/corpus/fuzz_decode/code5 \
	tests/fuzz/corpus/fuzz_decode/code6 \
	tests/fuzz/corpus/fuzz_evidence/ccel \
	tests/fuzz/corpus/fuzz_evidence/ccel-table \
	tests/fuzz/corpus/fuzz_evidence/chain-pem \
	tests/fuzz/corpus/fuzz_evidence/collateral \
	tests/fuzz/corpus/fuzz_evidence/crl \
	tests/fuzz/corpus/fuzz_evidence/crl-pem \
	tests/fuzz/corpus/fuzz_evidence/dstack \
	tests/fuzz/corpus/fuzz_evidence/hcl \
	tests/fuzz/corpus/fuzz_evidence/ima \
	tests/fuzz/corpus/fuzz_evidence/leaf \
	tests/fuzz/corpus/fuzz_evidence/policy \
	tests/fuzz/corpus/fuzz_evidence/qe-identity \
	tests/fuzz/corpus/fuzz_evidence/quote-v4 \
	tests/fuzz/corpus/fuzz_evidence/quote-v5 \
	tests/fuzz/corpus/fuzz_evidence/report \
	tests/fuzz/corpus/fuzz_evidence/report-1 \
	tests/fuzz/corpus/fuzz_evidence/tcb-info \
	tests/fuzz/corpus/fuzz_evidence/tcb-numbers \
	tests/fuzz/corpus/fuzz_hcl/tdx \
	tests/fuzz/corpus/fuzz_hcl/tpm-quote \
	tests/fuzz/corpus/fuzz_pck/chain-pem \
	tests/fuzz/corpus/fuzz_pck/crl \
	tests/fuzz/corpus/fuzz_pck/crl-hex \
	tests/fuzz/corpus/fuzz_pck/crl-pem \
	tests/fuzz/corpus/fuzz_pck/crl-revoked \
	tests/fuzz/corpus/fuzz_pck/extension \
	tests/fuzz/corpus/fuzz_pck/leaf \
	tests/fuzz/corpus/fuzz_policy/full \
	tests/fuzz/corpus/fuzz_policy/least \
	tests/fuzz/corpus/fuzz_qe_identity/td-qe \
	tests/fuzz/corpus/fuzz_quote/revoked \
	tests/fuzz/corpus/fuzz_quote/v4 \
	tests/fuzz/corpus/fuzz_quote/v5 \
	tests/fuzz/corpus/fuzz_report/version-0 \
	tests/fuzz/corpus/fuzz_report/version-1 \
	tests/fuzz/corpus/fuzz_report/zeros \
	tests/fuzz/corpus/fuzz_runtime/cel \
	tests/fuzz/corpus/fuzz_runtime/cel-json \
	tests/fuzz/corpus/fuzz_runtime/dstack \
	tests/fuzz/corpus/fuzz_runtime/ima \
	tests/fuzz/corpus/fuzz_tcb_info/tdx
