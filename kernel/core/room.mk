# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libcore.la
kernel_rooms += libcore.la
libcore_la_SOURCES = \
	%D%/caps.c \
	%D%/core.h \
	%D%/fd.c \
	%D%/features.c \
	%D%/ioctl.c \
	%D%/kernel.c \
	%D%/map.c \
	%D%/memory.c \
	%D%/prefault.c \
	%D%/stats.c \
	%D%/test-door.c \
	%D%/vcpu.c \
	%D%/vm.c
EXTRA_DIST += %D%/README.md
