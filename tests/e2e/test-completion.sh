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
finish
