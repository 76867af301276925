#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Unit test programs and the tool's main commands under valgrind, in a built tree:
#	make check-valgrind
# Errors and definite leaks fail. Takes minutes; what is slow there is left to the sanitizers.
set -u
build=${TDL_BUILDDIR:-.}
firmware=/usr/share/ovmf/OVMF.fd
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
ran=0

# check WHAT PROGRAM ARGUMENT...
check() {
	what=$1
	shift
	ran=$((ran + 1))
	valgrind -q --leak-check=full --show-leak-kinds=definite \
		--errors-for-leak-kinds=definite --error-exitcode=99 \
		--log-file="$work/valgrind" "$@" >"$work/out" 2>&1
	[ -s "$work/valgrind" ] || return
	echo "FAIL: $what"
	head -n 40 "$work/valgrind"
	failed=1
}

command -v valgrind >/dev/null || { echo "SKIP: no valgrind (Debian package valgrind)"; exit 77; }
CK_FORK=no CK_DEFAULT_TIMEOUT=0
export CK_FORK CK_DEFAULT_TIMEOUT
for program in "$build"/.libs/check_* "$build"/check_*; do
	[ -x "$program" ] && [ -f "$program" ] || continue
	head -c 2 "$program" | grep -q '^#!' && continue # libtool's script around .libs
	check "$(basename "$program")" "$program"
done
tool=$build/tdlaunch
[ ! -x "$build/.libs/tdlaunch" ] || tool=$build/.libs/tdlaunch
if [ -f "$firmware" ]; then
	check inspect "$tool" inspect "$firmware"
	check measure "$tool" measure --flow all "$firmware"
	check launch "$tool" launch --firmware "$firmware" --kvm embedded --log "$work/log"
	check "log show" "$tool" log show --json "$work/log"
	check "log verify" "$tool" log verify "$work/log" --firmware "$firmware"
	check "log diff" "$tool" log diff "$work/log" "$work/log"
fi
check host "$tool" host --kvm embedded
check decode "$tool" decode 0xc000010000000000
check usage "$tool" launch
echo "$ran programs under valgrind"
[ "$ran" -gt 3 ] || failed=1
exit $failed
