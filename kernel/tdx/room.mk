# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libkerneltdx.la
kernel_rooms += libkerneltdx.la
libkerneltdx_la_SOURCES = \
	%D%/capabilities.c \
	%D%/command.c \
	%D%/get_cpuid.c \
	%D%/host.c \
	%D%/init_vm.c \
	%D%/internal.h \
	%D%/region.c \
	%D%/seamcall.c \
	%D%/sept.c \
	%D%/tdx.h \
	%D%/teardown.c \
	%D%/vcpu.c
EXTRA_DIST += %D%/README.md
