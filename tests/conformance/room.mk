# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += conformance
TESTS += tests/conformance/embedded.sh tests/conformance/check-rules.sh
conformance_SOURCES = %D%/conformance.c
conformance_CPPFLAGS = $(AM_CPPFLAGS) -DCONFORMANCE_EMBEDDED
conformance_LDADD = $(kernel_rooms) $(lib_rooms) \
	$(CRYPTO_LIBS) $(JSON_LIBS)

# For /dev/kvm alone, static: "make conformance-dev".
EXTRA_PROGRAMS += conformance-dev
conformance_dev_SOURCES = %D%/conformance.c
conformance_dev_LDADD = libconformance.la libbase.la
conformance_dev_LDFLAGS = $(AM_LDFLAGS) -all-static

EXTRA_DIST += %D%/README.md %D%/check-rules.sh %D%/embedded.sh %D%/unit-rules
