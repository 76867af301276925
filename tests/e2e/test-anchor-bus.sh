#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What anchor says to a TPM, recorded by tpm2-tss's pcap transport and read by bus.py: sessions are HMAC,
# parameters encrypted where TPM 2.0 lets them, and nobody's secret crosses in the clear.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
. "$TDL_SRCDIR/tests/e2e/tpm.sh"
need_firmware
need_tpm
start_tpm
nonce=00112233445566778899aabbccddeeff
TDLAUNCH_TPM_TCTI=pcap:swtpm:path=$tpm/sock
export TDLAUNCH_TPM_TCTI
# Passwords of the owner, the endorsement hierarchy and the index: their hex is looked for.
tpm2_changeauth -c owner ownersecret && tpm2_changeauth -c endorsement endorsementsecret ||
	fail "tpm2_changeauth"
TDLAUNCH_TPM_OWNER_AUTH=ownersecret TDLAUNCH_TPM_ENDORSEMENT_AUTH=endorsementsecret
TDLAUNCH_TPM_INDEX_AUTH=indexsecret
export TDLAUNCH_TPM_OWNER_AUTH TDLAUNCH_TPM_ENDORSEMENT_AUTH TDLAUNCH_TPM_INDEX_AUTH
secrets="$nonce $(printf 'ownersecret endorsementsecret indexsecret' |
	perl -ne 'print unpack("H*", $_), " " for split " "')"

# heard CODE ARGUMENT...: run the tool; "spoken" has a line a command.
heard() {
	TCTI_PCAP_FILE=$work/capture
	export TCTI_PCAP_FILE
	rm -f "$work/capture"
	run "$@"
	[ -s "$work/capture" ] || {
		echo "SKIP: tpm2-tss has no pcap transport (Debian package libtss2-tcti-pcap0)"
		exit 77
	}
	# shellcheck disable=SC2086
	python3 "$TDL_SRCDIR/tests/e2e/bus.py" "$work/capture" $secrets >spoken ||
		fail "'tdlaunch $2 $3': a secret crosses in the clear"
}
# all NUMBER LINE: so many commands of this kind, each like this.
all() {
	[ "$(grep -c "^${2%% *}\b" spoken)" = "$1" ] && [ "$(grep -cx "$2" spoken)" = "$1" ] ||
		fail "not $1 times '$2': $(cat spoken)"
}

run 0 log create --firmware "$firmware" --detail region pcr.log
heard 0 anchor extend pcr.log
all 10 "PCR_Extend hmac"
# One session for all: it is begun once.
all 1 "StartAuthSession"
python3 "$TDL_SRCDIR/tests/e2e/bus.py" "$work/capture" 00000182 >/dev/null 2>&1 &&
	fail "what does cross in the clear is not found"

heard 0 anchor quote --nonce $nonce --key-pem key.pem quote
all 1 "Quote hmac decrypt encrypt"
heard 0 anchor quote --nonce $nonce --key 0x81010002 quote
all 1 "EvictControl hmac"
run 0 anchor verify --quote quote --key key.pem --nonce $nonce --tpm any pcr.log

run 0 log create --firmware "$firmware" --detail region --register nv:0x1800001 nv.log
heard 0 anchor extend --define nv.log
all 1 "NV_DefineSpace hmac decrypt"
all 10 "NV_Extend hmac decrypt"
heard 0 anchor quote --register nv:0x1800001 --nonce $nonce quote
all 1 "NV_Certify hmac decrypt encrypt hmac"
all 1 "NV_Read hmac encrypt"
run 0 anchor verify --quote quote --key key.pem --nonce $nonce --tpm any nv.log
heard 0 launch --firmware "$firmware" --kvm embedded --log live.log --anchor nv:0x1800001
all 10 "NV_Extend hmac decrypt"

# No password authorises anything but the key in the null hierarchy that sessions are salted with.
grep "password" spoken | grep -v "^CreatePrimary password$" && fail "a password is used"
finish
