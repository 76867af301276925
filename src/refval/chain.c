/* SPDX-License-Identifier: BSD-2-Clause */
/* Chains of certificates. The rules are those of "openssl verify -purpose smimesign", and on top of
 * them keys need 112 bits of security. Revocation is not looked at. */
#include "refval/chain.h"

#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/scope.h"

#define AUTH_LEVEL 2 /* of OpenSSL: 112 bits */

int trust_store(const char *trust, X509_STORE **ret_store, struct tdl_error *err)
{
	AUTO_CALL(scope_certificates) STACK_OF(X509) *list = NULL;
	AUTO_CALL(scope_store) X509_STORE *store = X509_STORE_new();
	int rc = pki_read_certificates(trust, &list, err);

	if (rc < 0)
		return rc;
	if (!store)
		return tdl_fail(err, -ENOMEM, "no memory for certificates");
	for (int i = 0; i < sk_X509_num(list); i++)
		if (X509_STORE_add_cert(store, sk_X509_value(list, i)) != 1)
			return tdl_fail(err, -EBADMSG, "%s: %s", trust, pki_complaint());
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_get0_param(store), AUTH_LEVEL);
	*ret_store = steal(store);
	return 0;
}

char *subject_text(X509 *certificate)
{
	AUTO_CALL(scope_bio) BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n;

	/* RFC 2253 form, which escapes control characters. */
	if (!bio ||
	    X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) < 0)
		return NULL;
	n = BIO_get_mem_data(bio, &text);
	return strndup(text, (size_t)n);
}

int chain_verify(STACK_OF(X509) * chain, const char *trust, int64_t at, struct tdl_error *err)
{
	AUTO_CALL(scope_store) X509_STORE *store = NULL;
	AUTO_CALL(scope_store_ctx) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int rc = trust_store(trust, &store, err);

	if (rc < 0)
		return rc;
	if (!ctx || X509_STORE_CTX_init(ctx, store, sk_X509_value(chain, 0), chain) != 1 ||
	    X509_STORE_CTX_set_default(ctx, "smime_sign") != 1)
		return tdl_fail(err, -EIO, "libcrypto cannot check a chain: %s", pki_complaint());
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(ctx), AUTH_LEVEL);
	if (at)
		X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), at);
	if (X509_verify_cert(ctx) == 1)
		return 0;
	ERR_clear_error();
	return tdl_fail(err, -EKEYREJECTED, "its certificate is refused: %s",
			X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
}
