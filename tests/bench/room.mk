# SPDX-License-Identifier: BSD-2-Clause
# BENCHES += programs that run.sh needs
EXTRA_DIST += %D%/run.sh
EXTRA_PROGRAMS = make_tdvf
make_tdvf_SOURCES = %D%/make_tdvf.c
make_tdvf_LDADD = libtest.la libbase.la $(CHECK_LIBS) $(CRYPTO_LIBS)
BENCHES += make_tdvf
CLEANFILES += make_tdvf
EXTRA_DIST += %D%/bench-measure.sh
