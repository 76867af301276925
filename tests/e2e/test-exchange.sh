#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# expect export and import: what is written is read by other programs (python3-cbor2, openssl) and
# comes back byte for byte; what others write is read, and what must be refused is refused.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
manifest=$TDL_SRCDIR/measurements/debian-12-ovmf.json
peer() {
	/usr/bin/python3 "$TDL_SRCDIR/tests/e2e/exchange_peer.py" "$@"
}
peer || {
	echo "SKIP: no python3-cbor2"
	exit 77
}
new_key() { # NAME ALGORITHM OPTION...
	name=$1
	shift
	openssl genpkey -algorithm "$@" -out "$name.key" 2>/dev/null
	openssl pkey -in "$name.key" -pubout -out "$name.pub"
}
new_key es256 EC -pkeyopt ec_paramgen_curve:P-256
new_key es384 EC -pkeyopt ec_paramgen_curve:P-384
new_key eddsa ED25519
new_key ps256 RSA -pkeyopt rsa_keygen_bits:2048
openssl req -x509 -new -key es256.key -subj "/CN=Test CA" -days 2 -out ca.pem 2>/dev/null
openssl req -new -key es384.key -subj "/CN=Test signer" -out s.csr 2>/dev/null
printf 'keyUsage=critical,digitalSignature\nbasicConstraints=CA:FALSE\n' >ext
openssl x509 -req -in s.csr -CA ca.pem -CAkey es256.key -CAcreateserial -days 2 -extfile ext \
	-out signer.pem 2>/dev/null

# A manifest with everything: RTMRs, no source, a note, confirmations.
peer full-manifest "$manifest" full.json
for m in "$manifest" full.json; do
	for format in corim in-toto; do
		run 0 expect export --format $format -o unsigned "$m"
		run 3 expect import --format $format unsigned
		says "nobody has signed it"
		run 0 expect import --format $format --allow-unsigned -o back unsigned
		cmp -s back "$m" || fail "$format of $m does not come back"
		for kind in es256 es384 eddsa ps256; do
			run 0 expect export --format $format --key $kind.key -o signed "$m"
			run 0 expect import --format $format --public-key $kind.pub -o back signed
			cmp -s back "$m" || fail "$format by $kind does not come back"
			run 0 expect import --json --format $format --public-key $kind.pub -o back \
				signed
			is_json
			[ $kind = es256 ] || {
				run 1 expect import --format $format --public-key es256.pub signed
			}
			peer "$format" signed "$m" $kind $kind.pub || fail "peer: $format by $kind"
			peer damage signed damaged
			run 1 expect import --format $format --public-key $kind.pub damaged
		done
	done
	run 0 expect export --format trustee --xfam 0x602e7 -o message "$m"
	peer trustee message "$m" || fail "peer: trustee"
done
run 0 expect export --format markdown full.json
peer markdown out full.json || fail "peer: markdown"

# By certificates: carried in a COSE_Sign1, given for an envelope.
run 0 expect export --format corim --key es384.key --cert signer.pem -o signed "$manifest"
run 0 expect import --format corim --trust ca.pem -o back signed
grep -q '^signature  verified, signer CN=Test signer$' out || fail "signer: $(cat out)"
run 1 expect import --format corim --trust ca.pem --at 2001-01-01T00:00:00Z signed
says "its certificate is refused"
run 2 expect import --format corim signed
says "nothing says whom to trust"
run 0 expect export --format in-toto --key es384.key -o signed "$manifest"
run 2 expect import --format in-toto --trust ca.pem signed
says "--signer"
run 0 expect import --format in-toto --trust ca.pem --signer signer.pem -o back signed

# A kernel is one more subject; a manifest cannot hold it.
echo kernel >bzImage
run 0 expect export --format in-toto --kernel bzImage -o s "$manifest"
run 3 expect import --format in-toto --allow-unsigned s
says "other subjects"
run 0 expect import --format in-toto --allow-unsigned --kernel bzImage -o back s
cmp -s back "$manifest" || fail "a statement with a kernel does not come back"
echo other >bzImage
run 3 expect import --format in-toto --allow-unsigned --kernel bzImage s
says "bzImage is not among its subjects"

# Others' files: what they lack is asked for, what they have too much is named.
peer make-corim foreign.corim es256.key foreign
run 3 expect import --format corim --lossy --public-key es256.pub foreign.corim
says "does not say of which firmware file"
need_firmware
fill="--firmware-version 1 --tool x --tool-version 1 --flow qemu --firmware $firmware"
# shellcheck disable=SC2086
run 3 expect import --format corim --public-key es256.pub $fill foreign.corim
says "a manifest cannot hold key 0 of the CoMID"
# shellcheck disable=SC2086
run 0 expect import --format corim --lossy --public-key es256.pub $fill -o back foreign.corim
grep -q '"by": "ACME Ltd."' back || fail "vendor is lost"
grep -q "\"rtmr1\": \"$(printf '11%.0s' $(seq 48))\"" back || fail "rtmr1 is lost"
peer spoiled >ways
while read -r what; do
	peer make-corim bad.corim es256.key "$what"
	# shellcheck disable=SC2086
	"$tool" expect import --format corim --lossy --public-key es256.pub $fill bad.corim \
		>out 2>err && fail "a CoRIM with '$what' is taken"
	peer why "$what" err || fail "$what: $(cat err)"
	ran=$((ran + 1))
