# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_fetch
TESTS += check_fetch
check_fetch_SOURCES = %D%/check_fetch.c tests/unit/attest/pki.c tests/unit/attest/pki.h
check_fetch_LDADD = $(unit_libs)
check_PROGRAMS += check_tdquote
TESTS += check_tdquote
check_tdquote_SOURCES = %D%/check_tdquote.c
check_tdquote_LDADD = $(unit_libs)
