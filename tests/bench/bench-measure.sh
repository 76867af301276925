#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# "measure" of a 4 MiB TDVF as a whole process, against "openssl dgst -sha384" over as many bytes as
# MRTD hashes. They run in turn, so that both see the same machine; the medians are compared.
set -eu
. "$TDL_SRCDIR/tests/bench/lib.sh"

title "measure of a 4 MiB TDVF"
"$build/make_tdvf" "$work/4m.fd"
# 1049 pages added, 892 of them extended in 16 chunks.
bytes=$((1049 * 128 + 892 * 16 * 384))
head -c "$bytes" /dev/urandom >"$work/stream"
"$build/alternate" "${TDL_BENCH_RUNS:-41}" "$tool" measure "$work/4m.fd" \
	-- openssl dgst -sha384 "$work/stream" >"$work/times"
{
	read -r ours _
	read -r theirs _
} <"$work/times"
row "measure" "$ours" ms
row "openssl dgst -sha384 of the same $bytes bytes" "$theirs" ms
row "  measure as a ratio to openssl" "$(ratio "$ours" "$theirs")" times at-most 0.90
