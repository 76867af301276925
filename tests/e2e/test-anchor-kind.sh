#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What kind of TPM an anchor is in, by its EK certificate: one that swtpm_setup made, as hosts make them
# for software TPMs, and one that is made here with OpenSSL and put where a TPM's maker puts it.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
. "$TDL_SRCDIR/tests/e2e/tpm.sh"
need_firmware
need_tpm
command -v swtpm_setup >/dev/null || {
	echo "SKIP: swtpm_setup is not installed (Debian package swtpm-tools)"
	exit 77
}
TDLAUNCH_TPM_TCTI=swtpm:path=$tpm/sock
export TDLAUNCH_TPM_TCTI
nonce=00112233445566778899aabbccddeeff
run 0 log create --firmware "$firmware" --detail region a.log

# judge CODE KIND PATTERN OPTION...: the verdict on a.log and the quote.
judge() {
	code=$1 kind=$2 pattern=$3
	shift 3
	run "$code" anchor verify --quote quote --key key.pem --nonce $nonce "$@" a.log
	grep -q "^tpm  .*$kind: .*$pattern" out || fail "not '$kind: $pattern': $(cat out)"
	tail -n 1 out | grep -q "($kind TPM)$" || fail "the verdict does not say $kind: $(cat out)"
}
anchored() {
	run 0 anchor extend --again a.log
	run 0 anchor quote --nonce $nonce --key-pem key.pem quote
}

# By swtpm_setup, with a CA of its own.
mkdir ca "$tpm"
cat >localca.conf <<END
statedir = $work/ca
signingkey = $work/ca/signkey.pem
issuercert = $work/ca/issuercert.pem
certserial = $work/ca/certserial
END
: >localca.options
cat >setup.conf <<END
create_certs_tool = $(command -v swtpm_localca)
create_certs_tool_config = $work/localca.conf
create_certs_tool_options = $work/localca.options
END
swtpm_setup --tpm2 --tpmstate "$tpm" --create-ek-cert --config setup.conf --overwrite >setup.out 2>&1 ||
	fail "swtpm_setup: $(cat setup.out)"
start_tpm
anchored
[ "$(grep -c ^ek-certificate quote)" -ge 1 ] || fail "no EK certificate in the quote"
judge 3 software 'EK certificate, by "swtpm-localca", is that of swtpm'
judge 0 software 'is that of swtpm' --tpm software
# Its own CA as a root makes no hardware of it.
cat ca/issuercert.pem ca/swtpm-localca-rootca-cert.pem >roots.pem
judge 3 software 'is that of swtpm' --tpm-roots roots.pem

# By OpenSSL, in the words of a maker of TPMs.
cat >ek.conf <<END
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[ek]
basicConstraints = critical, CA:FALSE
keyUsage = critical, keyAgreement
extendedKeyUsage = 2.23.133.8.1
subjectAltName = critical, dirName:tpm
[tpm]
tpm.2.23.133.2.1 = id:49465800
tpm.2.23.133.2.2 = SLB9670
tpm.2.23.133.2.3 = id:00070055
END
made() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" \
		-subj "/CN=$1" -days 2 -config ek.conf -extensions ca -out "$1.pem" 2>req.out ||
		fail "openssl: $(cat req.out)"
}
printf '[req]\ndistinguished_name = dn\n[dn]\n' >>ek.conf
made maker
made other
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ek.key -subj "/" \
	-config ek.conf -out ek.csr 2>req.out || fail "openssl: $(cat req.out)"
openssl x509 -req -in ek.csr -CA maker.pem -CAkey maker.key -CAcreateserial -days 2 \
	-extfile ek.conf -extensions ek -outform DER -out ek.der 2>req.out ||
	fail "openssl: $(cat req.out)"
new_tpm
size=$(wc -c <ek.der)
tpm2_nvdefine 0x1c0000a -C p -s "$size" \
	-a "ppwrite|ppread|ownerread|authread|no_da|platformcreate" >/dev/null &&
	tpm2_nvwrite 0x1c0000a -C p -i ek.der >/dev/null || fail "no EK certificate in the TPM"
anchored
[ "$(sed -n 's/^ek-certificate //p' quote)" = "$(perl -0777 -ne 'print unpack("H*", $_)' ek.der)" ] ||
	fail "the EK certificate in the quote is not the one in the TPM"
# swtpm says itself what it is, whatever its certificate says.
judge 3 software "it says itself" --tpm-roots maker.pem
# Of what the TPM says nothing is signed: without its own words the certificate decides.
sed -i 's/^tpm .*/tpm IFX SLB9670 00070055.00000000/' quote
judge 0 hardware 'a root given vouches for its EK certificate, by "maker"' --tpm-roots maker.pem
judge 3 unknown "no root given vouches" --tpm-roots other.pem
judge 3 unknown "no root given that could vouch"
judge 0 unknown "no root given that could vouch" --tpm any
# And with none it is unknown.
sed -i '/^ek-certificate/d' quote
judge 3 unknown "no EK certificate" --tpm-roots maker.pem
# An owner's password does not keep the certificate from being read.
tpm2_changeauth -c owner ownersecret
anchored
grep -q ^ek-certificate quote || fail "the EK certificate wants the owner's password"
finish
