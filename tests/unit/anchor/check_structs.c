/* SPDX-License-Identifier: BSD-2-Clause */
/* What a TPM signs, the banks, and the key. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include <tdlaunch/log.h>

#include "anchor/key.h"
#include "base/attr.h"
#include "tests/lib/test.h"
#include "tests/unit/anchor/paper.h"

static struct tdl_error err;

START_TEST(what_was_signed_is_read_field_by_field)
{
	struct paper tpm = paper_pcr();
	struct paper_bytes b = paper_attest(&tpm, "a nonce!", 8, SPOIL_NOTHING);
	struct attest a = { 0 };

	test_rc(attest_parse(b.at, b.size, &a, &err), 0, &err);
	ck_assert_uint_eq(a.type, ST_ATTEST_QUOTE);
	ck_assert_uint_eq(a.extra_size, 8);
	ck_assert_mem_eq(a.extra, "a nonce!", 8);
	ck_assert_uint_eq(a.clock.time, 5000);
	ck_assert_uint_eq(a.clock.resets, 7);
	ck_assert_uint_eq(a.clock.restarts, 2);
	ck_assert_uint_eq(a.clock.safe, 1);
	ck_assert_uint_eq(a.firmware, 0x2024000100020003);
	ck_assert_uint_eq(a.pcr, 14);
	ck_assert_uint_eq(a.bank_count, 4);
	ck_assert_str_eq(a.banks[2]->name, "sha384");
	ck_assert_uint_eq(a.digest_size, 32);
	paper_free(&tpm);
}
END_TEST

/* Every length that is not the right one. */
START_TEST(a_structure_cut_anywhere_ends_early)
{
	struct paper tpm = _i ? paper_nv() : paper_pcr();
	struct paper_bytes b = paper_attest(&tpm, "a nonce!", 8, SPOIL_NOTHING);
	struct paper_bytes s = paper_sign(tpm.key, &b, SPOIL_NOTHING);
	struct paper_bytes p = paper_nv_public(&tpm);
	struct attest a = { 0 };
	struct signature signature = { 0 };
	struct nv_public public = { 0 };

	for (size_t i = 0; i < b.size; i++)
		ck_assert_int_lt(attest_parse(b.at, i, &a, NULL), 0);
	for (size_t i = 0; i < s.size; i++)
		test_rc(signature_parse(s.at, i, &signature, &err), -ENODATA, &err);
	for (size_t i = 0; i < p.size; i++)
		test_rc(nv_public_parse(p.at, i, &public, &err), -ENODATA, &err);
	test_rc(attest_parse(b.at, b.size, &a, &err), 0, &err);
	test_rc(signature_parse(s.at, s.size, &signature, &err), 0, &err);
	test_rc(signature_parse(s.at, s.size + 1, &signature, &err), -EBADMSG, &err);
	test_rc(nv_public_parse(p.at, p.size, &public, &err), 0, &err);
	test_rc(nv_public_parse(p.at, p.size + 1, &public, &err), -EBADMSG, &err);
	paper_free(&tpm);
}
END_TEST

/* Sequence, handle, hierarchy, a blob of two bytes. Source: TPM 2.0 Library, Part 2, TPMS_CONTEXT.
 */
START_TEST(a_kept_key_is_a_context_from_end_to_end)
{
	static const uint8_t good[] = { 0,    0,    0,	  0, 0,	  0, 0, 1,    0x80, 0, 0x00,
					0x00, 0x40, 0x00, 0, 0xb, 0, 2, 0xaa, 0xbb, 0 };
	const size_t size = sizeof(good) - 1;
	uint8_t bent[sizeof(good)];

	test_rc(key_context_check(good, size, &err), 0, &err);
	for (size_t i = 0; i < size; i++)
		test_rc(key_context_check(good, i, &err), -ENODATA, &err);
	test_rc(key_context_check(good, size + 1, &err), -EBADMSG, &err);
	memcpy(bent, good, sizeof(bent));
	bent[8] = 0x02; /* a session */
	test_rc(key_context_check(bent, size, &err), -EBADMSG, &err);
	memcpy(bent, good, sizeof(bent));
	bent[17] = 0; /* an empty blob */
	test_rc(key_context_check(bent, 18, &err), -EBADMSG, &err);
	memcpy(bent, "\xba\xdc\xc0\xde", 4);
	test_rc(key_context_check(bent, size, &err), -EBADMSG, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "tpm2_evictcontrol"));
}
END_TEST

