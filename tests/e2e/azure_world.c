/* SPDX-License-Identifier: BSD-2-Clause */
/* azure_world AK NONCE DIR: a paravisor beneath a guest whose TPM has the public key in the PEM file
 * AK. DIR, which is there, gets the HCL report made for NONCE, in hex ("" for none), as short as it can
 * be; the TD quote for it; what a verifier has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "base/bytes.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/vtpm.h"

static const char *ak, *nonce, *to;

static void put(const char *name, const void *bytes, size_t size)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", to, name);
	test_write(path, bytes, size);
}

static void put_collateral(const char *folder)
{
	static const char *const names[] = { "tcb_info.json", "qe_identity.json", "pck_ca.crl",
					     "root_ca.crl", "tcb_signing_chain.pem" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[4096];
		size_t size;

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		uint8_t *bytes = test_read(path, &size);
		put(names[i], bytes, size);
		free(bytes);
	}
}

START_TEST(paravisor_in_files)
{
	static struct vtpm_world v;
	uint8_t user_data[64] = { 0 };
	FILE *f = fopen(ak, "r");

	ck_assert_ptr_nonnull(f);
	EVP_PKEY *key = PEM_read_PUBKEY(f, NULL, NULL, NULL);
	fclose(f);
	ck_assert_ptr_nonnull(key);
	ck_assert(hex_decode(nonce, user_data, strlen(nonce) / 2));
	vtpm_make_for(&(struct pki_knobs){ 0 }, key, user_data, &v);
	EVP_PKEY_free(key);
	put("hcl.bin", v.hcl, (size_t)v.hcl[8] | (size_t)v.hcl[9] << 8);
	put("quote.bin", v.w.quote, v.w.quote_size);
	put("root.der", v.w.root, v.w.root_size);
	put_collateral(v.w.folder);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("azure world");
	TCase *tc = tcase_create("files");

	if (argc != 4)
		return 2;
	ak = argv[1];
	nonce = argv[2];
	to = argv[3];
	tcase_add_test(tc, paravisor_in_files);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
