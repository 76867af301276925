#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# tdlaunch launch and host on the embedded kernel: the main job, and what is refused.
set -eu
tool=$TDL_BUILDDIR/tdlaunch
firmware=/usr/share/ovmf/OVMF.fd
golden=4c7206f0f483c524f12c366c711e9049030a8d47c471ee5aa9c4999a08de4057fb887fed0744d5631a212967fb231c47
firmware_sha256=$(sha256sum "$firmware" 2>/dev/null | cut -d ' ' -f 1)
if [ "$firmware_sha256" != 7b456907dd0786d415999e801a1ac4637b8ed4d7cf5378cfc6edbe5e574dd773 ]; then
	echo "skipped: needs OVMF.fd of Debian 12's package ovmf 2022.11-6+deb12u2"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# expect CODE TEXT ARGUMENT...: the tool exits with CODE and says TEXT somewhere.
expect() {
	code=$1 text=$2
	shift 2
	got=0
	"$tool" "$@" >"$work/out" 2>"$work/err" || got=$?
	if [ "$got" != "$code" ] || ! grep -qF -- "$text" "$work/out" "$work/err"; then
		echo "FAIL: tdlaunch $*: exit $got, wanted $code with: $text"
		cat "$work/out" "$work/err"
		failed=1
	fi
}

launch() {
	code=$1 text=$2
	shift 2
	expect "$code" "$text" launch --firmware "$firmware" --kvm embedded "$@"
}

launch 0 "all 2 agree on MRTD"
launch 0 "$golden" --bare
launch 0 "MROWNER        $golden" -v --mrowner "$golden"
launch 0 "all 3 agree on MRTD" --log "$work/log" --smp 3 -m 512M
expect 0 "$golden" log verify "$work/log" --firmware "$firmware"
launch 0 "expected by the manifest" --log "$work/log" --log-detail call \
	--expect "$TDL_SRCDIR/measurements/debian-12-ovmf.json" \
	--trust "$TDL_SRCDIR/measurements/ca.pem"
launch 3 "knows no MRTD for this firmware" \
	--expect "$TDL_SRCDIR/measurements/debian-13-ovmf.json" \
	--trust "$TDL_SRCDIR/measurements/ca.pem"
# Debian 13's firmware, where it is: its signed manifest says yes to it.
if [ -f "${TDL_OVMF_13:-}" ]; then
	expect 0 "all 4 agree on MRTD" launch --firmware "$TDL_OVMF_13" --kvm embedded \
		--log "$work/log" --expect "$TDL_SRCDIR/measurements/debian-13-ovmf.json" \
		--trust "$TDL_SRCDIR/measurements/ca.pem"
else
	echo "not tested: the firmware of Debian 13, which \$TDL_OVMF_13 would name"
fi
launch 0 '"verdict": "yes"' --json --mrowner "$golden"
grep -qF "\"mrowner\": \"$golden\"" "$work/out" || { echo "FAIL: mrowner"; failed=1; }
launch 0 "pre-fault 64 MiB" --prefault 0x1000000+64M
launch 0 "all 2 agree" --prefault all --smp 2 -m 256M

# What is refused, with its exit code.
launch 3 "can be measured but not launched" --flow qemu-8.2-canonical
launch 2 "qemu" --flow qenu
launch 2 "0 is not between 1 and 4096" --cpus 0
launch 2 "100000 is not between 1 and 4096" --smp 100000
launch 2 "memory" -m 0
launch 2 "memory" -m 3B
launch 2 "offers only 0x10000000" --attributes 0x1
launch 2 "--mrowner" --mrowner 00
launch 2 "START+SIZE" --prefault most
launch 2 "whole number" --prefault 0x1000+0xg
# A range as hexadecimal bytes: start and size.
launch 0 "pre-fault 16 MiB" --prefault 0x1000000+0x1000000
launch 2 "region" --log "$work/x" --log-detail regoin
launch 3 "No space left" --log /dev/full
launch 3 "cannot write $work/no/log" --log "$work/no/log"
# What is refused before anything is measured leaves no log, and the one that was there.
launch 2 "offers only" --attributes 0x1 --log "$work/none"
[ ! -e "$work/none" ] || { echo "FAIL: a log of a launch that was refused"; failed=1; }
cp "$work/log" "$work/kept"
launch 2 "vCPUs are asked for" --smp 2000 --log "$work/kept"
cmp "$work/log" "$work/kept" || { echo "FAIL: a launch that was refused spoilt a log"; failed=1; }
expect 2 "which firmware?" launch
expect 3 "/dev/null is not KVM" launch --firmware "$firmware" --kvm /dev/null
expect 3 "--kvm embedded" launch --firmware "$firmware" --kvm /dev/null
expect 2 "--kvm takes" launch --firmware "$firmware" --kvm nowhere

# A trace has every call and what the module did under it.
launch 0 "all 2 agree" --trace "$work/trace"
for line in 'KVM_TDX_FINALIZE_VM' 'seamcall TDH.MR.FINALIZE' 'KVM_TDX_INIT_MEM_REGION'; do
	grep -q "$line" "$work/trace" || { echo "FAIL: no $line in the trace"; failed=1; }
