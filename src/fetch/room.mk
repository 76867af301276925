# SPDX-License-Identifier: BSD-2-Clause
# libcurl is not linked: curl.c loads it when something is to be fetched.
noinst_LTLIBRARIES += libfetch.la
lib_rooms += libfetch.la
libfetch_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
libfetch_la_SOURCES = \
	%D%/absent.c \
	%D%/answer.c \
	%D%/answer.h \
	%D%/fetch.c \
	%D%/fetched.h \
	%D%/header.c \
	%D%/header.h \
	%D%/http.h \
	%D%/judge.c \
	%D%/keep.c \
	%D%/place.c \
	%D%/place.h \
	%D%/tdquote.c \
	%D%/tdquote.h
if FETCH
libfetch_la_SOURCES += %D%/curl.c
endif
EXTRA_DIST += %D%/README.md
