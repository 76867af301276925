/* SPDX-License-Identifier: BSD-2-Clause */
/* Running suites, finding files. */
#include "tests/lib/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/hash.h"

bool test_in_valgrind(void)
{
	return getenv("TDL_IN_VALGRIND") != NULL;
}

int test_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static const char *join(const char *folder, const char *relative)
{
	static char paths[4][4096];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, relative);
	return path;
}

const char *test_source(const char *relative)
{
	const char *source = getenv("TDL_SRCDIR");

	return join(source ? source : ".", relative);
}

const char *test_corpus(const char *relative)
{
	const char *corpus = getenv("TDL_CORPUS");
	const char *path =
		join(corpus ? corpus : test_source("../shared/corpus"), relative);

	return access(path, R_OK) == 0 ? path : NULL;
}

static bool is_ovmf_13(const char *path)
{
	char hex[2 * SHA256_SIZE + 1];
	uint8_t digest[SHA256_SIZE];
	struct file_map map = { 0 };

	if (file_map(path, 4u << 20, &map, NULL) < 0)
		return false;
	sha256(map.bytes, map.size, digest);
	file_unmap(&map);
	hex_encode(digest, sizeof(digest), hex);
	return strcmp(hex, "14954040cc754ade0c625ac3470ea46d4c14318b5b1396de4ef77090203d76db") == 0;
}

const char *test_ovmf_13(void)
{
	static const char usual[] = "/usr/share/ovmf/OVMF.fd";
	const char *given = getenv("TDL_OVMF_13");

	if (given && is_ovmf_13(given))
		return given;
	if (is_ovmf_13(usual))
		return usual;
	printf("skipped: no OVMF.fd of Debian 13; scripts/debian-ovmf fetches it, $TDL_OVMF_13 says "
	       "where it is\n");
	return NULL;
}

static char folder[] = "/tmp/tdlaunch-test-XXXXXX";
static pid_t folder_owner;

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void remove_folder(void)
{
	if (getpid() == folder_owner)
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_folder(void)
{
	if (folder_owner != getpid()) {
		strcpy(folder + strlen(folder) - 6, "XXXXXX");
		ck_assert_ptr_nonnull(mkdtemp(folder));
		folder_owner = getpid();
		atexit(remove_folder);
	}
	return folder;
}

uint8_t *test_read(const char *path, size_t *ret_size)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	uint8_t *bytes;

	ck_assert_msg(f && fstat(fileno(f), &st) == 0, "cannot open %s", path);
	bytes = malloc((size_t)st.st_size + 1);
	ck_assert_ptr_nonnull(bytes);
	ck_assert_uint_eq(fread(bytes, 1, (size_t)st.st_size, f), (size_t)st.st_size);
	bytes[st.st_size] = 0;
	fclose(f);
	*ret_size = (size_t)st.st_size;
	return bytes;
}

void test_write(const char *path, const void *bytes, size_t size)
{
	FILE *f = fopen(path, "wb");

	ck_assert_msg(f && fwrite(bytes, 1, size, f) == size && fclose(f) == 0, "cannot write %s",
		      path);
}

void test_hex(const void *p, size_t n, const char *hex)
{
	char *text = malloc(2 * n + 1);

	ck_assert_ptr_nonnull(text);
	hex_encode(p, n, text);
	ck_assert_str_eq(text, hex);
	free(text);
}
