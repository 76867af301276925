# SPDX-License-Identifier: BSD-2-Clause
# no tests so far
