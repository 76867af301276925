# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libmmu.la
kernel_rooms += libmmu.la
libmmu_la_SOURCES = \
	%D%/fault.c \
	%D%/mirror.c \
	%D%/mirror.h \
	%D%/mmu.c \
	%D%/mmu.h \
	%D%/table.c \
	%D%/table.h \
	%D%/user.c \
	%D%/user.h
EXTRA_DIST += %D%/README.md