done <ways
[ "$(wc -l <ways)" -ge 17 ] || fail "too few ways to spoil a CoRIM"
peer make-trustee two
run 3 expect import --format trustee --allow-unsigned two
says "mr_td has 2 values"
run 0 expect export --format trustee --lossy --xfam 0x602e7 -o message full.json
# shellcheck disable=SC2086
run 0 expect import --format trustee --allow-unsigned --xfam 0x602e7 --name OVMF --by me $fill \
	-o back message
run 0 expect export --format trustee --xfam 0x602e7 -o again back
cmp -s again message || fail "a message for trustee does not go out as it came"
# shellcheck disable=SC2086
run 3 expect import --format trustee --allow-unsigned --name OVMF --by me $fill message
says "xfam e702060000000000"

# Endorsements of clouds.
peer make-google ps256.key google.binarypb "$firmware"
run 0 expect import --format google --public-key ps256.pub -o back google.binarypb
grep -q '"flow": "gce-8GiB-early-accept"' back || fail "google: $(cat back)"
run 0 expect import --format google --trust google-ca.pem --firmware "$firmware" -o back \
	google.binarypb
grep -q '"by": "CN=Test google"' back || fail "google: $(cat back)"
run 1 expect import --format google --trust ca.pem google.binarypb
run 1 expect import --format google --public-key es256.pub google.binarypb
peer damage google.binarypb damaged
run 1 expect import --format google --public-key ps256.pub damaged
run 2 expect import --format google --allow-unsigned google.binarypb
says "nothing says whom to trust"
peer unsign-google google.binarypb unsigned.binarypb
run 3 expect import --format google --allow-unsigned unsigned.binarypb
says "has no signature"
peer make-migtd es384.key signer.pem migtd.json
migtd="expect import --format migtd --at 2026-06-01T00:00:00Z"
# shellcheck disable=SC2086
run 0 $migtd --public-key es384.pub --firmware "$firmware" -o back migtd.json
grep -q '"flow": "migtd-svn3"' back || fail "migtd: $(cat back)"
# shellcheck disable=SC2086
run 1 $migtd --public-key es256.pub --firmware "$firmware" migtd.json
# shellcheck disable=SC2086
run 2 $migtd --allow-unsigned --firmware "$firmware" migtd.json
says "nothing says whom to trust"
run 1 expect import --format migtd --at 2027-06-01T00:00:00Z --public-key es384.pub migtd.json
says "its next update was due"
sed -i 's/"isvsvn":3/"isvsvn":4/' migtd.json
# shellcheck disable=SC2086
run 1 $migtd --public-key es384.pub --firmware "$firmware" migtd.json
says "it is not the signature of this text"

# What other tools made: a signature that verifies, whose content no manifest holds, and collateral
# that becomes one. Values are from the corpus' own index, and read from the collateral by eye.
corpus=${TDL_CORPUS:-$TDL_SRCDIR/../shared/corpus}/attestation
if [ -d "$corpus" ]; then
	peer public-key 30a0424cd21c2944838a2d75c92b37e76ea20d9f00893a3b4eee8a3c0aafec3e \
		e04b65e92456d9888b52b379bdfbd51ee869ef1f0fc65b6659695b6cce081723 acme.pub
	good="expect import --format corim --lossy --public-key acme.pub --at 2023-01-01T00:00:00Z"
	late="expect import --format corim --lossy --public-key acme.pub --at 2026-01-01T00:00:00Z"
	# shellcheck disable=SC2086
	{
		run 3 $good "$corpus/corim/signed-good-corim.cbor"
		says "has 3 measurements; a TD has one"
		run 1 $late "$corpus/corim/signed-good-corim.cbor"
		says "its validity has ended"
		run 1 $good --public-key es256.pub "$corpus/corim/signed-good-corim.cbor"
		says "not the signature of this text"
	}
	any="expect import --format corim --lossy --allow-unsigned"
	# shellcheck disable=SC2086
	{
		run 3 $any "$corpus/corim/unsigned-good-corim.cbor"
		says "has 3 measurements; a TD has one"
		run 3 $any "$corpus/corim/comid-integrity-registers.cbor"
		says "rtmr0 has 2 digests, not one"
		run 3 $any "$corpus/corim/comid_seam_refval.cbor"
		says "mrtee is not a SHA-384"
		run 3 $any "$corpus/corim/ce-seam-evidence.cbor"
		says "not a CoRIM"
	}
	peer first-certificate "$corpus/policy/servtd_collateral.json" leaf.pem
	run 0 expect import --format migtd --public-key leaf.pem --at 2026-01-01T00:00:00Z \
		--firmware "$firmware" -o back "$corpus/policy/servtd_collateral.json"
	grep -q '"mrtd": "e2c7da7cf0d93973480f0a34a6fe52a2' back || fail "collateral: $(cat back)"
