# SPDX-License-Identifier: BSD-2-Clause
seam_rig = %D%/rig.c %D%/rig.h
check_PROGRAMS += check_seam_mrtd
TESTS += check_seam_mrtd
check_seam_mrtd_SOURCES = %D%/check_mrtd.c $(seam_rig)
check_seam_mrtd_LDADD = $(unit_libs)
