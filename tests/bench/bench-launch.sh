#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# "launch" with a log against "measure", and against "launch" without a log, as whole processes on a
# 4 MiB TDVF. Runs alternate, so that all see the same machine; the medians are compared.
set -eu
build=${TDL_BUILDDIR:-.}
runs=${TDL_BENCH_RUNS:-31}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$build/make_tdvf" "$work/4m.fd"
tool=$build/tdlaunch
if [ -x "$build/.libs/tdlaunch" ]; then
	tool=$build/.libs/tdlaunch
	LD_LIBRARY_PATH=$build/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	export LD_LIBRARY_PATH
fi

now() {
	date +%s%N
}
launch() {
	"$tool" launch --firmware "$work/4m.fd" --kvm embedded "$@"
}
i=0
while [ "$i" -lt "$runs" ]; do
	a=$(now)
	"$tool" measure "$work/4m.fd" >/dev/null
	b=$(now)
	launch >/dev/null
	c=$(now)
	launch --log "$work/log" >/dev/null
	d=$(now)
	echo $((b - a)) $((c - b)) $((d - c))
	i=$((i + 1))
done >"$work/times"

median() {
	cut -d ' ' -f "$1" "$work/times" | sort -n | sed -n "$((runs / 2 + 1))p"
}
awk -v measure="$(median 1)" -v plain="$(median 2)" -v logged="$(median 3)" \
	-v writing="$("$build/bench_log" "$work/4m.fd" "$work/log")" 'BEGIN {
	printf "launch with log, written, read back and replayed, 4 MiB TDVF: %.2f ms; measure: %.2f ms; ", \
		logged / 1e6, measure / 1e6
	printf "ratio %.2f (goal: at most 2.50)\n", logged / measure
	printf "launch without a log: %.2f ms; CPU time of writing the log alone: %.2f ms, %.0f%% of a launch with one (goal: at most 10%%)\n", \
		plain / 1e6, writing, 100 * writing * 1e6 / logged
}'
