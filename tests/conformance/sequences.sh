#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Random sequences on the embedded kernel: the same twice, however many processes share the work and
# whichever instance it was; versions imitated differ where they should; a difference is made shorter.
# Before 6.15 a pre-fault may wait for ever after a slot has gone, so no older version is asked.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for version in 6.16 7.3; do
	./sequences --linux $version --types 3 --seed 20 --count 300 >"$dir/one"
	./sequences --linux $version --types 3 --seed 20 --count 300 --jobs 3 >"$dir/three"
	./sequences --diff "$dir/one" "$dir/three"
	mv "$dir/one" "$dir/$version"
done
if ./sequences --diff "$dir/6.16" "$dir/7.3" >"$dir/differ"; then
	echo "guest_memfd on ordinary VMs came with 6.18, but no sequence shows it"
	exit 1
fi
read -r seed mask count <"$dir/differ"
./sequences --types 3 --shrink "$seed" "$mask" >"$dir/from"
for version in 6.16 7.3; do
	./sequences --linux $version --types 3 --from "$dir/from" >"$dir/$version"
done
if ./sequences --diff "$dir/6.16" "$dir/7.3" >"$dir/shorter"; then
	echo "no shorter sequence differs"
	exit 1
fi
read -r seed mask shorter <"$dir/shorter"
[ "$shorter" -lt "$count" ]
if ./sequences --diff "$dir/one" /dev/null 2>/dev/null; then
	echo "nothing was compared, and that was the same"
	exit 1
fi
