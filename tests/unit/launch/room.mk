# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_launch
TESTS += check_launch
check_launch_SOURCES = \
	%D%/check_launch.c \
	%D%/fake.c \
	%D%/fake.h \
	%D%/tdvf.c \
	%D%/tdvf.h
check_launch_LDADD = $(unit_libs)

check_PROGRAMS += check_embedded
TESTS += check_embedded
check_embedded_SOURCES = \
	%D%/check_embedded.c \
	%D%/tdvf.c \
	%D%/tdvf.h
check_embedded_LDADD = $(unit_libs)

check_PROGRAMS += check_prefault_engine
TESTS += check_prefault_engine
check_prefault_engine_SOURCES = %D%/check_prefault_engine.c
check_prefault_engine_LDADD = $(unit_libs)

check_PROGRAMS += check_faults
TESTS += check_faults
check_faults_SOURCES = \
	%D%/check_faults.c \
	%D%/tdvf.c \
	%D%/tdvf.h
check_faults_LDADD = libfault.la $(unit_libs)
check_faults_LDFLAGS = $(AM_LDFLAGS) $(fault_flags)

check_PROGRAMS += check_rehearse
TESTS += check_rehearse
check_rehearse_SOURCES = \
	%D%/check_rehearse.c \
	%D%/tdvf.c \
	%D%/tdvf.h
check_rehearse_LDADD = $(unit_libs)
