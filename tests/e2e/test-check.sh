#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# check: a firmware is launched, its TD boots, its evidence is collected and checked, and then one
# thing is wrong at a time.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
. "$TDL_SRCDIR/tests/e2e/td.sh"

# claim STATE NAME: the result has such a line.
claim() {
	grep -q "^$1  *$2 " out || fail "no '$1 $2': $(cat out)"
}
# answer WORDS: the last line.
answer() {
	tail -n 1 out | grep -q "^answer: $1:" || fail "not '$1': $(tail -n 3 out)"
}

echo '{"tdlaunch_policy":1,"tcb_status":["UpToDate"]}' >policy.json

judge() { # CODE EVIDENCE OPTION...
	code=$1
	shift
	run "$code" check "$@" --root root.der --at 2026-03-01 --trust ca.pem
}
good="--collateral collateral --expect manifest.json --firmware $firmware --nonce c0ffee"
# shellcheck disable=SC2086
{
	judge 0 td $good --policy policy.json --require quote,report,log,event-log
	answer yes
	for name in manifest quote tcb policy report log event-log replay report-in-quote log-of-td \
		mrtd rtmr1 rtmr2 firmware reportdata; do
		claim passed $name
	done
	grep '^passed *rtmr1 ' out | grep -q 'signed manifest manifest.json' ||
		fail "where RTMR1 is expected from is not said"
	grep '^passed *policy ' out | grep -q 'policy policy.json' || fail "which policy is not said"

	# Quote and event log as an attester's JSON has them, alone and beside the quote itself.
	mkdir attester beside
	printf '{"cc_eventlog": "%s", "quote": "%s"}' "$(base64 td/ccel.bin | tr -d '\n')" \
		"$(base64 td/quote.bin | tr -d '\n')" >attester/evidence.json
	judge 0 attester $good
	claim passed quote
	claim passed replay
	printf '{"quote": "%s", "event_log": "[]"}' "$(od -An -v -tx1 td/quote.bin | tr -d ' \n')" \
		>beside/evidence.json
	cp td/quote.bin beside
	judge 0 beside $good
	claim passed second-quote

	# Every format, on standard output and in files; the answer does not depend on it.
	judge 0 td $good --json
	is_json
	judge 0 td $good --format markdown -q -o junit=a.xml -o a.txt --output tap=a.tap -o json=a.json
	[ -s out ] && fail "-q prints"
	head -n 1 a.xml | grep -q '^<?xml' || fail "a.xml is no XML"
	head -n 1 a.tap | grep -q '^TAP version' || fail "a.tap is no TAP"
	grep -q '|' a.txt || fail "a.txt is no Markdown"
	"$json_valid" <a.json || fail "a.json is no JSON"

	# An output that is full is no yes.
	judge 3 td $good -o /dev/full
	got=0
	"$tool" check td $good --root root.der --at 2026-03-01 --trust ca.pem >/dev/full 2>err || got=$?
	[ $got = 3 ] || fail "a full standard output ended with $got"

	# Another nonce; a time after the collateral; another root.
	judge 1 td --collateral collateral --expect manifest.json --nonce c0ffef
	claim failed reportdata
	run 1 check td $good --root root.der --at 2027-01-01 --trust ca.pem
	claim failed tcb
	run 1 check td $good --at 2026-03-01 --trust ca.pem
	claim failed quote

	# Left out: quote, then everything.
	mkdir some none
	cp td/launch.log td/tdreport.bin some
	judge 3 some $good
	claim 'not done' quote
	grep -q -- '--require log or --require report' out || fail "no hint at --require"
	judge 0 some $good --require log
	judge 3 td/launch.log $good --require log
	claim 'not done' rtmr1
	judge 0 some --firmware "$firmware" --nonce c0ffee --require log,report
	judge 3 some --firmware "$firmware" --require log,event-log
	claim 'not done' event-log
	judge 3 none $good
	answer 'cannot tell'
}

# Nothing to compare with; a log and no firmware.
judge 3 td --collateral collateral
claim 'not done' expected-values
claim 'not done' log

# Ties: a log of another launch, a report of another TD, events that were not extended.
cp -r td tie
"$tool" log create --firmware "$firmware" --flow qemu-8.2-canonical tie/launch.log
judge 1 tie --collateral collateral --expect manifest.json --nonce c0ffee
claim failed log-of-td
cp launch.log tie
cp report.bin tie/tdreport.bin
judge 1 tie --collateral collateral --expect manifest.json --nonce c0ffee
claim failed report-in-quote
cp td/tdreport.bin tie
# the fourth event's digest begins 14 bytes into it
size=$(grep -abo 'kernel and command line' td/ccel.bin | cut -d: -f1)
printf '\000' | dd of=tie/ccel.bin bs=1 seek=$((size - 20)) conv=notrunc 2>/dev/null
judge 1 tie --collateral collateral --expect manifest.json --nonce c0ffee
claim failed replay

