/* SPDX-License-Identifier: BSD-2-Clause */
/* main() for a fuzz harness that is not fuzzing: run every file of the corpus once, and a few
 * mutations of each that a generator with a fixed seed makes. A harness without a corpus fails. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Change a few bytes, or cut the end off. */
static size_t mutate(uint8_t *bytes, size_t size, uint64_t *state)
{
	uint64_t changes = next_random(state) % 4 + 1;

	if (size == 0)
		return 0;
	for (uint64_t i = 0; i < changes; i++)
		bytes[next_random(state) % size] = (uint8_t)next_random(state);
	return next_random(state) % 4 == 0 ? next_random(state) % size : size;
}

static void run_input(const uint8_t *bytes, size_t size)
{
	const char *rounds = getenv("TDL_FUZZ_ROUNDS");
	long n = rounds ? atol(rounds) : 20;
	uint64_t state = 0x9e3779b97f4a7c15u ^ size;

	LLVMFuzzerTestOneInput(bytes, size);
	for (long i = 0; i < n; i++) {
		uint8_t *copy = malloc(size ? size : 1);
		size_t len;

		if (!copy)
			abort();
		if (size)
			memcpy(copy, bytes, size);
		len = mutate(copy, size, &state);
		/* An exact allocation, so that a sanitizer sees a read of one byte too many. */
		uint8_t *exact = malloc(len ? len : 1);
		if (!exact)
			abort();
		memcpy(exact, copy, len);
		free(copy);
		LLVMFuzzerTestOneInput(exact, len);
		free(exact);
	}
}

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	uint8_t *bytes;

	if (!f || fstat(fileno(f), &st) < 0 || !S_ISREG(st.st_mode)) {
		if (f)
			fclose(f);
		return 0;
	}
	bytes = malloc((size_t)st.st_size ? (size_t)st.st_size : 1);
	if (!bytes || fread(bytes, 1, (size_t)st.st_size, f) != (size_t)st.st_size) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(1);
	}
	fclose(f);
	run_input(bytes, (size_t)st.st_size);
	free(bytes);
	return 1;
}

static int run_folder(const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort);
	int ran = 0;

	for (int i = 0; i < n; i++) {
		char path[8192];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		ran += run_file(path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return ran;
}

/* The folders of public data that tests/fuzz/seeds names for this harness. */
static int run_public(const char *source, const char *harness)
{
	const char *corpus = getenv("TDL_CORPUS");
	char path[4096], line[256], name[64], folder[128];
	int ran = 0;

	snprintf(path, sizeof(path), "%s/tests/fuzz/seeds", source);
	FILE *seeds = fopen(path, "r");
	if (!seeds) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(1);
	}
	while (fgets(line, sizeof(line), seeds)) {
		if (sscanf(line, "%63s %127s", name, folder) != 2 || strcmp(name, harness) != 0)
			continue;
		snprintf(path, sizeof(path), "%s%s/%s", corpus ? corpus : source,
			 corpus ? "" : "/../shared/corpus", folder);
		ran += run_folder(path);
	}
	fclose(seeds);
	return ran;
}

int main(int argc, char **argv)
{
	const char *source = getenv("TDL_SRCDIR") ? getenv("TDL_SRCDIR") : ".";
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	char folder[4096];
	int ran = 0;

	if (strncmp(name, "lt-", 3) == 0)
		name += 3;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", source, name);
	for (int i = 1; i < argc; i++)
		ran += run_file(argv[i]);
	int public = argc == 1 ? run_public(source, name) : 0;
	if (argc == 1)
		ran = run_folder(folder);
	printf("%s: %d inputs, and %d of public data\n", name, ran, public);
	return ran ? 0 : 1;
}
