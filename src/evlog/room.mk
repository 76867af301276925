# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libevlog.la
lib_rooms += libevlog.la
libevlog_la_SOURCES = \
	%D%/cbor.c \
	%D%/cbor.h \
	%D%/diff.c \
	%D%/follow.c \
	%D%/follow.h \
	%D%/json.c \
	%D%/layout.c \
	%D%/layout.h \
	%D%/plan.c \
	%D%/queue.c \
	%D%/queue.h \
	%D%/reader.c \
	%D%/reader.h \
	%D%/record.c \
	%D%/record.h \
	%D%/replay.c \
	%D%/replay.h \
	%D%/schema.c \
	%D%/schema.h \
	%D%/scribe.c \
	%D%/scribe.h \
	%D%/stream.c \
	%D%/stream.h \
	%D%/text.c \
	%D%/verify.c \
	%D%/verify.h \
	%D%/writer.c
EXTRA_DIST += %D%/README.md
