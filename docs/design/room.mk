# SPDX-License-Identifier: BSD-2-Clause
EXTRA_DIST += %D%/anchor.md %D%/ear.md %D%/locking.md %D%/log.md docs/exchange.md docs/quote-verification.md
