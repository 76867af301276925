/* SPDX-License-Identifier: BSD-2-Clause */
/* What unit tests share: a main that runs suites, paths, and skipping. */
#ifndef TESTS_LIB_TEST_H
#define TESTS_LIB_TEST_H

#include <stdbool.h>
#include <stdint.h>

#include <check.h>

/* Whether valgrind runs this, which make check-valgrind says: one thread at a time, memory that is not
 * what a process really takes, a map of it that is valgrind's own, and everything thirty times slower. */
bool test_in_valgrind(void);

/* Run one suite; the exit code for main(). CK_FORK and CK_RUN_CASE are check's own. */
int test_run(Suite *suite);

/* A path below the source tree. The string lives until the next call but three. */
const char *test_source(const char *relative);

/* A file of the test data that is not part of the project, or NULL when it is not there. The folder
 * is $TDL_CORPUS, by default "../shared/corpus" beside the source tree. */
const char *test_corpus(const char *relative);

/* OVMF.fd of Debian 13's package ovmf 2025.02-8+deb13u1, told by its size and digest: $TDL_OVMF_13 or
 * where the package has it. NULL when it is not there, which has then been said; scripts/debian-ovmf
 * fetches it. */
const char *test_ovmf_13(void);

/* A directory that is empty and goes away when the process exits. */
const char *test_folder(void);

/* Read a whole file; fails the test when it cannot. Caller frees. */
uint8_t *test_read(const char *path, size_t *ret_size);
void test_write(const char *path, const void *bytes, size_t size);

/* Fail unless rc == expected, printing the error's text. */
#define test_rc(rc, expected, err)                                                                 \
	ck_assert_msg((rc) == (expected), "got %d, want %d: %s", (rc), (expected), (err)->text)

/* Fail unless n bytes at p read as this lower-case hex text. */
void test_hex(const void *p, size_t n, const char *hex);

#endif
