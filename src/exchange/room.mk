# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libexchange.la
lib_rooms += libexchange.la
libexchange_la_SOURCES = \
	%D%/corim.h \
	%D%/corim_read.c \
	%D%/corim_write.c \
	%D%/cose.c \
	%D%/dsse.c \
	%D%/dsse.h \
	%D%/format.c \
	%D%/format.h \
	%D%/google.c \
	%D%/import.c \
	%D%/intoto.c \
	%D%/markdown.c \
	%D%/migtd.c \
	%D%/signer.c \
	%D%/signer.h \
	%D%/tree.c \
	%D%/tree.h \
	%D%/tree_write.c \
	%D%/trustee.c
libexchange_la_LIBADD = $(CBOR_LIBS)
EXTRA_DIST += %D%/README.md
