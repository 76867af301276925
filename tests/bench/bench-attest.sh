#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Quote verifications on one core against "openssl speed ecdsap256" in the same run, then over two
# threads; replaying an event log. Runs alternate; the best of each is taken, since other work on the
# machine only ever makes them slower.
set -eu
build=${TDL_BUILDDIR:-.}
runs=${TDL_BENCH_ATTEST_RUNS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bench=$build/bench_attest

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
	i=$((i + 1))
done
"$bench" replay "$TDL_SRCDIR/tests/fuzz/corpus/fuzz_ccel/ovmf" >"$work/replay"

# best FILE COLUMN
best() {
	awk -v column="$2" '$column + 0 > most { most = $column + 0 } END { print most }' "$work/$1"
}
awk -v verify="$(best reference 1)" -v warm="$(best warm 1)" -v same="$(best same 1)" \
	-v cold="$(best cold 1)" -v one="$(best warm 2)" -v two="$(best two 2)" \
	-v warm_kib="$(best warm 3)" -v cold_kib="$(best cold 3)" 'BEGIN {
	printf "openssl speed ecdsap256: %.0f verifications/s\n", verify
	printf "attest verify, warm, two signatures a quote: %.0f quotes/s, ratio %.2f (goal: at least 0.40, limit 0.50)\n", \
		warm, warm / verify
	printf "attest verify, warm, the enclave known too: %.0f quotes/s, ratio %.2f (limit 1.00)\n", \
		same, same / verify
	printf "attest verify, cold with reading the bundle: %.0f quotes/s, %.1f verifications long (goal: at most 18)\n", \
		cold, verify / cold
	printf "attest verify, warm, 2 threads: %.2f times one thread (goal: 1.8)\n", two / one
	printf "attest verify: peak memory %.1f MiB warm, %.1f MiB cold\n", \
		warm_kib / 1024, cold_kib / 1024
}'
awk '{ printf "ccel replay: %s MB/s, %s events/s (log of %s events), peak memory %.1f MiB\n", \
	$1, $2, $3, $4 / 1024 }' "$work/replay"