# Evidence that would vouch for itself.
cp -r td self
printf 'c0ffee' >self/nonce
cp manifest.json policy.json root.der self
judge 3 self --collateral collateral --firmware "$firmware" --allow-unsigned
claim 'not done' manifest
claim 'not asked' policy
claim 'not asked' nonce
claim 'not asked' freshness
grep -q '^passed  *\(rtmr1\|reportdata\)' out && fail "evidence vouched for itself"
cp manifest.json.p7s self
judge 0 self --collateral collateral --firmware "$firmware"
claim passed rtmr1
run 1 check self --collateral collateral --firmware "$firmware" --at 2026-03-01 --trust ca.pem
claim failed quote

# A manifest of two references that differ in RTMR1 alone: the second one fits, as a whole.
first=$(sed -n '/^    {/,/^    }/p' manifest.json | sed 's/"flow": .*/"flow": "other",/' |
	sed "s/\"rtmr1\": .*/\"rtmr1\": \"$(cat rtmr2)\",/")
awk -v first="$first" '/^    \{/ && !done { print first ","; done = 1 } { print }' manifest.json >two.json
run 0 expect sign --key ca.key --cert ca.pem two.json
judge 0 td --collateral collateral --firmware "$firmware" --expect two.json
run 0 attest verify --quote td/quote.bin --collateral collateral --root root.der --at 2026-03-01 \
	--expect two.json --trust ca.pem
grep -q 'flow qemu' out || fail "another reference was taken: $(cat out)"

# Files that are none, or nothing known.
judge 3 td missing.bin --collateral collateral --expect manifest.json --firmware "$firmware"
claim 'not done' file
head -c 3000 /dev/urandom | tr -d '\001-\177' >noise.bin
judge 3 td noise.bin --collateral collateral --expect manifest.json --firmware "$firmware"
claim 'not done' file
mkdir many
for i in $(seq 1000); do echo x >many/$i; done
judge 3 many
says "more than 512"
judge 3 td --expect missing.json --collateral collateral --firmware "$firmware"
claim 'not done' manifest
judge 3 td --collateral missing
says "missing"

# An attestation result, read and verified by other programs.
peer() {
	/usr/bin/python3 "$TDL_SRCDIR/tests/e2e/exchange_peer.py" ear "$@" || fail "peer: $*"
}
for key in "es256 EC -pkeyopt ec_paramgen_curve:P-256" "es384 EC -pkeyopt ec_paramgen_curve:P-384" \
	"eddsa ED25519" "ps256 RSA -pkeyopt rsa_keygen_bits:2048"; do
	# shellcheck disable=SC2086
	openssl genpkey -out "${key%% *}.key" -algorithm ${key#* } 2>/dev/null
	openssl pkey -in "${key%% *}.key" -pubout -out "${key%% *}.pub"
done
# shellcheck disable=SC2086
{
	good="${good% --nonce *} --nonce c0ffee0102030405"
	for kind in es256 es384 eddsa ps256; do
		judge 1 td $good -o ear=result.jwt --ear-key $kind.key --json
		cp out verdict.json
		peer result.jwt $kind $kind.pub verdict.json contraindicated
	done
	judge 1 td $good -o json=verdict.json --format ear
	peer out none - verdict.json contraindicated
	"$tool" launch --kvm embedded --firmware "$firmware" --log launch.log --report report.bin \
		--nonce c0ffee0102030405 -q || fail "no launch"
	"$TDL_BUILDDIR/guest_world" report.bin . >boot.out 2>&1 || fail "no boot: $(cat boot.out)"
	run 0 attest collect --sysroot guest -o fresh
	judge 0 fresh $good -o json=verdict.json --format ear --ear-key es256.key
	peer out es256 es256.pub verdict.json affirming
	judge 0 fresh/tdreport.bin --require report $good -o json=verdict.json --format ear
	peer out none - verdict.json none
	judge 3 fresh $good --require log -o json=verdict.json --format ear
	peer out none - verdict.json none
	judge 3 fresh $good --format ear --ear-key manifest.json
	says "no private key"
	judge 2 fresh $good --ear-key es256.key
	says "neither is there"
	judge 2 fresh --nonce 01 --format ear
	says "at least 8 bytes"
}

# Command lines that make no sense.
run 2 check
says "EVIDENCE"
run 2 check td --require qoute
says "did you mean 'quote'"
run 2 check td --format xml
says "text, json, junit"
run 2 check td --nonce xyz
says "hex"
run 2 check td --report-data 00
says "128"
run 2 check td --at yesterday
says "2026-03-16T22:06:09Z"
run 2 check td --vars x
says "firmware"
run 2 check td --expect-field ppid=00
says "ppid"
run 2 check td --root manifest.json
says "root certificate"
run 2 check td -o junit=
says "name"

finish
