# SPDX-License-Identifier: BSD-2-Clause
# The tool from outside: its output is compared with expected/, its errors with what they must say.
check_PROGRAMS += json_valid
json_valid_SOURCES = %D%/json_valid.c
json_valid_LDADD = $(JSON_LIBS)
TESTS += \
	%D%/test-attest.sh \
	%D%/test-completion.sh \
	%D%/test-conformance.sh \
	%D%/test-exchange.sh \
	%D%/test-expect.sh \
	%D%/test-frame.sh \
	%D%/test-help.sh \
	%D%/test-log.sh \
	%D%/test-measure.sh \
	%D%/test-prefault.sh
EXTRA_DIST += \
	%D%/expected/expect-show.json \
	%D%/expected/expect-show.txt \
	%D%/expected/expect-verify-nothing.txt \
	%D%/expected/expect-verify-qemu-8.2-canonical.txt \
	%D%/expected/expect-verify-qemu.txt \
	%D%/expected/expect-verify.json \
	%D%/expected/inspect.json \
	%D%/expected/inspect.txt \
	%D%/expected/log-diff-bytes.txt \
	%D%/expected/log-diff-order.txt \
	%D%/expected/log-diff-same.txt \
	%D%/expected/log-show.json \
	%D%/expected/log-show.txt \
	%D%/expected/log-verify-bad.txt \
	%D%/expected/log-verify-short.txt \
	%D%/expected/log-verify.json \
	%D%/expected/log-verify.txt \
	%D%/expected/measure-verbose.txt \
	%D%/expected/measure.json \
	%D%/expected/measure.txt \
	%D%/exchange_peer.py \
	%D%/lib.sh \
	%D%/recompute.py \
	%D%/test-attest.sh \
	%D%/test-completion.sh \
	%D%/test-conformance.sh \
	%D%/test-exchange.sh \
	%D%/test-expect.sh \
	%D%/test-frame.sh \
	%D%/test-help.sh \
	%D%/test-log.sh \
	%D%/test-measure.sh \
	%D%/test-prefault.sh
# The tool run as users run it.
TESTS += tests/e2e/test-launch.sh
EXTRA_DIST += %D%/test-launch.sh
