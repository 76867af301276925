# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += conformance sequences
TESTS += tests/conformance/embedded.sh tests/conformance/check-rules.sh \
	tests/conformance/sequences.sh
conformance_SOURCES = %D%/conformance.c
conformance_CPPFLAGS = $(AM_CPPFLAGS) -DCONFORMANCE_EMBEDDED
conformance_LDADD = $(kernel_rooms) $(lib_rooms) \
	$(CRYPTO_LIBS) $(JSON_LIBS)
sequences_SOURCES = %D%/sequences.c
sequences_CPPFLAGS = $(conformance_CPPFLAGS)
sequences_LDADD = $(conformance_LDADD)

# For /dev/kvm alone, static: "make conformance-dev sequences-dev".
EXTRA_PROGRAMS += conformance-dev sequences-dev
conformance_dev_SOURCES = %D%/conformance.c
conformance_dev_LDADD = libconformance.la libbase.la
conformance_dev_LDFLAGS = $(AM_LDFLAGS) -all-static
sequences_dev_SOURCES = %D%/sequences.c
sequences_dev_LDADD = $(conformance_dev_LDADD)
sequences_dev_LDFLAGS = $(conformance_dev_LDFLAGS)

EXTRA_DIST += %D%/README.md %D%/check-rules.sh %D%/embedded.sh %D%/sequences.sh %D%/unit-rules
