#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# check: launch logs that are anchored in a TPM, as one more claim; one thing is wrong at a time.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
. "$TDL_SRCDIR/tests/e2e/tpm.sh"
need_firmware
need_tpm
start_tpm
TDLAUNCH_TPM_TCTI=swtpm:path=$tpm/sock
export TDLAUNCH_TPM_TCTI
nonce=00112233445566778899aabbccddeeff

# claim STATE NAME PATTERN: the result has such a line.
claim() {
	grep -q "^$1  *$2 .*${3-}" out || fail "no '$1 $2 ${3-}': $(cat out)"
}
# judge CODE EVIDENCE OPTION...
judge() {
	code=$1
	shift
	run "$code" check "$@" --require log,anchor --firmware "$firmware"
}
trusted="--tpm-key key.pem --tpm-nonce $nonce --tpm software"

mkdir td
run 0 launch --kvm embedded --firmware "$firmware" --log td/launch.log --anchor pcr:14 \
	--report report.bin --nonce $nonce
run 0 anchor quote --nonce $nonce --key-pem key.pem td/tpm.quote

# shellcheck disable=SC2086
{
	judge 0 td $trusted
	claim passed anchor "10 records of 1 logs are what pcr:14 holds, by the quote of a TPM (software)"
	claim passed log
	judge 0 td $trusted --json
	is_json
	# One nonce for the TD and the TPM.
	judge 0 td report.bin --tpm-key key.pem --nonce $nonce --tpm any
	claim passed reportdata
	claim passed anchor

	# What is missing is not yes.
	judge 3 td --tpm-key key.pem --tpm-nonce $nonce
	claim "not done" anchor "tpm: software"
	judge 3 td --tpm-nonce $nonce --tpm any
	claim "not done" anchor "key: no key given"
	judge 3 td --tpm-key key.pem --tpm any
	claim "not done" anchor "nonce: no nonce given"
	judge 3 td/launch.log td/launch.log.anchor $trusted
	claim "not done" anchor "no quote of the TPM: not used"
	claim "not done" anchor "there is no quote of a TPM"
	judge 3 td/launch.log td/tpm.quote $trusted
	claim "not done" anchor "no journal says"
	judge 3 td/launch.log.anchor td/tpm.quote $trusted
	claim "not done" anchor "the log of this journal is missing"
	run 0 check td/launch.log --require log --firmware "$firmware"

	# What is wrong is no.
	judge 1 td --tpm-key key.pem --tpm any --tpm-nonce ff112233445566778899aabbccddeeff
	claim failed anchor "nonce: the quote has another nonce"
	openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null |
		openssl ec -pubout -out other.pem 2>/dev/null
	judge 1 td --tpm-key other.pem --tpm any --tpm-nonce $nonce
	claim failed anchor "key: another key"

	# The log of another launch of the same firmware: it verifies, but is not the one anchored.
	cp -r td forged
	run 0 log create --firmware "$firmware" --detail region forged/launch.log
	judge 1 forged $trusted
	claim passed log
	claim failed anchor "value: the records give"

	# A second log behind the first, found in the order of their journals.
	cp -r td two
	run 0 launch --kvm embedded --firmware "$firmware" --log two/a-second.log --anchor pcr:14
	run 0 anchor quote --nonce $nonce --key-pem key.pem two/tpm.quote
	judge 0 two $trusted
	claim passed anchor "20 records of 2 logs"
	rm two/launch.log
	judge 3 two $trusted
	claim "not done" anchor "the log of this journal is missing"
	claim "not done" anchor "start: the register held something before"
	rm two/launch.log.anchor
	judge 0 two $trusted --tpm-start \
		"$(python3 "$TDL_SRCDIR/tests/e2e/replay_anchor.py" sha384 td/launch.log)"

	# A register that can be reset.
	mkdir debug
	run 0 launch --kvm embedded --firmware "$firmware" --log debug/launch.log --anchor pcr:16
	run 0 anchor quote --register pcr:16 --nonce $nonce --key-pem key.pem debug/tpm.quote
	judge 3 debug $trusted
	claim "not done" anchor "register: PCR 16 can be reset"
	judge 0 debug $trusted --tpm-resettable
}

