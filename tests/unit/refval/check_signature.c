/* SPDX-License-Identifier: BSD-2-Clause */
/* Signatures: what verifies, and each thing that must not. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tdlaunch/manifest.h>

#include "base/attr.h"
#include "tests/unit/refval/pki_make.h"

#define DIGEST                                                             \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" \
	"202122232425262728292a2b2c2d2e2f"

static const char manifest[] =
	"{\"format\":\"tdlaunch-manifest\",\"version\":1,\"references\":[{\"firmware\":{"
	"\"name\":\"f\",\"version\":\"1\",\"sha384\":\"" DIGEST "\",\"size\":4096},"
	"\"flow\":\"qemu\",\"mrtd\":\"" DIGEST "\","
	"\"computed\":{\"by\":\"me\",\"tool\":\"t\",\"version\":\"0\"}}]}\n";

/* Names in the folder of this test. */
static char m[4200], ca[4200], leaf[4200], ca_pem[4300], leaf_pem[4300], leaf_key[4300], sig[4300];

static void name_files(const char *suffix)
{
	snprintf(m, sizeof(m), "%s/m.json", test_folder());
	snprintf(ca, sizeof(ca), "%s/ca", test_folder());
	snprintf(leaf, sizeof(leaf), "%s/leaf", test_folder());
	snprintf(ca_pem, sizeof(ca_pem), "%s.pem", ca);
	snprintf(leaf_pem, sizeof(leaf_pem), "%s.pem", leaf);
	snprintf(leaf_key, sizeof(leaf_key), "%s.key", leaf);
	snprintf(sig, sizeof(sig), "%s%s", m, suffix);
	test_write(m, manifest, strlen(manifest));
}

/* A CA and a leaf of these kinds, on disk, and a manifest that the leaf signed. */
static void sign_as(struct wish authority, struct wish signer)
{
	struct tdl_error err = { 0 };
	struct identity root, own;

	authority.name = "Test CA";
	authority.ca = 1;
	root = identity_make(authority);
	signer.name = "Test signer";
	signer.issuer = &root;
	own = identity_make(signer);
	identity_save(&root, ca);
	identity_save(&own, leaf);
	identity_free(&own);
	identity_free(&root);
	test_rc(tdl_manifest_sign(m, leaf_key, leaf_pem, NULL, &err), 0, &err);
}

static int open_trusting(const char *trust, struct tdl_manifest **ret, struct tdl_error *err)
{
	struct tdl_manifest_options opt = { .trust = trust };

	*ret = NULL;
	return tdl_manifest_open(m, &opt, ret, err);
}

static const struct wish good[] = { { .algorithm = "RSA" }, { .algorithm = "EC" } };

START_TEST(a_signature_that_was_made_verifies)
{
	struct tdl_error err = { 0 };
	struct tdl_manifest *read;

	name_files(".p7s");
	sign_as((struct wish){ 0 }, good[_i]);
	test_rc(open_trusting(ca_pem, &read, &err), 0, &err);
	ck_assert_str_eq(tdl_manifest_signer(read), "CN=Test signer");
	ck_assert_uint_eq(tdl_manifest_count(read), 1);
	tdl_manifest_free(read);
}
END_TEST

