#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# attest collect under a paravisor: a swtpm with what Azure puts into a vTPM, a host that makes the TD
# quote, and a check of what was collected; then one thing is missing or wrong at a time.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
. "$TDL_SRCDIR/tests/e2e/tpm.sh"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY || true
unset TDLAUNCH_TPM_TCTI TDLAUNCH_TPM_OWNER_AUTH TDLAUNCH_TPM_KEY_AUTH || true
nonce=5f2c11d07a09e4b38d64c0a1f7e95b22
user_data=$nonce$(printf '00%.0s' $(seq 48))

# The files of such a guest: all that it takes to say so.
mkdir -p guest/proc guest/sys/class/dmi/id guest/sys/class/tpm/tpm0 guest/sys/kernel/security/tpm0
echo 7783-7084-3265-9085-8269-3286-77 >guest/sys/class/dmi/id/chassis_asset_tag
echo events >guest/sys/kernel/security/tpm0/binary_bios_measurements
echo console=ttyS0 >guest/proc/cmdline

# Built without tpm2-tss it is said; the rest is taken. A copy of files has no TPM.
run 3 attest collect --sysroot guest --tcti none: -o without
if grep -q disable-tpm out; then
	grep -q 'install tpm2-tss' out || fail "what to do without tpm2-tss is not said"
	[ -s without/cmdline ] || fail "the rest was not taken"
	finish
fi
need_tpm
need_fetch
python3 -c 'import http.server' 2>/dev/null || {
	echo "SKIP: no python3"
	exit 77
}
start_tpm
tcti=$TPM2TOOLS_TCTI

# define INDEX FILE: an index with the contents of a file, as large as that.
define() {
	tpm2_nvundefine -C o "$1" >/dev/null 2>&1
	tpm2_nvdefine -C o -s "$(stat -c %s "$2")" "$1" >/dev/null || fail "no index $1"
	[ ! -s "$2" ] || tpm2_nvwrite -C o -i "$2" "$1" || fail "index $1 is not written"
}

# The key that signs, its certificate with padding behind it, values in PCRs.
{
	tpm2_createprimary -C e -G rsa2048:rsassa-sha256:null -c ak.ctx \
		-a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign'
	tpm2_evictcontrol -C o -c ak.ctx 0x81000003
	tpm2_readpublic -c 0x81000003 -f pem -o ak.pem
	tpm2_pcrextend "7:sha256=$(printf '07%.0s' $(seq 32))"
	tpm2_flushcontext -t
} >tpm.out 2>&1 || fail "tpm2-tools: $(cat tpm.out)"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.der \
	-outform DER -subj "/CN=Test CA" -days 2 2>/dev/null
{ cat ca.der; head -c 500 /dev/zero; } >padded.der
define 0x01C101D0 padded.der

# The paravisor: a report made for nobody, and one made for the nonce.
mkdir old new
"$TDL_BUILDDIR/azure_world" ak.pem '' old >world.out 2>&1 || fail "no world: $(cat world.out)"
"$TDL_BUILDDIR/azure_world" ak.pem $nonce new >world.out 2>&1 || fail "no world: $(cat world.out)"
define 0x01400001 new/hcl.bin
mkfifo hold
python3 "$TDL_SRCDIR/tests/e2e/quote_server.py" new <hold >server.out 2>&1 &
exec 9>hold # the server goes when this shell does
tries=0
while [ ! -e new/port ]; do
	tries=$((tries + 1))
	[ $tries -lt 300 ] || { cat server.out; exit 1; }
	sleep 0.1
done
host=http://127.0.0.1:$(cat new/port)

# collect CODE [OPTION...]: into the folder td.
collect() {
	code=$1
	shift
	rm -rf td
	run "$code" attest collect --sysroot guest -o td "$@"
}
# item NAME STATE PATTERN ADVICE: the item is not there or not read, and why, and what to do.
item() {
	grep -q "^$1  *-  *$2\$" out || fail "$1 is not '$2': $(cat out)"
	grep -A1 "^$1: .*$3" out | tail -n 1 | grep -q "^    .*$4" ||
		fail "$1: neither '$3' nor '$4': $(cat out)"
}

