#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What anchor says of a TPM that cannot, of disks that are full, and when it is asked to stop.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
. "$TDL_SRCDIR/tests/e2e/tpm.sh"
need_firmware
need_tpm
start_tpm
TDLAUNCH_TPM_TCTI=swtpm:path=$tpm/sock
export TDLAUNCH_TPM_TCTI
nonce=00112233445566778899aabbccddeeff
run 0 log create --firmware "$firmware" --detail region a.log

# No room for sessions: three are begun with nothing that would swap them out. And none for keys.
begin_sessions() {
	python3 - "$tpm/sock" <<'EOF'
import socket, struct, sys
body = struct.pack(">IIH16sHBHH", 0x40000007, 0x40000007, 16, b"n" * 16, 0, 0, 0x10, 0x0b)
for _ in range(3):
    with socket.socket(socket.AF_UNIX) as tpm:
        tpm.connect(sys.argv[1])
        tpm.sendall(struct.pack(">HII", 0x8001, 10 + len(body), 0x176) + body)
        assert struct.unpack(">HII", tpm.recv(4096)[:10])[2] == 0
EOF
}
begin_sessions || fail "no sessions"
run 3 anchor extend a.log
says "sessions in it: go through its resource manager.*0x903"
tpm2_flushcontext -l
for key in 1 2 3; do
	tpm2_createprimary -C o -c $key.ctx >/dev/null || fail "key $key"
done
run 3 anchor quote --nonce $nonce quote
says "keep keys in it: go through its resource manager.*tpm2_flushcontext -t.*0x902"
tpm2_flushcontext -t
[ ! -e quote ] || fail "a quote was written"
[ ! -e a.log.anchor ] || fail "a journal was written"

# Wrong authorisation values for an index that is protected, until the TPM is locked.
tpm2_nvdefine -C o -s 48 -a "authread|authwrite|ownerread|nt=extend" -g sha384 -p secret 0x1800005 \
	>/dev/null || fail "no index"
tpm2_dictionarylockout -s -n 1 -t 1000 -l 1000 || fail "no limit"
run 0 log create --firmware "$firmware" --detail region --register nv:0x1800005 nv.log
echo wrong >wrong.auth
echo secret >right.auth
run 3 anchor extend --auth index=wrong.auth nv.log
grep -q "authorisation value is wrong" err || fail "$(cat err)"
run 3 anchor extend --auth index=right.auth nv.log
grep -q "tpm2_dictionarylockout -c .*0x921" err || fail "$(cat err)"
tpm2_dictionarylockout -c || fail "it stays locked"
run 0 anchor extend --auth index=right.auth nv.log
run 0 log create --firmware "$firmware" --detail region --register nv:0x1800006 none.log
run 3 anchor extend none.log
says "has no NV index 0x1800006: .*--define"

# Transports that tpm2-tss does not have, that find nobody, and none.
run 3 anchor extend --tcti foo:bar a.log
says "no TPM at foo:bar: tpm2-tss has no such transport"
for nobody in device:/dev/null device:/nonexistent swtpm:path=/nonexistent swtpm:port=1; do
	run 3 anchor extend --tcti $nobody a.log
	says "no TPM at $nobody: nothing answers there"
done
run 3 anchor extend --tcti cmd:false a.log
says "the TPM does not answer"

# Results that cannot be written.
"$tool" anchor extend a.log >/dev/full 2>err && fail "extend on a full disk ended well"
grep -q "cannot write standard output: No space left" err || fail "$(cat err)"
run 3 anchor quote --nonce $nonce /dev/full
says "cannot write /dev/full: No space left"
run 3 anchor quote --nonce $nonce nowhere/quote
says "nowhere/quote: No such file"
mkdir nowhere
run 3 anchor quote --nonce $nonce --key nowhere/a/key.ctx quote
says "nowhere/a/key.ctx: No such file"

