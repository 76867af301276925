# SPDX-License-Identifier: BSD-2-Clause
tdlaunchincludedir = $(includedir)/tdlaunch
tdlaunchinclude_HEADERS = \
	%D%/anchor.h \
	%D%/attest_cache.h \
	%D%/azure.h \
	%D%/ccel.h \
	%D%/check.h \
	%D%/collateral.h \
	%D%/collect.h \
	%D%/conformance.h \
	%D%/decode.h \
	%D%/ear.h \
	%D%/error.h \
	%D%/evidence.h \
	%D%/exchange.h \
	%D%/export.h \
	%D%/fetch.h \
	%D%/field.h \
	%D%/host.h \
	%D%/image.h \
	%D%/kernel.h \
	%D%/key.h \
	%D%/launch.h \
	%D%/log.h \
	%D%/manifest.h \
	%D%/mrtd.h \
	%D%/plan.h \
	%D%/policy.h \
	%D%/prefault.h \
	%D%/quote.h \
	%D%/rehearse.h \
	%D%/replay.h \
	%D%/report.h \
	%D%/verdict.h

EXTRA_DIST += %D%/README.md
