#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Random sequences of calls, on the embedded kernel and on a real Linux in a VM: the same answers.
#
#   check-sequences.sh [COUNT [SEED]]      default: 2000 and a fresh seed, which is printed
#
# One CPU: with two, a Linux that patches its own code while QEMU's TCG runs it was seen to die of it.
# Uses ./sequences and ./sequences-dev of the build folder, where it is called, and the VM's first
# process ($TDL_VM_INIT, or made here). Kernels: $TDL_VM_KERNELS, lines "FOLDER LINUX TYPES", where
# TYPES are bits of KVM_CAP_VM_TYPES; by default the built kernel with half of the count, and the
# stock one with the other half. Exit 1 when an answer differs: seed and shortest sequence are told.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
count=${1:-2000}
seed=${2:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
model=${TDL_SEQUENCES:-./sequences}
device=${TDL_SEQUENCES_DEV:-./sequences-dev}
limit=${TDL_VM_TIME_LIMIT:-3600}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

init=${TDL_VM_INIT-}
if [ -z "$init" ]; then
	init=$work/init
	${CC:-cc} -O2 -static -o "$init" "$here/init.c"
fi
kernels=${TDL_VM_KERNELS-}
if [ -z "$kernels" ]; then
	kernels="$("$here/kernels.sh" built trixie-backports) 7.3 3
$("$here/kernels.sh" stock trixie-backports) 7.3 1"
fi

# run NAME ARGUMENT...: on both hosts, into $work/NAME.model and $work/NAME.linux.
run() {
	name=$1
	shift
	"$model" --linux "$linux" --types "$types" "$@" >"$work/$name.model"
	"$here/run.sh" --cpus 1 --time-limit "$limit" --add "$device=/sequences" --add "$work/from=/from" \
		"$folder" "$init" -- "/sequences --kvm /dev/kvm --types $types $*" |
		tr -d '\r' >"$work/$name.linux"
}

# Take calls away for as long as the answers still differ; $work/from holds "SEED MASK".
shorten() {
	while :; do
		read -r sequence mask _ <"$work/from"
		"$model" --types "$types" --shrink "$sequence" "$mask" >"$work/candidates"
		[ -s "$work/candidates" ] || break
		cp "$work/candidates" "$work/from"
		run_from shrink
		"$model" --diff "$work/shrink.model" "$work/shrink.linux" >"$work/differ" 2>/dev/null || true
		[ -s "$work/differ" ] || break
		head -n 1 "$work/differ" >"$work/from"
	done
	echo "$sequence $mask" >"$work/from"
}

# The model reads the list where it is, the VM at /from.
run_from() {
	name=$1
	shift
	"$model" --linux "$linux" --types "$types" --from "$work/from" "$@" >"$work/$name.model"
	"$here/run.sh" --cpus 1 --time-limit "$limit" --add "$device=/sequences" --add "$work/from=/from" \
		"$folder" "$init" -- "/sequences --kvm /dev/kvm --types $types --from /from $*" |
		tr -d '\r' >"$work/$name.linux"
}

echo "sequences: seed $seed, $count of them"
status=0
lines=$(echo "$kernels" | wc -l)
echo "$kernels" >"$work/kernels"
while read -r folder linux types <&3; do
	: >"$work/from"
	echo "Linux $linux, VM types $types, $((count / lines)) sequences"
	run all --seed "$seed" --count $((count / lines)) --jobs 4
	"$model" --diff "$work/all.model" "$work/all.linux" >"$work/differ" && continue
	status=1
	[ -s "$work/differ" ] || continue
	head -n 1 "$work/differ" >"$work/from"
	shorten
	echo "not the same: seed $seed, shortest sequence:"
	run_from last --calls
	diff -U 50 "$work/last.model" "$work/last.linux" || true
done 3<"$work/kernels"
exit $status
