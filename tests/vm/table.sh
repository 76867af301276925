#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Write docs/conformance.md: table.sh CONFORMANCE FOLDER >docs/conformance.md. CONFORMANCE is the
# suite's program with the embedded kernel, FOLDER what check-vm.sh left. Fails, and writes no
# table, for a difference between the embedded kernel and Linux, and for one between versions that
# the file "differences" does not explain.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$1
folder=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# embedded NAME ARGUMENTS...: the embedded kernel imitates what NAME ran on.
embedded() {
	name=$1
	shift
	"$program" --kvm embedded "$@" >"$work/$name.tap" 2>/dev/null ||
		{ echo "table.sh: $program $* fails" >&2; exit 1; }
}
embedded linux-6.12 --linux 6.12
embedded linux-7.3 --linux 7.3
embedded linux-7.3-built --linux 7.3
embedded linux-6.12-npt0 --linux 6.12 --no-tdp
embedded linux-7.3-npt0 --linux 7.3 --no-tdp
embedded linux-7.3-built-npt0 --linux 7.3 --no-tdp

# One line a case and host: host, side, case, answer; the answer is "-reason" when skipped.
for name in linux-6.12 linux-7.3 linux-7.3-built linux-6.12-npt0 linux-7.3-npt0 linux-7.3-built-npt0; do
	[ -s "$folder/$name.tap" ] || { echo "table.sh: no $folder/$name.tap" >&2; exit 1; }
	for side in "$work" "$folder"; do
		sed -n -E -e 's/^ok [0-9]+ - ([a-z0-9_]+) # SKIP (.*)/\1\t-\2/p' \
			-e 's/^(not ok|ok) [0-9]+ - ([a-z0-9_]+): want .*: got (.*)/\2\t\3/p' "$side/$name.tap" |
			sed "s/^/$name\t$([ "$side" = "$work" ] && echo E || echo L)\t/"
	done
done >"$work/answers"

awk -F '\t' '
FILENAME ~ /differences$/ { if ($0 !~ /^#/) why[$1] = $2; next }
{
	if (!($3 in seen)) { seen[$3] = 1; order[++n] = $3 }
	got[$1, $2, $3] = $4
}
function is_skip(text) { return text ~ /^-/ || text == "" }
function short(text) { gsub(/[|]/, " or ", text); return length(text) > 60 ? substr(text, 1, 57) "..." : text }
function cell(host, name,	e, l) {
	e = got[host, "E", name]; l = got[host, "L", name]
	if (is_skip(l)) { total[host, "skip"]++; return "–" }
	if (is_skip(e)) { total[host, "linux"]++; return "Linux alone" }
	if (e == l) { total[host, "equal"]++; return "=" }
	total[host, "different"]++; bad++
	return "**different**: embedded " short(e) ", Linux " short(l)
}
END {
	hosts = split("linux-6.12 linux-7.3 linux-7.3-built linux-6.12-npt0 linux-7.3-npt0 linux-7.3-built-npt0", host, " ")
	body = ""
	for (i = 1; i <= n; i++) {
		name = order[i]
		row = "| " name " |"
		for (h = 1; h <= hosts; h++)
			row = row " " cell(host[h], name) " |"
		old = got["linux-6.12", "L", name]; new = got["linux-7.3", "L", name]
		note = ""
		if (!is_skip(old) && !is_skip(new) && old != new) {
			note = why[name]
			if (note == "") { print "table.sh: unexplained: " name ": " old " / " new >"/dev/stderr"; bad++ }
			note = note " (" short(old) " / " short(new) ")"
		} else if (is_skip(got["linux-7.3-built", "L", name]))
			note = "skipped: " substr(got["linux-7.3-built", "L", name], 2)
		body = body row " " note " |\n"
	}
	print "# Conformance: the embedded kernel and Linux"
	print ""
	print "Written by `tests/vm/table.sh` from runs of one suite on real kernels in a VM (`tests/vm/check-vm.sh`)"
	print "and on the embedded kernel with the matching `--linux`. `=`: both gave the same answer. `–`: this"
	print "kernel does not offer what the case needs. npt 0: without two-dimensional paging. The last column"
	print "says why versions differ (answer of 6.12 / of 7.3), or why no real kernel here runs the case."
	print ""
	print "| Case | 6.12 | 7.3 | 7.3 built | 6.12, npt 0 | 7.3, npt 0 | 7.3 built, npt 0 | Note |"
	print "| --- | --- | --- | --- | --- | --- | --- | --- |"
	printf "%s", body
	row = "| **equal / different / not offered** |"
	for (h = 1; h <= hosts; h++)
		row = row " " total[host[h], "equal"] + 0 " / " total[host[h], "different"] + 0 " / " total[host[h], "skip"] + 0 " |"
	print row " |"
	for (h = 1; h <= hosts; h++)
		if (total[host[h], "linux"]) print "\n" host[h] ": " total[host[h], "linux"] " cases ran on Linux alone."
	exit bad ? 1 : 0
}' "$here/differences" "$work/answers" >"$work/table" || { cat "$work/table" | grep different >&2; echo "table.sh: differences" >&2; exit 1; }
cat "$work/table"
cat <<'END'

## Random sequences

Sequences of 12 to 48 calls, made from a seed and run on the embedded kernel and on a real one
(`tests/vm/check-sequences.sh COUNT SEED`): each value returned, errno and byte written back, and the
counters `pages_4k`, `pages_2m` and `pages_1g` after each call. `scripts/check` runs 2000 with a fresh
seed; the last long run said:

END
sed 's/^/    /' "$here/sequences-run"
