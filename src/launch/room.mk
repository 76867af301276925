# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += liblaunch.la
lib_rooms += liblaunch.la
liblaunch_la_SOURCES = \
	%D%/call.c \
	%D%/call.h \
	%D%/clock.h \
	%D%/fill.c \
	%D%/holes.c \
	%D%/holes.h \
	%D%/init.c \
	%D%/levels.c \
	%D%/levels.h \
	%D%/machine.c \
	%D%/memory.c \
	%D%/populate.c \
	%D%/prefault.c \
	%D%/rehearse.c \
	%D%/report.c \
	%D%/run.c \
	%D%/td.h \
	%D%/touch.c \
	%D%/touch.h \
	%D%/trial.c \
	%D%/vcpu.c \
	%D%/walk.c \
	%D%/walk.h
EXTRA_DIST += %D%/README.md
