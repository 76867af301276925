# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_cbor check_follow check_log check_sink
TESTS += check_cbor check_follow check_log check_sink
check_cbor_SOURCES = %D%/check_cbor.c
check_cbor_LDADD = $(unit_libs)
check_follow_SOURCES = %D%/check_follow.c
check_follow_LDADD = $(unit_libs)
check_log_SOURCES = %D%/check_log.c %D%/fixture.c %D%/fixture.h
check_log_LDADD = $(unit_libs)
check_sink_SOURCES = %D%/check_sink.c %D%/fixture.c %D%/fixture.h
check_sink_LDADD = $(unit_libs)
