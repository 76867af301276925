# SPDX-License-Identifier: BSD-2-Clause
# A TD with all evidence about it, in the working directory: td/ as "attest collect" leaves it, with the
# launch log; what a verifier has: collateral/ and root.der, manifest.json signed so that ca.pem vouches
# for it. Registers are in files rtmr0 to rtmr3. Sourced after lib.sh.
need_firmware
"$tool" launch --kvm embedded --firmware "$firmware" --log launch.log --report report.bin \
	--nonce c0ffee -q || fail "no launch"
"$TDL_BUILDDIR/guest_world" report.bin . >boot.out 2>&1 || fail "no boot: $(cat boot.out)"
run 0 attest collect --sysroot guest -o td
cp launch.log td

# Who vouches for the reference, and the reference: the firmware, and what it started.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
	-subj "/CN=Test CA" -days 2 2>/dev/null
"$tool" expect create --by Tester --firmware-version 1 -o plain.json "$firmware"
sed "s/^\( *\)\"mrtd\": .*/&\n\1\"rtmr1\": \"$(cat rtmr1)\",\n\1\"rtmr2\": \"$(cat rtmr2)\",/" \
	plain.json >manifest.json
run 0 expect sign --key ca.key --cert ca.pem manifest.json
