#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# tdlaunch anchor on swtpm. What registers should hold is computed by replay_anchor.py and
# tpm2-tools, and quotes are also read by tpm2_checkquote.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
. "$TDL_SRCDIR/tests/e2e/tpm.sh"
need_firmware
need_tpm
start_tpm
TDLAUNCH_TPM_TCTI=swtpm:path=$tpm/sock
export TDLAUNCH_TPM_TCTI
nonce=00112233445566778899aabbccddeeff

replayed() {
	python3 "$TDL_SRCDIR/tests/e2e/replay_anchor.py" "$@"
}

# create NAME ARGUMENT...: a log at region detail.
create() {
	name=$1
	shift
	run 0 log create --firmware "$firmware" --detail region "$@" "$name"
}

# verify CODE LOG...: against quote and key.pem, with $nonce, any TPM.
verify() {
	code=$1
	shift
	run "$code" anchor verify --quote quote --key key.pem --nonce $nonce --tpm any "$@"
}

# check NAME STATUS PATTERN: what the last verify said of one check.
check() {
	grep -Eq "^$1 +$2  .*$3" out || fail "expected $1 $2 '$3': $(cat out)"
}

quote() {
	run 0 anchor quote --nonce $nonce --key-pem key.pem "$@" quote
}

# Afterwards: all active banks, as an independent replay has them.
create a.log
run 0 anchor extend a.log
grep -q "^a.log: 10 records in PCR 14$" out || fail "extend says $(cat out)"
for bank in sha1 sha256 sha384 sha512; do
	[ "$(pcr $bank 14)" = "$(replayed $bank a.log)" ] || fail "PCR 14 in $bank"
done
quote
grep -q "^quote: PCR 14, signed$" out || fail "quote says $(cat out)"
run 0 anchor quote --nonce $nonce --key-pem key.pem --json quote
is_json
python3 -c 'import json; o = json.load(open("out")); assert o == {"quote": "quote", "register": "pcr",
	"index": 14, "nonce": "'$nonce'", "key_pem": "key.pem"}, o' || fail "quote in JSON"
verify 0 --firmware "$firmware" a.log
grep -q "^yes: .*(software TPM)$" out || fail "verdict: $(cat out)"
[ "$(grep -c ' passed  ' out)" = 12 ] || fail "not 12 checks passed: $(cat out)"
verify 0 --json a.log
is_json
grep -q "\"value\": *\"$(replayed sha384 a.log)\"" out || fail "value in JSON: $(cat out)"

# The quote as others read it.
binary() {
	sed -n "s/^$1 //p" quote | perl -ne 'chomp; print pack("H*", $_)' >"$1.bin"
}
binary attest
binary signature
tpm2_checkquote -u key.pem -m attest.bin -s signature.bin -q $nonce >checked 2>&1 ||
	fail "tpm2_checkquote: $(cat checked)"

# What is missing is not yes.
run 3 anchor verify --quote quote --key key.pem --nonce $nonce a.log
check tpm "not done" "software"
run 3 anchor verify --quote quote --nonce $nonce --tpm software a.log
check key "not done" "no key given"
run 3 anchor verify --quote quote --key key.pem --tpm any a.log
check nonce "not done" "no nonce given"
# What is wrong is no.
run 1 anchor verify --quote quote --key key.pem --nonce ff112233445566778899aabbccddeeff a.log
check nonce failed "another nonce"
openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl ec -pubout -out other.pem \
	2>/dev/null
run 1 anchor verify --quote quote --key other.pem --nonce $nonce --tpm any a.log
check key failed "another key"
# Keys written otherwise, and what is none.
openssl pkey -pubin -in key.pem -outform DER -out key.der
{ echo "a note before it"; cat key.pem; } >noted.pem
openssl ec -pubin -in key.pem -conv_form compressed -pubout -out compressed.pem 2>/dev/null
for same in key.der noted.pem compressed.pem; do
	run 0 anchor verify --quote quote --key $same --nonce $nonce --tpm any a.log
done
sed '2s/./!/' key.pem >damaged.pem
run 3 anchor verify --quote quote --key damaged.pem --nonce $nonce --tpm any a.log
says "damaged.pem has no public key"
printf -- '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n' >empty.pem
run 3 anchor verify --quote quote --key empty.pem --nonce $nonce --tpm any a.log
says "empty.pem has no public key"
sed '/^signature/s/.$/0/;t' quote >sig0
sed '/^signature/s/.$/1/' quote >sig1
cmp -s sig0 quote && mv sig1 sig0
run 1 anchor verify --quote sig0 --key key.pem --nonce $nonce --tpm any a.log
check signature failed "wrong"

# A log changed afterwards: one byte, and as a whole.
cp a.log bent.log
cp a.log.anchor bent.log.anchor
printf '\001' | dd of=bent.log bs=1 seek=200 conv=notrunc 2>/dev/null
verify 1 bent.log
check logs failed "digest"
check value failed "the records give"
create other.log -m 4G
cp a.log.anchor other.log.anchor
verify 1 other.log
check logs passed ""
check value failed "a log was changed or is missing"

