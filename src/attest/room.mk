# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += libattest.la
lib_rooms += libattest.la
libattest_la_SOURCES = \
	%D%/azure.c \
	%D%/azure.h \
	%D%/azure_open.c \
	%D%/bundle.c \
	%D%/bundle.h \
	%D%/bundle_document.c \
	%D%/bundle_open.c \
	%D%/bundle_show.c \
	%D%/ccel.c \
	%D%/ccel.h \
	%D%/ccel_data.c \
	%D%/cert.c \
	%D%/cert.h \
	%D%/certification.c \
	%D%/certification.h \
	%D%/codes.c \
	%D%/codes.h \
	%D%/context.c \
	%D%/crl.c \
	%D%/crl.h \
	%D%/crypto.c \
	%D%/decode.c \
	%D%/der.c \
	%D%/der.h \
	%D%/diagnose.c \
	%D%/doc.c \
	%D%/doc.h \
	%D%/facts.c \
	%D%/facts.h \
	%D%/hcl.c \
	%D%/hcl.h \
	%D%/json.c \
	%D%/json.h \
	%D%/layout.c \
	%D%/layout.h \
	%D%/pck.c \
	%D%/pck.h \
	%D%/policy.c \
	%D%/policy.h \
	%D%/quote.c \
	%D%/quote.h \
	%D%/replay.c \
	%D%/replay.h \
	%D%/report.c \
	%D%/runtime.c \
	%D%/runtime.h \
	%D%/runtime_cel.c \
	%D%/show.c \
	%D%/show.h \
	%D%/show_azure.c \
	%D%/show_bundle.c \
	%D%/show_collateral.c \
	%D%/show_evidence.c \
	%D%/tcb.c \
	%D%/tcb.h \
	%D%/tcb_components.c \
	%D%/tcb_match.c \
	%D%/tcb_match.h \
	%D%/text.c \
	%D%/text.h \
	%D%/verdict.h \
	%D%/verdict_show.c \
	%D%/verify.c \
	%D%/verify_body.c \
	%D%/verify_chain.c \
	%D%/verify_collateral.c \
	%D%/verify_report.c \
	%D%/verify_tcb.c \
	%D%/verify_vtpm.c
libattest_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_builddir)/src

# What numbers mean is data; the tables in C are made from it.
attest_codes = \
	%D%/codes/bits.tsv \
	%D%/codes/classes.tsv \
	%D%/codes/dcap.tsv \
	%D%/codes/exits.tsv \
	%D%/codes/kvm.tsv \
	%D%/codes/leaves.tsv \
	%D%/codes/operands.tsv \
	%D%/codes/status.tsv \
	%D%/codes/vmcall.tsv
%D%/code-tables.inc: $(attest_codes) %D%/tables.awk
	$(AM_V_GEN)$(MKDIR_P) src/attest && \
	cd $(srcdir) && $(AWK) -f src/attest/tables.awk $(attest_codes) \
		> $(abs_top_builddir)/src/attest/code-tables.tmp && \
	mv $(abs_top_builddir)/src/attest/code-tables.tmp \
		$(abs_top_builddir)/src/attest/code-tables.inc
$(libattest_la_OBJECTS): src/attest/code-tables.inc
CLEANFILES += src/attest/code-tables.inc
EXTRA_DIST += %D%/README.md $(attest_codes) %D%/tables.awk
