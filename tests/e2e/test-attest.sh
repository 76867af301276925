#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# attest and decode: exit codes, and that a yes needs something to compare with.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
seeds=$TDL_SRCDIR/tests/fuzz/corpus

run 0 attest show "$seeds/fuzz_quote/v5"
grep -q '^kind: TD quote$' out || fail "a quote is not called one"
run 0 attest show --json --offsets "$seeds/fuzz_quote/v4"
"$json_valid" <out || fail "attest show --json is no JSON"
run 0 attest show "$seeds/fuzz_pck/leaf"
grep -q 'Intel SGX PCK Certificate' out || fail "a certificate is not called one"
run 3 attest show /dev/null
head -c 700 "$seeds/fuzz_quote/v4" >cut
run 3 attest show cut
grep -q 'signature length at 632' err || fail "where the quote is cut is not said"

# A certificate given as a quote, and a quote without collateral.
run 1 attest verify --quote "$seeds/fuzz_pck/leaf"
run 1 attest verify --quote "$seeds/fuzz_quote/v4" --at 2026-03-01
grep -q 'root: failed' out || fail "a root of our own is not refused"
run 1 attest verify --quote "$seeds/fuzz_pck/leaf" --at 2026-03-01
grep -q 'this is X.509 certificates' out || fail "a certificate is not called one"
run 2 attest verify
run 2 attest verify --quote "$seeds/fuzz_quote/v4" --nonce xyz
run 2 attest verify --quote "$seeds/fuzz_quote/v4" --at yesterday
run 3 attest verify --quote missing

run 3 attest replay "$seeds/fuzz_ccel/ovmf"
grep -q 'nothing to compare with' out || fail "what is missing is not said"
run 1 attest replay --quote "$seeds/fuzz_quote/v4" "$seeds/fuzz_ccel/ovmf"
rtmr1=$("$tool" attest replay "$seeds/fuzz_ccel/ovmf" | sed -n '/register: RTMR1$/{n;s/.*replayed: //p;}' | tail -1)
run 0 attest replay --rtmr "1=$rtmr1" "$seeds/fuzz_ccel/ovmf"

echo '{"tdlaunch_policy":1,"mrtd":[]}' >bad.json
run 1 attest policy lint bad.json
echo '{"tdlaunch_policy":1}' >policy.json
run 1 attest policy lint policy.json
grep -q 'no measurement is pinned' out || fail "lint does not warn"

run 0 decode 0x8000020000000092
grep -q 'SEPT_TREE (146)' out || fail "the operand is not named"
run 3 decode 0xdeadbeefdeadbeef
run 2 decode colour=3

# A world of our own: a platform that is up to date, and what its verdict rests on.
mkdir -p world/azure
"$TDL_BUILDDIR/attest_world" world || exit 1
by="--collateral world --root world/root.der --at 2026-03-01"
# shellcheck disable=SC2086
{
	run 0 attest verify --quote world/quote.bin $by
	# The same quote as text, and as a member of an attester's JSON.
	base64 world/quote.bin >quote.base64
	hex=$(od -An -v -tx1 world/quote.bin | tr -d ' \n')
	echo "0x$hex" >quote.hex
	printf '{ "report_data": "00", "quote": "%s" }' "$hex" >quote.json
	printf '{"cc_eventlog": "%s", "quote": "%s"}' \
		"$(base64 "$seeds/fuzz_ccel/ovmf" | tr -d '\n')" \
		"$(base64 world/quote.bin | tr -d '\n')" >attester.json
	for form in quote.base64 quote.hex quote.json attester.json; do
		run 0 attest verify --quote $form $by
		run 0 attest what-if $by $form
	done
	run 1 attest replay --quote attester.json attester.json
	grep -q 'quote attester.json' out || fail "JSON with a log and a quote is not replayed"
	echo '{"quote": 7}' >no-quote.json
	run 1 attest verify --quote no-quote.json $by
	grep -q 'this is JSON' out || fail "JSON without a quote is not called that"
	run 0 attest verify --quote world/quote.bin $by --min-tcb-evaluation 18
	run 1 attest verify --quote world/quote.bin $by --min-tcb-evaluation 19
	grep -q 'tcb-evaluation: failed: evaluation data number 18, at least 19' out ||
		fail "an old evaluation is not named"
	run 1 attest verify --quote world/quote.bin $by --policy policy.json --nonce 00
	run 1 attest verify --quote world/quote.bin --collateral world --at 2026-03-01
	run 0 attest explain --quote world/quote.bin $by
	grep -q '^  status: UpToDate$' out || fail "explain does not say the status"
	run 1 attest explain --json --quote world/quote.bin $by --min-tcb-evaluation 19
	"$json_valid" <out || fail "attest explain --json is no JSON"
	grep -q 'tcb-evaluation: failed' out || fail "explain does not say what failed"
	run 3 attest explain --quote world/quote.bin --root world/root.der --at 2026-03-01
	run 2 attest explain $by
	run 3 attest explain --quote missing $by
	run 0 attest what-if $by world/quote.bin world/quote.bin
	[ "$(grep -c '^yes  *UpToDate  *world/quote.bin$' out)" = 2 ] || fail "a yes has a reason"
	run 1 attest what-if $by --min-tcb-evaluation 20 world/quote.bin
	grep -q '^no .* world/quote.bin  tcb-evaluation: evaluation data number 18, at least 20' out ||
		fail "what is in the way is not said"
	run 1 attest what-if --json $by world/quote.bin "$seeds/fuzz_quote/v4"
	"$json_valid" <out || fail "attest what-if --json is no JSON"
	grep -q '"why": "root: ' out || fail "what-if --json does not say why"
	grep -q '"answer": "yes"' out || fail "the good quote is not among what-if's rows"
	run 2 attest what-if world/quote.bin
}

