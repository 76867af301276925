# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += fuzz_seam
TESTS += fuzz_seam
fuzz_seam_SOURCES = %D%/fuzz_seam.c $(seam_walker)
fuzz_seam_LDADD = $(fuzz_libs)
fuzz_seam_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += \
	tests/fuzz/corpus/fuzz_seam/bare \
	tests/fuzz/corpus/fuzz_seam/built-0 \
	tests/fuzz/corpus/fuzz_seam/built-1 \
	tests/fuzz/corpus/fuzz_seam/built-2 \
	tests/fuzz/corpus/fuzz_seam/empty
check_PROGRAMS += fuzz_ioctl
TESTS += fuzz_ioctl
fuzz_ioctl_SOURCES = %D%/fuzz_ioctl.c
fuzz_ioctl_LDADD = $(fuzz_libs)
fuzz_ioctl_LDFLAGS = $(fuzz_ldflags)
EXTRA_DIST += \
	tests/fuzz/corpus/fuzz_ioctl/seed-0 \
	tests/fuzz/corpus/fuzz_ioctl/seed-1 \
	tests/fuzz/corpus/fuzz_ioctl/seed-2 \
	tests/fuzz/corpus/fuzz_ioctl/seed-3
