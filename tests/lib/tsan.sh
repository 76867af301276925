#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The unit tests that use several threads, under ThreadSanitizer:
#	make check-tsan
# What they need is compiled anew, by $TDL_CC with $TDL_FLAGS, and linked with $TDL_LIBS. A minute or two;
# every report fails. Needs a compiler with the sanitizer's library.
set -eu
src=${TDL_SRCDIR:-.}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
jobs=$(nproc)

# compile FILE...: into $work, two underscores for each slash.
compile() {
	printf '%s\n' "$@" | TDL_WORK=$work TDL_TOP=$src xargs -P "$jobs" -I FILE sh -ec '
		object=$(printf %s "${1#"$TDL_TOP"/}" | sed "s|/|__|g")
		$TDL_CC -std=gnu17 -g -O1 -fsanitize=thread $TDL_FLAGS -c -o "$TDL_WORK/$object.o" "$1"' \
		sh FILE
}

# check FILE...: one program of these sources of tests/, and of all that was compiled before.
check() {
	name=$(basename "$1" .c)
	objects=
	for file in "$@"; do
		compile "$src/tests/$file"
		objects="$objects $work/tests__$(printf %s "$file" | sed 's|/|__|g').o"
	done
	# Words of a list, all of them.
	# shellcheck disable=SC2086
	$TDL_CC -fsanitize=thread -o "$work/$name" $objects "$work/tests__lib__test.c.o" \
		"$work/all.a" $TDL_LIBS
	if $run "$work/$name" >"$work/out" 2>&1; then
		echo "ok: $name"
	else
		echo "FAIL: $name"
		head -n 60 "$work/out"
		failed=1
	fi
}

# The sanitizer wants its addresses where they were expected; and one process, to see all threads.
run="setarch $(uname -m) -R"
$run true 2>/dev/null || run=
CK_FORK=no CK_DEFAULT_TIMEOUT=0 TSAN_OPTIONS="halt_on_error=0 exitcode=66 ${TSAN_OPTIONS:-}"
export CK_FORK CK_DEFAULT_TIMEOUT TSAN_OPTIONS
echo 'int main(void) { return 0; }' >"$work/probe.c"
if ! $TDL_CC -fsanitize=thread -o "$work/probe" "$work/probe.c" 2>/dev/null || ! $run "$work/probe"; then
	echo "SKIP: no ThreadSanitizer for $TDL_CC"
	exit 77
fi
failed=0
compile "$src"/kernel/*/*.c "$src"/src/base/*.c "$src"/src/host/*.c "$src"/src/launch/*.c \
	"$src"/src/plan/*.c "$src"/src/image/*.c "$src"/src/measure/*.c "$src"/src/evlog/*.c \
	"$src"/tests/lib/test.c
# Of the anchor's room, what needs no TPM.
for file in bank journal key kind lines quotefile structs verify verify_firmware verify_logs; do
	compile "$src/src/anchor/$file.c"
done
ar cr "$work/all.a" "$work"/kernel__*.o "$work"/src__*.o
check unit/core/check_parallel.c bench/vm.c
check unit/core/check_core.c
check unit/seam/check_beside.c unit/seam/rig.c
check unit/seam/check_property.c unit/seam/rig.c unit/seam/walker.c
check unit/tdx/check_td.c unit/tdx/td_fixture.c
check unit/launch/check_prefault_engine.c
check unit/evlog/check_follow.c lib/tdvf_builder.c
check unit/evlog/check_log.c unit/evlog/fixture.c
check unit/anchor/check_verify.c unit/anchor/scene.c unit/anchor/paper.c unit/evlog/fixture.c
exit $failed
