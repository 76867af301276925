# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_attest_azure check_attest_bundle check_attest_cache check_attest_ccel check_attest_crl check_attest_crypto \
	check_attest_decode check_attest_differences check_attest_formats \
	check_attest_pki check_attest_policy check_attest_replay check_attest_runtime check_attest_tcb check_attest_verify
TESTS += check_attest_azure check_attest_bundle check_attest_cache check_attest_ccel check_attest_crl check_attest_crypto \
	check_attest_decode check_attest_differences check_attest_formats \
	check_attest_pki check_attest_policy check_attest_replay check_attest_runtime check_attest_tcb check_attest_verify
attest_tsv = %D%/tsv.c %D%/tsv.h
check_attest_azure_SOURCES = %D%/check_azure.c %D%/pki.c %D%/pki.h %D%/vtpm.c %D%/vtpm.h $(attest_tsv)
check_attest_azure_LDADD = $(unit_libs)
check_attest_bundle_SOURCES = %D%/check_bundle.c %D%/pki.c %D%/pki.h
check_attest_bundle_LDADD = $(unit_libs)
check_attest_cache_SOURCES = %D%/check_cache.c %D%/pki.c %D%/pki.h
check_attest_cache_LDADD = $(unit_libs)
check_attest_ccel_SOURCES = %D%/check_ccel.c $(attest_tsv)
check_attest_ccel_LDADD = $(unit_libs)
check_attest_crl_SOURCES = %D%/check_crl.c
check_attest_crl_LDADD = $(unit_libs)
check_attest_crypto_SOURCES = %D%/check_crypto.c %D%/pki.c %D%/pki.h
check_attest_crypto_LDADD = $(unit_libs)
check_attest_differences_SOURCES = %D%/check_differences.c %D%/pki.c %D%/pki.h $(attest_tsv)
check_attest_differences_LDADD = $(unit_libs)
check_attest_decode_SOURCES = %D%/check_decode.c
check_attest_decode_LDADD = $(unit_libs)
check_attest_formats_SOURCES = %D%/check_formats.c $(attest_tsv)
check_attest_formats_LDADD = $(unit_libs)
check_attest_runtime_SOURCES = %D%/check_runtime.c
check_attest_runtime_LDADD = $(unit_libs)
check_attest_tcb_SOURCES = %D%/check_tcb.c
check_attest_tcb_LDADD = $(unit_libs)
check_attest_verify_SOURCES = %D%/check_verify.c $(attest_tsv)
check_attest_verify_LDADD = $(unit_libs)
check_attest_pki_SOURCES = %D%/check_pki.c %D%/pki.c %D%/pki.h
check_attest_pki_LDADD = $(unit_libs)
check_attest_policy_SOURCES = %D%/check_policy.c %D%/pki.c %D%/pki.h
check_attest_policy_LDADD = $(unit_libs)
check_attest_replay_SOURCES = %D%/check_replay.c $(attest_tsv)
check_attest_replay_LDADD = $(unit_libs)
