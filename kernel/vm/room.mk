# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libvm.la
kernel_rooms += libvm.la
libvm_la_SOURCES = \
	%D%/cpuid.c \
	%D%/linux.c \
	%D%/linux.h \
	%D%/vm.c \
	%D%/vm.h
EXTRA_DIST += %D%/README.md
