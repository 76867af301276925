#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every command: its help ends with an example that works as typed, every option of its help is in
# its man page, and the completion knows both.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
man=$TDL_SRCDIR/docs/man

# Names below "Commands:", groups resolved to their commands.
names() {
	"$tool" "$@" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z].*\)$/\1/p'
}
commands=$(names | sed 's/  .*//' | while read -r name; do
	if "$tool" "$name" --help | grep -q '^Commands:'; then
		names "$name" | sed 's/  .*//'
	else
		echo "$name"
	fi
done)
[ "$(echo "$commands" | wc -l)" -ge 6 ] || fail "too few commands: $commands"

echo "$commands" >commands
while read -r name; do
	page=$man/tdlaunch-$(echo "$name" | sed 's/ .*//').1
	# shellcheck disable=SC2086
	run 0 $name --help
	[ -s err ] && fail "$name: help on standard error"
	cp out help
	sed -n '/^Example:/,$p' help | grep -q "^  .*tdlaunch $name" || fail "$name: no example"
	[ -f "$page" ] || {
		echo "note: $name has no page yet"
		continue
	}
	sed 's/\\-/-/g' "$page" >page
	sed -n '/^Options:/,/^Example:/p' help | grep -o -- '--[a-z0-9][a-z0-9-]*' | sort -u |
		while read -r option; do
			grep -q -- "${option#--}" page || echo "$option"
		done >missing
	[ -s missing ] && fail "$name: not in its man page: $(tr '\n' ' ' <missing)"
done <commands

# Examples, in the order of the help, in a folder that looks like the source tree.
need_firmware
ln -s "$TDL_SRCDIR/measurements" measurements
mkdir bin
ln -s "$tool" bin/tdlaunch
PATH=$work/bin:$PATH
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out signer.key 2>/dev/null
openssl req -x509 -new -key signer.key -subj /CN=Test -days 2 -out signer.pem 2>/dev/null
for name in inspect measure "expect create" "expect sign" "expect verify" "expect show"; do
	# shellcheck disable=SC2086
	"$tool" $name --help | sed -n '/^Example:/,$p' | sed 1d >example
	sh -e example >out 2>err || fail "the example of $name does not work: $(cat example err)"
done
finish
