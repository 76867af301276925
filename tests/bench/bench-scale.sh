#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Pre-fault by several vCPUs at once. Goal: the ratio grows with threads up to the number of CPUs and
# stays there beyond it; neither pages a second nor memory depend on how many vCPUs there are.
set -eu
cpus=$(nproc)
echo "== pre-fault by several threads"
echo "$cpus CPUs: up to $cpus threads can show scaling, more of them that nothing collapses"
"$TDL_BUILDDIR/bench_scale" "${TDL_BENCH_SCALE_GIB:-1024}" "${TDL_BENCH_SCALE_SMALL_GIB:-4}"
