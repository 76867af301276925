# SPDX-License-Identifier: BSD-2-Clause
# Unit tests mirror the rooms. They link the rooms, not the library, so hidden symbols are testable.
unit_libs = libtest.la $(kernel_rooms) $(lib_rooms) $(CHECK_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS)
include tests/unit/base/room.mk
include tests/unit/image/room.mk
include tests/unit/plan/room.mk
include tests/unit/measure/room.mk
include tests/unit/evlog/room.mk
include tests/unit/host/room.mk
include tests/unit/launch/room.mk
include tests/unit/refval/room.mk
include tests/unit/attest/room.mk
include tests/unit/fetch/room.mk
include tests/unit/collect/room.mk
include tests/unit/anchor/room.mk
include tests/unit/check/room.mk
include tests/unit/cli/room.mk
include tests/unit/trace/room.mk
include tests/unit/seam/room.mk
include tests/unit/gmem/room.mk
include tests/unit/slots/room.mk
include tests/unit/mmu/room.mk
include tests/unit/tdx/room.mk
include tests/unit/core/room.mk
