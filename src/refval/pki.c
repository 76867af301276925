/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates from PEM files. */
#include "refval/pki.h"

#include <errno.h>
#include <stdint.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/file.h"
#include "base/scope.h"

#define PEM_MAX 262144 /* bytes of a PEM file */
#define CERTIFICATES_MAX 64

const char *pki_complaint(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return reason ? reason : "no reason given";
}

/* The BIO borrows *ret_bytes. */
static int open_pem(const char *path, uint8_t **ret_bytes, BIO **ret_bio, struct tdl_error *err)
{
	size_t size = 0;
	int rc = file_read(path, PEM_MAX, ret_bytes, &size, err);

	if (rc < 0)
		return rc;
	*ret_bio = BIO_new_mem_buf(*ret_bytes, (int)size);
	return *ret_bio ? 0 : tdl_fail(err, -ENOMEM, "no memory for %s", path);
}

int pki_read_certificates(const char *path, STACK_OF(X509) * *ret_list, struct tdl_error *err)
{
	AUTO_FREE uint8_t *bytes = NULL;
	AUTO_CALL(scope_bio) BIO *bio = NULL;
	AUTO_CALL(scope_certificates) STACK_OF(X509) *list = sk_X509_new_null();
	X509 *one;
	int rc = open_pem(path, &bytes, &bio, err);

	if (rc < 0)
		return rc;
	while (list && (one = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		if (sk_X509_num(list) == CERTIFICATES_MAX || !sk_X509_push(list, one)) {
			X509_free(one);
			return tdl_fail(err, -E2BIG, "%s has more than %d certificates", path,
					CERTIFICATES_MAX);
		}
	}
	/* The loop always ends with a complaint; only "nothing more" is a good one. */
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return tdl_fail(err, -EBADMSG, "%s: a certificate is damaged: %s", path,
				pki_complaint());
	ERR_clear_error();
	if (!list || sk_X509_num(list) == 0)
		return tdl_fail(err, -EBADMSG, "%s has no certificate in PEM form", path);
	*ret_list = steal(list);
	return 0;
}
