# SPDX-License-Identifier: BSD-2-Clause
EXTRA_DIST += %D%/log.md docs/exchange.md
