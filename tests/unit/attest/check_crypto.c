/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and signatures on P-256. Key and signatures are those of RFC 6979, A.2.5 (SHA-256). */
#include <errno.h>
#include <string.h>

#include "attest/cert.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/pki.h"

#define UX "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define UY "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
/* The field's prime and the order of the group: FIPS 186-4, D.1.2.3. */
#define P "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define N "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
/* x = 0 has a point, and so has its other name x = p. */
#define Y_OF_ZERO "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4"

#define NO_POINT "the key is not a point of P-256"
#define NO_SIGNATURE "the signature does not verify"

static const struct {
	const char *what, *point, *why;
} points[] = {
	{ "a key", UX UY, NO_SIGNATURE },
	{ "a point with x = 0", ZERO Y_OF_ZERO, NO_SIGNATURE },
	{ "the same with x = p", P Y_OF_ZERO, NO_POINT },
	{ "y as x", UY UX, NO_POINT },
	{ "one bit of y wrong", UX "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462298",
	  NO_POINT },
	{ "nothing but zeros", ZERO ZERO, NO_POINT },
	{ "y beyond the prime", UX "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	  NO_POINT },
};

START_TEST(a_key_is_a_point_of_the_curve)
{
	struct tdl_error err = { 0 };
	uint8_t point[64], signature[64] = { 0 };

	ck_assert(hex_decode(points[_i].point, point, sizeof(point)));
	test_rc(p256_verify_point(point, "", 0, signature, &err), -EKEYREJECTED, &err);
	ck_assert_str_eq(err.text, points[_i].why);
}
END_TEST

static const struct {
	const char *what, *message, *signature;
	int rc;
} signatures[] = {
	{ "of the message", "sample",
	  "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
	  "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8", 0 },
	{ "with a leading zero in s", "test",
	  "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
	  "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083", 0 },
	{ "of another message", "simple",
	  "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
	  "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8", -EKEYREJECTED },
	{ "r and s exchanged", "sample",
	  "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
	  "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716", -EKEYREJECTED },
	{ "zeros", "sample", ZERO ZERO, -EKEYREJECTED },
	{ "r = 0", "sample", ZERO
	  "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8", -EKEYREJECTED },
	{ "s = the order", "sample",
	  "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" N, -EKEYREJECTED },
};

START_TEST(a_signature_is_of_one_message_by_one_key)
{
	struct tdl_error err = { 0 };
	uint8_t point[64], signature[64];
	const char *message = signatures[_i].message;

	ck_assert(hex_decode(UX UY, point, sizeof(point)));
	ck_assert(hex_decode(signatures[_i].signature, signature, sizeof(signature)));
	ck_assert_msg(p256_verify_point(point, message, strlen(message), signature, &err) ==
			      signatures[_i].rc, "%s: %s", signatures[_i].what, err.text);
}
END_TEST

/* One key of OpenSSL's serves all points in turn: none, good or bad, may remain in it. */
START_TEST(a_key_does_not_stay)
{
	static const char sample[] = "sample";
	struct tdl_error err = { 0 };
	uint8_t point[64], other[64], signature[64];

	ck_assert(hex_decode(UX UY, point, sizeof(point)));
	ck_assert(hex_decode(signatures[0].signature, signature, sizeof(signature)));
	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		test_rc(p256_verify_point(point, sample, 6, signature, &err), 0, &err);
		if (i == 0)
			continue;
		ck_assert(hex_decode(points[i].point, other, sizeof(other)));
		test_rc(p256_verify_point(other, sample, 6, signature, &err), -EKEYREJECTED, &err);
		ck_assert_str_eq(err.text, points[i].why);
	}
}
END_TEST

/* What becomes of one certificate: -1 it does not parse, 0 it has no key, 1 it has one and another
 * signed it, 2 it signed itself. */
static int outcome(const uint8_t *der, size_t size, const struct cert_pool *pool)
{
	AUTO_CERTS struct certs certs = { 0 };

	if (certs_parse_known(der, size, 1, pool, &certs, NULL) < 0)
		return -1;
	EVP_PKEY *key = X509_get0_pubkey(certs.cert[0]);
	return !key ? 0 : X509_verify(certs.cert[0], key) == 1 ? 2 : 1;
}

/* The quick context is OpenSSL's own with less in it: it must not see other keys. */
START_TEST(the_context_judges_every_edit_as_openssl_does)
{
	const struct cert_pool empty = { 0 };
	static struct pki_world w;
	int seen[4] = { 0 };

	ck_assert_ptr_nonnull(crypto_context());
	pki_make(&(struct pki_knobs){ .root_curve = _i ? "P-384" : NULL }, &w);
	ck_assert_int_eq(outcome(w.root, w.root_size, &empty), 2);
	for (size_t at = 0; at < w.root_size; at++)
		for (unsigned bit = 0; bit < 8; bit += 3) {
			w.root[at] ^= (uint8_t)(1 << bit);
			int have = outcome(w.root, w.root_size, &empty);

			ck_assert_msg(have == outcome(w.root, w.root_size, NULL),
				      "bit %u of byte %zu", bit, at);
			ck_assert_int_ne(have, 2);
			seen[have + 1]++;
			w.root[at] ^= (uint8_t)(1 << bit);
		}
	for (int i = 0; i < 3; i++)
		ck_assert_msg(seen[i] > 0, "no edit came out as %d", i - 1);
}
END_TEST

START_TEST(a_pool_gives_back_the_same_bytes_alone)
{
	AUTO_CERTS struct certs first = { 0 }, again = { 0 }, changed = { 0 };
	struct cert_pool pool = { 0 };
	struct tdl_error err = { 0 };
	static struct pki_world w;

	pki_make(&(struct pki_knobs){ 0 }, &w);
	test_rc(certs_parse_known(w.root, w.root_size, 1, &pool, &first, &err), 0, &err);
	cert_pool_add(&pool, &first);
	test_rc(certs_parse_known(w.root, w.root_size, 1, &pool, &again, &err), 0, &err);
	ck_assert_ptr_eq(first.cert[0], again.cert[0]);
	w.root[w.root_size - 1] ^= 1; /* the end of the signature */
	test_rc(certs_parse_known(w.root, w.root_size, 1, &pool, &changed, &err), 0, &err);
	ck_assert_ptr_ne(first.cert[0], changed.cert[0]);
	cert_pool_end(&pool);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest keys and signatures");
	TCase *tc = tcase_create("P-256");

	tcase_add_loop_test(tc, a_key_is_a_point_of_the_curve, 0, ARRAY_SIZE(points));
	tcase_add_loop_test(tc, a_signature_is_of_one_message_by_one_key, 0,
			    ARRAY_SIZE(signatures));
	tcase_add_test(tc, a_key_does_not_stay);
	tcase_add_loop_test(tc, the_context_judges_every_edit_as_openssl_does, 0, 2);
	tcase_add_test(tc, a_pool_gives_back_the_same_bytes_alone);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