# Public evidence, when it is at hand.
corpus=${TDL_CORPUS:-$TDL_SRCDIR/../shared/corpus}/attestation
if [ -d "$corpus" ]; then
	quote=$corpus/quotes/v5-go-sample-cf77a6e9.bin
	bundle=$corpus/collateral/90c06f-2026-03
	run 0 attest verify --quote "$quote" --collateral "$bundle" --at 2026-03-17
	run 1 attest verify --quote "$quote" --collateral "$bundle" --at 2026-05-01
	run 1 attest verify --quote "$quote" --collateral "$bundle" --at 2026-03-17 --nonce 00
	run 1 attest what-if --collateral "$bundle" --at 2026-03-17 "$corpus"/quotes/*.bin
	run 0 attest collateral --at 2026-03-17 "$bundle"
	run 1 attest collateral --at 2026-03-17 --warn-days 60 "$bundle"
	run 0 attest replay --report "$corpus/tdreport/v0-live.bin" "$corpus/ccel/ovmf-live-1.bin"
else
	echo "note: no public evidence at hand"
fi

# Collecting: what a recorded guest holds goes into a folder as it is; without a quote it is a 3.
mkdir -p guest/dev guest/proc guest/sys/kernel/config/tsm/report guest/sys/class/tpm/tpm0
cp "$seeds/fuzz_report/zeros" guest/dev/tdx_guest
echo console=ttyS0 >guest/proc/cmdline
run 3 attest collect --sysroot guest -o found
cmp -s found/cmdline guest/proc/cmdline || fail "the command line is not in the folder"
grep -q 'TD quote: the copy has no entry' out || fail "why there is no quote is not said"
mkdir guest/sys/kernel/config/tsm/report/one
echo tdx_guest >guest/sys/kernel/config/tsm/report/one/provider
cp "$seeds/fuzz_quote/v4" guest/sys/kernel/config/tsm/report/one/outblob
run 3 attest collect --sysroot guest -o found
grep -q 'folder found is not empty' err || fail "a full folder is not refused"
run 0 attest collect --json --sysroot guest -o found2 --nonce 0102
"$json_valid" <out || fail "attest collect --json is no JSON"
grep -q 'a TPM is beside this TD' out || fail "the TPM of the host is not warned of"
grep -q 'mrtd in the TDREPORT is not that in the quote: they are' out || fail "two TDs pass for one"
grep -q 'rtmr0 in the TDREPORT is not that in the quote: it was' out || fail "no word on RTMR0"
grep -q 'rtmr3 in the TDREPORT is not' out && fail "equal registers are called different"
grep -q 'the quote has other report data' out || fail "a recorded quote passes for a fresh one"
cmp -s found2/quote.bin "$seeds/fuzz_quote/v4" || fail "the quote is not as recorded"
run 3 attest collect --sysroot nowhere -o found3
[ ! -e found3 ] || fail "a folder of nothing was left"
run 2 attest collect
run 2 attest collect -o x --nonce 123

finish