# A second log behind the first, in order; one left out; the order changed.
run 0 launch --firmware "$firmware" --kvm embedded --log b.log --anchor pcr:14
grep -q "^anchor    pcr:14: 10 records$" out || fail "launch says nothing of its anchor"
[ "$(pcr sha256 14)" = "$(replayed sha256 a.log b.log)" ] || fail "PCR 14 after two logs"
# The value before the first record stands in the log's head.
run 0 log show --json b.log
grep -q "$(replayed sha384 a.log)" out || fail "the head of b.log lacks the value before it"
verify 1 a.log b.log
check value failed "the TPM said" # the quote is older
quote
verify 0 a.log b.log
check chain passed "each log starts"
verify 1 b.log a.log
check chain failed "does not start where the log before it ends"
verify 3 b.log
check start "not done" "held something"
verify 0 --start "$(replayed sha384 a.log)" b.log
verify 1 --start "$(replayed sha384 b.log)" b.log
check start failed "did not hold the value given"
verify 1 a.log
check value failed "the records give"

# Somebody else extends the register.
tpm2_pcrextend 14:sha256="$(printf '%064d' 1)" || fail "tpm2_pcrextend"
quote
verify 1 a.log b.log
check value failed "somebody else extended"
create c.log
run 0 anchor extend c.log
quote
verify 1 a.log b.log c.log
check chain failed "somebody else extended"

# The machine is reset: the register is empty, the logs are no longer in it.
stop_tpm
start_tpm
quote
verify 1 a.log
check clock failed "reset between"
run 3 anchor extend a.log
says "complete"
run 0 anchor extend --again a.log
quote
verify 0 a.log

# A TPM that dies in the middle leaves a journal that says how far it came.
wait_for_lines() {
	tries=0
	while [ "$(cat "$1" 2>/dev/null | grep -c '^extended')" -lt "$2" ] && [ $tries -lt 500 ]; do
		sleep 0.01
		tries=$((tries + 1))
	done
}
dies() {
	log=$1
	shift
	"$tool" "$@" >out 2>err &
	extending=$!
	wait_for_lines "$log.anchor" 40
	stop_tpm
	got=0
	wait $extending || got=$?
	[ $got = 3 ] || fail "'$*' without a TPM ended with $got: $(cat out err)"
	tail -n 1 "$log.anchor" | grep -q "^failed " || fail "the journal: $(tail -n 2 "$log.anchor")"
	start_tpm
}
run 0 log create --firmware "$firmware" --detail page big.log
records=$(replayed count big.log)
begin_relay slow=10
dies big.log anchor extend --tcti "$relayed" big.log
grep -q "records are anchored" err || fail "extend does not say how far it came: $(cat err)"
run 3 anchor extend big.log
says "the TPM was reset"
quote
verify 1 big.log
check clock failed "reset between"
# In the middle of a launch, which then ends: the log has what was anchored, and is not finalized.
dies live.log launch --firmware "$firmware" --kvm embedded --log live.log --log-detail page \
	--anchor pcr:14 --tcti "$relayed"
says "the TPM does not answer"
run 3 log verify live.log
grep -q "ends early\|not finalized" out err || fail "log verify of a launch that broke off: $(cat out err)"
anchored=$(grep -c '^extended' live.log.anchor)
[ "$(replayed count live.log)" -ge "$anchored" ] ||
	fail "the register is ahead of the log"
# The tool that dies, not the TPM: it is taken up where it stopped.
rm big.log.anchor
"$tool" anchor extend --tcti "$relayed" big.log >out 2>err &
extending=$!
wait_for_lines big.log.anchor 40
kill -9 $extending
wait $extending 2>/dev/null
[ "$(tail -n 1 big.log.anchor)" != complete ] || fail "the log was anchored before it could be stopped"
quote
verify 3 big.log
check logs "not done" "anchored up to record"
check value passed ""
run 0 anchor extend big.log
grep -q ": $records records" out || fail "taken up: $(cat out)"
[ "$(pcr sha384 14)" = "$(replayed sha384 big.log)" ] || fail "PCR 14 after taking up"
quote
verify 0 big.log

# An NV index outlives a reset, and so does an anchor in it.
run 0 log create --firmware "$firmware" --detail page --register nv:0x1800001 nv.log
run 3 anchor extend nv.log
says "NV index"
rm -f nv.log.anchor
dies nv.log anchor extend --define --tcti "$relayed" nv.log
end_relay
run 0 anchor extend nv.log
tpm2_nvread 0x1800001 -C 0x1800001 2>/dev/null | perl -ne 'print unpack("H*", $_)' >nv.hex
[ "$(cat nv.hex)" = "$(replayed sha384 nv.log)" ] || fail "NV index: $(cat nv.hex)"
quote --register nv:0x1800001
verify 0 nv.log
check register passed "NV index 0x1800001"
verify 1 a.log
check logs failed "another register"
quote
verify 1 nv.log
check logs failed "another register"

# A PCR that anybody can reset proves nothing about what it held before.
create debug.log --register pcr:16
run 0 anchor extend debug.log
quote --register pcr:16
verify 3 debug.log
check register "not done" "PCR 16 can be reset"
verify 0 --allow-resettable debug.log

