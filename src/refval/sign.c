/* SPDX-License-Identifier: BSD-2-Clause */
/* Sign a manifest: detached CMS with RSA and ECDSA keys, a plain signature without a certificate and
 * with Ed25519 keys, because OpenSSL 3.0's CMS insists on a digest that Ed25519 does not have. */
#include "refval/refval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/scope.h"
#include "refval/key.h"
#include "refval/pki.h"
#include "refval/plain.h"

/* What one signature needs. */
struct job {
	uint8_t *bytes; /* owned, as are all */
	size_t size;
	EVP_PKEY *key;
	STACK_OF(X509) * certificates; /* the signer's first */
};

static void job_end(struct job *job)
{
	free(job->bytes);
	EVP_PKEY_free(job->key);
	pki_free_certificates(job->certificates);
}

/* A manifest that would not be read again is not signed. */
static int read_manifest(const char *path, struct job *job, struct tdl_error *err)
{
	struct tdl_manifest *m = NULL;
	int rc = file_read(path, TDL_MANIFEST_MAX, &job->bytes, &job->size, err);

	if (rc < 0)
		return rc;
	rc = tdl_manifest_parse(job->bytes, job->size, &m, err);
	tdl_manifest_free(m);
	return rc < 0 ? tdl_while(err, rc, "manifest %s", path) : 0;
}

static int read_identity(const char *key, const char *certificate, struct job *job,
			 struct tdl_error *err)
{
	X509 *own;
	int rc = key_private(key, &job->key, err);

	if (rc < 0 || !certificate)
		return rc;
	rc = pki_read_certificates(certificate, &job->certificates, err);
	if (rc < 0)
		return rc;
	own = sk_X509_value(job->certificates, 0);
	if (X509_check_private_key(own, job->key) != 1) {
		ERR_clear_error();
		return tdl_fail(err, -EINVAL, "the key of %s is not the certificate's of %s", key,
				certificate);
	}
	if (X509_cmp_current_time(X509_get0_notAfter(own)) < 0)
		return tdl_fail(err, -EKEYREJECTED, "the certificate of %s has expired",
				certificate);
	return 0;
}

static int sign_cms(const struct job *job, const char *to, struct tdl_error *err)
{
	const unsigned flags = CMS_BINARY | CMS_DETACHED | CMS_NOSMIMECAP;
	AUTO_CALL(scope_bio) BIO *content = BIO_new_mem_buf(job->bytes, (int)job->size);
	AUTO_CALL(scope_bio) BIO *out = BIO_new(BIO_s_mem());
	AUTO_CALL(scope_cms) CMS_ContentInfo *cms = NULL;
	const char *digest = plain_algorithm_of(job->key)->digest;
	char query[KEY_QUERY_SIZE];
	char *der = NULL;
	long n;

	cms = CMS_sign_ex(NULL, NULL, NULL, content, flags | CMS_PARTIAL, NULL,
			  key_query(job->key, query));
	if (!cms || !content || !out ||
	    !CMS_add1_signer(cms, sk_X509_value(job->certificates, 0), job->key,
			     EVP_get_digestbyname(digest), flags))
		return tdl_fail(err, -EIO, "libcrypto cannot sign: %s", pki_complaint());
	for (int i = 1; i < sk_X509_num(job->certificates); i++)
		if (CMS_add1_cert(cms, sk_X509_value(job->certificates, i)) != 1)
			return tdl_fail(err, -EIO, "libcrypto cannot add a certificate: %s",
					pki_complaint());
	if (CMS_final(cms, content, NULL, flags) != 1 || i2d_CMS_bio(out, cms) != 1)
		return tdl_fail(err, -EIO, "libcrypto cannot sign: %s", pki_complaint());
	n = BIO_get_mem_data(out, &der);
	return file_write(to, der, (size_t)n, err);
}

/* The signature alone: as it is, or as base64 with a newline. */
static int sign_plain(const struct job *job, bool text, const char *to, struct tdl_error *err)
{
	AUTO_FREE uint8_t *signature = NULL;
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	int rc = plain_sign(job->key, PLAIN_DER, job->bytes, job->size, &signature, &size, err);

	if (rc < 0)
		return rc;
	if (!text)
		return file_write(to, signature, size, err);
	line = malloc(base64_size(size) + 2);
	if (!line)
		return tdl_fail(err, -ENOMEM, "no memory for a signature");
	strcat(base64_encode(BASE64, signature, size, line), "\n");
	return file_write(to, line, strlen(line), err);
}

int tdl_manifest_sign(const char *path, const char *key, const char *certificate,
		      const char *signature, struct tdl_error *err)
{
	AUTO_CALL(job_end) struct job job = { 0 };
	AUTO_FREE char *beside = NULL;
	const struct plain_algorithm *algorithm;
	bool plain;
	int rc = read_manifest(path, &job, err);

	if (rc == 0)
		rc = read_identity(key, certificate, &job, err);
	if (rc < 0)
		return rc;
	algorithm = plain_algorithm_of(job.key);
	if (!algorithm)
		return tdl_fail(err, -EOPNOTSUPP,
				"%s is neither RSA, ECDSA on a NIST curve nor Ed25519", key);
	plain = !certificate || !algorithm->digest;
	if (asprintf(&beside, "%s%s", path, plain ? TDL_MANIFEST_PLAIN : TDL_MANIFEST_SIGNATURE) <
	    0)
		return tdl_fail(err, -ENOMEM, "no memory for a file name");
	if (!signature)
		signature = beside;
	return plain ? sign_plain(&job, !certificate, signature, err)
		     : sign_cms(&job, signature, err);
}
