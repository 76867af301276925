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
launch 2 "region" --log "$work/x" --log-detail regoin
launch 3 "No space left" --log /dev/full
expect 2 "which firmware?" launch
expect 3 "/dev/null is not KVM" launch --firmware "$firmware" --kvm /dev/null
expect 3 "--kvm embedded" launch --firmware "$firmware" --kvm /dev/null
expect 2 "--kvm takes" launch --firmware "$firmware" --kvm nowhere

# A trace has every call and what the module did under it.
launch 0 "all 2 agree" --trace "$work/trace"
for line in 'KVM_TDX_FINALIZE_VM' 'seamcall TDH.MR.FINALIZE' 'KVM_TDX_INIT_MEM_REGION'; do
	grep -q "$line" "$work/trace" || { echo "FAIL: no $line in the trace"; failed=1; }
done

# A signal stops it, and says so.
rm -f "$work/log"
"$tool" launch --firmware "$firmware" --kvm embedded -m 900G --prefault all -q \
	--log "$work/log" 2>"$work/err" &
pid=$!
until [ -s "$work/log" ]; do
	sleep 0.1
done
kill -TERM "$pid"
got=0
wait "$pid" || got=$?
if [ "$got" != 3 ] || ! grep -q "stopped on request" "$work/err"; then
	echo "FAIL: SIGTERM: exit $got"
	cat "$work/err"
	failed=1
fi

expect 0 "TDs can be launched here" host --kvm embedded
expect 0 '"tdx": true' host --kvm embedded --json
expect 1 "is not KVM" host --kvm /dev/null
exit $failed
