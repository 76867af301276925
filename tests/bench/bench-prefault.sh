#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Pre-fault on the embedded kernel. Goal: at most 100 ns and 8.5 bytes a 4 KiB page, linear from
# 1 GiB to 256 GiB; 2 MiB pages at least 100 times fewer steps.
set -eu
echo "== pre-fault on the embedded kernel"
"$TDL_BUILDDIR/bench_prefault" "${TDL_BENCH_GIB:-256}"
