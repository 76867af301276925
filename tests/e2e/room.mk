# SPDX-License-Identifier: BSD-2-Clause
# The tool from outside: its output is compared with expected/, its errors with what they must say.
check_PROGRAMS += json_valid
json_valid_SOURCES = %D%/json_valid.c
json_valid_LDADD = $(JSON_LIBS)
check_PROGRAMS += attest_world
attest_world_SOURCES = %D%/attest_world.c tests/unit/attest/pki.c tests/unit/attest/pki.h \
	tests/unit/attest/vtpm.c tests/unit/attest/vtpm.h
attest_world_LDADD = $(unit_libs)
check_PROGRAMS += azure_world
azure_world_SOURCES = %D%/azure_world.c tests/unit/attest/pki.c tests/unit/attest/pki.h \
	tests/unit/attest/vtpm.c tests/unit/attest/vtpm.h
azure_world_LDADD = $(unit_libs)
check_PROGRAMS += render_claims
render_claims_SOURCES = %D%/render_claims.c
render_claims_LDADD = libtdlaunch.la
check_PROGRAMS += guest_world
guest_world_SOURCES = %D%/guest_world.c $(check_world)
guest_world_LDADD = $(unit_libs)
TESTS += \
	%D%/test-anchor.sh \
	%D%/test-anchor-between.sh \
	%D%/test-anchor-bus.sh \
	%D%/test-anchor-kind.sh \
	%D%/test-anchor-refused.sh \
	%D%/test-check-anchor.sh \
	%D%/test-attest.sh \
	%D%/test-azure.sh \
	%D%/test-check.sh \
	%D%/test-check-batch.sh \
	%D%/test-check-formats.sh \
	%D%/test-ci.sh \
	%D%/test-collect-azure.sh \
	%D%/test-completion.sh \
	%D%/test-conformance.sh \
	%D%/test-exchange.sh \
	%D%/test-expect.sh \
	%D%/test-fetch.sh \
	%D%/test-frame.sh \
	%D%/test-fleet.sh \
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
	%D%/fetch_server.py \
	%D%/formats_peer.py \
	%D%/lib.sh \
	%D%/quote_server.py \
	%D%/recompute.py \
	%D%/bus.py \
	%D%/relay.py \
	%D%/tpm_between.py \
	%D%/replay_anchor.py \
	%D%/ci_steps.py \
	%D%/slurm.sh \
	%D%/td.sh \
	%D%/test-anchor.sh \
	%D%/test-anchor-between.sh \
	%D%/test-anchor-bus.sh \
	%D%/test-anchor-kind.sh \
	%D%/test-anchor-refused.sh \
	%D%/test-check-anchor.sh \
	%D%/test-attest.sh \
	%D%/test-azure.sh \
	%D%/test-check.sh \
	%D%/test-check-batch.sh \
	%D%/test-check-formats.sh \
	%D%/test-ci.sh \
	%D%/test-collect-azure.sh \
	%D%/test-completion.sh \
	%D%/test-conformance.sh \
	%D%/test-exchange.sh \
	%D%/test-expect.sh \
	%D%/test-fetch.sh \
	%D%/test-frame.sh \
	%D%/test-fleet.sh \
	%D%/test-help.sh \
	%D%/test-log.sh \
	%D%/test-measure.sh \
	%D%/tpm.sh \
	%D%/test-prefault.sh
# The tool run as users run it.
TESTS += tests/e2e/test-launch.sh
EXTRA_DIST += %D%/test-launch.sh