/* r and s of fewer than 32 bytes have leading zeros that a TPM may leave out. */
START_TEST(short_numbers_of_a_signature_are_padded)
{
	const uint8_t bytes[] = { 0, 0x18, 0, 0x0b, 0, 2, 0xaa, 0xbb, 0, 1, 0xcc };
	struct signature s = { 0 };

	test_rc(signature_parse(bytes, sizeof(bytes), &s, &err), 0, &err);
	test_hex(s.r, 32, "000000000000000000000000000000000000000000000000000000000000aabb");
	test_hex(s.s, 32, "00000000000000000000000000000000000000000000000000000000000000cc");
	ck_assert_str_eq(s.hash->name, "sha256");
}
END_TEST

/* "abc": FIPS 180-4 and FIPS 202 examples, RFC 8998's reference for SM3. */
static const struct {
	uint16_t algorithm;
	const char *name, *digest;
} digests[] = {
	{ 0x0004, "sha1", "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ 0x000b, "sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ 0x000c, "sha384",
	  "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	  "8086072ba1e7cc2358baeca134c825a7" },
	{ 0x000d, "sha512",
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	{ 0x0012, "sm3_256", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" },
	{ 0x0027, "sha3_256", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532" },
};

START_TEST(a_bank_hashes_by_its_own_algorithm)
{
	const struct tdl_log_record r = { .content = (const uint8_t *)"abc", .content_size = 3 };
	const struct bank *bank = bank_of(digests[_i].algorithm);
	uint8_t digest[BANK_DIGEST_MAX];

	ck_assert_ptr_nonnull(bank);
	ck_assert_ptr_eq(bank_named(digests[_i].name, strlen(digests[_i].name)), bank);
	ck_assert_uint_eq(2 * bank->size, strlen(digests[_i].digest));
	test_rc(bank_record(bank, &r, digest, &err), 0, &err);
	test_hex(digest, bank->size, digests[_i].digest);
}
END_TEST

START_TEST(a_bank_that_is_not_known_is_none)
{
	ck_assert_ptr_null(bank_of(0x0010));
	ck_assert_ptr_null(bank_named("sha2", 4));
	ck_assert_ptr_null(bank_named("sha2567", 7));
}
END_TEST

/* SHA-256 of 32 zero bytes and the digest of "abc", by Python's hashlib. */
START_TEST(extending_hashes_the_value_and_the_digest)
{
	struct bank_values v = { .of = { { .bank = bank_of(0x000b) } }, .count = 1 };
	const struct tdl_log_record r = { .content = (const uint8_t *)"abc", .content_size = 3 };

	test_rc(values_extend(&v, &r, NULL, &err), 0, &err);
	test_hex(v.of[0].digest, 32,
		 "589f9ffed4c477966bfb8d41f37895b08c69047df8f911d6f3b57fbe08faee8d");
}
END_TEST

/* SHA-384 of 48 zero bytes and 48 bytes 0x11, by Python's hashlib. */
START_TEST(a_digest_that_is_known_extends_its_bank_and_no_other)
{
	struct bank_values v = { .of = { { .bank = bank_of(0x000c) }, { .bank = bank_of(0x000b) } },
				 .count = 2 };
	const struct tdl_log_record r = { .content = (const uint8_t *)"abc", .content_size = 3 };
	uint8_t other[48];

	memset(other, 0x11, sizeof(other));
	test_rc(values_extend(&v, &r, other, &err), 0, &err);
	test_hex(v.of[0].digest, 48, "c7304e0aec48bbbc703c099b425485b7a60e19b6a83630b0fb558ce2f02ec41e"
		 "4cdf205335b4b613b3537ad83eb62262");
	test_hex(v.of[1].digest, 32,
		 "589f9ffed4c477966bfb8d41f37895b08c69047df8f911d6f3b57fbe08faee8d");
}
END_TEST

START_TEST(a_point_becomes_a_key_and_a_key_a_file)
{
	EVP_PKEY *key = paper_key("P-256");
	uint8_t point[65], der[200], *theirs = NULL, *file;
	char path[4096], *pem = paper_pem(key);
	size_t n = 0, size = 0;

	ck_assert_int_eq(EVP_PKEY_get_octet_string_param(key, "encoded-pub-key", point, 65, &n), 1);
	test_rc(key_encode(point + 1, der, sizeof(der), &size, &err), 0, &err);
	ck_assert_int_eq(i2d_PUBKEY(key, &theirs), (int)size);
	ck_assert_mem_eq(der, theirs, size);
	snprintf(path, sizeof(path), "%s/key.pem", test_folder());
	test_rc(key_write_pem(path, der, size, &err), 0, &err);
	file = test_read(path, &n);
	ck_assert_uint_eq(n, strlen(pem));
	ck_assert_mem_eq(file, pem, n);
	point[10] ^= 1; /* off the curve */
	test_rc(key_encode(point + 1, der, sizeof(der), &size, &err), -EKEYREJECTED, &err);
	OPENSSL_free(theirs);
	EVP_PKEY_free(key);
	free(file);
	free(pem);
}
END_TEST

START_TEST(a_key_has_nothing_behind_it)
{
	EVP_PKEY *key = paper_key("P-256");
	struct paper_bytes words = { "some words", 10 };
	struct paper_bytes bytes = paper_sign(key, &words, SPOIL_NOTHING);
	struct signature s = { 0 };
	uint8_t der[200] = { 0 }, *at = der;
	size_t size = (size_t)i2d_PUBKEY(key, &at);

	test_rc(signature_parse(bytes.at, bytes.size, &s, &err), 0, &err);
	test_rc(key_verify(der, size, &s, words.at, words.size, &err), 0, &err);
	test_rc(key_verify(der, size + 1, &s, words.at, words.size, &err), -EKEYREJECTED, &err);
	ck_assert_str_eq(err.text, "the key is not one of P-256");
	words.at[0] ^= 1;
	test_rc(key_verify(der, size, &s, words.at, words.size, &err), -EKEYREJECTED, &err);
	ck_assert_str_eq(err.text, "the signature is wrong");
	EVP_PKEY_free(key);
}
END_TEST

START_TEST(pem_that_is_no_public_key_is_refused)
{
	static const char *const texts[] = {
		"",
		"nothing",
		"-----BEGIN PUBLIC KEY-----\n",
		/* Nobody is asked for a password. */
		"-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\n"
		"DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
		"AAAAAAAAAAAAAAAAAAAAAA==\n-----END PUBLIC KEY-----\n",
	};
	bool same = true;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		test_rc(key_is(texts[i], strlen(texts[i]), (const uint8_t *)"", 0, &same, &err),
			-EBADMSG, &err);
		ck_assert(same);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("anchor/structs");
	TCase *t = tcase_create("structs");

	tcase_add_test(t, what_was_signed_is_read_field_by_field);
	tcase_add_loop_test(t, a_structure_cut_anywhere_ends_early, 0, 2);
	tcase_add_test(t, a_kept_key_is_a_context_from_end_to_end);
	tcase_add_test(t, short_numbers_of_a_signature_are_padded);
	tcase_add_loop_test(t, a_bank_hashes_by_its_own_algorithm, 0, (int)ARRAY_SIZE(digests));
	tcase_add_test(t, a_bank_that_is_not_known_is_none);
	tcase_add_test(t, extending_hashes_the_value_and_the_digest);
	tcase_add_test(t, a_digest_that_is_known_extends_its_bank_and_no_other);
	tcase_add_test(t, a_point_becomes_a_key_and_a_key_a_file);
	tcase_add_test(t, a_key_has_nothing_behind_it);
	tcase_add_test(t, pem_that_is_no_public_key_is_refused);
	suite_add_tcase(suite, t);
	return test_run(suite);
}
