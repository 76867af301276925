# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_collect
TESTS += check_collect
check_collect_SOURCES = %D%/check_collect.c %D%/tree.c %D%/tree.h
check_collect_LDADD = $(unit_libs)
check_PROGRAMS += check_recorded check_paravisor
TESTS += check_recorded check_paravisor
check_recorded_SOURCES = %D%/check_recorded.c %D%/tree.c %D%/tree.h
check_recorded_LDADD = $(unit_libs)
check_paravisor_SOURCES = %D%/check_paravisor.c tests/unit/attest/pki.c tests/unit/attest/pki.h \
	tests/unit/attest/vtpm.c tests/unit/attest/vtpm.h
check_paravisor_LDADD = $(unit_libs)