# Asked to stop: between two records, the TPM keeps nothing, and it is taken up again.
run 0 log create --firmware "$firmware" --detail page big.log
begin_relay slow=10
for signal in TERM INT HUP; do
	env --default-signal=HUP "$tool" anchor extend --tcti "$relayed" big.log >out 2>err &
	extending=$!
	before=$(cat big.log.anchor 2>/dev/null | grep -c '^extended')
	tries=0
	while [ "$(cat big.log.anchor 2>/dev/null | grep -c '^extended')" -lt $((before + 20)) ] && [ $tries -lt 500 ]; do
		sleep 0.01
		tries=$((tries + 1))
	done
	kill -$signal $extending
	got=0
	wait $extending || got=$?
	[ $got = 3 ] || fail "$signal: $got: $(cat err)"
	grep -q "^tdlaunch: stopped on request (ECANCELED)$" err || fail "$signal: $(cat err)"
	[ "$(tail -n 1 big.log.anchor)" = "failed stopped on request" ] || fail "$(tail -n 1 big.log.anchor)"
	tpm2_getcap handles-loaded-session >handles
	tpm2_getcap handles-transient >>handles
	[ ! -s handles ] || fail "$signal: the TPM keeps $(cat handles)"
done
end_relay
run 0 anchor extend big.log
[ "$(pcr sha256 14)" = "$(python3 "$TDL_SRCDIR/tests/e2e/replay_anchor.py" sha256 a.log big.log)" ] ||
	fail "PCR 14 after three stops"

# Somebody on the bus: what he changes of a command the TPM refuses, what he changes or makes up of an
# answer the tool does.
for register in pcr:14 nv:0x1800009; do
	run 0 log create --firmware "$firmware" --detail region --register $register bus.log
	for order in answer=1 answer=4 replay=5; do
		begin_relay $order
		run 3 anchor extend --again --define --tcti "$relayed" bus.log
		end_relay
		grep -q "record $((${order#*=} - 1)): extending the .*: the answer is not the TPM's, or was" err ||
			fail "$order: $(cat err)"
		[ "$(grep -c '^extended' bus.log.anchor)" = $((${order#*=} - 1)) ] || fail "$order: $(cat bus.log.anchor)"
		tail -n 1 bus.log.anchor | grep -q '^failed record' || fail "$order: $(tail -n 1 bus.log.anchor)"
	done
	begin_relay command=3
	run 3 anchor extend --again --define --tcti "$relayed" bus.log
	end_relay
	grep -q "record 2: extending the .*: the authorisation value is wrong" err || fail "$(cat err)"
	begin_relay retry=3
	run 0 anchor extend --again --tcti "$relayed" bus.log
	end_relay
	tpm2_getcap handles-loaded-session >handles
	[ ! -s handles ] || fail "the TPM keeps $(cat handles)"
done

# One bank alone, weak or strong. A reset empties the PCR.
only() {
	tpm2_pcrallocate "$1" >/dev/null || fail "tpm2_pcrallocate $1"
	stop_tpm
	start_tpm
	run 0 anchor extend --again a.log
	run 0 anchor quote --nonce $nonce --key-pem key.pem quote
}
only sha1:none+sha256:none+sha384:all+sha512:none
run 0 anchor verify --quote quote --key key.pem --nonce $nonce --tpm any a.log
[ "$(grep -c '^value ' quote)" = 1 ] || fail "not one bank: $(grep '^value' quote)"
only sha1:all+sha256:none+sha384:none+sha512:none
run 1 anchor verify --quote quote --key key.pem --nonce $nonce --tpm any a.log
grep -q "no bank of SHA-256 or better" out || fail "SHA-1 alone: $(cat out)"

# Not started.
kill "$tpm_pid"
while kill -0 "$tpm_pid" 2>/dev/null; do sleep 0.02; done
rm -f "$tpm/sock" "$tpm/sock.ctrl" "$tpm/.lock"
swtpm socket --tpm2 --tpmstate "dir=$tpm" --server "type=unixio,path=$tpm/sock" \
	--ctrl "type=unixio,path=$tpm/sock.ctrl" --flags not-need-init --daemon --pid "file=$tpm/pid"
tpm_pid=$(cat "$tpm/pid")
run 3 anchor extend --again a.log
says "the TPM was not started: tpm2_startup -c"
finish
