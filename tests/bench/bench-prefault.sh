#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Pre-fault on the embedded kernel by one thread, by size. Goal: at most 100 ns and 8.5 bytes a 4 KiB
# page, linear from 1 GiB to 256 GiB; 2 MiB mappings in at least 100 times fewer steps.
set -eu
. "$TDL_SRCDIR/tests/bench/lib.sh"

title "pre-fault on the embedded kernel"
"$build/bench_prefault" "${TDL_BENCH_GIB:-256}" >"$work/rows"
awk '
function word(figure, most) {
	return figure <= most ? "pass" : "FAIL"
}
BEGIN {
	print "  CPU time and memory a 4 KiB page; goals: at most 100 ns, at most 8.5 bytes"
	printf "  %8s %-9s %s %9s %-4s %9s %-4s %12s %12s %10s\n", "size", "kind", "map", "ns", "", \
		"bytes", "", "steps", "teardown ns", "peak bytes"
}
{
	printf "  %4d GiB %-9s %s  %9.2f %-4s %9.3f %-4s %12d %12.2f %10.3f\n", $1, $2, $3, \
		$4, word($4, 100), $5, word($5, 8.5), $6, $7, $8
}' "$work/rows"

# worst KIND COLUMN: the largest over the smallest of a column, over sizes with 4 KiB mappings.
worst() {
	awk -v kind="$1" -v column="$2" '$2 == kind && $3 == "4K" {
		if (least == "" || $column + 0 < least)
			least = $column + 0
		if ($column + 0 > most)
			most = $column + 0
	}
	END { print most / least }' "$work/rows"
}
# steps GIB MAP
steps() {
	awk -v gib="$1" -v map="$2" '$1 == gib && $2 == "ordinary" && $3 == map { print $6 }' "$work/rows"
}
for kind in ordinary TD; do
	row "$kind: most ns a page of any size to the least" "$(worst "$kind" 4)" times at-most 2
	row "$kind: most bytes a page of any size to the least" "$(worst "$kind" 5)" times at-most 1.1
done
row "steps of 1 GiB with 4K mappings to those with 2M" \
	"$(ratio "$(steps 1 4K)" "$(steps 1 2M)")" times at-least 100
