/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys by file or by URI, through OSSL_STORE, which reads both. A scheme that belongs to a provider
 * which the configuration of OpenSSL has not loaded has it loaded here, after the default one, so
 * that everything but that key's own operations stays where it was. */
#include "refval/key.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tdlaunch/key.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>

#include "base/attr.h"
#include "base/file.h"
#include "base/scope.h"
#include "refval/pki.h"

#define PUBLIC_PEM_MAX 65536 /* bytes */

SCOPED(UI_METHOD, scope_ui, UI_destroy_method)

/* The provider that knows a scheme, and what it needs. */
static const struct scheme {
	const char *name, *provider, *advice;
} schemes[] = {
	{ "handle", "tpm2", "Debian: tpm2-openssl; TPM2OPENSSL_TCTI says where the TPM is" },
	{ "object", "tpm2", "Debian: tpm2-openssl; TPM2OPENSSL_TCTI says where the TPM is" },
	{ "pkcs11", "pkcs11", "pkcs11-provider; PKCS11_PROVIDER_MODULE says which token" },
};

/* Letters, digits, '+', '-' and '.' before the first colon (RFC 3986); 0 when it is not a URI. One
 * letter is not taken for a scheme, and neither is what exists as a file. */
static size_t scheme_length(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789+-.");

	return n > 1 && name[n] == ':' && access(name, F_OK) != 0 ? n : 0;
}

/* What has been loaded here, for the process: a key may outlive the call that found it. Given back
 * when libcrypto is cleaned up, so that a TPM's connection is closed. */
static OSSL_PROVIDER *loaded[ARRAY_SIZE(schemes) + 1];

static void unload_providers(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(loaded); i++) {
		if (loaded[i])
			OSSL_PROVIDER_unload(loaded[i]);
		loaded[i] = NULL;
	}
}

/* The default provider, and the one of scheme i. */
static bool load_both(size_t i)
{
	if (!loaded[ARRAY_SIZE(schemes)]) {
		loaded[ARRAY_SIZE(schemes)] = OSSL_PROVIDER_load(NULL, "default");
		OPENSSL_atexit(unload_providers);
	}
	if (!loaded[i])
		loaded[i] = OSSL_PROVIDER_load(NULL, schemes[i].provider);
	return loaded[ARRAY_SIZE(schemes)] && loaded[i];
}

static int load_provider(const char *uri, size_t length, struct tdl_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		const struct scheme *s = &schemes[i];

		if (strlen(s->name) != length || strncmp(s->name, uri, length) != 0 ||
		    OSSL_PROVIDER_available(NULL, s->provider))
			continue;
		if (!load_both(i))
			return tdl_fail(err, -ENOENT,
					"%s needs the OpenSSL provider %s (%s), which does not "
					"load: %s",
					uri, s->provider, s->advice, pki_complaint());
	}
	return 0;
}

/* What OSSL_STORE calls when a key wants a password. Never ask on the terminal: a library does not
 * talk. */
static int find_password(char *buf, int size, int writing, void *ctx)
{
	const char *password = secure_getenv(KEY_PASSWORD_VARIABLE);
	size_t n = password ? strlen(password) : 0;

	(void)writing;
	(void)ctx;
	if (!password || n >= (size_t)size)
		return -1;
	memcpy(buf, password, n + 1);
	return (int)n;
}

static EVP_PKEY *key_of(const OSSL_STORE_INFO *info, bool secret)
{
	int type = OSSL_STORE_INFO_get_type(info);
	EVP_PKEY *key;

	if (type == OSSL_STORE_INFO_PKEY)
		return OSSL_STORE_INFO_get1_PKEY(info);
	if (secret)
		return NULL;
	if (type == OSSL_STORE_INFO_PUBKEY)
		return OSSL_STORE_INFO_get1_PUBKEY(info);
	if (type != OSSL_STORE_INFO_CERT)
		return NULL;
	key = X509_get0_pubkey(OSSL_STORE_INFO_get0_CERT(info));
	return key && EVP_PKEY_up_ref(key) ? key : NULL;
}

/* The first key that the store has. */
static EVP_PKEY *first_key(OSSL_STORE_CTX *store, bool secret)
{
	EVP_PKEY *key = NULL;

	while (!key && !OSSL_STORE_eof(store) && !OSSL_STORE_error(store)) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (info)
			key = key_of(info, secret);
		OSSL_STORE_INFO_free(info);
	}
	return key;
}

