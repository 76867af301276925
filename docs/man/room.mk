# SPDX-License-Identifier: BSD-2-Clause
# Pages of the tool and of the kernel's interface by hand. Section 3 is made from the comments of the
# public headers, one page a header, so that the two cannot differ.
dist_man_MANS += \
	%D%/kvm-pre-fault-memory.7 \
	%D%/tdlaunch-anchor.1 \
	%D%/tdlaunch-attest.1 \
	%D%/tdlaunch-check.1 \
	%D%/tdlaunch-conformance.1 \
	%D%/tdlaunch-decode.1 \
	%D%/tdlaunch-expect.1 \
	%D%/tdlaunch-host.1 \
	%D%/tdlaunch-inspect.1 \
	%D%/tdlaunch-launch.1 \
	%D%/tdlaunch-log.1 \
	%D%/tdlaunch-measure.1 \
	%D%/tdlaunch-prefault.1 \
	%D%/tdlaunch.1

api_pages = \
	%D%/tdl_attest_cache.3 \
	%D%/tdl_anchor.3 \
	%D%/tdl_azure.3 \
	%D%/tdl_ccel.3 \
	%D%/tdl_check.3 \
	%D%/tdl_collateral.3 \
	%D%/tdl_collect.3 \
	%D%/tdl_conformance.3 \
	%D%/tdl_decode.3 \
	%D%/tdl_ear.3 \
	%D%/tdl_error.3 \
	%D%/tdl_evidence.3 \
	%D%/tdl_exchange.3 \
	%D%/tdl_fetch.3 \
	%D%/tdl_field.3 \
	%D%/tdl_host.3 \
	%D%/tdl_image.3 \
	%D%/tdl_kernel.3 \
	%D%/tdl_key.3 \
	%D%/tdl_launch.3 \
	%D%/tdl_log.3 \
	%D%/tdl_manifest.3 \
	%D%/tdl_mrtd.3 \
	%D%/tdl_plan.3 \
	%D%/tdl_policy.3 \
	%D%/tdl_prefault.3 \
	%D%/tdl_quote.3 \
	%D%/tdl_rehearse.3 \
	%D%/tdl_replay.3 \
	%D%/tdl_report.3 \
	%D%/tdl_verdict.3
man_MANS = $(api_pages)
CLEANFILES += $(api_pages)
$(api_pages): $(srcdir)/%D%/api-page.awk $(tdlaunchinclude_HEADERS)
	$(AM_V_GEN)$(MKDIR_P) %D% && name=`basename $@ .3` && name=$${name#tdl_} && \
		$(AWK) -v header=$$name -f $(srcdir)/%D%/api-page.awk \
			$(top_srcdir)/include/tdlaunch/$$name.h >$@.tmp && mv $@.tmp $@
EXTRA_DIST += %D%/api-page.awk
