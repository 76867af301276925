#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The frame: help, misspellings, exit codes, where output goes.
. "$TDL_SRCDIR/tests/e2e/lib.sh"

run 2
[ -s out ] && fail "usage belongs on standard error"
run 0 --help
grep -q '^  measure ' out || fail "the help does not list measure"
run 0 --version
grep -q '^tdlaunch [0-9]' out || fail "no version"

run 2 mesure
says "did you mean 'measure'?"
run 2 xyzzy
says "there is no command 'xyzzy'"
run 2 expect verfy
says "did you mean 'expect verify'?"
run 2 measure --flwo=qemu x
says "did you mean --flow?"
run 2 measure --flow
says "needs a value"
run 2 measure --json=1 x
says "takes no value"
run 2 measure
says "it needs IMAGE"
run 2 measure a b
says "'b' is one argument too many"
run 2 measure --encoding base46 x
says "did you mean 'base64'?"
run 2 measure --bare --json x
says "--bare prints one value"

# Results that do not arrive are not results.
code=0
"$tool" --help >/dev/full 2>err || code=$?
[ "$code" = 3 ] || fail "/dev/full: exit code $code"
grep -q ENOSPC err || fail "/dev/full: $(cat err)"
code=0
"$tool" --help >&- 2>err || code=$?
[ "$code" = 3 ] || fail "closed output: exit code $code"
# A reader who leaves knows it: no message, but no success either. The first program writes all at
# its end, the second has more than a buffer of it.
for command in --help "conformance --list"; do
	# shellcheck disable=SC2086
	{ sleep 0.2; "$tool" $command 2>err; echo $? >code; } | true
	[ "$(cat code)" = 3 ] || fail "closed pipe: exit code $(cat code)"
	[ -s err ] && fail "closed pipe: $(cat err)"
done

# No colour and no progress where nobody looks.
run 2 mesure
grep -q "$(printf '\033')" err && fail "colour in a file"
finish