fi

# A manifest that was not written by the tool would not come back.
tr -d '\n' <"$manifest" >flat.json
run 3 expect export --format corim flat.json
says "white space or order"
run 0 expect export --format corim --lossy -o s flat.json
run 2 expect export --format markdown --key es256.key "$manifest"
says "no place for a signature"
run 2 expect export --format coim "$manifest"
says "did you mean 'corim'"
run 2 expect export "$manifest"
says "it needs --format"
run 2 expect import --format yaml "$manifest"
says "knows no 'yaml'; it knows corim, in-toto"
for form in corim in-toto trustee google; do
	run 3 expect import --format "$form" --allow-unsigned /dev/null
	says "/dev/null: it is empty"
done
run 3 expect import --format markdown --allow-unsigned "$manifest"
says "exported only"

# A plain signature, as cosign and openssl make it.
cp "$manifest" m.json
openssl dgst -sha256 -sign es256.key -out raw m.json
base64 -w0 raw >m.json.sig
run 0 expect verify --public-key es256.pub m.json
run 1 expect verify --public-key es384.pub m.json
rm m.json.sig
run 0 expect sign --key es256.key m.json
base64 -d m.json.sig >raw
openssl dgst -sha256 -verify es256.pub -signature raw m.json >/dev/null ||
	fail "openssl does not verify a plain signature"

# A key that never leaves its TPM.
if [ "$(command -v swtpm)" ] && [ "$(command -v tpm2_createprimary)" ]; then
	mkdir tpm
	swtpm socket --tpm2 --tpmstate "dir=$work/tpm" --server "type=unixio,path=$work/tpm/sock" \
		--ctrl "type=unixio,path=$work/tpm/sock.ctrl" --flags not-need-init,startup-clear \
		--daemon --pid "file=$work/tpm/pid" || fail "swtpm does not start"
	trap 'kill "$(cat "$work/tpm/pid")"; chmod -R u+w "$work"; rm -rf "$work"' EXIT
	TPM2TOOLS_TCTI=swtpm:path=$work/tpm/sock
	TPM2OPENSSL_TCTI=$TPM2TOOLS_TCTI
	export TPM2TOOLS_TCTI TPM2OPENSSL_TCTI
	tpm2_createprimary -Q -C o -G ecc256:ecdsa-sha256 -c key.ctx \
		-a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|sign' &&
		tpm2_evictcontrol -Q -C o -c key.ctx 0x81000001 || fail "the TPM makes no key"
	tpm2_flushcontext -t
	key=handle:0x81000001
	openssl pkey -provider tpm2 -provider default -in $key -pubout -out tpm.pub
	openssl req -provider tpm2 -provider default -x509 -new -key $key -subj /CN=TPM -days 2 \
		-out tpm.pem -addext keyUsage=critical,digitalSignature,keyCertSign
	run 0 expect sign --key $key --cert tpm.pem m.json
	run 0 expect verify --trust tpm.pem m.json
	openssl cms -verify -binary -inform DER -in m.json.p7s -content m.json -CAfile tpm.pem \
		-out /dev/null 2>/dev/null || fail "openssl does not verify the TPM's signature"
	run 0 expect sign --key $key m.json
	run 0 expect verify --public-key tpm.pub m.json
	run 0 expect verify --public-key $key m.json
	run 0 expect export --format corim --key $key --cert tpm.pem -o signed m.json
	run 0 expect import --format corim --trust tpm.pem -o back signed
	peer corim signed m.json es256 tpm.pub || fail "peer: corim by the TPM"
	run 0 expect export --format in-toto --key $key -o signed m.json
	peer in-toto signed m.json es256 tpm.pub || fail "peer: in-toto by the TPM"
	run 3 check m.json --format ear --ear-key $key
	peer jwt out es256 tpm.pub || fail "peer: a result signed by the TPM"
	run 3 expect sign --key handle:0x81000009 m.json
	says "handle:0x81000009 has no private key"
	TPM2OPENSSL_TCTI=swtpm:path=$work/nowhere
	run 3 expect sign --key $key m.json
	says "the OpenSSL provider tpm2"
fi
run 3 expect sign --key nowhere:1 m.json
says "no OpenSSL provider finds a key"
finish