static int shell(const char *fmt, ...)
{
	char line[20000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	int status = system(line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(openssl_verifies_what_was_signed_here)
{
	name_files(".p7s");
	sign_as((struct wish){ 0 }, good[_i]);
	ck_assert_int_eq(shell("openssl cms -verify -binary -inform DER -in %s -content %s -CAfile "
			       "%s -out /dev/null 2>/dev/null",
			       sig, m, ca_pem),
			 0);
	ck_assert_int_ne(shell("echo x >>%s; openssl cms -verify -binary -inform DER -in %s "
			       "-content %s -CAfile %s -out /dev/null 2>/dev/null",
			       m, sig, m, ca_pem),
			 0);
}
END_TEST

START_TEST(what_openssl_signed_verifies_here)
{
	static const char *const forms[] = { "DER", "PEM" };
	struct tdl_error err = { 0 };
	struct tdl_manifest *read;

	name_files(".p7s");
	sign_as((struct wish){ 0 }, good[0]);
	ck_assert_int_eq(shell("openssl cms -sign -binary -in %s -signer %s -inkey %s -outform %s "
			       "-out %s",
			       m, leaf_pem, leaf_key, forms[_i], sig),
			 0);
	test_rc(open_trusting(ca_pem, &read, &err), 0, &err);
	tdl_manifest_free(read);
}
END_TEST

START_TEST(an_ed25519_signature_verifies_with_its_certificate)
{
	struct tdl_manifest_options opt = { .trust = ca_pem };
	struct tdl_error err = { 0 };
	struct tdl_manifest *read = NULL;

	name_files(".sig");
	sign_as((struct wish){ 0 }, (struct wish){ .algorithm = "ED25519" });
	ck_assert_int_eq(tdl_manifest_open(m, &opt, &read, &err), -EINVAL);
	opt.signer = leaf_pem;
	test_rc(tdl_manifest_open(m, &opt, &read, &err), 0, &err);
	ck_assert_str_eq(tdl_manifest_signer(read), "CN=Test signer");
	tdl_manifest_free(read);
	ck_assert_int_eq(
		shell("openssl pkeyutl -verify -rawin -certin -inkey %s -in %s -sigfile %s "
		      ">/dev/null",
		      leaf_pem, m, sig),
		0);
	ck_assert_int_eq(shell("printf x >>%s", m), 0);
	ck_assert_int_eq(tdl_manifest_open(m, &opt, &read, &err), -EKEYREJECTED);
}
END_TEST

/* A signer, or its authority, that is wrong in one way, and what the refusal says. */
static const struct {
	struct wish authority, signer;
	const char *says;
} refused[] = {
	{ { 0 },
	  { .from = -7200, .until = 86400, .usage = "keyEncipherment" },
	  "certificate purpose" },
	{ { 0 }, { .extended = "serverAuth" }, "certificate purpose" },
	{ { 0 }, { .from = 3600, .until = 86400 }, "not yet valid" },
	{ { .usage = "digitalSignature" }, { 0 }, "invalid CA certificate" },
	{ { .from = -7200, .until = -3600 }, { 0 }, "certificate has expired" },
	{ { 0 }, { .algorithm = "RSA", .rsa_bits = 1024 }, "key too weak" },
};

START_TEST(a_certificate_that_is_wrong_in_one_way_is_refused)
{
	struct tdl_error err = { 0 };
	struct tdl_manifest *read;

	name_files(".p7s");
	sign_as(refused[_i].authority, refused[_i].signer);
	ck_assert_int_eq(open_trusting(ca_pem, &read, &err), -EKEYREJECTED);
	ck_assert_msg(strstr(err.text, refused[_i].says) != NULL, "%s", err.text);
}
END_TEST

START_TEST(an_expired_signer_cannot_sign_and_does_not_verify)
{
	struct wish old = { .name = "Old", .from = -7200, .until = -3600 };
	struct tdl_error err = { 0 };
	struct tdl_manifest *read;
	struct identity root, own;

	name_files(".p7s");
	root = identity_make((struct wish){ .name = "Test CA", .ca = 1 });
	old.issuer = &root;
	own = identity_make(old);
	identity_save(&root, ca);
	identity_save(&own, leaf);
	identity_free(&own);
	identity_free(&root);
	ck_assert_int_eq(tdl_manifest_sign(m, leaf_key, leaf_pem, NULL, &err), -EKEYREJECTED);
	ck_assert_int_ne(access(sig, F_OK), 0);
	ck_assert_int_eq(shell("openssl cms -sign -binary -in %s -signer %s -inkey %s -outform DER "
			       "-out %s",
			       m, leaf_pem, leaf_key, sig),
			 0);
	ck_assert_int_eq(open_trusting(ca_pem, &read, &err), -EKEYREJECTED);
	ck_assert_ptr_nonnull(strstr(err.text, "certificate has expired"));
}
END_TEST

START_TEST(a_self_signed_signer_is_not_trusted)
{
	struct identity own = identity_make((struct wish){ .name = "Self" });
	struct tdl_error err = { 0 };
	struct tdl_manifest *read;

	name_files(".p7s");
	sign_as((struct wish){ 0 }, (struct wish){ 0 });
	identity_save(&own, leaf);
	identity_free(&own);
	test_rc(tdl_manifest_sign(m, leaf_key, leaf_pem, NULL, &err), 0, &err);
	ck_assert_int_eq(open_trusting(ca_pem, &read, &err), -EKEYREJECTED);
	ck_assert_ptr_nonnull(strstr(err.text, "self-signed certificate"));
}
END_TEST

START_TEST(a_signature_of_other_bytes_is_refused)
{
	struct tdl_error err = { 0 };
	struct tdl_manifest *read;
	char changed[sizeof(manifest)];

	name_files(".p7s");
	sign_as((struct wish){ 0 }, (struct wish){ 0 });
	memcpy(changed, manifest, sizeof(manifest));
	*strstr(changed, "4096") = '5';
	test_write(m, changed, strlen(changed));
	ck_assert_int_eq(open_trusting(ca_pem, &read, &err), -EKEYREJECTED);
	ck_assert_ptr_nonnull(strstr(err.text, "not the signature of this file"));
}
END_TEST

/* Flip each byte of a file in turn, from an offset on; nothing may verify. */
static void refuse_flips(const char *path, size_t last)
{
	struct tdl_error err = { 0 };
	struct tdl_manifest *read;
	size_t size;
	uint8_t *bytes = test_read(path, &size);
	size_t step = test_in_valgrind() ? 16 : 1;

	ck_assert_uint_ge(size, last);
	for (size_t i = size - last; i < size; i += step) {
		int rc;

		bytes[i] ^= 0x40;
		test_write(path, bytes, size);
		rc = open_trusting(ca_pem, &read, &err);
		ck_assert_msg(rc == -EKEYREJECTED || rc == -EBADMSG, "byte %zu: %d %s", i, rc,
			      err.text);
		bytes[i] ^= 0x40;
	}
	test_write(path, bytes, size);
	free(bytes);
}

START_TEST(every_flipped_byte_is_refused)
{
	struct tdl_error err = { 0 };
	struct tdl_manifest *read;

	name_files(".p7s");
	sign_as((struct wish){ 0 }, (struct wish){ .algorithm = "RSA" });
	refuse_flips(m, strlen(manifest));
	refuse_flips(sig, 256); /* the RSA signature stands at the end */
	test_rc(open_trusting(ca_pem, &read, &err), 0, &err);
	tdl_manifest_free(read);
}
END_TEST

START_TEST(weak_digests_and_attached_contents_are_refused)
{
	struct tdl_error err = { 0 };
	struct tdl_manifest *read;

	name_files(".p7s");
	sign_as((struct wish){ 0 }, (struct wish){ 0 });
	ck_assert_int_eq(shell("openssl cms -sign -binary -md sha1 -in %s -signer %s -inkey %s "
			       "-outform DER -out %s",
			       m, leaf_pem, leaf_key, sig),
			 0);
	ck_assert_int_eq(open_trusting(ca_pem, &read, &err), -EKEYREJECTED);
	ck_assert_int_eq(shell("openssl cms -sign -binary -nodetach -in %s -signer %s -inkey %s "
			       "-outform DER -out %s",
			       m, leaf_pem, leaf_key, sig),
			 0);
	ck_assert_int_eq(open_trusting(ca_pem, &read, &err), -EBADMSG);
	test_write(sig, "rubbish", 7);
	ck_assert_int_eq(open_trusting(ca_pem, &read, &err), -EBADMSG);
	test_write(sig, "", 0);
	ck_assert_int_eq(open_trusting(ca_pem, &read, &err), -EBADMSG);
}
END_TEST

START_TEST(an_unsigned_manifest_needs_permission)
{
	struct tdl_manifest_options opt = { 0 };
	struct tdl_error err = { 0 };
	struct tdl_manifest *read = NULL;

	name_files(".p7s");
	ck_assert_int_eq(tdl_manifest_open(m, NULL, &read, &err), -ENOENT);
	ck_assert_int_eq(tdl_manifest_open(m, &opt, &read, &err), -ENOENT);
	opt.allow_unsigned = true;
	test_rc(tdl_manifest_open(m, &opt, &read, &err), 0, &err);
	ck_assert_ptr_null(tdl_manifest_signer(read));
	tdl_manifest_free(read);
}
END_TEST

START_TEST(permission_does_not_excuse_a_bad_signature)
{
	struct tdl_manifest_options opt = { .allow_unsigned = true };
	struct tdl_error err = { 0 };
	struct tdl_manifest *read = NULL;

	name_files(".p7s");
	sign_as((struct wish){ 0 }, (struct wish){ 0 });
	ck_assert_int_eq(shell("printf ' ' >>%s", m), 0);
	ck_assert_int_eq(tdl_manifest_open(m, NULL, &read, &err), -EINVAL);
	opt.trust = ca_pem;
	ck_assert_int_eq(tdl_manifest_open(m, &opt, &read, &err), -EKEYREJECTED);
	opt.trust = m;
	ck_assert_int_eq(tdl_manifest_open(m, &opt, &read, &err), -EBADMSG);
}
END_TEST

START_TEST(a_key_of_another_certificate_does_not_sign)
{
	struct tdl_error err = { 0 };

	name_files(".p7s");
	sign_as((struct wish){ 0 }, (struct wish){ 0 });
	ck_assert_int_eq(unlink(sig), 0);
	ck_assert_int_eq(tdl_manifest_sign(m, leaf_key, ca_pem, NULL, &err), -EINVAL);
	ck_assert_int_eq(tdl_manifest_sign(leaf_pem, leaf_key, leaf_pem, NULL, &err), -EBADMSG);
	ck_assert_int_eq(tdl_manifest_sign(m, leaf_pem, leaf_pem, NULL, &err), -EBADMSG);
	ck_assert_int_eq(tdl_manifest_sign(m, leaf_key, leaf_pem, "/dev/full", &err), -ENOSPC);
	ck_assert_int_ne(access(sig, F_OK), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("signature");
	TCase *all = tcase_create("signature");

	tcase_set_timeout(all, 120);
	tcase_add_loop_test(all, a_signature_that_was_made_verifies, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(all, openssl_verifies_what_was_signed_here, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(all, what_openssl_signed_verifies_here, 0, 2);
	tcase_add_test(all, an_ed25519_signature_verifies_with_its_certificate);
	tcase_add_loop_test(all, a_certificate_that_is_wrong_in_one_way_is_refused, 0,
			    ARRAY_SIZE(refused));
	tcase_add_test(all, an_expired_signer_cannot_sign_and_does_not_verify);
	tcase_add_test(all, a_self_signed_signer_is_not_trusted);
	tcase_add_test(all, a_signature_of_other_bytes_is_refused);
	tcase_add_test(all, every_flipped_byte_is_refused);
	tcase_add_test(all, weak_digests_and_attached_contents_are_refused);
	tcase_add_test(all, an_unsigned_manifest_needs_permission);
	tcase_add_test(all, permission_does_not_excuse_a_bad_signature);
	tcase_add_test(all, a_key_of_another_certificate_does_not_sign);
	suite_add_tcase(suite, all);
	return test_run(suite);
}
