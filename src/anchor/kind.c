/* SPDX-License-Identifier: BSD-2-Clause */
/* Hardware is what a root that was given vouches for, unless its own certificate says that it is a
 * program. Software is what says so itself: nobody has a reason to claim that wrongly. All else is
 * unknown. A certificate is about the endorsement key; that the attestation key is in the same TPM
 * is not proved by it. */
#include "anchor/kind.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "anchor/key.h"
#include "base/attr.h"

/* Attributes of an EK certificate's alternative name.
 * Source: TCG EK Credential Profile, Subject Alternative Name. */
#define OID_MAKER "2.23.133.2.1"
#define OID_MODEL "2.23.133.2.2"

#define VALUE_MAX 64

struct ek_names {
	char maker[VALUE_MAX], model[VALUE_MAX], issuer[VALUE_MAX];
};

/* A row matches when the maker is this, or the model has this in it. */
static const struct {
	const char *maker, *model, *what;
} programs[] = {
	{ NULL, "swtpm", "swtpm" },
	{ NULL, "libtpms", "libtpms" },
	{ "id:4D534654", NULL, "a virtual TPM of Microsoft" },
	{ "id:414D5A4E", NULL, "a virtual TPM of Amazon" },
	{ "id:564D5700", NULL, "a virtual TPM of VMware" },
};

/* An attribute as plain ASCII; "" when it is not there or not that. */
static void copy_attribute(const X509_NAME *name, const char *oid, char text[VALUE_MAX])
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	int at = object ? X509_NAME_get_index_by_OBJ(name, object, -1) : -1;
	const ASN1_STRING *s =
		at < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	int n = s ? ASN1_STRING_length(s) : 0;

	ASN1_OBJECT_free(object);
	text[0] = '\0';
	if (n <= 0 || n >= VALUE_MAX)
		return;
	for (int i = 0; i < n; i++)
		if (ASN1_STRING_get0_data(s)[i] < 0x20 || ASN1_STRING_get0_data(s)[i] > 0x7e)
			return;
	memcpy(text, ASN1_STRING_get0_data(s), (size_t)n);
	text[n] = '\0';
}

static void read_names(const X509 *cert, struct ek_names *ret)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);

	*ret = (struct ek_names){ 0 };
	copy_attribute(X509_get_issuer_name(cert), "2.5.4.3", ret->issuer);
	for (int i = 0; names && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type != GEN_DIRNAME)
			continue;
		copy_attribute(name->d.directoryName, OID_MAKER, ret->maker);
		copy_attribute(name->d.directoryName, OID_MODEL, ret->model);
	}
	GENERAL_NAMES_free(names);
}

static const char *program_of(const struct ek_names *names)
{
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if ((programs[i].maker && strcmp(programs[i].maker, names->maker) == 0) ||
		    (programs[i].model && strcasestr(names->model, programs[i].model)))
			return programs[i].what;
	return NULL;
}

static X509_STORE *read_roots(const void *pem, size_t size)
{
	BIO *bio = key_pem_bio(pem, size);
	X509_STORE *store = X509_STORE_new();
	X509 *cert;

	while (bio && store && (cert = PEM_read_bio_X509(bio, NULL, key_no_password, NULL))) {
		X509_STORE_add_cert(store, cert);
		X509_free(cert);
	}
	BIO_free(bio);
	return store;
}

/* Dates are left aside: TPMs outlive their certificates, and the same evidence shall have the same
 * verdict tomorrow. */
static bool is_vouched_for(X509 *cert, const void *roots, size_t size)
{
	X509_STORE *store = read_roots(roots, size);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool good = false;

	if (store && ctx && X509_STORE_CTX_init(ctx, store, cert, NULL) == 1) {
		X509_STORE_CTX_set_flags(ctx,
					 X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_PARTIAL_CHAIN);
		good = X509_verify_cert(ctx) == 1;
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return good;
}

static enum tdl_tpm_kind judge(X509 *cert, const void *roots, size_t size, char text[KIND_TEXT])
{
	struct ek_names names;
	const char *program;

	read_names(cert, &names);
	program = program_of(&names);
	if (program) {
		snprintf(text, KIND_TEXT, "its EK certificate, by \"%s\", is that of %s: a program",
			 names.issuer, program);
		return TDL_TPM_SOFTWARE;
	}
	if (!roots) {
		snprintf(text, KIND_TEXT,
			 "an EK certificate by \"%s\" (maker %s, model %s), and no root given that "
			 "could vouch for it",
			 names.issuer, names.maker, names.model);
		return TDL_TPM_UNKNOWN;
	}
	if (!is_vouched_for(cert, roots, size)) {
		snprintf(text, KIND_TEXT, "no root given vouches for its EK certificate, by \"%s\"",
			 names.issuer);
		return TDL_TPM_UNKNOWN;
	}
	snprintf(
		text, KIND_TEXT,
		"a root given vouches for its EK certificate, by \"%s\" (maker %s, model %s); that "
		"the attestation key is in the same TPM is not proved by it",
		names.issuer, names.maker, names.model);
	return TDL_TPM_HARDWARE;
}

enum tdl_tpm_kind kind_of(const struct quotefile *q, const void *roots, size_t roots_size,
			  char text[KIND_TEXT])
{
	enum tdl_tpm_kind kind = TDL_TPM_UNKNOWN;
	bool judged = false;

	for (size_t i = 0; i < q->ek_count && kind != TDL_TPM_SOFTWARE; i++) {
		const uint8_t *at = q->ek[i].bytes;
		char why[KIND_TEXT];
		enum tdl_tpm_kind one;
		X509 *cert = d2i_X509(NULL, &at, (long)q->ek[i].size);

		if (!cert)
			continue;
		one = judge(cert, roots, roots_size, why);
		X509_free(cert);
		if (judged && one == TDL_TPM_UNKNOWN)
			continue;
		kind = one;
		judged = true;
		memcpy(text, why, sizeof(why));
	}
	ERR_clear_error();
	if (kind != TDL_TPM_SOFTWARE && strstr(q->tpm, "SWTPM")) {
		snprintf(text, KIND_TEXT, "it says itself that it is a program: %s", q->tpm);
		return TDL_TPM_SOFTWARE;
	}
	if (!judged)
		snprintf(text, KIND_TEXT, "it has no EK certificate; it says that it is %s",
			 q->tpm);
	return kind;
}

const char *tdl_tpm_kind_name(enum tdl_tpm_kind kind)
{
	static const char *const names[] = { "unknown", "software", "hardware" };

	return names[kind];
}
