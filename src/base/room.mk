# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libbase.la
lib_rooms += libbase.la
libbase_la_SOURCES = \
	%D%/attr.h \
	%D%/base64.c \
	%D%/base64.h \
	%D%/brlock.c \
	%D%/brlock.h \
	%D%/bytes.c \
	%D%/bytes.h \
	%D%/cursor.h \
	%D%/error.c \
	%D%/file.c \
	%D%/file.h \
	%D%/folder.c \
	%D%/folder.h \
	%D%/hash.c \
	%D%/hash.h \
	%D%/markdown.c \
	%D%/markdown.h \
	%D%/nearest.c \
	%D%/nearest.h \
	%D%/range.h \
	%D%/scope.h \
	%D%/status.c \
	%D%/status.h \
	%D%/symbols.c \
	%D%/symbols.h \
	%D%/thread.c \
	%D%/thread.h
EXTRA_DIST += %D%/README.md
