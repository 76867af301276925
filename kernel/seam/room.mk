# SPDX-License-Identifier: BSD-2-Clause
noinst_HEADERS += \
	%D%/seam-test.h \
	%D%/seam.h
