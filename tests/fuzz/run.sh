#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# tests/fuzz/run.sh SECONDS [HARNESS...]: fuzz each harness for so long, in a build tree that was
# configured with CC=clang --enable-sanitize --enable-fuzzer. Inputs that are new go to fuzz.new/.
set -eu
source=$(dirname "$0")/../..
export TDL_SRCDIR="${TDL_SRCDIR:-$source}"
corpus=${TDL_CORPUS:-$TDL_SRCDIR/../shared/corpus}
seconds=${1:?usage: run.sh SECONDS [HARNESS...]}
shift
[ $# -gt 0 ] || set -- "$TDL_SRCDIR"/tests/fuzz/corpus/fuzz_*
bad=0
for harness; do
	harness=${harness##*/}
	new=fuzz.new/$harness
	mkdir -p "$new"
	set --
	while read -r name folder; do
		[ "$name" != "$harness" ] || [ ! -d "$corpus/$folder" ] || set -- "$@" "$corpus/$folder"
	done <"$TDL_SRCDIR/tests/fuzz/seeds"
	if "./$harness" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=20 \
		-artifact_prefix="$new-" "$new" "$TDL_SRCDIR/tests/fuzz/corpus/$harness" "$@" \
		>"$new.log" 2>&1; then
		echo "$harness: $(grep -c '' "$new.log") lines, $(tail -n 1 "$new.log")"
	else
		echo "$harness: FAILED, see $new.log"
		bad=1
	fi
done
exit $bad
