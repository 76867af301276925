#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# check --batch: many TDs through a pipe, whatever else comes through it.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
. "$TDL_SRCDIR/tests/e2e/td.sh"

rules="--firmware $firmware --root root.der --at 2026-03-01 --trust ca.pem --collateral collateral --expect manifest.json"
# batch CODE OPTION...: requests are in the file requests; out has the verdicts.
batch() {
	code=$1
	shift
	ran=$((ran + 1))
	got=0
	# shellcheck disable=SC2086
	"$tool" check --batch $rules "$@" <requests >out 2>err || got=$?
	[ "$got" = "$code" ] || fail "a batch ended with $got, not $code: $(head -c 300 err)"
}
# answers ID ANSWER ...: all verdicts in their order.
answers() {
	sed 's/^{"line": [0-9]*, "id": \([^,]*\), "answer": "\([^"]*\)".*/\1 \2/' out >got
	printf '%s %s\n' "$@" >want
	diff -u want got || fail "other verdicts"
}

mkdir other
cp td/* other
printf '\377' | dd of=other/quote.bin bs=1 seek=184 conv=notrunc 2>/dev/null
quote=$(base64 -w0 td/quote.bin)
cat >requests <<END
{"id": "one", "evidence": ["td"], "nonce": "c0ffee"}
{"id": 2, "evidence": ["other/quote.bin"]}

not JSON
{"id": 4, "evidence": ["missing"]}
{"id": 5, "evidence": ["td/quote.bin"], "nonce": "c0ffef"}
{"id": 6, "evidence": [{"name": "quote", "base64": "$quote"}], "expect": {"rtmr1": "$(cat rtmr1)"}}
{"id": 7, "evidence": [{"name": "quote", "base64": "$quote"}], "expect": {"rtmr1": "$(cat rtmr2)"}}
{"id": 8, "evidence": ["td"], "policy": "mine.json"}
END
for threads in 1 2 16; do
	batch 1 --threads $threads
	answers '"one"' yes 2 no null 'cannot tell' 4 'cannot tell' 5 no 6 yes 7 no 8 'cannot tell'
done
while read -r line; do
	echo "$line" | "$json_valid" || fail "not JSON: $line"
done <out
sed -n 6p out | grep -q '"name": "rtmr1".*"source": "the request"' || fail "the request's value is lost"
sed -n 3p out | grep -q '"line": 4' || fail "not the line's number"

# The exit code: a no beats what is unknown, which beats a yes.
grep '"one"\|: 6,\|: 4,' requests >some && mv some requests
batch 3
grep -v ': 4,' requests >some && mv some requests
batch 0
answers '"one"' yes 6 yes
cp requests all
batch 0 -q
[ -s out ] && fail "-q prints"
ran=$((ran + 1))
# shellcheck disable=SC2086
"$tool" check --batch $rules all </dev/null >again 2>err || fail "no requests from a file"
batch 0
cmp -s again out || fail "requests of a file are answered otherwise"
: >requests
batch 3
grep -q 'no request' err || fail "nothing to do is not said"

# Beneath a directory.
mkdir root
cp -r td root/td
ln -s ../td root/link
cat >requests <<'END'
{"id": 1, "evidence": ["td"], "nonce": "c0ffee"}
{"id": 2, "evidence": ["../td"]}
{"id": 3, "evidence": ["link"]}
{"id": 4, "evidence": ["/etc/hostname"]}
END
batch 3 --batch-root root
answers 1 yes 2 'cannot tell' 3 'cannot tell' 4 'cannot tell'
batch 3 --batch-root missing
grep -q 'missing' err || fail "what root is missing is not said"

# An answer comes before the next question; who has left ends it; a full device is an error.
mkfifo questions answers
# shellcheck disable=SC2086
"$tool" check --batch $rules <questions >answers 2>err &
exec 3>questions 4<answers
for i in 1 2 3; do
	echo "{\"id\": $i, \"evidence\": [\"td/quote.bin\"]}" >&3
	read -r line <&4
	case $line in
	*"\"id\": $i, \"answer\": \"yes\""*) ran=$((ran + 1)) ;;
	*) fail "answer $i: $line" ;;
	esac
done
exec 4<&-
echo '{"evidence": ["td/quote.bin"]}' >&3
got=0
wait $! || got=$?
[ $got = 3 ] || fail "it ended with $got when its reader had left"
[ -s err ] && fail "a reader who left is news: $(cat err)"
exec 3>&-
got=0
# shellcheck disable=SC2086
"$tool" check --batch $rules <all >/dev/full 2>err || got=$?
[ $got = 3 ] || fail "a full device ended with $got"
grep -q 'cannot write a verdict.*ENOSPC' err || fail "a full device: $(cat err)"

# A line of 100 MB, zeros, and after them a request.
{
	head -c 100000000 /dev/zero
	printf '\n\000\n'
	cat all
} >requests
ran=$((ran + 1))
got=0
# shellcheck disable=SC2086
(
	# 400 MB are enough for any number of threads; sanitizers need far more
	nm "$tool" 2>/dev/null | grep -q __asan || ulimit -v 400000
	exec "$tool" check --batch $rules
) <requests >out 2>err || got=$?
[ $got = 3 ] || fail "a long line ended with $got: $(cat err)"
answers null 'cannot tell' null 'cannot tell' '"one"' yes 6 yes

run 2 check --batch --format json
says "for one TD"
run 2 check --batch a b
run 2 check td --threads 2
says "need --batch"
run 2 check --batch --threads 0
finish
