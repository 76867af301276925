#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every command: its help ends with an example that works as typed, it has a man page, and every
# option of its help is in that.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
man=$TDL_SRCDIR/docs/man

# Commands below the given group, groups of groups resolved.
commands_of() {
	"$tool" "$@" --help </dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z].*\)$/\1/p' |
		sed 's/  .*//' | while read -r name; do
			# shellcheck disable=SC2086
			if "$tool" $name --help </dev/null | grep -q '^Commands:'; then
				(commands_of $name)
			else
				echo "$name"
			fi
		done
}
commands_of >commands
[ "$(wc -l <commands)" -ge 20 ] || fail "too few commands: $(cat commands)"

while read -r name; do
	page=$man/tdlaunch-${name%% *}.1
	# shellcheck disable=SC2086
	run 0 $name --help
	[ -s err ] && fail "$name: help on standard error"
	sed -n '/^Example:/,$p' out | grep -q "^  tdlaunch $name" || fail "$name: no example"
	sed -n '/^Options:/,/^Example:/p' out | grep -o -- '--[a-z0-9][a-z0-9-]*' | sort -u >options
	[ -s options ] || fail "$name: no options"
	grep -Eq "^\| \`$name( [A-Z]+)?\` \|" "$TDL_SRCDIR/README.md" || fail "README omits $name"
	[ -f "$page" ] || {
		fail "$name has no man page"
		continue
	}
	sed 's/\\-/-/g' "$page" >page
	while read -r option; do
		grep -Eq -- "${option#-}([ .,;]|\$)" page || fail "$name: $option is not in its page"
	done <options
done <commands

# tdlaunch(1) names the pages that exist, and each page is about a command.
for page in "$man"/tdlaunch-*.1; do
	name=${page##*/tdlaunch-}
	name=${name%.1}
	grep -Eq "^$name( |\$)" commands || fail "$page is about no command"
	grep -q "^\.Xr tdlaunch-$name 1" "$man/tdlaunch.1" || fail "tdlaunch.1 omits $name"
	grep -q "docs/man/tdlaunch-$name\.1\|%D%/tdlaunch-$name\.1" "$man/room.mk" ||
		fail "$page is not installed"
done
for name in $(sed -n 's/^\.Xr tdlaunch-\([a-z-]*\) 1.*/\1/p' "$man"/*.1); do
	[ -f "$man/tdlaunch-$name.1" ] || fail "a page names tdlaunch-$name(1), which is missing"
done

# Examples, in the order of the help, in a folder that has what they name.
need_firmware
ln -s "$TDL_SRCDIR/measurements" measurements
mkdir bin collateral quotes
ln -s "$tool" bin/tdlaunch
PATH=$work/bin:$PATH
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out signer.key 2>/dev/null
openssl req -x509 -new -key signer.key -subj /CN=Test -days 2 -out signer.pem 2>/dev/null
seeds=$TDL_SRCDIR/tests/fuzz/corpus
cp "$seeds/fuzz_quote/v4" quote.bin
cp quote.bin quotes/one.bin
cp "$seeds/fuzz_ccel/ovmf" ccel.bin
cp "$seeds/fuzz_evidence/tcb-info" collateral/tcb_info.json
cp "$seeds/fuzz_evidence/qe-identity" collateral/qe_identity.json
ln -s collateral new
echo '{"tdlaunch_policy":1,"mrtd":"'"$(printf '%096d' 7)"'"}' >policy.json

# A TPM for those that need one.
. "$TDL_SRCDIR/tests/e2e/tpm.sh"
missing=$(have_tpm) && start_tpm
TDLAUNCH_TPM_TCTI=swtpm:path=$tpm/sock
export TDLAUNCH_TPM_TCTI

# What an example ends with: evidence made for a test does not lead to Intel's root, so that the
# answer of those who judge it is no; and this machine need not be a TD.
wanted() {
	case $1 in
	"log diff" | "attest verify" | "attest explain" | "attest what-if" | "attest replay") echo 1 ;;
	"attest collateral" | "attest policy lint") echo 1 ;;
	"attest fetch") echo 3 ;;
	"attest collect") [ -e /dev/tdx_guest ] && echo 0 || echo 3 ;;
	*) echo 0 ;;
	esac
}
# Nothing is asked of a service outside: the way there is closed.
https_proxy=http://127.0.0.1:1
export https_proxy
unset HTTPS_PROXY no_proxy NO_PROXY || true
while read -r name; do
	case $name in
	anchor*) [ "$missing" ] && echo "example of $name left out: $missing" && continue ;;
	esac
	ran=$((ran + 1))
	# shellcheck disable=SC2086
	"$tool" $name --help </dev/null | sed -n '/^Example:/,$p' | sed 1d >example
	code=0
	sh -e example >out 2>err </dev/null || code=$?
	[ "$code" = "$(wanted "$name")" ] ||
		fail "the example of $name ended with $code: $(cat example err)"
	[ -s err ] && [ "$name" != "attest fetch" ] && fail "the example of $name: $(cat err)"
done <commands
finish