# Everything is there, and a verifier says yes.
collect 0 --tcti "$tcti" --quote-service "$host/acc/tdquote" --nonce $nonce
grep -q '^note: .*old one' out && fail "the report is fresh: $(cat out)"
grep -q '^note: the vTPM' out && fail "the key is the right one: $(cat out)"
cmp -s td/hcl.bin new/hcl.bin || fail "the HCL report is not as it was"
cmp -s td/quote.bin new/quote.bin || fail "the TD quote is not as it was sent"
cmp -s td/ak.der ca.der || fail "the AK certificate is not without its padding"
cmp -s td/tpm-events.bin guest/sys/kernel/security/tpm0/binary_bios_measurements ||
	fail "the TPM's event log was not taken"
[ "$(tpm2_nvread -C o 0x01400002 2>/dev/null | od -An -v -tx1 | tr -d ' \n')" = "$user_data" ] ||
	fail "user data is not the nonce and zeros"
mrtd=$(dd if=new/quote.bin bs=1 skip=184 count=48 2>/dev/null | od -An -v -tx1 | tr -d ' \n')
judge() { # CODE OPTION...
	code=$1
	shift
	run "$code" check td --collateral new --root new/root.der --at 2026-03-01 "$@"
}
good="--expect-field mrtd=$mrtd --expect-field pcr7=$(pcr sha256 7)"
# shellcheck disable=SC2086
{
	judge 0 $good --expect-field vtpm_nonce=$nonce
	for claim in quote vtpm pcr7 vtpm_nonce mrtd hcl-report report-in-quote; do
		grep -q "^passed  *$claim " out || fail "no '$claim' passed: $(cat out)"
	done
	grep -q "ak.der .*certificate of a TPM's key: nothing in it is checked" out || fail "nothing is said of ak.der"
	judge 1 $good --expect-field vtpm_nonce=00
	judge 1 $good --expect-field pcr8="$(pcr sha256 7)"
	run 0 attest verify --quote td/vtpm.json --collateral new --root new/root.der \
		--at 2026-03-01 --tpm-nonce $nonce
}
collect 0 --tcti "$tcti" --quote-service "$host/acc/tdquote" --nonce $nonce --json
is_json
grep -q '"file": *"vtpm.json"' out || fail "vtpm.json is not listed"
# The environment names a TPM as well as an option does; without a nonce there is none in the quote.
rm -rf td
TDLAUNCH_TPM_TCTI=$tcti "$tool" attest collect --sysroot guest -o td \
	--quote-service "$host/acc/tdquote" >out || fail "no TPM by the environment"
judge 0 --expect-field "mrtd=$mrtd"


