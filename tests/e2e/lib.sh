# SPDX-License-Identifier: BSD-2-Clause
# What end-to-end tests share: run the tool, compare what it prints with checked-in files.
# TDL_E2E_UPDATE=1 writes those files instead of comparing.
set -u
tool=$TDL_BUILDDIR/tdlaunch
expected=$TDL_SRCDIR/tests/e2e/expected
firmware=/usr/share/ovmf/OVMF.fd
json_valid=$TDL_BUILDDIR/json_valid
work=$(mktemp -d "${TMPDIR:-/tmp}/tdlaunch-e2e.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1
unset NO_COLOR TDL_FLOW || true
failed=0
ran=0

fail() {
	echo "FAIL: $*"
	failed=1
}

# The firmware of Debian 12's ovmf package, or no test.
need_firmware() {
	sum=$(sha384sum "$firmware" 2>/dev/null | cut -c1-16)
	[ "$sum" = fa0dd56f4e3156e0 ] && return
	echo "SKIP: $firmware is not that of Debian 12's package ovmf 2022.11-6+deb12u2"
	exit 77
}

# Collateral and quotes can be fetched, or no test.
need_fetch() {
	"$tool" attest fetch --quote /dev/null -o none --url https://127.0.0.1:1 2>&1 </dev/null |
		grep -q 'built without fetching' || return 0
	echo "SKIP: built with --disable-fetch"
	exit 77
}

# run CODE ARGUMENT...: the tool must end with that code; its output is in out and err. Code 0 says
# nothing on standard error, and an error is one line.
run() {
	code=$1
	shift
	ran=$((ran + 1))
	got=0
	"$tool" "$@" >out 2>err </dev/null || got=$?
	[ "$got" = "$code" ] || fail "'tdlaunch $*' ended with $got, not $code: $(head -c 300 err)"
}

# says PATTERN: the one line on standard error matches, and nothing stands on standard output.
says() {
	[ -s out ] && fail "an error came with output: $(head -n 3 out)"
	[ "$(wc -l <err)" = 1 ] || fail "not one line: $(cat err)"
	grep -q -- "$1" err || fail "expected '$1': $(cat err)"
	grep -q '^tdlaunch: .* (E[A-Z0-9]*)$' err || fail "not in the form of an error: $(cat err)"
}

# same NAME: standard output is what expected/NAME says.
same() {
	sed "s#$work#WORK#g" out >normal
	[ -z "${TDL_E2E_UPDATE:-}" ] || cp normal "$expected/$1"
	diff -u "$expected/$1" normal || fail "output differs from expected/$1"
}

is_json() {
	"$json_valid" <out || fail "not JSON"
}

finish() {
	echo "$ran commands"
	[ "$ran" -gt 0 ] || exit 1
	exit $failed
}
