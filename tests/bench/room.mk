# SPDX-License-Identifier: BSD-2-Clause
# BENCHES += programs that run.sh needs
EXTRA_DIST += %D%/run.sh