# A batch: each TD with a nonce, key and start of its own.
start=$(python3 "$TDL_SRCDIR/tests/e2e/replay_anchor.py" sha384 td/launch.log)
# requests NAME...: the named ones, a line each.
requests() {
	python3 - "$nonce" "$start" "$@" <<-'END' >requests
		import json, sys
		nonce, start, *names = sys.argv[1:]
		key, other = open("key.pem").read(), open("other.pem").read()
		own = {"tpm_key": key, "tpm_nonce": nonce}
		td = {"evidence": ["td"]}
		both = {"evidence": ["td", "report.bin"]}
		rows = {
		    "own": dict(td, **own),
		    "second": dict(own, tpm_start=start, evidence=["two"]),
		    "second from zero": dict(own, evidence=["two"]),
		    "other nonce": dict(td, tpm_key=key, tpm_nonce="ff" + nonce),
		    "other key": dict(td, tpm_key=other, tpm_nonce=nonce),
		    "no nonce": dict(td, tpm_key=key),
		    "no key": dict(td, tpm_nonce=nonce),
		    "both nonces": dict(both, nonce=nonce, **own),
		    "one nonce": dict(both, nonce=nonce, tpm_key=key),
		    "own nonce last": dict(both, nonce=nonce, tpm_key=key, tpm_nonce="ff" + nonce),
		    "own nonce first": dict(tpm_nonce="ff" + nonce, nonce=nonce, tpm_key=key, **both),
		    "start": dict(td, tpm_start=start),
		    "nothing": td,
		}
		for name in names:
		    print(json.dumps(rows[name]))
	END
}
answers() {
	sed 's/.*"id": null, "answer": "\([^"]*\)".*/\1/' out | tr '\n' ',' >got
	[ "$(cat got)" = "$1" ] || fail "answers $(cat got), not $1: $(cat out)"
}
batch="check --batch requests --require log,anchor --firmware $firmware"
# shellcheck disable=SC2086
{
	requests own second "second from zero" "other nonce" "other key" "no nonce" "no key" "both nonces" \
		"one nonce" "own nonce last" "own nonce first"
	run 1 $batch --tpm software
	answers "yes,yes,cannot tell,no,no,cannot tell,cannot tell,yes,yes,no,no,"
	# What the command line says for all is not a request's to say.
	requests own
	run 3 $batch --tpm-nonce "ff$nonce"
	grep -q -- "--tpm-nonce says it for all" out || fail "a request overrules a nonce: $(cat out)"
	run 3 $batch --tpm-key other.pem
	grep -q -- "--tpm-key says it for all" out || fail "a request overrules a key: $(cat out)"
	requests start
	run 3 $batch --tpm-start "$start"
	grep -q -- "--tpm-start says it for all" out || fail "a request overrules a start: $(cat out)"
	requests nothing
	run 0 $batch $trusted
}

# A quote that is damaged; files of an anchor in another version.
mkdir broken
cp td/launch.log td/launch.log.anchor broken
head -c 300 td/tpm.quote >broken/tpm.quote
# shellcheck disable=SC2086
judge 1 broken $trusted
claim failed anchor "quote: line"
printf 'tdlaunch-quote 2\n' >broken/tpm.quote
# shellcheck disable=SC2086
judge 1 broken $trusted
claim failed anchor "quote: does not start with"

run 2 check td --tpm-nonce 00
says "8 to 64 bytes"
run 2 check td --tpm hardwar
says "did you mean 'hardware'"
run 2 check td --require ancor
says "did you mean 'anchor'"
run 3 check td --tpm-key missing.pem
says "missing.pem"
finish
