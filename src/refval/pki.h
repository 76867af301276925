/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the room: libcrypto objects with destructors that the scope can call, and its complaints.
 */
#ifndef REFVAL_PKI_H
#define REFVAL_PKI_H

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <tdlaunch/error.h>

#define SCOPED(type, name, destroy)       \
	static inline void name(type **p) \
	{                                 \
		destroy(*p);              \
	}

static inline void pki_free_certificates(STACK_OF(X509) * list)
{
	sk_X509_pop_free(list, X509_free);
}

SCOPED(BIO, scope_bio, BIO_free_all)
SCOPED(CMS_ContentInfo, scope_cms, CMS_ContentInfo_free)
SCOPED(EVP_PKEY, scope_key, EVP_PKEY_free)
SCOPED(EVP_MD_CTX, scope_md, EVP_MD_CTX_free)
SCOPED(X509_STORE, scope_store, X509_STORE_free)
SCOPED(X509_STORE_CTX, scope_store_ctx, X509_STORE_CTX_free)
SCOPED(STACK_OF(X509), scope_certificates, pki_free_certificates)

/* The certificates of a PEM file, at least one, in their order. */
int pki_read_certificates(const char *path, STACK_OF(X509) * *ret_list, struct tdl_error *err);
/* What libcrypto last complained about on this thread, in its own words; clears the complaints. */
const char *pki_complaint(void);

#endif
