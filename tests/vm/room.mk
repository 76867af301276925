# SPDX-License-Identifier: BSD-2-Clause
# Real kernels in a VM that needs no virtualisation hardware; run by scripts/check.
EXTRA_DIST += \
	%D%/check-rehearsal.sh \
	%D%/check-sequences.sh \
	%D%/README.md \
	%D%/check-vm.sh \
	%D%/differences \
	%D%/init.c \
	%D%/kernel.config \
	%D%/kernels.sh \
	%D%/man-example.sh \
	%D%/run.sh \
	%D%/sequences-run \
	%D%/table.sh \
	%D%/trace.awk
