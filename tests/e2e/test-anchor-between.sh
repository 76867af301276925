#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# anchor beside somebody else who extends registers at the worst of times: tpm_between.py does.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
. "$TDL_SRCDIR/tests/e2e/tpm.sh"
need_firmware
need_tpm
start_tpm
nonce=00112233445566778899aabbccddeeff
alone=swtpm:path=$tpm/sock
quoting=0x158 extending=0x182

# beside CODE PCR TIMES EXIT ARGUMENT...: run the tool while that happens.
beside() {
	rm -f "$work/ready" "$work/between" "$work/between.ctrl"
	mkfifo "$work/ready"
	python3 "$TDL_SRCDIR/tests/e2e/tpm_between.py" "$tpm/sock" "$work/between" "$1" "$2" "$3" \
		>"$work/ready" 2>between.err &
	between=$!
	read -r _ <"$work/ready"
	shift 3
	TDLAUNCH_TPM_TCTI=swtpm:path=$work/between
	export TDLAUNCH_TPM_TCTI
	run "$@"
	kill $between
	wait $between 2>/dev/null
	[ ! -s between.err ] || fail "tpm_between.py: $(cat between.err)"
	TDLAUNCH_TPM_TCTI=$alone
}

TDLAUNCH_TPM_TCTI=$alone
export TDLAUNCH_TPM_TCTI
create() {
	run 0 log create --firmware "$firmware" --detail region "$1"
}
create a.log
run 0 anchor extend a.log

# A quote has the values that were signed: here the register moves between reading and signing.
beside $quoting 14 1 0 anchor quote --nonce $nonce --key-pem key.pem quote
[ "$(sed -n 's/^value sha256 //p' quote)" = "$(pcr sha256 14)" ] ||
	fail "the quote's value is not the register's: $(grep ^value quote)"
run 1 anchor verify --quote quote --key key.pem --nonce $nonce --tpm any a.log
grep -q "somebody else extended" out || fail "verify: $(cat out)"
# All the time.
rm -f quote
beside $quoting 14 100 3 anchor quote --nonce $nonce quote
says "extends the register all the time"
[ ! -e quote ] || fail "a quote was written"

# Another log is anchored in the same register at the same time: both are told, at once.
create b.log
beside $extending 14 1 3 anchor extend b.log
grep -q "somebody else extended it meanwhile" err || fail "extend: $(cat err)"
tail -n 1 b.log.anchor | grep -q "^failed .*somebody else" || fail "$(tail -n 2 b.log.anchor)"
run 3 anchor extend b.log
grep -q "somebody else extended it meanwhile" err || fail "extend again: $(cat err)"
run 0 anchor extend --again b.log
[ "$(tail -n 1 b.log.anchor)" = complete ] || fail "not anchored again"
beside $extending 14 1 3 launch --firmware "$firmware" --kvm embedded --log live.log --anchor pcr:14
grep -q "somebody else extended it meanwhile" err || fail "launch: $(cat err)"
# Another register is nobody's business.
create c.log
beside $extending 15 3 0 anchor extend c.log

# The vTPM's quote of a guest: PCR 16 is one whose extends the TPM does not count.
mkdir guest new
{
	tpm2_createprimary -C e -G rsa2048:rsassa-sha256:null -c ak.ctx \
		-a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign'
	tpm2_evictcontrol -C o -c ak.ctx 0x81000003
	tpm2_readpublic -c 0x81000003 -f pem -o ak.pem
	tpm2_flushcontext -t
} >tpm.out 2>&1 || fail "tpm2-tools: $(cat tpm.out)"
"$TDL_BUILDDIR/azure_world" ak.pem '' new >world.out 2>&1 || fail "no world: $(cat world.out)"
{
	tpm2_nvdefine -C o -s "$(stat -c %s new/hcl.bin)" 0x01400001 &&
		tpm2_nvwrite -C o -i new/hcl.bin 0x01400001
} >tpm.out 2>&1 || fail "no HCL report: $(cat tpm.out)"
entry=guest/sys/kernel/config/tsm/report/entry
mkdir -p $entry
echo tdx_guest >$entry/provider
cp new/quote.bin $entry/outblob 2>/dev/null || cp new/quote $entry/outblob || fail "$(ls new)"
for where in 16 7; do
	rm -rf td
	beside $quoting $where 1 0 attest collect --sysroot guest --tcti "swtpm:path=$work/between" -o td
	grep -q "$(pcr sha256 $where)" td/vtpm.json || fail "PCR $where is not the one that was signed"
done
finish
