# SPDX-License-Identifier: BSD-2-Clause
noinst_HEADERS += \
	%D%/tdx_leaf.h \
	%D%/tdx_report.h \
	%D%/tdx_sept.h \
	%D%/tdx_status.h \
	%D%/tdx_sys.h \
	%D%/tdx_td.h

EXTRA_DIST += %D%/README.md
