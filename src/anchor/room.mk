# SPDX-License-Identifier: BSD-2-Clause
# tpm2-tss is not linked: tss.c loads it when a TPM is first asked for.
noinst_LTLIBRARIES += libanchor.la
lib_rooms += libanchor.la
libanchor_la_CPPFLAGS = $(AM_CPPFLAGS) $(TSS_CFLAGS)
libanchor_la_SOURCES = \
	%D%/absent.c \
	%D%/ak.h \
	%D%/bank.c \
	%D%/bank.h \
	%D%/ek.h \
	%D%/journal.c \
	%D%/journal.h \
	%D%/key.c \
	%D%/key.h \
	%D%/kind.c \
	%D%/kind.h \
	%D%/lines.c \
	%D%/lines.h \
	%D%/nv.h \
	%D%/quotefile.c \
	%D%/quotefile.h \
	%D%/session.h \
	%D%/structs.c \
	%D%/structs.h \
	%D%/tpm.h \
	%D%/tss.h \
	%D%/verdict.h \
	%D%/verify.c \
	%D%/verify_firmware.c \
	%D%/verify_logs.c \
	%D%/vtpm.h
if TPM
libanchor_la_SOURCES += \
	%D%/ak.c \
	%D%/answer.c \
	%D%/ek.c \
	%D%/extend.c \
	%D%/nv.c \
	%D%/quote.c \
	%D%/reg.c \
	%D%/session.c \
	%D%/tpm.c \
	%D%/tss.c \
	%D%/vtpm.c
endif
EXTRA_DIST += %D%/README.md
