#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The conformance suite from the command line: results, exit codes, what is refused.
. "$TDL_SRCDIR/tests/e2e/lib.sh"

run 0 conformance --list
cases=$(wc -l <out)
[ "$cases" -ge 200 ] || fail "only $cases cases"
run 0 conformance --list --only 'td_mrtd_*'
[ "$(wc -l <out)" -lt "$cases" ] || fail "--only does not choose"
grep -qv '^td_mrtd_' out && fail "--only lists others: $(cat out)"

run 0 conformance --only 'vm_*' --seed 7 --repeat 2 --time-limit 600
grep -q '^1\.\.' out || fail "no TAP plan"
grep -q '^not ok' out && fail "$(grep '^not ok' out)"
tail -n 1 out | grep -q '^# [1-9][0-9]* passed, 0 failed, 0 skipped$' || fail "$(tail -n 1 out)"
cp out new.tap
run 0 conformance --only 'vm_*' -q
[ -s out ] && fail "-q prints"
run 0 conformance --compare new.tap new.tap
[ -s out ] && fail "a result differs from itself: $(cat out)"

# A kernel without a feature answers otherwise, and the comparison says where.
run 0 conformance --linux 6.12
cp out old.tap
run 0 conformance
cp out now.tap
run 1 conformance --compare old.tap now.tap
grep -q 'skipped' out || fail "Linux 6.12 has all that 7.2 has"
sed 's/^ok 1 \(.*\): got .*/not ok 1 \1: got nothing/' new.tap >broken.tap
run 1 conformance --compare new.tap broken.tap
grep -q 'FAIL nothing' out || fail "a failure is not shown: $(cat out)"

run 3 conformance --only nothing
says 'no case'
run 3 conformance --list --only nothing
says 'no case'
run 3 conformance --kvm /nowhere/kvm
says 'ENOENT'
run 3 conformance --compare new.tap missing.tap
says 'cannot be opened'
run 2 conformance --linux 5.0
says '5\.0'
run 2 conformance --kvm nowhere
says 'takes embedded'
run 2 conformance --kvm /dev/kvm --linux 6.12
says 'about the embedded kernel'
run 2 conformance --repeat many
says 'not a whole number'
run 2 conformance --compare new.tap
says 'needs two files'
run 2 conformance new.tap
says 'too many'
finish
