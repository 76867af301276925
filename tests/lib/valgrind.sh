#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Unit test programs and the tool's main commands under valgrind, in a built tree:
#	make check-valgrind
# Errors and definite leaks fail. As many run at once as there are CPUs, or TDL_VALGRIND_JOBS; a
# line says of each how it went and how long it took.
set -u
build=${TDL_BUILDDIR:-.}
firmware=/usr/share/ovmf/OVMF.fd

# Programs whose tests have to be processes of their own: they set limits on the process, close its
# descriptors or leave what they made behind. Valgrind follows each of them.
apart=" check_check_request check_fetch check_signature check_sink "
# Programs left to the sanitizers: one launches thousands of TDs, each with another fault, for an hour
# under valgrind.
slow=" check_faults "

# run NAME PROGRAM ARGUMENT...: 0 when valgrind has nothing to say.
run() {
	name=$1
	shift
	start=$(date +%s)
	valgrind -q --leak-check=full --show-leak-kinds=definite \
		--errors-for-leak-kinds=definite --error-exitcode=99 \
		--log-file="$work/$name.%p" "$@" >"$work/$name.out" 2>&1
	rc=$?
	time=$(($(date +%s) - start))
	cat "$work/$name".[0-9]* >"$work/$name.log"
	if [ ! -s "$work/$name.log" ] && { [ $rc -eq 0 ] || [ "$name" = usage ]; }; then
		echo "ok: $name ($time s)"
		return 0
	fi
	echo "FAIL: $name ($time s), exit code $rc"
	head -n 40 "$work/$name.log"
	grep -v '^Running\|^[0-9]*%' "$work/$name.out" | tail -n 10
	return 1
}

# one PROGRAM: run a program of unit tests.
one() {
	name=$(basename "$1")
	case $apart in
	*" $name "*) CK_FORK=yes ;;
	*) CK_FORK=no ;;
	esac
	case $slow in
	*" $name "*)
		echo "left out: $name"
		return 0
		;;
	esac
	CK_DEFAULT_TIMEOUT=0 CK_TIMEOUT_MULTIPLIER=100 TDL_IN_VALGRIND=1
	export CK_FORK CK_DEFAULT_TIMEOUT CK_TIMEOUT_MULTIPLIER TDL_IN_VALGRIND
	run "$name" "$1"
}

if [ $# -eq 2 ] && [ "$1" = --one ]; then
	work=$TDL_VALGRIND_WORK
	one "$2"
	exit
fi
command -v valgrind >/dev/null || { echo "SKIP: no valgrind (Debian package valgrind)"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TDL_VALGRIND_WORK=$work
export TDL_VALGRIND_WORK
for program in "$build"/.libs/check_* "$build"/check_*; do
	[ -x "$program" ] && [ -f "$program" ] || continue
	head -c 2 "$program" | grep -q '^#!' && continue # libtool's script around .libs
	echo "$program"
done >"$work/programs"
failed=0
xargs -n 1 -P "${TDL_VALGRIND_JOBS:-$(nproc)}" sh "$0" --one <"$work/programs" || failed=1
tool=$build/tdlaunch
[ ! -x "$build/.libs/tdlaunch" ] || tool=$build/.libs/tdlaunch
if [ -f "$firmware" ]; then
	run inspect "$tool" inspect "$firmware" || failed=1
	run measure "$tool" measure --flow all "$firmware" || failed=1
	run launch "$tool" launch --firmware "$firmware" --kvm embedded --log "$work/of-launch" ||
		failed=1
	run log-show "$tool" log show --json "$work/of-launch" || failed=1
	run log-verify "$tool" log verify "$work/of-launch" --firmware "$firmware" || failed=1
	run log-diff "$tool" log diff "$work/of-launch" "$work/of-launch" || failed=1
fi
run host "$tool" host --kvm embedded || failed=1
run decode "$tool" decode 0xc000010000000000 || failed=1
run usage "$tool" launch || failed=1
echo "$(wc -l <"$work/programs") programs of unit tests under valgrind"
[ "$(wc -l <"$work/programs")" -gt 20 ] || failed=1
exit $failed
