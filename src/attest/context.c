/* SPDX-License-Identifier: BSD-2-Clause */
/* A libcrypto context that knows what a verification needs and nothing else. OpenSSL 3.0 sets up all
 * the decoders it has before it decodes one public key, which takes as long as two verifications;
 * here there is one. The implementations are those that the process would use anyway. */
#include "attest/cert.h"

#include <pthread.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/provider.h>

#include "base/attr.h"

enum { NAMES = 4 };

/* What is taken of a provider, by the first of an algorithm's names and a part of its properties. */
static struct operation {
	int id;
	const char *names[NAMES], *property;
	OSSL_ALGORITHM list[NAMES + 1]; /* written once; zeros end it */
} operations[] = {
	/* OpenSSL's own fingerprint of a certificate is SHA-1. */
	{ .id = OSSL_OP_DIGEST,
	  .names = { "SHA1", "SHA2-256", "SHA2-384", "SHA2-512" },
	  .property = "" },
	{ .id = OSSL_OP_KEYMGMT, .names = { "EC" }, .property = "" },
	{ .id = OSSL_OP_SIGNATURE, .names = { "ECDSA" }, .property = "" },
	{ .id = OSSL_OP_DECODER,
	  .names = { "EC" },
	  .property = "input=der,structure=SubjectPublicKeyInfo" },
};

static const EVP_KEYMGMT *key_management; /* written once; it keeps its provider */

/* Whose implementations these are. */
static const OSSL_PROVIDER *origin(void)
{
	return EVP_KEYMGMT_get0_provider(key_management);
}

static bool is_called(const OSSL_ALGORITHM *a, const char *name)
{
	size_t size = strcspn(a->algorithm_names, ":");

	return size == strlen(name) && memcmp(a->algorithm_names, name, size) == 0;
}

/* False when the provider lacks something. */
static bool take(struct operation *op)
{
	int no_store = 0;
	const OSSL_ALGORITHM *all = OSSL_PROVIDER_query_operation(origin(), op->id, &no_store);
	size_t n = 0;

	for (size_t i = 0; i < NAMES && op->names[i]; i++) {
		const OSSL_ALGORITHM *a = all;

		while (a && a->algorithm_names &&
		       !(is_called(a, op->names[i]) &&
			 strstr(a->property_definition, op->property)))
			a++;
		if (!a || !a->algorithm_names)
			return false;
		op->list[n++] = *a;
	}
	return true;
}

static const OSSL_ALGORITHM *query(void *provider, int id, int *no_store)
{
	(void)provider;
	*no_store = 0;
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		if (operations[i].id == id)
			return operations[i].list;
	return NULL;
}

/* The provider of the context: the origin, seen through query(). */
static int start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
		 void **ret_provider)
{
	static const OSSL_DISPATCH table[] = {
		{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
		{ 0, NULL },
	};

	(void)handle;
	(void)in;
	*out = table;
	*ret_provider = OSSL_PROVIDER_get0_provider_ctx(origin());
	return 1;
}

static OSSL_LIB_CTX *context;

static void make(void)
{
	static const char name[] = "tdlaunch";

	key_management = EVP_KEYMGMT_fetch(NULL, "EC", NULL);
	if (!key_management)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		if (!take(&operations[i]))
			return;
	context = OSSL_LIB_CTX_new();
	if (context && OSSL_PROVIDER_add_builtin(context, name, start) == 1 &&
	    OSSL_PROVIDER_load(context, name))
		return;
	OSSL_LIB_CTX_free(context);
	context = NULL;
}

OSSL_LIB_CTX *crypto_context(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make);
	return context;
}
