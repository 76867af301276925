#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Completion in bash: commands, commands of a group, options, words.
. "$TDL_SRCDIR/tests/e2e/lib.sh"
[ "$(command -v bash)" ] || {
	echo "SKIP: no bash"
	exit 77
}

# offers WORD... -- CANDIDATE: after these words, the last of them half typed, this is offered.
offers() {
	ran=$((ran + 1))
	PATH=$TDL_BUILDDIR:$PATH bash -c '
		source "$TDL_SRCDIR/src/cli/tdlaunch.bash"
		want=${*: -1}
		COMP_WORDS=("${@:1:$#-2}")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_tdlaunch
		printf "%s\n" "${COMPREPLY[@]}" | grep -qx -- "$want"' bash "$@" ||
		fail "completion of '$*'"
}
offers tdlaunch me -- measure
offers tdlaunch "" -- expect
offers tdlaunch expect ve -- verify
offers tdlaunch expect verify --tr -- --trust
offers tdlaunch measure --fl -- --flow
offers tdlaunch measure --encoding ba -- base64
offers tdlaunch launch --kvm em -- embedded
offers tdlaunch attest policy li -- lint
offers tdlaunch anchor verify --tpm ha -- hardware
offers tdlaunch check --format ju -- junit
offers tdlaunch check --require ev -- event-log
offers tdlaunch expect export --format co -- corim
offers tdlaunch attest policy lint --qu -- --quiet

# Every command and every option that a help shows, in one bash.
cat >all.bash <<'END'
source "$TDL_SRCDIR/src/cli/tdlaunch.bash"
# want CANDIDATE... -- WORD...: these are all offered after the words.
want() {
	local list=()
	while [[ $1 != -- || ${#list[@]} = 0 ]]; do
		list+=("$1")
		shift
	done
	shift
	COMP_WORDS=(tdlaunch "$@")
	COMP_CWORD=$#
	_tdlaunch
	for one in "${list[@]}"; do
		[[ " ${COMPREPLY[*]} " = *" $one "* ]] || echo "tdlaunch $*: $one is not offered"
	done
}
check() {
	local help names options name
	help=$(tdlaunch "$@" --help </dev/null)
	names=$(sed -n '/^Commands:/,/^$/s/^  \([a-z].*\)$/\1/p' <<<"$help" | sed 's/  .*//; s/.* //')
	options=$(sed -n '/^Options:/,/^Example:/s/^ .*\(--[a-z0-9][a-z0-9-]*\).*/\1/p' <<<"$help")
	echo "$*" >>checked
	if [[ $names ]]; then
		want $names -- "$@" ""
		for name in $names; do
			check "$@" "$name"
		done
	else
		want $options -- "$@" --
	fi
}
check
END
PATH=$TDL_BUILDDIR:$PATH bash all.bash >wrong 2>&1
[ -s wrong ] && fail "$(cat wrong)"
[ "$(wc -l <checked)" -ge 24 ] || fail "too few commands completed: $(cat checked)"
finish
