# SPDX-License-Identifier: BSD-2-Clause
seam_rig = %D%/rig.c %D%/rig.h
seam_walker = tests/unit/seam/walker.c tests/unit/seam/walker.h
seam_checks = check_seam_beside check_seam_mrtd check_seam_refusals check_seam_states check_seam_sys \
	check_seam_property
check_PROGRAMS += $(seam_checks)
TESTS += $(seam_checks)
check_seam_beside_SOURCES = %D%/check_beside.c $(seam_rig)
check_seam_beside_LDADD = $(unit_libs)
check_seam_mrtd_SOURCES = %D%/check_mrtd.c $(seam_rig)
check_seam_mrtd_LDADD = $(unit_libs)
check_seam_refusals_SOURCES = %D%/check_refusals.c $(seam_rig)
check_seam_refusals_LDADD = $(unit_libs)
check_seam_states_SOURCES = %D%/check_states.c $(seam_rig)
check_seam_states_LDADD = $(unit_libs)
check_seam_sys_SOURCES = %D%/check_sys.c $(seam_rig)
check_seam_sys_LDADD = $(unit_libs)
check_seam_property_SOURCES = %D%/check_property.c $(seam_rig) $(seam_walker)
check_seam_property_LDADD = $(unit_libs)
