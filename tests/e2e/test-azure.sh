#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# attest verify over evidence from under a paravisor: quote, HCL report and TPM quote together.
. "$TDL_SRCDIR/tests/e2e/lib.sh"

mkdir -p world/azure
"$TDL_BUILDDIR/attest_world" world || exit 1
w=world/azure
mrtd=$(printf '4d%.0s' $(seq 48))
pcr7=$(printf '07%.0s' $(seq 32))
nonce=$(printf 'nonce of the test' | od -An -v -tx1 | tr -d ' \n')

# judge CODE OPTION...: verify the world's quote.
judge() {
	code=$1
	shift
	run "$code" attest verify --quote $w/quote.bin --collateral $w --root $w/root.der \
		--at 2026-03-01 "$@"
}

# The quote alone attests the platform, and the verdict says so.
judge 0
grep -q 'guest: not asked: .*not the guest image; that needs the vTPM' out ||
	fail "a paravisor's quote passes for the guest's"

set -- --hcl-report $w/hcl.bin --tpm-quote $w/tpm-quote.bin --tpm-signature $w/tpm-signature.bin \
	--pcrs $w/pcrs.bin
judge 0 "$@" --tpm-nonce "$nonce" --expect-field "pcr7=$pcr7" --expect-field "mrtd=$mrtd"
for check in hcl-report hcl-binding hcl-tdreport tpm-quote tpm-signature tpm-nonce tpm-pcrs pcr7 mrtd; do
	grep -q "^  $check: passed" out || fail "$check is not passed"
done
grep -q '  guest:' out && fail "the guest is asked for again"
judge 0 "$@" --json
is_json
judge 0 "$@"
grep -q "tpm-nonce: not asked" out || fail "an old TPM quote is not warned of"
grep -q "can play the paravisor" out || fail "a paravisor of anybody's is not warned of"
judge 1 "$@" --tpm-nonce 00
judge 1 "$@" --expect-field "pcr8=$pcr7"
judge 1 --expect-field "pcr7=$pcr7"
judge 3 --hcl-report $w/hcl.bin
grep -q "tpm-quote: not done" out || fail "what is missing is not said"
judge 1 "$@" --hcl-report $w/quote.bin
judge 2 --tpm-quote $w/tpm-quote.bin
judge 2 "$@" --tpm-nonce xyz

# A policy pins registers of the vTPM too.
printf '{"tdlaunch_policy":1,"mrtd":"%s","pcr7":["%s"]}' "$mrtd" "$pcr7" >policy.json
judge 0 "$@" --policy policy.json
judge 1 --policy policy.json
run 0 attest policy lint policy.json
printf '{"tdlaunch_policy":1,"pcr7":"%s"}' "$pcr7" >policy.json
run 1 attest policy lint policy.json
grep -q 'PCRs are pinned without MRTD' out || fail "lint does not know that PCRs need MRTD"

# All in one document.
hex() {
	od -An -v -tx1 "$1" | tr -d ' \n'
}
{
	printf '{"td_quote":"%s","hcl_report":"%s",' "$(hex $w/quote.bin)" "$(hex $w/hcl.bin)"
	printf '"tpm_quote":{"message":"%s",' "$(hex $w/tpm-quote.bin)"
	printf '"signature":"%s","pcrs":[' "$(hex $w/tpm-signature.bin)"
	od -An -v -tx1 -w32 $w/pcrs.bin | sed 's/ //g; s/.*/"&"/' | paste -sd, | tr -d '\n'
	printf ']}}\n'
} >evidence.json
"$json_valid" <evidence.json || fail "the test's own document is no JSON"
run 0 attest verify --quote evidence.json --collateral $w --root $w/root.der --at 2026-03-01 \
	--tpm-nonce "$nonce" --expect-field "pcr7=$pcr7"
grep -q '^  pcr7: passed' out || fail "the document's PCRs are not compared"
run 2 attest verify --quote evidence.json --hcl-report $w/hcl.bin
run 0 attest show evidence.json
grep -q '^signed_by_hclakpub: yes\|signed_by_hclakpub: yes' out || fail "attest show does not check"
run 0 attest what-if --collateral $w --root $w/root.der --at 2026-03-01 evidence.json $w/quote.bin

finish
