#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Anchoring: extends a second, all in one session, against a loop of tpm2_pcrextend on the same swtpm,
# the same banks; verifying an anchored log against "log verify" of it, both with the firmware;
# collecting evidence in a recorded guest. Whole processes, in turn.
set -eu
. "$TDL_SRCDIR/tests/bench/lib.sh"
. "$TDL_SRCDIR/tests/e2e/tpm.sh"
loops=${TDL_BENCH_ANCHOR_LOOPS:-50}

title "anchors in a TPM (swtpm), collecting"
missing=$(have_tpm) || {
	echo "  $missing"
	exit 1
}
start_tpm
TDLAUNCH_TPM_TCTI=swtpm:path=$tpm/sock
export TDLAUNCH_TPM_TCTI
cd "$work"

"$build/make_tdvf" 4m.fd
for detail in page region; do
	"$tool" log create --firmware 4m.fd --detail $detail $detail.log
done
cat >loop.sh <<END
digest() { printf "%0\${1}d" 1; }
values=sha1=\$(digest 40),sha256=\$(digest 64),sha384=\$(digest 96),sha512=\$(digest 128)
i=0
while [ \$i -lt $loops ]; do
	tpm2_pcrextend 14:\$values || exit 1
	i=\$((i + 1))
done
END
"$build/alternate" "${TDL_BENCH_ANCHOR_RUNS:-5}" "$tool" anchor extend --again page.log \
	-- sh loop.sh >times
{
	read -r extend _
	read -r loop _
} <times
records=$(grep -c ^extended page.log.anchor)
row "tpm2_pcrextend, a process an extend" "$(ratio "${loops}e3" "$loop")" extends/s
row "anchor extend, $records records, process and all" "$(ratio "${records}e3" "$extend")" extends/s
row "  as a ratio to tpm2_pcrextend" \
	"$(ratio "$(ratio "${records}e3" "$extend")" "$(ratio "${loops}e3" "$loop")")" times at-least 5

nonce=00112233445566778899aabbccddeeff
for detail in page region; do
	new_tpm
	"$tool" anchor extend --again -q $detail.log
	"$tool" anchor quote --nonce $nonce --key-pem key.pem quote
	"$build/alternate" "${TDL_BENCH_RUNS:-41}" "$tool" log verify --firmware 4m.fd $detail.log \
		-- "$tool" anchor verify --quote quote --key key.pem --nonce $nonce --tpm any \
		--firmware 4m.fd $detail.log >times
	{
		read -r plain plain_cpu
		read -r anchored anchored_cpu
	} <times
	row "log verify, detail $detail" "$plain" ms
	row "anchor verify of the same, log and anchor" "$anchored" ms
	row "  as a ratio to log verify" "$(ratio "$anchored" "$plain")" times at-most 1.2
	row "  in CPU time" "$(ratio "$anchored_cpu" "$plain_cpu")" times
done

"$tool" launch --firmware 4m.fd --kvm embedded --report report.bin -q
mkdir world
"$build/guest_world" report.bin world >/dev/null
# shellcheck disable=SC2016
"$build/alternate" 21 sh -c 'rm -rf td; exec "$0" attest collect --sysroot world/guest -o td' "$tool" \
	-- sh -c 'rm -rf td; exec "$0" --version' "$tool" >times
{
	read -r collect _
	read -r nothing _
} <times
row "attest collect in a recorded guest" "$(minus "$collect" "$nothing")" ms
