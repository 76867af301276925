# SPDX-License-Identifier: BSD-2-Clause
# BENCHES += programs that run.sh needs
EXTRA_DIST += %D%/run.sh
EXTRA_PROGRAMS += make_tdvf
make_tdvf_SOURCES = %D%/make_tdvf.c
make_tdvf_LDADD = libtest.la libbase.la $(CHECK_LIBS) $(CRYPTO_LIBS)
BENCHES += make_tdvf
CLEANFILES += make_tdvf
EXTRA_DIST += %D%/bench-measure.sh
EXTRA_PROGRAMS += bench_prefault
BENCHES += bench_prefault
CLEANFILES += bench_prefault
bench_prefault_SOURCES = %D%/prefault.c
bench_prefault_LDADD = $(kernel_rooms) $(lib_rooms) $(CRYPTO_LIBS) $(JSON_LIBS)
EXTRA_DIST += %D%/bench-prefault.sh
EXTRA_DIST += %D%/bench-launch.sh
