# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += librefval.la
lib_rooms += librefval.la
librefval_la_SOURCES = \
	%D%/chain.c \
	%D%/chain.h \
	%D%/json.c \
	%D%/key.c \
	%D%/key.h \
	%D%/manifest.c \
	%D%/open.c \
	%D%/pki.c \
	%D%/pki.h \
	%D%/plain.c \
	%D%/plain.h \
	%D%/read.c \
	%D%/refval.h \
	%D%/sign.c \
	%D%/verify.c \
	%D%/verify_plain.c
EXTRA_DIST += %D%/README.md
