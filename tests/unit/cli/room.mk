# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += check_cli
TESTS += check_cli
check_cli_SOURCES = %D%/check_cli.c
check_cli_LDADD = libcli.la $(unit_libs)
