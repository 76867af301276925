# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_manifest check_signature
TESTS += check_manifest check_signature
check_manifest_SOURCES = %D%/check_manifest.c
check_manifest_LDADD = $(unit_libs)
check_signature_SOURCES = \
	%D%/check_signature.c \
	%D%/pki_make.c \
	%D%/pki_make.h
check_signature_LDADD = $(unit_libs)
