/* SPDX-License-Identifier: BSD-2-Clause */
/* The collateral of a migration TD, as Azure's hosts run it: two JSON documents, its identity and
 * its measurements by security version, each signed over the exact text of its value with ECDSA
 * P-384 and SHA-384, the signature in hex of DER, the issuer's chain beside it. */
#include "exchange/format.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attest/cert.h"
#include "attest/json.h"
#include "attest/text.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/scope.h"
#include "exchange/signer.h"
#include "refval/plain.h"

#define SIGNATURE_MAX 160 /* bytes of DER */

/* The two documents: where each stands and what in it is signed. */
static const struct document {
	const char *name, *value, *chain;
} documents[] = {
	{ "servtdIdentity", "tdIdentity", "servtdIdentityIssuerChain" },
	{ "servtdTcbMapping", "tdTcbMapping", "servtdTcbMappingIssuerChain" },
};

static int carried_chain(const char *pem, STACK_OF(X509) * *ret_chain, struct tdl_error *err)
{
	AUTO_CERTS struct certs certs = { 0 };
	int rc = certs_parse_pem((const uint8_t *)pem, strlen(pem), CERTS_LIMIT, &certs, err);

	if (rc < 0)
		return rc;
	*ret_chain = sk_X509_new_null();
	for (unsigned i = 0; *ret_chain && i < certs.count; i++)
		if (!X509_up_ref(certs.cert[i]) || sk_X509_push(*ret_chain, certs.cert[i]) <= 0)
			return tdl_fail(err, -ENOMEM, "no memory for certificates");
	return *ret_chain ? 0 : tdl_fail(err, -ENOMEM, "no memory for certificates");
}

static int verify(struct import *in, const char *chain_pem, const char *hex,
		  const struct json_span *value, struct tdl_error *err)
{
	AUTO_CALL(scope_certificates) STACK_OF(X509) *chain = NULL;
	AUTO_SIGNER struct signer signer = { 0 };
	uint8_t signature[SIGNATURE_MAX];
	size_t size = strlen(hex) / 2;
	int rc;

	if (size > sizeof(signature) || !hex_decode(hex, signature, size))
		return tdl_fail(err, -EBADMSG, "its signature is not hex of DER");
	rc = carried_chain(chain_pem, &chain, err);
	if (rc == 0)
		rc = signer_required(in, err);
	if (rc == 0)
		rc = signer_trusted(in, chain, &signer, err);
	if (rc < 0)
		return rc;
	rc = plain_verify(signer.key, plain_algorithm_by_cose(PLAIN_ES384), PLAIN_DER, value->text,
			  value->size, signature, size, err);
	if (rc < 0)
		return rc;
	free(in->signer);
	in->signer = steal(signer.name);
	return 0;
}

/* Its dates, and nothing else of it. */
static int check_dates(const struct import *in, const struct json_span *value,
		       struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	int64_t from = 0, until = 0;
	int rc = json_load(value->text, value->size, &root, err);

	if (rc == 0)
		rc = json_get_time(root, "issueDate", &from, err);
	if (rc == 0)
		rc = json_get_time(root, "nextUpdate", &until, err);
	if (rc < 0)
		return rc;
	if (import_time(in) < from)
		return tdl_fail(err, -EKEYREJECTED, "it is not valid yet");
	if (import_time(in) > until)
		return tdl_fail(err, -EKEYREJECTED, "its next update was due");
	return 0;
}

/* Find a document, check its signature and dates; *ret_value is what was signed. */
static int open_document(struct import *in, const struct document *d, const char *text, size_t size,
			 struct json_object *root, struct json_span *ret_value,
			 struct tdl_error *err)
{
	struct json_object *node = NULL;
	const char *hex = NULL, *chain = NULL;
	struct json_span span = { 0 };
	int rc = json_member_span(text, size, d->name, &span, err);

	if (rc == 0)
		rc = json_member_span(span.text, span.size, d->value, ret_value, err);
	if (rc == 0)
		rc = json_get_object(root, d->name, &node, err);
	if (rc == 0)
		rc = json_get_text(node, "signature", &hex, err);
	if (rc == 0)
		rc = json_get_text(root, d->chain, &chain, err);
	if (rc == 0)
		rc = verify(in, chain, hex, ret_value, err);
	if (rc == 0)
		rc = check_dates(in, ret_value, err);
	return rc < 0 ? tdl_while(err, rc, "%s", d->name) : 0;
}

/* The payload is the text of the measurements. */
static int migtd_open(struct import *in, const uint8_t *file, size_t size, struct blob *ret_payload,
		      struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	struct json_span value = { 0 };
	int rc = json_load((const char *)file, size, &root, err);

	for (size_t i = 0; i < ARRAY_SIZE(documents) && rc == 0; i++)
		rc = open_document(in, &documents[i], (const char *)file, size, root, &value, err);
	if (rc < 0)
		return rc;
	ret_payload->bytes = (uint8_t *)strndup(value.text, value.size);
	ret_payload->size = value.size;
	return ret_payload->bytes ? 0 : tdl_fail(err, -ENOMEM, "no memory for a document");
}

static int add_mapping(struct import *in, struct json_object *mapping, struct tdl_error *err)
{
	struct tdl_reference r = { .name = "migration TD", .computed.tool = "servtd collateral" };
	struct json_object *values = NULL;
	uint64_t svn = 0;
	char text[40];
	int rc = json_get_number(mapping, "isvsvn", UINT16_MAX, &svn, err);

	if (rc == 0)
		rc = json_get_object(mapping, "tdMeasurements", &values, err);
	if (rc == 0)
		rc = json_get_hex(values, "mrtd", r.mrtd, 48, err);
	for (unsigned i = 0; i < 4 && rc == 0; i++) {
		snprintf(text, sizeof(text), "rtmr%u", i);
		if (!json_object_object_get_ex(values, text, NULL))
			continue;
		rc = json_get_hex(values, text, r.rtmr[i], 48, err);
		r.has_rtmr |= 1u << i;
	}
	if (rc < 0)
		return rc;
	snprintf(text, sizeof(text), "svn %llu", (unsigned long long)svn);
	rc = import_text(in, text, strlen(text), &r.version, err);
	snprintf(text, sizeof(text), "migtd-svn%llu", (unsigned long long)svn);
	if (rc == 0)
		rc = import_text(in, text, strlen(text), &r.flow, err);
	if (rc == 0 && in->signer)
		rc = import_text(in, in->signer, strlen(in->signer), &r.computed.by, err);
	r.computed.version = r.version;
	return rc < 0 ? rc : import_reference(in, &r, false, "the collateral", err);
}

static int migtd_read(struct import *in, const uint8_t *payload, size_t size, struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	struct json_object *list = NULL;
	int rc = json_load((const char *)payload, size, &root, err);

	if (rc == 0)
		rc = json_get_array(root, "svnMappings", &list, err);
	for (size_t i = 0; rc == 0 && i < json_object_array_length(list); i++)
		rc = add_mapping(in, json_object_array_get_idx(list, i), err);
	return rc;
}

const struct format migtd_format = {
	.shown = { "migtd", "signed measurements of a migration TD (Azure)", false, true, false,
		   false },
	.read = migtd_read,
	.open = migtd_open,
};
