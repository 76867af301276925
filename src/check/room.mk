# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libjudge.la
lib_rooms += libjudge.la
libjudge_la_SOURCES = \
	%D%/batch.c \
	%D%/batch.h \
	%D%/beneath.c \
	%D%/beneath.h \
	%D%/case.c \
	%D%/check.h \
	%D%/claims.c \
	%D%/claims.h \
	%D%/compare.c \
	%D%/compare.h \
	%D%/ear.c \
	%D%/job.c \
	%D%/judge_anchor.c \
	%D%/judge_events.c \
	%D%/judge_files.c \
	%D%/judge_log.c \
	%D%/judge_missing.c \
	%D%/judge_quote.c \
	%D%/judge_references.c \
	%D%/judge_values.c \
	%D%/judge_vtpm.c \
	%D%/kinds.c \
	%D%/outcome.c \
	%D%/outcome.h \
	%D%/request.c \
	%D%/request.h \
	%D%/rules.c \
	%D%/ties.c \
	%D%/values.c \
	%D%/values.h \
	%D%/render.c \
	%D%/render.h \
	%D%/render_json.c \
	%D%/render_junit.c \
	%D%/render_markdown.c \
	%D%/render_tap.c \
	%D%/render_text.c
EXTRA_DIST += %D%/README.md
