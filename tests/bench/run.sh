#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run every benchmark; each prints ratios taken in one run against a stated reference, and the goal.
set -eu
. /etc/os-release
echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, $PRETTY_NAME"
echo "load: $(cut -d ' ' -f 1-3 /proc/loadavg) (other work makes wall times and their ratios worse)"
echo "build: ${TDL_BENCH_BUILD:-not told}; $(openssl version)"
for bench in "$TDL_SRCDIR"/tests/bench/bench-*.sh; do
	[ -f "$bench" ] || continue
	sh "$bench"
done
