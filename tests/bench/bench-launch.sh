#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# "launch" with a log against "measure" and against "launch" without one, as whole processes that run
# in turn; and what share of its CPU time is writing the log: what a launch with a log takes more than
# one without, replay not counted, of a launch with its replay.
set -eu
. "$TDL_SRCDIR/tests/bench/lib.sh"

title "launch of a 4 MiB TDVF on the embedded kernel"
"$build/make_tdvf" "$work/4m.fd"
"$build/alternate" "${TDL_BENCH_RUNS:-41}" "$tool" measure "$work/4m.fd" \
	-- "$tool" launch --firmware "$work/4m.fd" --kvm embedded \
	-- "$tool" launch --firmware "$work/4m.fd" --kvm embedded --log "$work/log" \
	-- "$build/bench_log" "$work/4m.fd" \
	-- "$build/bench_log" "$work/4m.fd" "$work/log" \
	-- "$build/bench_log" "$work/4m.fd" "$work/log" replay >"$work/times"
{
	read -r measure _
	read -r plain _
	read -r logged _
	read -r _ without
	read -r _ written
	read -r _ replayed
} <"$work/times"
row "measure" "$measure" ms
row "launch without a log" "$plain" ms
row "launch with a log: written, read back and replayed" "$logged" ms
row "  as a ratio to measure" "$(ratio "$logged" "$measure")" times at-most 2.5
row "CPU time of all threads at best, launch without a log" "$without" ms
row "  more with a log that is written" "$(minus "$written" "$without")" ms
row "  more with its replay" "$(minus "$replayed" "$written")" ms
row "  writing as a share of it all" \
	"$(ratio "$(minus "$written" "$without")e2" "$replayed")" % at-most 10
