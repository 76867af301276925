#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run the conformance suite, and the example of kvm-pre-fault-memory(7), on real Linux kernels in a
# VM: check-vm.sh [FOLDER]. The TAP of each run is kept in FOLDER when one is given.
#
# $TDL_BUILT_KERNEL names a folder of kernels.sh to use for the built kernel. Exit status: 0 when
# everything passed or was skipped for want of a capability, else 1. Nothing is skipped because a
# kernel or a program is missing: that is a failure.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
results=${1:-$work/results}
mkdir -p "$results"
failed=0

fail() {
	echo "check-vm.sh: $*" >&2
	exit 1
}

for program in qemu-system-x86_64 cpio gcc xz zstd; do
	command -v "$program" >/dev/null || fail "$program is needed; scripts/check installs it"
done

# The first process, the suite and the example: static, for a VM without libraries.
build() {
	gcc -static -O1 -o "$work/init" "$here/init.c"
	sh "$here/man-example.sh" "$source/docs/man/kvm-pre-fault-memory.7" "$work/example.c"
	gcc -static -O1 -o "$work/example" "$work/example.c"
	mkdir -p "$work/build"
	(
		cd "$source"
		gcc -static -O1 -std=gnu17 -D_GNU_SOURCE -Iinclude -Isrc -I. -o "$work/conformance" \
			tests/conformance/conformance.c src/base/error.c src/base/nearest.c \
			$(find src/conformance -name '*.c' ! -name embedded.c)
	)
}

# run NAME KERNEL NPT: one VM, the suite and the example; the guest's KVM as NPT says.
run() {
	tap=$results/$1.tap
	jobs=
	status=0
	[ "$3" = 0 ] || jobs=/example
	# 125: the guest kernel itself fell over, which the emulator makes it do now and then; that
	# says nothing about its KVM, so it gets another try. A case that fails gets none.
	for try in 1 2 3; do
		status=0
		sh "$here/run.sh" --npt "$3" --cpus 2 --time-limit 300 \
			--add "$work/conformance" --add "$work/example" "$2" "$work/init" -- \
			"/conformance --kvm /dev/kvm --case-limit 60" ${jobs:+"$jobs"} \
			>"$work/out" 2>"$work/err" || status=$?
		[ "$status" = 125 ] || break
		echo "check-vm.sh: $1: the VM fell over in try $try" >&2
	done
	grep -E '^(TAP version|1\.\.|# host|ok|not ok)' "$work/out" >"$tap" || true
	plan=$(sed -n 's/^1\.\.//p' "$tap")
	skip=$(grep -c '^ok .* # SKIP' "$tap" || true)
	ok=$(grep -c '^ok' "$tap" || true)
	bad=$(grep -c '^not ok' "$tap" || true)
	grep '^not ok' "$tap" || true
	if [ "$status" != 0 ] || [ "$bad" != 0 ] || [ "${plan:-0}" = 0 ] || [ "$ok" != "$plan" ]; then
		tail -n 40 "$work/err"
		echo "FAIL: $1: exit $status, $((ok - skip)) passed, $bad failed, $skip skipped of ${plan:-0}"
		failed=1
		return
	fi
	echo "PASS: $1: $((ok - skip)) passed, $skip skipped${jobs:+, the example of the manual page ran}"
}

kernel() {
	sh "$here/kernels.sh" "$@" || fail "no kernel: $*. The VM tests need Debian's archive once;
what they get from it is kept in \${TDL_CACHE:-~/.cache/tdlaunch}."
}

build
old=$(kernel stock bookworm-backports)
new=$(kernel stock trixie-backports)
built=${TDL_BUILT_KERNEL:-$(kernel built trixie-backports)}
run linux-6.12 "$old" 1
run linux-7.3 "$new" 1
run linux-7.3-built "$built" 1
run linux-6.12-npt0 "$old" 0
run linux-7.3-npt0 "$new" 0
run linux-7.3-built-npt0 "$built" 0
exit "$failed"
