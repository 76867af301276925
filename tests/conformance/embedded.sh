#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The suite passes on the embedded kernel, whichever kernel it imitates, and a comparison of a result
# with itself is empty.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
run() {
	name=$1
	shift
	./conformance "$@" >"$dir/$name.tap" || {
		grep '^not ok' "$dir/$name.tap" || true
		echo "failed: conformance $*"
		exit 1
	}
}
run plain
run again --repeat 2 --seed 7
run no-tdp --no-tdp
for version in 6.12 6.16 6.18 7.3; do
	run "linux-$version" --linux "$version"
done
./conformance --compare "$dir/plain.tap" "$dir/again.tap"
if ./conformance --compare "$dir/plain.tap" "$dir/no-tdp.tap" >"$dir/table"; then
	echo "two-dimensional paging makes no difference"
	exit 1
fi
grep -q '^whole_slot' "$dir/table"
