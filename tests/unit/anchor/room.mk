# SPDX-License-Identifier: BSD-2-Clause
anchor_tests = check_anchor_journals check_anchor_kind check_anchor_logs check_anchor_structs \
	check_anchor_text check_anchor_verify
check_PROGRAMS += $(anchor_tests)
TESTS += $(anchor_tests)
anchor_paper = %D%/paper.c %D%/paper.h
anchor_scene = $(anchor_paper) %D%/scene.c %D%/scene.h tests/unit/evlog/fixture.c \
	tests/unit/evlog/fixture.h
check_anchor_kind_SOURCES = %D%/check_kind.c $(anchor_paper)
check_anchor_kind_LDADD = $(unit_libs)
check_anchor_journals_SOURCES = %D%/check_journals.c $(anchor_scene)
check_anchor_journals_LDADD = $(unit_libs)
check_anchor_logs_SOURCES = %D%/check_logs.c $(anchor_scene)
check_anchor_logs_LDADD = $(unit_libs)
check_anchor_structs_SOURCES = %D%/check_structs.c $(anchor_paper)
check_anchor_structs_LDADD = $(unit_libs)
check_anchor_text_SOURCES = %D%/check_text.c $(anchor_paper)
check_anchor_text_LDADD = $(unit_libs)
check_anchor_verify_SOURCES = %D%/check_verify.c $(anchor_scene)
check_anchor_verify_LDADD = $(unit_libs)