# A report that the paravisor makes only now, some time after the user data came.
define 0x01400001 old/hcl.bin
tpm2_nvundefine -C o 0x01400002 >/dev/null
(
	tries=0
	while ! tpm2_nvread -C o 0x01400002 >/dev/null 2>&1 && [ $tries -lt 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	tpm2_nvwrite -C o -i new/hcl.bin 0x01400001
) &
paravisor=$!
collect 0 --tcti "$tcti" --quote-service "$host/acc/tdquote" --nonce $nonce
wait $paravisor
cmp -s td/hcl.bin new/hcl.bin || fail "the old report was taken"
grep -q '^note: .*old one' out && fail "the report is fresh: $(cat out)"

# Asked to stop while it waits for a report that never comes: soon, and nothing stays behind.
rm -rf td
"$tool" attest collect --sysroot guest -o td --tcti "$tcti" --nonce 00ff00ff00ff00ff >out 2>err &
collecting=$!
sleep 1
kill -TERM $collecting
got=0
wait $collecting || got=$?
[ $got = 3 ] || fail "stopped: $got: $(cat err)"
grep -q "stopped on request; nothing is written (ECANCELED)$" err || fail "stopped: $(cat err)"
[ ! -e td ] || fail "stopped, and there is $(ls td)"
tpm2_getcap handles-loaded-session >handles
[ ! -s handles ] || fail "stopped, and the TPM keeps $(cat handles)"

# A report for another size of user data is the old one, and that is said.
head -c 32 new/hcl.bin >half
define 0x01400002 half
collect 0 --tcti "$tcti" --quote-service "$host/acc/tdquote" --nonce $nonce
grep -q '^note: .*old one.*0x01400002 has 32 bytes, not 64' out || fail "old report: $(cat out)"
tpm2_nvundefine -C o 0x01400002 >/dev/null

# The service of the host: not there, not one, of another TD, not the one that was meant.
service() { # FAULT PATTERN ADVICE
	collect 3 --tcti "$tcti" --quote-service "$host/$1/acc/tdquote"
	item 'TD quote' 'not read' "$2" "$3"
	grep -q '^vTPM quote: there is no TD quote' out || fail "why there is no vTPM quote"
	[ -s td/hcl.bin ] || fail "the rest was not taken"
	[ ! -e td/quote.bin ] && [ ! -e td/vtpm.json ] || fail "$1: a quote was left"
}
service garbage 'the answer' 'name another: --quote-service'
service html 'the answer' 'name another: --quote-service'
service empty 'the answer' 'name another: --quote-service'
service huge 'larger than' 'collect again'
service 404 'status 404: .*does not have it' 'name another: --quote-service'
service 429 'status 429' 'collect again'
service 500 'status 500' 'collect again'
service 302 'redirects' 'collect again'
collect 3 --tcti "$tcti" --quote-service http://127.0.0.1:1/acc/tdquote
item 'TD quote' 'not read' '127.0.0.1:1/acc/tdquote: ' "inside of Azure's guests alone"
collect 3 --tcti "$tcti" --quote-service ftp://127.0.0.1/
item 'TD quote' 'not read' 'no http:// or https:// URL' 'begins with http://'
collect 3 --tcti "$tcti"
item 'TD quote' 'not there' 'no service was asked' 'name a service: --quote-service'
# No proxy comes between.
http_proxy=http://127.0.0.1:1 "$tool" attest collect --sysroot guest -o direct --tcti "$tcti" \
	--quote-service "$host/acc/tdquote" -q || fail "a proxy was asked"
collect 0 --tcti "$tcti" --quote-service "$host/other/acc/tdquote"
grep -q '^note: the quote has another mrtd than the TDREPORT in the HCL report' out ||
	fail "another TD's quote is not warned of: $(cat out)"
judge 1 --expect-field "mrtd=$mrtd"

# HCL reports that are none, or none of a TD.
hcl() { # STATE PATTERN ADVICE
	collect 3 --tcti "$tcti" --quote-service "$host/acc/tdquote"
	item 'HCL report' "$1" "$2" "$3"
	grep -q '^TD quote: a paravisor keeps TDX to itself' out || fail "TD quote: $(cat out)"
	grep -q '^vTPM quote: there is no HCL report' out || fail "vTPM quote: $(cat out)"
	[ -s td/cmdline ] || fail "the rest was not taken"
	run 3 check td --expect-field "mrtd=$mrtd"
}
head -c 1000 new/hcl.bin >short
define 0x01400001 short
hcl 'not read' 'the 1000 bytes of NV index 0x01400001 are no HCL report of a TD: .*at least 1236' 'not the TPM of'
head -c 1700 new/hcl.bin >cut
define 0x01400001 cut
hcl 'not read' 'the 1700 bytes .*variable data size at 1232' 'not the TPM of'
cp new/hcl.bin snp
printf '\002' | dd of=snp bs=1 seek=1224 conv=notrunc 2>/dev/null
define 0x01400001 snp
hcl 'not read' 'HCL report of type 2 at 1224, TDX is 4' 'not the TPM of'
tpm2_nvundefine -C o 0x01400001 >/dev/null
tpm2_nvdefine -C o -s 2000 0x01400001 >/dev/null
hcl 'not read' 'nothing was written to NV index 0x01400001' 'not the TPM of'
tpm2_nvundefine -C o 0x01400001 >/dev/null
hcl 'not there' 'no NV index 0x01400001' 'not the TPM of a paravisor'
# One with padding behind it is one.
{ cat new/hcl.bin; head -c 100 /dev/zero; } >long
define 0x01400001 long
collect 0 --tcti "$tcti" --quote-service "$host/acc/tdquote" --nonce $nonce
judge 0 --expect-field "mrtd=$mrtd" --expect-field vtpm_nonce=$nonce

# The AK certificate is not needed; the key is, and it must be the one of the report.
printf 'no certificate' >text
define 0x01C101D0 text
collect 0 --tcti "$tcti" --quote-service "$host/acc/tdquote" --nonce $nonce
item 'AK certificate' 'not read' 'holds no certificate in DER' 'not needed'
tpm2_nvundefine -C o 0x01C101D0 >/dev/null
collect 0 --tcti "$tcti" --quote-service "$host/acc/tdquote" --nonce $nonce
item 'AK certificate' 'not there' 'no NV index 0x01c101d0' 'not needed'
judge 0 --expect-field "mrtd=$mrtd"
tpm2_evictcontrol -C o -c 0x81000003 >/dev/null
collect 3 --tcti "$tcti" --quote-service "$host/acc/tdquote" --nonce $nonce
item 'vTPM quote' 'not there' 'no key at 0x81000003' 'restart the guest'
{
	tpm2_createprimary -C o -G rsa2048:rsassa-sha256:null -c other.ctx \
		-a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign'
	tpm2_evictcontrol -C o -c other.ctx 0x81000003
	tpm2_flushcontext -t
} >tpm.out 2>&1 || fail "tpm2-tools: $(cat tpm.out)"
collect 0 --tcti "$tcti" --quote-service "$host/acc/tdquote" --nonce $nonce
grep -q "^note: the vTPM's quote by key 0x81000003 is none by HCLAkPub" out ||
	fail "another key is not warned of: $(cat out)"
judge 1 --expect-field "mrtd=$mrtd"
grep -q '^failed  *vtpm .*tpm-signature' out || fail "which check failed: $(cat out)"

# A TPM whose owner has a password.
printf 'secret' >owner.auth
tpm2_changeauth -c owner secret
collect 3 --tcti "$tcti" --quote-service "$host/acc/tdquote"
item 'HCL report' 'not read' 'authorisation value is wrong' '--auth owner=FILE'
collect 0 --tcti "$tcti" --quote-service "$host/acc/tdquote" --auth owner=owner.auth --nonce $nonce
run 2 attest collect -o x --auth owner
run 2 attest collect -o x --auth onwer=owner.auth
grep -q "did you mean 'owner'" err || fail "no nearest word: $(cat err)"

# A TPM without a SHA-256 bank.
tpm2_changeauth -c owner -p secret
tpm2_pcrallocate sha1:none+sha256:none+sha384:all >/dev/null 2>&1
stop_tpm
start_tpm 9>&- # which would hold the server, too
collect 3 --tcti "$tcti" --quote-service "$host/acc/tdquote"
item 'vTPM quote' 'not read' 'no SHA-256 bank' 'restart the guest'

# No TPM answers; none is named for a copy; nothing says that there is a paravisor.
collect 3 --tcti swtpm:path=nowhere
item 'HCL report' 'not read' 'no TPM at swtpm:path=nowhere' 'name the vTPM with --tcti'
collect 3
item 'HCL report' 'not there' 'a copy of files has none' '--tcti'
rm -r guest/sys/class/dmi
collect 3
item 'HCL report' 'not there' 'nothing says that a paravisor runs this guest' '--tcti'
exec 9>&-
wait

finish
