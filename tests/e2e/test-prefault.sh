#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# tdlaunch prefault on the embedded kernel: what it counts, and what it refuses.
. "$TDL_SRCDIR/tests/e2e/lib.sh"

# has PATTERN: a line of standard output matches.
has() {
	grep -Eq -- "$1" out || fail "no line like '$1': $(cat out)"
}

run 0 prefault --kvm embedded --size 64M --threads 3 --repeat 2
has '^kvm +the embedded kernel$'
has '^memory  64 MiB, ordinary$'
has '^times   medians of 2$'
# 64 MiB are 16384 pages, mapped one a step; rows for 1, 2 and 3 threads and a bar for each
for threads in 1 2 3; do
	has "^ +$threads .* 4096 .* 16384 of 4 KiB, 0 of 2 MiB, 0 of 1 GiB\$"
	has "^ +$threads threads?  #* [0-9]+ pages a second\$"
done
[ "$(grep -c '16384 of 4 KiB' out)" = 3 ] || fail "not three rows"
[ "$(grep -c ' #\{50\} ' out)" -ge 1 ] || fail "no bar is the longest"
has 'the embedded kernel cannot run a guest'

# 2 MiB a step, 4 GiB of which the part above 2 GiB lies elsewhere
run 0 prefault --kvm embedded --size 4G --hugepages --threads 1 --repeat 1 --json
is_json
has '"pages_4k": 0,'
has '"pages_2m": 2048,'
has '"bytes_per_step": 2097152\.0'
has '"bytes": 4294967296,'
has '"hugepages": true'
has '"guest": false'
grep -q first_touch out && fail "a touch that cannot have been"

run 0 prefault --kvm embedded --size 16M --private --threads 2 --repeat 1 --json --linux 6.16
is_json
has '"private": true'
[ "$(grep -c '"pages_4k": 4096,' out)" = 2 ] || fail "not 4096 pages in two rows"
[ "$(grep -c '"ratio_to_one_thread": 1.0,' out)" = 1 ] || fail "one row is not the first"
run 0 prefault --kvm embedded --size 4M --threads 1 -q
[ -s out ] && fail "-q is not quiet"

run 1 prefault --kvm embedded:7.3,no-tdp
says 'KVM_CAP_PRE_FAULT_MEMORY, since Linux 6.11'
run 1 prefault --kvm embedded:7.3,no-sw-protected --private
says 'has no private memory (KVM_X86_SW_PROTECTED_VM, since Linux 6.8)'
run 0 prefault --kvm embedded:7.3,no-sw-protected --size 4M --threads 1 --repeat 1
run 2 prefault --hugepages --private
says 'ordinary memory'
run 2 prefault --kvm embedded --size 5000B
says '5000 bytes are not whole pages of 4096'
run 2 prefault --kvm embedded --size 8192B --threads 3
says '3 threads need more than 8192 bytes'
run 2 prefault --threads 0
says '0 is not between 1 and 1024'
run 2 prefault --repeat x
says 'not a whole number'
run 2 prefault --privaet
says 'did you mean --private'
run 2 prefault --kvm nowhere
run 3 prefault --kvm /dev/null
says 'is not KVM'
finish
