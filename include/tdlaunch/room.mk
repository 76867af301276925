# SPDX-License-Identifier: BSD-2-Clause
tdlaunchincludedir = $(includedir)/tdlaunch
tdlaunchinclude_HEADERS = \
	%D%/conformance.h \
	%D%/error.h \
	%D%/export.h \
	%D%/host.h \
	%D%/image.h \
	%D%/kernel.h \
	%D%/launch.h \
	%D%/log.h \
	%D%/manifest.h \
	%D%/mrtd.h \
	%D%/plan.h
