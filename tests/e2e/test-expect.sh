#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# expect: made, signed, verified here and by openssl, and everything that must be refused.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
need_firmware
known=$TDL_SRCDIR/measurements

# The committed manifests.
for name in debian-12-ovmf debian-13-ovmf; do
	run 0 expect verify --trust "$known/ca.pem" "$known/$name.json"
	openssl cms -verify -binary -inform DER -in "$known/$name.json.p7s" \
		-content "$known/$name.json" -CAfile "$known/ca.pem" -out /dev/null 2>/dev/null ||
		fail "openssl does not verify $name"
done
for flow in qemu qemu-8.2-canonical; do
	run 0 expect verify --trust "$known/ca.pem" --firmware "$firmware" --flow $flow \
		"$known/debian-12-ovmf.json"
	same "expect-verify-$flow.txt"
done
run 3 expect verify --trust "$known/ca.pem" --firmware "$firmware" "$known/debian-13-ovmf.json"
same expect-verify-nothing.txt
run 0 expect verify --json --trust "$known/ca.pem" --firmware "$firmware" "$known/debian-12-ovmf.json"
same expect-verify.json
is_json
run 0 expect show "$known/debian-12-ovmf.json"
same expect-show.txt
run 0 expect show --json --trust "$known/ca.pem" "$known/debian-12-ovmf.json"
same expect-show.json
is_json

# Made here. A key, its certificate, an authority.
new_key() {
	case $2 in
	rsa) openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key" ;;
	ec) openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" ;;
	ed25519) openssl genpkey -quiet -algorithm ED25519 -out "$1.key" ;;
	esac 2>/dev/null
	[ -s "$1.key" ] || openssl genpkey -algorithm "$2" -out "$1.key" 2>/dev/null
}
new_key ca ec
openssl req -x509 -new -key ca.key -subj "/CN=Test CA" -days 2 -out ca.pem \
	-addext keyUsage=critical,keyCertSign 2>/dev/null
sign_by_ca() { # NAME
	openssl req -new -key "$1.key" -subj "/CN=Test $1" -out "$1.csr" 2>/dev/null
	printf 'keyUsage=critical,digitalSignature\nbasicConstraints=CA:FALSE\n' >ext
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
		-extfile ext -out "$1.pem" 2>/dev/null
}
run 0 expect create --by Tester --firmware-version 1 -o m.json "$firmware"
run 3 expect verify m.json
says "not signed"
run 3 expect verify --allow-unsigned m.json
run 0 expect verify --allow-unsigned --firmware "$firmware" m.json
for kind in rsa ec; do
	new_key $kind $kind
	sign_by_ca $kind
	run 0 expect sign --key $kind.key --cert $kind.pem m.json
	run 0 expect verify --trust ca.pem m.json
	run 1 expect verify --trust "$known/ca.pem" m.json
	says "unable to get local issuer certificate"
	openssl cms -verify -binary -inform DER -in m.json.p7s -content m.json -CAfile ca.pem \
		-out /dev/null 2>/dev/null || fail "openssl does not verify a $kind signature"
	rm m.json.p7s
done
run 0 expect create --by Tester --firmware-version 1 -o ed.json "$firmware"
new_key ed25519 ed25519
sign_by_ca ed25519
run 0 expect sign --key ed25519.key --cert ed25519.pem ed.json
run 2 expect verify --trust ca.pem ed.json
says "--signer"
run 0 expect verify --trust ca.pem --signer ed25519.pem ed.json
openssl pkeyutl -verify -rawin -certin -inkey ed25519.pem -in ed.json -sigfile ed.json.sig \
	>/dev/null 2>&1 || fail "openssl does not verify an Ed25519 signature"

# A value that is not the image's, and changes after signing.
wrong=$(printf '%096d' 7)
run 0 expect create --by Tester --firmware-version 1 --mrtd "$wrong" --tool t --tool-version 1 \
	--flow qemu -o w.json "$firmware"
run 1 expect verify --allow-unsigned --firmware "$firmware" w.json
grep -q '^comparison   mismatch$' out || fail "no mismatch"
run 0 expect sign --key rsa.key --cert rsa.pem w.json
run 2 expect verify w.json
says "--trust"
sed -i s/Tester/Mallory/ w.json
run 1 expect verify --trust ca.pem w.json
says "it is not the signature of this file"

# Options.
run 2 expect create "$firmware"
says "it needs --output, --by and --firmware-version"
run 2 expect create --by me --firmware-version 1 -o x.json --mrtd 00 --tool t --tool-version 1 \
	--flow qemu "$firmware"
says "is not 48 bytes"
run 2 expect sign m.json
says "it needs --key"
run 3 expect create --by me --firmware-version 1 -o /dev/full "$firmware"
says "ENOSPC"
run 3 expect create --by me --firmware-version 1 -o nowhere/x.json "$firmware"
says "ENOENT"
run 3 expect create --by me --firmware-version 1 -o x.json nowhere
[ -e x.json ] && fail "a manifest of nothing"

# Files that are not manifests.
bad() { # TEXT PATTERN
	printf '%s' "$1" >bad.json
	run 3 expect verify --allow-unsigned bad.json
	says "$2"
}
bad '' "empty"
bad 'rubbish' "not JSON"
bad '{' "ends too early"
bad '[]' "a manifest is a JSON object"
bad '{"format":1}' "format must be a string"
bad '{"format":"tdlaunch-manifest","version":1,"references":{}}' "references must be an array"
bad '{"format":"tdlaunch-manifest","version":1,"references":[7]}' "references\[0\] must be an object"
sed 's/"mrtd": "../"mrtd": "/' "$known/debian-12-ovmf.json" >bad.json
run 3 expect verify --allow-unsigned bad.json
says "references\[0\].mrtd must be 96 hex digits"
head -c 2000000 /dev/zero | tr '\0' ' ' >bad.json
run 3 expect verify --allow-unsigned bad.json
says "E2BIG"
run 3 expect verify --allow-unsigned /nonexistent
says "ENOENT"
run 3 expect verify --trust m.json --signature "$known/debian-12-ovmf.json.p7s" m.json
says "no certificate"
echo rubbish >rubbish
run 3 expect verify --trust ca.pem --signature rubbish m.json
says "neither CMS nor an Ed25519 signature"
[ -z "$(find . -name '*.json.??????')" ] || fail "partial files are left"
finish
