#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The tool itself on real Linux kernels in a VM: a rehearsal of a launch, whose trace must be that of
# the same rehearsal on the embedded kernel, call by call, and a measurement of pre-population with a
# guest to compare with.
#
# Uses ./tdlaunch of the build folder, where this is called, or $TDL_TOOL; the shared libraries it
# wants are put into the VM with it. $TDL_BUILT_KERNEL names a folder of kernels.sh to use for the built kernel. Exit status: 0
# when everything was as it must be, else 1; nothing is skipped.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tool=$(realpath "${TDL_TOOL:-./tdlaunch}")
firmware=/usr/share/ovmf/OVMF.fd
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

[ -x "$tool" ] || { echo "check-rehearsal.sh: no $tool" >&2; exit 1; }
[ -f "$firmware" ] || { echo "check-rehearsal.sh: no $firmware" >&2; exit 1; }
${CC:-cc} -O2 -static -o "$work/init" "$here/init.c"

# The loader and the libraries, each where the tool looks for it.
libraries=$(ldd "$tool" | sed -n 's/^[^/]*\(\/[^ ]*\) (0x.*/--add \1=\1/p')

complain() {
	echo "FAIL: $*"
	failed=1
}

# vm FOLDER NPT JOB...: into $work/out; the exit status of the first job that did not end with 0.
vm() {
	folder=$1
	npt=$2
	shift 2
	# 125: the guest kernel itself fell over, which the emulator makes it do now and then
	for try in 1 2 3; do
		status=0
		# shellcheck disable=SC2086
		sh "$here/run.sh" --npt "$npt" --cpus 2 --time-limit 300 --add "$tool=/tdlaunch" \
			$libraries --add "$firmware=/OVMF.fd" "$folder" "$work/init" -- "$@" \
			>"$work/raw" 2>"$work/err" || status=$?
		[ "$status" = 125 ] || break
	done
	tr -d '\r' <"$work/raw" >"$work/out"
}

# rehearse NAME FOLDER STATUS KVM CONFIGURED: on the VM's KVM, which must end with that status, and
# on the embedded kernel that KVM says, with the same trace.
rehearse() {
	name=$1
	job="launch --rehearse --smp 2 -m 256M"
	vm "$2" 1 "/tdlaunch $job --firmware /OVMF.fd --kvm /dev/kvm --trace /proc/self/fd/1"
	[ "$status" = "$3" ] || { tail -n 30 "$work/err"; complain "$name: rehearsal ended with $status"; }
	model=0
	# shellcheck disable=SC2086
	"$tool" $job --firmware "$firmware" --kvm "$4" --trace "$work/model" -q || model=$?
	[ "$model" = "$3" ] || complain "$name: rehearsal on $4 ended with $model"
	awk -v "configured=$5" -f "$here/trace.awk" "$work/out" >"$work/linux.calls"
	awk -v "configured=$5" -f "$here/trace.awk" "$work/model" >"$work/model.calls"
	calls=$(wc -l <"$work/linux.calls")
	[ "$calls" -ge 50 ] || complain "$name: a rehearsal of $calls calls"
	diff "$work/model.calls" "$work/linux.calls" || complain "$name: other calls than on $4"
	sed -n '/^regions /,/^teardown/p' "$work/out"
	[ "$failed" = 1 ] || echo "PASS: $name: rehearsal, $calls calls as on $4"
}

# prefault NAME FOLDER: ordinary, private and huge memory on the VM's KVM.
prefault() {
	job="/tdlaunch prefault --kvm /dev/kvm --size 32M --threads 2 --repeat 1"
	vm "$2" 1 "$job" "$job --private" "$job --hugepages"
	cat "$work/out"
	[ "$status" = 0 ] || { tail -n 30 "$work/err"; complain "$1: prefault ended with $status"; }
	# two rows each: ordinary and private memory in small pages, then huge ones
	counted "$1" 4 ' 8192 of 4 KiB, 0 of 2 MiB, 0 of 1 GiB$'
	counted "$1" 2 ' 0 of 4 KiB, 16 of 2 MiB, 0 of 1 GiB$'
	counted "$1" 3 '^a guest that writes to 32 MiB of it'
	[ "$failed" = 1 ] || echo "PASS: $1: prefault, compared with a guest's own touch"
}

counted() {
	[ "$(grep -c "$3" "$work/out")" = "$2" ] || complain "$1: not $2 lines like '$3'"
}

old=$(sh "$here/kernels.sh" stock bookworm-backports)
new=$(sh "$here/kernels.sh" stock trixie-backports)
built=${TDL_BUILT_KERNEL:-$(sh "$here/kernels.sh" built trixie-backports)}
rehearse linux-7.3-built "$built" 0 embedded:7.3,no-tdx 0
rehearse linux-7.3 "$new" 3 embedded:7.3,no-tdx,no-sw-protected 1
rehearse linux-6.12 "$old" 3 embedded:6.12,no-tdx,no-sw-protected 1
prefault linux-7.3-built "$built"
vm "$built" 0 "/tdlaunch launch --rehearse --firmware /OVMF.fd --kvm /dev/kvm -q"
if [ "$status" = 1 ]; then
	echo "PASS: linux-7.3-built-npt0: a rehearsal says no"
else
	complain "linux-7.3-built-npt0: a rehearsal ended with $status"
fi
exit "$failed"