# Keys: a persistent handle, and a context file that is written anew after a reset.
run 0 anchor quote --nonce $nonce --key 0x81010002 --key-pem kept.pem quote
run 0 anchor quote --nonce $nonce --key 0x81010002 --key-pem kept2.pem quote
cmp -s kept.pem kept2.pem || fail "the persistent key changed"
tpm2_readpublic -c 0x81010002 -f pem -o kept3.pem >/dev/null || fail "tpm2_readpublic"
cmp -s kept.pem kept3.pem || fail "the persistent key is another"
run 0 log create --firmware "$firmware" --detail region kept.log
run 0 anchor extend kept.log
quote --key 0x81010002
verify 0 kept.log
# The key that is trusted, where it is, through OpenSSL's provider.
TPM2OPENSSL_TCTI=$TDLAUNCH_TPM_TCTI
export TPM2OPENSSL_TCTI
run 0 anchor verify --quote quote --key handle:0x81010002 --nonce $nonce --tpm any kept.log
check key passed "the one that is trusted"
run 3 anchor verify --quote quote --key handle:0x81010009 --nonce $nonce --tpm any kept.log
says "handle:0x81010009 has no public key"
run 0 anchor quote --nonce $nonce --key key.ctx --key-pem one.pem quote
[ -s key.ctx ] || fail "no context file"
stop_tpm
start_tpm
run 0 anchor quote --nonce $nonce --key key.ctx --key-pem two.pem quote
cmp -s one.pem two.pem || fail "the key did not outlive a reset"
# A file that holds something else is not written over.
echo 'not a key' >notes
cp notes notes.kept
run 3 anchor quote --nonce $nonce --key notes quote
says "notes is no key that this command kept, and is left as it is"
cmp -s notes notes.kept || fail "a file that is no key was written over"
tpm2_createprimary -C e -G ecc -c tools.ctx >/dev/null || fail "tpm2_createprimary"
tpm2_flushcontext -t
run 3 anchor quote --nonce $nonce --key tools.ctx quote
says "tpm2_evictcontrol"
tpm2_createprimary -C o -G rsa -c rsa.ctx >/dev/null 2>&1 &&
	tpm2_flushcontext -t && tpm2_evictcontrol -C o -c rsa.ctx 0x81010003 >/dev/null ||
	fail "an RSA key"
tpm2_flushcontext -t
run 2 anchor quote --nonce $nonce --key 0x81010003 quote
says "not a restricted signing key"

# Authorisation values: from a file, from the environment, wrong.
new_tpm
tpm2_changeauth -c owner ownersecret
tpm2_changeauth -c endorsement endorsementsecret
printf 'ownersecret\n' >owner.auth
printf 'endorsementsecret' >endorsement.auth
printf 'wrong' >wrong.auth
printf 'indexsecret' >index.auth
run 3 anchor quote --nonce $nonce quote
says "authorisation value is wrong"
run 3 anchor quote --nonce $nonce --auth endorsement=wrong.auth quote
says "authorisation value is wrong"
quote --auth endorsement=endorsement.auth
TDLAUNCH_TPM_ENDORSEMENT_AUTH=endorsementsecret
export TDLAUNCH_TPM_ENDORSEMENT_AUTH
quote
create auth.log --register nv:0x1800002
run 3 anchor extend --define auth.log
says "authorisation value is wrong"
run 0 anchor extend --define --auth owner=owner.auth --auth index=index.auth auth.log
quote --register nv:0x1800002 --auth index=index.auth
verify 0 auth.log
mv auth.log.anchor kept.anchor
run 3 anchor extend --auth index=wrong.auth auth.log
says "authorisation value is wrong"
mv kept.anchor auth.log.anchor
unset TDLAUNCH_TPM_ENDORSEMENT_AUTH

# No TPM at all: verifying goes on, the rest says what is missing.
stop_tpm
verify 0 auth.log
create none.log
run 3 anchor extend none.log
says "no TPM at swtpm:path="
[ -e none.log.anchor ] && fail "a journal without a TPM"
run 3 anchor extend --tcti device:/nonexistent none.log
says "no TPM at device:/nonexistent"
run 3 launch --firmware "$firmware" --kvm embedded --log l.log --anchor pcr:14
says "anchor pcr:14: no TPM"

# The command line.
run 2 anchor extend
says "it needs LOG"
run 2 anchor quote quote
says "nonce is missing"
run 2 anchor quote --nonce 0011 quote
says "8 to 64 bytes"
run 2 anchor quote --nonce $nonce --register pcr:24 quote
says "no PCR 24"
run 2 anchor quote --nonce $nonce --auth ownr=owner.auth quote
says "did you mean 'owner'"
run 2 anchor verify a.log
says "quote is missing"
run 2 anchor verify --quote quote --tpm hardwar a.log
says "did you mean 'hardware'"
run 2 launch --firmware "$firmware" --kvm embedded --anchor pcr:14
says "anchor is about a log"
run 3 anchor verify --quote quote none.log
says "journal of none.log"
finish
