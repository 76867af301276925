/* SPDX-License-Identifier: BSD-2-Clause */
/* Is this signature good, and does its signer's certificate lead to one that is trusted? The rules
 * are those of "openssl cms -verify -CAfile": the purpose is S/MIME signing, the time is now. On
 * top of them keys and digests need 112 bits of security. Revocation is not looked at. */
#include "refval/refval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/scope.h"
#include "refval/chain.h"
#include "refval/pki.h"

#define ED25519_SIZE 64	   /* bytes, RFC 8032 */
#define DIGEST_MIN_SIZE 32 /* bytes */

/* A reason that CMS_verify() left in the queue: the chain's own words when it was the chain. */
static int refuse_cms(struct tdl_error *err)
{
	const char *data = NULL;
	int flags = 0;
	unsigned long code;
	int rc = 0;

	while (rc == 0 && (code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)) != 0) {
		bool chain = ERR_GET_LIB(code) == ERR_LIB_CMS &&
			     ERR_GET_REASON(code) == CMS_R_CERTIFICATE_VERIFY_ERROR;

		if (chain && (flags & ERR_TXT_STRING) && strncmp(data, "Verify error:", 13) == 0)
			rc = tdl_fail(err, -EKEYREJECTED, "its certificate is refused: %s",
				      data + 13 + strspn(data + 13, " "));
		else if (ERR_GET_LIB(code) == ERR_LIB_CMS &&
			 (ERR_GET_REASON(code) == CMS_R_VERIFICATION_FAILURE ||
			  ERR_GET_REASON(code) == CMS_R_CONTENT_VERIFY_ERROR))
			rc = tdl_fail(err, -EKEYREJECTED, "it is not the signature of this file");
	}
	ERR_clear_error();
	return rc ? rc : tdl_fail(err, -EKEYREJECTED, "it does not verify");
}

static CMS_ContentInfo *read_cms(const void *signature, size_t size)
{
	AUTO_CALL(scope_bio) BIO *bio = BIO_new_mem_buf(signature, (int)size);

	if (!bio)
		return NULL;
	if (size >= 5 && memcmp(signature, "-----", 5) == 0)
		return PEM_read_bio_CMS(bio, NULL, NULL, NULL);
	return d2i_CMS_bio(bio, NULL);
}

/* One signer, a detached signature, and a digest that is not weak. */
static int check_form(CMS_ContentInfo *cms, struct tdl_error *err)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
	ASN1_OCTET_STRING **content;
	X509_ALGOR *digest = NULL;
	const EVP_MD *md;

	if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		return tdl_fail(err, -EBADMSG, "it is a CMS message, but not signed data");
	content = CMS_get0_content(cms);
	if (content && *content)
		return tdl_fail(err, -EBADMSG, "it is not detached: it carries a content");
	if (!signers || sk_CMS_SignerInfo_num(signers) != 1)
		return tdl_fail(err, -EBADMSG, "it has %d signers, not one",
				signers ? sk_CMS_SignerInfo_num(signers) : 0);
	CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(signers, 0), NULL, NULL, &digest, NULL);
	md = digest ? EVP_get_digestbyobj(digest->algorithm) : NULL;
	if (!md || EVP_MD_get_size(md) < DIGEST_MIN_SIZE)
		return tdl_fail(err, -EKEYREJECTED, "its digest algorithm is too weak or unknown");
	return 0;
}

/* CMS_verify() of OpenSSL 3.0 loses a buffer when it is given a memory BIO and fails early; a filter
 * hides what is behind it. */
static BIO *open_content(const void *bytes, size_t size)
{
	BIO *filter = BIO_new(BIO_f_null());
	BIO *memory = BIO_new_mem_buf(bytes, (int)size);

	if (filter && memory)
		return BIO_push(filter, memory);
	BIO_free(filter);
	BIO_free(memory);
	return NULL;
}

static int verify_cms(const void *bytes, size_t size, CMS_ContentInfo *cms,
		      const struct tdl_manifest_options *opt, char **ret_signer,
		      struct tdl_error *err)
{
	AUTO_CALL(scope_store) X509_STORE *store = NULL;
	AUTO_CALL(scope_certificates) STACK_OF(X509) *extra = NULL;
	AUTO_CALL(scope_bio) BIO *content = open_content(bytes, size);
	STACK_OF(X509) * signers;
	int rc = check_form(cms, err);

	if (rc == 0)
		rc = trust_store(opt->trust, &store, err);
	if (rc == 0 && opt->signer)
		rc = pki_read_certificates(opt->signer, &extra, err);
	if (rc < 0)
		return rc;
	if (!content)
		return tdl_fail(err, -ENOMEM, "no memory to verify");
	if (CMS_verify(cms, extra, store, content, NULL, CMS_BINARY | CMS_DETACHED) != 1)
		return refuse_cms(err);
	signers = CMS_get0_signers(cms);
	*ret_signer = signers ? subject_text(sk_X509_value(signers, 0)) : NULL;
	sk_X509_free(signers);
	return *ret_signer ? 0 : tdl_fail(err, -ENOMEM, "no memory for the signer's name");
}

static int verify_ed25519(const void *bytes, size_t size, const uint8_t signature[ED25519_SIZE],
			  const struct tdl_manifest_options *opt, char **ret_signer,
			  struct tdl_error *err)
{
	AUTO_CALL(scope_certificates) STACK_OF(X509) *chain = NULL;
	AUTO_CALL(scope_md) EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY *key;
	int rc;

	if (!opt->signer)
		return tdl_fail(err, -EINVAL,
				"it is an Ed25519 signature: give its certificate with --signer");
	rc = pki_read_certificates(opt->signer, &chain, err);
	if (rc < 0)
		return rc;
	key = X509_get0_pubkey(sk_X509_value(chain, 0));
	if (!key || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519)
		return tdl_fail(err, -EKEYREJECTED,
				"it is an Ed25519 signature, the certificate has another key");
	rc = chain_verify(chain, opt->trust, 0, err);
	if (rc < 0)
		return rc;
	if (!md || EVP_DigestVerifyInit(md, NULL, NULL, NULL, key) != 1)
		return tdl_fail(err, -EIO, "libcrypto cannot verify: %s", pki_complaint());
	rc = EVP_DigestVerify(md, signature, ED25519_SIZE, bytes, size);
	ERR_clear_error();
	if (rc != 1)
		return tdl_fail(err, -EKEYREJECTED, "it is not the signature of this file");
	*ret_signer = subject_text(sk_X509_value(chain, 0));
	return *ret_signer ? 0 : tdl_fail(err, -ENOMEM, "no memory for the signer's name");
}

int signature_verify(const void *bytes, size_t size, const void *signature, size_t signature_size,
		     const struct tdl_manifest_options *opt, char **ret_signer,
		     struct tdl_error *err)
{
	AUTO_CALL(scope_cms) CMS_ContentInfo *cms = NULL;

	ERR_clear_error();
	if (signature_size == ED25519_SIZE)
		return verify_ed25519(bytes, size, signature, opt, ret_signer, err);
	cms = read_cms(signature, signature_size);
	if (!cms) {
		ERR_clear_error();
		return tdl_fail(err, -EBADMSG, "it is neither CMS nor an Ed25519 signature");
	}
	return verify_cms(bytes, size, cms, opt, ret_signer, err);
}