static int open_store(const char *name, const UI_METHOD *ui, OSSL_STORE_CTX **ret_store,
		      struct tdl_error *err)
{
	size_t length = scheme_length(name);
	int rc = length ? load_provider(name, length, err) : 0;

	if (rc < 0)
		return rc;
	if (!length && access(name, R_OK) != 0) {
		rc = -errno;
		return tdl_fail(err, rc, "cannot open %s: %s", name, strerror(-rc));
	}
	*ret_store = OSSL_STORE_open_ex(name, NULL, NULL, ui, NULL, NULL, NULL, NULL);
	if (!*ret_store)
		return tdl_fail(err, -ENOENT, "no OpenSSL provider finds a key under %s: %s", name,
				pki_complaint());
	return 0;
}

static int find_key(const char *name, bool secret, EVP_PKEY **ret_key, struct tdl_error *err)
{
	AUTO_CALL(scope_ui) UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(find_password, 0);
	OSSL_STORE_CTX *store = NULL;
	EVP_PKEY *key;
	int rc;

	ERR_clear_error();
	if (!ui)
		return tdl_fail(err, -ENOMEM, "no memory to read a key");
	rc = open_store(name, ui, &store, err);
	if (rc < 0)
		return rc;
	key = first_key(store, secret);
	OSSL_STORE_close(store);
	if (!key)
		return tdl_fail(err, scheme_length(name) ? -ENOENT : -EBADMSG,
				"%s has no %s key that can be read%s: %s", name,
				secret ? "private" : "public",
				secret ? " (a password is taken from " KEY_PASSWORD_VARIABLE ")" :
					 "",
				pki_complaint());
	ERR_clear_error();
	*ret_key = key;
	return 0;
}

int key_private(const char *name, EVP_PKEY **ret_key, struct tdl_error *err)
{
	return find_key(name, true, ret_key, err);
}

int key_public(const char *name, EVP_PKEY **ret_key, struct tdl_error *err)
{
	return find_key(name, false, ret_key, err);
}

/* A file that is a public key in PEM already, which needs no store: finding its loader takes longer than
 * all else that a verifier does with the key. */
static bool is_public_pem(const char *name, uint8_t **ret_bytes, size_t *ret_size)
{
	static const char begin[] = "-----BEGIN " PEM_STRING_PUBLIC "-----\n";
	AUTO_CALL(scope_bio) BIO *bio = NULL;
	AUTO_FREE uint8_t *bytes = NULL;
	EVP_PKEY *key;
	size_t size = 0;

	if (scheme_length(name) || file_read(name, PUBLIC_PEM_MAX, &bytes, &size, NULL) < 0 ||
	    size < strlen(begin) || memcmp(bytes, begin, strlen(begin)) != 0)
		return false;
	bio = BIO_new_mem_buf(bytes, (int)size);
	key = bio ? PEM_read_bio_PUBKEY(bio, NULL, find_password, NULL) : NULL;
	ERR_clear_error();
	if (!key)
		return false;
	EVP_PKEY_free(key);
	*ret_bytes = steal(bytes);
	*ret_size = size;
	return true;
}

int tdl_key_public_pem(const char *name, char **ret_pem, size_t *ret_size, struct tdl_error *err)
{
	uint8_t *ready = NULL;

	if (is_public_pem(name, &ready, ret_size)) {
		*ret_pem = (char *)ready;
		return 0;
	}
	AUTO_CALL(scope_bio) BIO *bio = BIO_new(BIO_s_mem());
	EVP_PKEY *key = NULL;
	char *text = NULL;
	bool good;
	int rc = bio ? key_public(name, &key, err) : tdl_fail(err, -ENOMEM, "no memory for a key");

	if (rc < 0)
		return rc;
	good = PEM_write_bio_PUBKEY(bio, key) == 1;
	EVP_PKEY_free(key);
	if (!good)
		return tdl_fail(err, -EBADMSG, "%s has a key that cannot be written as PEM: %s",
				name, pki_complaint());
	*ret_size = (size_t)BIO_get_mem_data(bio, &text);
	*ret_pem = strndup(text, *ret_size);
	return *ret_pem ? 0 : tdl_fail(err, -ENOMEM, "no memory for a key");
}

const char *key_query(const EVP_PKEY *key, char text[KEY_QUERY_SIZE])
{
	const OSSL_PROVIDER *provider = EVP_PKEY_get0_provider(key);
	const char *name = provider ? OSSL_PROVIDER_get0_name(provider) : "default";

	if (strcmp(name, "default") == 0)
		return NULL;
	snprintf(text, KEY_QUERY_SIZE, "?provider=%s", name);
	return text;
}
