# SPDX-License-Identifier: BSD-2-Clause
noinst_HEADERS += \
	%D%/kvm.h \
	%D%/kvm-layout.h \
	%D%/tdx.h \
	%D%/tdx_guest.h
EXTRA_DIST += %D%/README.md
