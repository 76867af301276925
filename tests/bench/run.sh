#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run every benchmark; each prints ratios taken in one run against a stated reference, the goal, and
# whether it is met. How many are is said at the end; it does not change the exit status, which says
# whether all could be measured.
set -eu
. /etc/os-release
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) CPUs, $PRETTY_NAME"
echo "load: $(cut -d ' ' -f 1-3 /proc/loadavg) (other work makes wall times and their ratios worse)"
echo "build: ${TDL_BENCH_BUILD:-not told}; $(openssl version)"
for bench in "$TDL_SRCDIR"/tests/bench/bench-*.sh; do
	[ -f "$bench" ] || continue
	sh "$bench" >"$log.one" 2>&1 || {
		echo "$(basename "$bench") could not be measured" >>"$log.one"
		failed=1
	}
	cat "$log.one"
	cat "$log.one" >>"$log"
	rm -f "$log.one"
done
count() {
	grep -o -w "$1" "$log" | wc -l
}
echo "load: $(cut -d ' ' -f 1-3 /proc/loadavg)"
echo "goals met: $(count pass), not met: $(count FAIL)"
exit "$failed"
