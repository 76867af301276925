# SPDX-License-Identifier: BSD-2-Clause
check_programs = check_check_batch check_check_case check_check_claims check_check_judge \
	check_check_references check_check_request check_check_vtpm
check_PROGRAMS += $(check_programs)
TESTS += $(check_programs)
# A TD with all evidence about it.
check_world = %D%/world.c %D%/world.h tests/unit/attest/pki.c tests/unit/attest/pki.h \
	tests/unit/refval/pki_make.c tests/unit/refval/pki_make.h
# A platform with a quote and nothing else.
check_platform = %D%/platform.c %D%/platform.h tests/unit/attest/pki.c tests/unit/attest/pki.h
check_check_batch_SOURCES = %D%/check_batch.c $(check_platform)
check_check_batch_LDADD = $(unit_libs)
check_check_case_SOURCES = %D%/check_case.c $(check_world)
check_check_case_LDADD = $(unit_libs)
check_check_claims_SOURCES = %D%/check_claims.c
check_check_claims_LDADD = $(unit_libs)
check_check_judge_SOURCES = %D%/check_judge.c $(check_world)
check_check_judge_LDADD = $(unit_libs)
check_check_references_SOURCES = %D%/check_references.c $(check_world)
check_check_references_LDADD = $(unit_libs)
check_check_request_SOURCES = %D%/check_request.c $(check_platform)
check_check_request_LDADD = $(unit_libs)
check_check_vtpm_SOURCES = %D%/check_vtpm.c $(check_world) tests/unit/attest/vtpm.c \
	tests/unit/attest/vtpm.h
check_check_vtpm_LDADD = $(unit_libs)
