# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_image
TESTS += check_image
check_image_SOURCES = %D%/check_image.c
check_image_LDADD = $(unit_libs)
