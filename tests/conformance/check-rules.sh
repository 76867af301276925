#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every rule by which kernel/ refuses has a case of the suite, or, when no uAPI call alone reaches it,
# a unit test that unit-rules names; and no case names a rule that is not there.
set -eu
cd "${TDL_SRCDIR:-.}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# Calls may be broken over lines: the first string after "refuse(" is the rule.
find kernel -name '*.c' | sort | xargs cat | tr '\n' ' ' |
	grep -oE 'refuse(_with_exit)?\([^;"]*"[a-z0-9-]+\.[a-z0-9.-]+"' | grep -oE '"[^"]+"' | tr -d '"' |
	sort -u >"$dir/rules"
find src/conformance -name 'cases_*.c' | sort | xargs cat | tr '\n' ' ' |
	grep -oE '\{ "[a-z0-9_]+", "[A-Z]+",[^}]*\}' | cut -d, -f3 | tr -d '"' | tr ' ' '\n' |
	grep -E '^[a-z0-9-]+\.[a-z0-9.-]+$' | sort -u >"$dir/cases"
grep -v '^#' tests/conformance/unit-rules | while read -r rule file; do
	grep -q "\"$rule\"" "$file" || echo "$file does not name $rule" >>"$dir/bad"
	echo "$rule"
done | sort -u >"$dir/unit"
sort -u "$dir/cases" "$dir/unit" >"$dir/met"
comm -23 "$dir/rules" "$dir/met" | sed 's/^/rule without a case: /' >>"$dir/bad"
comm -13 "$dir/rules" "$dir/met" | sed 's/^/case for a rule that is not in kernel: /' >>"$dir/bad"
if [ -s "$dir/bad" ]; then
	cat "$dir/bad"
	exit 1
fi
echo "$(wc -l <"$dir/rules") rules, $(wc -l <"$dir/cases") met by cases, $(wc -l <"$dir/unit") by unit tests"
