# SPDX-License-Identifier: BSD-2-Clause
measurementsdir = $(pkgdatadir)/measurements
dist_measurements_DATA = \
	%D%/ca.pem \
	%D%/debian-12-ovmf.json \
	%D%/debian-12-ovmf.json.p7s \
	%D%/debian-13-ovmf.json \
	%D%/debian-13-ovmf.json.p7s
EXTRA_DIST += %D%/README.md
