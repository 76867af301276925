# SPDX-License-Identifier: BSD-2-Clause
# noinst_HEADERS += %D%/name.h
