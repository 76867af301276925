# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libseam.la
kernel_rooms += libseam.la
libseam_la_SOURCES = \
	%D%/beside.c \
	%D%/dispatch.c \
	%D%/fields.c \
	%D%/guest_leaves.c \
	%D%/init_leaf.c \
	%D%/internal.h \
	%D%/locks.c \
	%D%/machine.c \
	%D%/measure.c \
	%D%/mem_leaves.c \
	%D%/mng_leaves.c \
	%D%/operands.c \
	%D%/pages.c \
	%D%/pages.h \
	%D%/pamt.c \
	%D%/pamt.h \
	%D%/peek.c \
	%D%/phymem_leaves.c \
	%D%/report.c \
	%D%/seam-test.h \
	%D%/seam.h \
	%D%/sept.c \
	%D%/sept_leaves.c \
	%D%/sys_config.c \
	%D%/sys_leaves.c \
	%D%/track_leaves.c \
	%D%/vp_leaves.c
EXTRA_DIST += %D%/README.md