done

# A signal stops it, and says so; SIGHUP only where nohup has not said otherwise.
# stopped SIGNAL ENV-OPTION
stopped() {
	rm -f "$work/log"
	env "$2" "$tool" launch --firmware "$firmware" --kvm embedded -m 900G --prefault all -q \
		--log "$work/log" 2>"$work/err" &
	pid=$!
	until [ -s "$work/log" ]; do
		sleep 0.1
	done
	if [ "$2" = --ignore-signal=HUP ]; then
		kill -HUP "$pid"
		sleep 1
		grep -q '^State:.[RSD]' "/proc/$pid/status" || { echo "FAIL: ended by SIGHUP"; failed=1; }
	fi
	kill -"$1" "$pid" || true
	got=0
	wait "$pid" || got=$?
	if [ "$got" != 3 ] || ! grep -q "stopped on request" "$work/err"; then
		echo "FAIL: SIG$1 with $2: exit $got"
		cat "$work/err"
		failed=1
	fi
}
stopped TERM --default-signal=HUP
stopped HUP --default-signal=HUP
stopped TERM --ignore-signal=HUP

# A rehearsal: the memory half, no TD, no MRTD.
rehearse() {
	code=$1 text=$2 kvm=$3
	shift 3
	expect "$code" "$text" launch --rehearse --firmware "$firmware" --kvm "$kvm" -m 256M "$@"
}

# member NAME VALUE: the JSON has it so, once.
member() {
	[ "$(grep -c "\"$1\": $2" "$work/out")" = 1 ] ||
		{ echo "FAIL: no \"$1\": $2"; cat "$work/out"; failed=1; }
}
rehearse 0 "does all that the launch will ask of it" embedded --smp 2
for line in '258.0 MiB in 2 memslots, all private' \
	'regions   6, 538 pages in the plan.s order by one vCPU' \
	'the rest  255.9 MiB by 2 threads' '66048 of 4 KiB, 0 of 2 MiB' \
	'KVM_TDX_FINALIZE_VM *MRTD: nothing was measured here' \
	'^not seen  MRTD: nothing was measured'; do
	grep -Eq "$line" "$work/out" || { echo "FAIL: a rehearsal without: $line"; failed=1; }
done
grep -Eq '[0-9a-f]{96}' "$work/out" && { echo "FAIL: a rehearsal shows a digest"; failed=1; }
rehearse 0 '"rehearsal": true' embedded:7.3,no-tdx --json --smp 2
member private true
member pages_4k 66048
member pages_4k 538
member bytes 268328960 # 256 MiB without 26 pages
member verdict '"yes"'
grep -q '"KVM_X86_TDX_VM"' "$work/out" || { echo "FAIL: TDX is not missed"; failed=1; }
grep -q '"mrtd"' "$work/out" && { echo "FAIL: a rehearsal has a member mrtd"; failed=1; }
rehearse 3 "with ordinary memory in a default VM" embedded:6.12,no-sw-protected
rehearse 3 '"private": false' embedded:6.12,no-sw-protected --json
rehearse 1 "KVM_CAP_PRE_FAULT_MEMORY" embedded:7.3,no-tdp
rehearse 2 "takes a Linux version, no-tdx" embedded:no-tdz
rehearse 2 "imitates Linux 6.11, 6.12" embedded:5.4
rehearse 2 "--log has no place there" embedded --log "$work/x"
rehearse 2 "--mrowner has no place there" embedded --mrowner "$golden"
rehearse 2 "--prefault has no place there" embedded --prefault all
rehearse 2 "no MRTD for --bare" embedded --bare
rehearse 3 "can be measured but not launched" embedded --flow qemu-8.2-canonical
rehearse 0 "does all" embedded --trace "$work/trace"
grep -q 'KVM_CREATE_VM, 1' "$work/trace" || { echo "FAIL: not in a protected VM"; failed=1; }
grep -q 'ENCRYPT\|TDH.M' "$work/trace" && { echo "FAIL: a rehearsal uses TDX"; failed=1; }

expect 0 "TDs can be launched here" host --kvm embedded
expect 0 '"tdx": true' host --kvm embedded --json
expect 1 "is not KVM" host --kvm /dev/null

# Another Linux: 6.12 knows no TDX, 6.16 launches the same TD.
expect 1 "No TDs can be launched here" host --linux 6.12
expect 0 "TDs can be launched here" host --linux 6.16 --kvm auto
expect 2 "imitates Linux 6.11, 6.12" host --linux 5.4
expect 2 "about the embedded kernel" host --linux 6.16 --kvm /dev/kvm
expect 0 "$golden" launch --firmware "$firmware" --linux 6.16 --bare
expect 3 "lacks" launch --firmware "$firmware" --linux 6.12
expect 2 "imitates Linux 6.11, 6.12" launch --firmware "$firmware" --linux 5.4 --kvm embedded
expect 2 "about the embedded kernel" launch --firmware "$firmware" --linux 6.16 --kvm /dev/kvm
exit $failed
