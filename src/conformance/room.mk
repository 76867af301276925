# SPDX-License-Identifier: BSD-2-Clause
# The cases and the door to /dev/kvm need nothing but libc and base's errors, so that a static
# program can carry them into a bare machine. The door to the embedded kernel is a library apart.
noinst_LTLIBRARIES += libconformance.la libconformanceembedded.la
lib_rooms += libconformance.la
libconformance_la_SOURCES = \
	%D%/cases_attributes.c \
	%D%/cases_core.c \
	%D%/cases_gmem.c \
	%D%/cases_prefault_checks.c \
	%D%/cases_prefault_faults.c \
	%D%/cases_prefault_private.c \
	%D%/cases_prefault_races.c \
	%D%/cases_prefault_tdx.c \
	%D%/cases_prefault_walks.c \
	%D%/cases_slots.c \
	%D%/cases_system.c \
	%D%/cases_td.c \
	%D%/cases_td_image.c \
	%D%/compare.c \
	%D%/conf.h \
	%D%/dev.c \
	%D%/expect.c \
	%D%/guest.c \
	%D%/guest.h \
	%D%/run.c \
	%D%/sequence.h \
	%D%/sequence_make.c \
	%D%/sequence_run.c \
	%D%/sequence_text.c \
	%D%/setup.c \
	%D%/td.c
kernel_rooms += libconformanceembedded.la
libconformanceembedded_la_SOURCES = %D%/embedded.c
EXTRA_DIST += %D%/README.md
