#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Quote verifications on one core against "openssl speed ecdsap256" in the same run, then over two
# threads; replaying an event log. Runs alternate; the best of each is taken, since other work on the
# machine only ever makes them slower.
set -eu
. "$TDL_SRCDIR/tests/bench/lib.sh"
runs=${TDL_BENCH_ATTEST_RUNS:-3}
bench=$build/bench_attest

title "attest"
speed() {
	openssl speed -seconds 1 ecdsap256 2>/dev/null | awk '/nistp256/ { print $NF }'
}
i=0
while [ "$i" -lt "$runs" ]; do
	speed >>"$work/reference"
	for how in warm same cold; do
		"$bench" verify $how 1 >>"$work/$how"
	done
	"$bench" verify warm 2 >>"$work/two"
	"$bench" batch 1 >>"$work/batch"
	"$bench" batch 2 >>"$work/batch-two"
	i=$((i + 1))
done
"$bench" replay "$TDL_SRCDIR/tests/fuzz/corpus/fuzz_ccel/ovmf" >"$work/replay"

# best FILE COLUMN
best() {
	awk -v column="$2" '$column + 0 > most { most = $column + 0 } END { print most }' "$work/$1"
}
verify=$(best reference 1)
row "openssl speed ecdsap256" "$verify" verify/s
row "attest verify, warm, two signatures a quote" "$(best warm 1)" quotes/s
row "  as a ratio to openssl (limit 0.50)" "$(ratio "$(best warm 1)" "$verify")" times at-least 0.40
row "attest verify, warm, the enclave known too" "$(best same 1)" quotes/s
row "  as a ratio to openssl (limit 1.00)" "$(ratio "$(best same 1)" "$verify")" times
row "attest verify, cold with reading the bundle" "$(best cold 1)" quotes/s
row "  in verifications of openssl" "$(ratio "$verify" "$(best cold 1)")" times at-most 18
row "attest verify, warm, 2 threads to one" "$(ratio "$(best two 2)" "$(best warm 2)")" times at-least 1.8
row "attest verify, peak memory, warm" "$(ratio "$(best warm 3)" 1024)" MiB
row "attest verify, peak memory, cold" "$(ratio "$(best cold 3)" 1024)" MiB
row "check --batch, 1 thread, two signatures a quote" "$(best batch 1)" quotes/s
row "  as a ratio to openssl (limit 0.50)" "$(ratio "$(best batch 1)" "$verify")" times
row "check --batch, 2 threads to one" "$(ratio "$(best batch-two 2)" "$(best batch 2)")" times at-least 1.8
row "check --batch, peak memory, 2 threads" "$(ratio "$(best batch-two 3)" 1024)" MiB
read -r speed events all memory <"$work/replay"
row "ccel replay" "$speed" MB/s
row "ccel replay, log of $all events" "$events" events/s
row "ccel replay, peak memory" "$(ratio "$memory" 1024)" MiB
