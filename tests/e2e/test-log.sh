#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Measurement logs from the command line: shown, verified, compared.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
need_firmware

run 0 log create --firmware "$firmware" page.log
run 0 log create --firmware "$firmware" --detail region region.log
run 0 log create --firmware "$firmware" --flow qemu-8.2-canonical other.log
run 0 log create --firmware "$firmware" -m 4G more.log

# What a launch writes is what its plan said, but for the host.
"$tool" launch --firmware "$firmware" --kvm embedded --log launch.log -q >/dev/null 2>&1 || fail "no launch"
run 0 log diff page.log launch.log
same log-diff-same.txt

# The init record, and so its digest, depends on the version.
run 0 log show region.log
sed -i '/ init /s/[0-9a-f]*\.\.\./DIGEST/' out
same log-show.txt
run 0 log show --json region.log
grep -q '"tool":"tdlaunch [0-9]' out || fail "no tool is named"
sed -i '/"recnum":1,/d' out
same log-show.json
# The first page of BFV, at 0x20000 of the file, by somebody else's SHA-256.
sum=$(dd if="$firmware" bs=4096 skip=32 count=1 2>/dev/null | sha256sum | cut -d ' ' -f 1)
run 0 log show --json page.log
grep '"event":"page","gpa":"0xffe20000",' out | grep -q "$sum" || fail "no page has digest $sum"
run 0 log verify region.log --firmware "$firmware"
same log-verify.txt
run 0 log verify region.log --firmware "$firmware" --json
is_json
same log-verify.json
run 1 log diff page.log other.log
same log-diff-order.txt
run 1 log diff page.log more.log
same log-diff-bytes.txt

# The first 4000 bytes are whole records and the beginning of one.
head -c 4000 page.log >short.log
run 3 log verify short.log --firmware "$firmware"
same log-verify-short.txt

# A byte of a page's digest, which ends at byte 3979.
{ head -c 3960 page.log; printf '\377'; tail -c +3962 page.log; } >bad.log
run 1 log verify bad.log --firmware "$firmware"
same log-verify-bad.txt
finish
