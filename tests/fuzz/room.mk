# SPDX-License-Identifier: BSD-2-Clause
# One harness a parser. Without --enable-fuzzer a harness is a plain program that replays its corpus
# (tests/fuzz/corpus/<harness>), and that is what "make check" runs; with it, it is a libFuzzer one,
# which run.sh fuzzes. What is public and not committed is named in seeds.
EXTRA_DIST += tests/fuzz/run.sh tests/fuzz/seeds
if FUZZER
fuzz_main =
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
fuzz_main = libreplay.la
fuzz_ldflags = $(AM_LDFLAGS)
noinst_LTLIBRARIES += libreplay.la
libreplay_la_SOURCES = tests/fuzz/replay.c
endif
fuzz_libs = $(fuzz_main) $(kernel_rooms) $(lib_rooms) $(CRYPTO_LIBS) $(JSON_LIBS)
include tests/fuzz/image/room.mk
include tests/fuzz/evlog/room.mk
include tests/fuzz/refval/room.mk
include tests/fuzz/exchange/room.mk
include tests/fuzz/anchor/room.mk
include tests/fuzz/attest/room.mk
include tests/fuzz/check/room.mk
include tests/fuzz/collect/room.mk
include tests/fuzz/fetch/room.mk
include tests/fuzz/kernel/room.mk
