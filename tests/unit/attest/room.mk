# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_attest_cache check_attest_ccel check_attest_decode check_attest_formats check_attest_pki \
	check_attest_replay check_attest_verify
TESTS += check_attest_cache check_attest_ccel check_attest_decode check_attest_formats check_attest_pki \
	check_attest_replay check_attest_verify
attest_tsv = %D%/tsv.c %D%/tsv.h
check_attest_cache_SOURCES = %D%/check_cache.c %D%/pki.c %D%/pki.h
check_attest_cache_LDADD = $(unit_libs)
check_attest_ccel_SOURCES = %D%/check_ccel.c $(attest_tsv)
check_attest_ccel_LDADD = $(unit_libs)
check_attest_decode_SOURCES = %D%/check_decode.c
check_attest_decode_LDADD = $(unit_libs)
check_attest_formats_SOURCES = %D%/check_formats.c $(attest_tsv)
check_attest_formats_LDADD = $(unit_libs)
check_attest_verify_SOURCES = %D%/check_verify.c $(attest_tsv)
check_attest_verify_LDADD = $(unit_libs)
check_attest_pki_SOURCES = %D%/check_pki.c %D%/pki.c %D%/pki.h
check_attest_pki_LDADD = $(unit_libs)
check_attest_replay_SOURCES = %D%/check_replay.c $(attest_tsv)
check_attest_replay_LDADD = $(unit_libs)
