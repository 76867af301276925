/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_world REPORT DIR: the TD of a TDREPORT boots. DIR gets a recorded copy of the guest - its
 * TDREPORT with the registers that its event log gives, a quote of it, the log - and what a verifier
 * has: collateral, root, the registers. */
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/pki.h"
#include "tests/unit/check/world.h"

static const char *root;

static void put(const char *name, const void *bytes, size_t size)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(path, 0700);
		*at = '/';
	}
	test_write(path, bytes, size);
}

/* The registers into the report, and its hash anew. */
static void boot(uint8_t report[1024])
{
	const struct ccel_knobs right = { 0 };
	uint8_t rtmr[4][48], table[56] = "CCEL";
	struct piece log = world_ccel(&right, rtmr);
	char hex[97], line[120];

	memcpy(report + 720, rtmr, sizeof(rtmr));
	SHA384(report + 512, 512, report + 80);
	put_le32(table + 4, sizeof(table));
	table[8] = 1;
	table[36] = 2; /* TDX */
	put("guest/sys/firmware/acpi/tables/CCEL", table, sizeof(table));
	put("guest/sys/firmware/acpi/tables/data/CCEL", log.bytes, log.size);
	for (int i = 0; i < 4; i++) {
		char name[16];

		snprintf(name, sizeof(name), "rtmr%d", i);
		snprintf(line, sizeof(line), "%s\n", hex_encode(rtmr[i], 48, hex));
		put(name, line, strlen(line));
	}
	free(log.bytes);
}

static void copy_collateral(const char *from)
{
	static const char *const names[] = { "tcb_signing_chain.pem", "root_ca.crl", "pck_ca.crl",
					     "tcb_info.json", "qe_identity.json" };
	char path[4096];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t size;

		snprintf(path, sizeof(path), "%s/%s", from, names[i]);
		uint8_t *bytes = test_read(path, &size);
		snprintf(path, sizeof(path), "collateral/%s", names[i]);
		put(path, bytes, size);
		free(bytes);
	}
}

static const char *from;

START_TEST(boot_the_td)
{
	static struct pki_world world;
	struct pki_knobs knobs = { 0 };
	size_t size;
	uint8_t *report = test_read(from, &size);

	ck_assert_uint_eq(size, 1024);
	boot(report);
	knobs.report = report;
	pki_make(&knobs, &world);
	copy_collateral(world.folder);
	put("root.der", world.root, world.root_size);
	put("guest/dev/tdx_guest", report, 1024);
	put("guest/proc/cmdline", "console=ttyS0\n", 14);
	put("guest/proc/version", "Linux version 6.12\n", 19);
	put("guest/sys/kernel/config/tsm/report/one/provider", "tdx_guest\n", 10);
	put("guest/sys/kernel/config/tsm/report/one/outblob", world.quote, world.quote_size);
	free(report);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("guest");
	TCase *tc = tcase_create("guest");

	if (argc != 3)
		return 2;
	from = argv[1];
	root = argv[2];
	tcase_add_test(tc, boot_the_td);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
