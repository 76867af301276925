#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# "measure" of a 4 MiB TDVF as a whole process, against "openssl dgst -sha384" over as many bytes as
# MRTD hashes. Runs alternate, so that both see the same machine; the medians are compared.
set -eu
build=${TDL_BUILDDIR:-.}
runs=${TDL_BENCH_RUNS:-31}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$build/make_tdvf" "$work/4m.fd"
# 1049 pages added, 892 of them extended in 16 chunks.
bytes=$((1049 * 128 + 892 * 16 * 384))
head -c "$bytes" /dev/urandom >"$work/stream"
# The program itself, not libtool's shell script around it.
tool=$build/tdlaunch
if [ -x "$build/.libs/tdlaunch" ]; then
	tool=$build/.libs/tdlaunch
	LD_LIBRARY_PATH=$build/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	export LD_LIBRARY_PATH
fi
"$tool" measure "$work/4m.fd" >/dev/null

now() {
	date +%s%N
}
i=0
while [ "$i" -lt "$runs" ]; do
	start=$(now)
	"$tool" measure "$work/4m.fd" >/dev/null
	middle=$(now)
	openssl dgst -sha384 "$work/stream" >/dev/null
	end=$(now)
	echo $((middle - start)) $((end - middle))
	i=$((i + 1))
done >"$work/times"

median() {
	cut -d ' ' -f "$1" "$work/times" | sort -n | sed -n "$((runs / 2 + 1))p"
}
awk -v ours="$(median 1)" -v theirs="$(median 2)" -v bytes="$bytes" 'BEGIN {
	printf "measure, 4 MiB TDVF: %.2f ms; openssl dgst -sha384 of the same %d bytes: %.2f ms; ", \
		ours / 1e6, bytes, theirs / 1e6
	printf "ratio %.2f (goal: at most 0.90)\n", ours / theirs
}'
