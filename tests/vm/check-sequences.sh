#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Random sequences of calls, on the embedded kernel and on a real Linux in a VM: the same answers.
#
#   check-sequences.sh [COUNT [SEED]]      default: 2000 and a fresh seed, which is printed
#
# A VM runs a batch of sequences (TDL_BATCH, 2500), on one CPU: with two, a Linux that patches its own
# code while QEMU's TCG runs it was seen to die of it. Uses ./sequences of the build folder, where it
# is called ($TDL_SEQUENCES). Kernels: $TDL_VM_KERNELS, lines "FOLDER LINUX TYPES", where TYPES are
# bits of KVM_CAP_VM_TYPES; by default the built kernel with half of the count, and the stock one with
# the other half. Exit 1 when an answer differs: seed and shortest sequence are told.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
count=${1:-2000}
seed=${2:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
model=$(realpath "${TDL_SEQUENCES:-./sequences}")
limit=${TDL_VM_TIME_LIMIT:-1200}
batch=${TDL_BATCH:-2500}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kernels=${TDL_VM_KERNELS-}
if [ -z "$kernels" ]; then
	kernels="$("$here/kernels.sh" built trixie-backports) 7.3 3
$("$here/kernels.sh" stock trixie-backports) 7.3 1"
fi

# The first process and the program: static, for a VM without libraries.
cc=${CC:-cc}
$cc -O2 -static -o "$work/init" "$here/init.c"
(
	cd "$source"
	$cc -static -O1 -std=gnu17 -D_GNU_SOURCE -Iinclude -Isrc -I. -o "$work/sequences" \
		tests/conformance/sequences.c src/base/error.c src/base/nearest.c \
		$(find src/conformance -name '*.c' ! -name embedded.c)
)

# run NAME ARGUMENT...: on both hosts, into NAME.model and NAME.linux. The file from is in the working
# folder on both. A VM that falls over (125) is the emulator's doing and gets another try.
run() {
	to=$1
	shift
	"$model" --linux "$linux" --types "$types" "$@" >"$to.model"
	for try in 1 2 3; do
		status=0
		"$here/run.sh" --cpus 1 --time-limit "$limit" --add sequences \
			--add from "$folder" "$work/init" -- \
			"/sequences --kvm /dev/kvm --types $types $*" >out || status=$?
		[ "$status" = 125 ] || break
		echo "check-sequences.sh: the VM fell over in try $try" >&2
	done
	tr -d '\r' <out >"$to.linux"
}

# Take calls away for as long as the answers still differ; from holds "SEED MASK".
shorten() {
	while :; do
		read -r sequence mask _ <from
		"$model" --types "$types" --shrink "$sequence" "$mask" >candidates
		[ -s candidates ] || break
		cp candidates from
		run shrink --from from
		"$model" --diff shrink.model shrink.linux >differ 2>/dev/null || true
		[ -s differ ] || break
		head -n 1 differ >from
	done
	echo "$sequence $mask" >from
}

# compare NUMBER: all sequences of one kernel; 1 when any differs or could not be compared.
compare() {
	first=0
	while [ "$first" -lt "$1" ]; do
		part=$(($1 - first))
		[ "$part" -le "$batch" ] || part=$batch
		: >from
		run all --seed "$seed" --first "$first" --count "$part" --jobs 4
		cat all.model >>every.model
		cat all.linux >>every.linux
		first=$((first + part))
	done
	"$model" --diff every.model every.linux >differ 2>verdict && return 0
	[ -s differ ] || return 1
	head -n 1 differ >from
	shorten
	echo "not the same: seed $seed, shortest sequence:"
	run last --calls --from from
	diff -U 50 last.model last.linux || true
	return 1
}

cd "$work"
echo "sequences: seed $seed, $count of them"
failed=0
lines=$(echo "$kernels" | wc -l)
echo "$kernels" >kernels
while read -r folder linux types <&3; do
	word=PASS
	rm -f every.*
	compare $((count / lines)) || word=FAIL
	[ "$word" = PASS ] || failed=1
	echo "$word: Linux $linux ($(basename "$folder")), VM types $types: $(cat verdict)"
done 3<kernels
exit $failed
