/* SPDX-License-Identifier: BSD-2-Clause */
/* DSSE, version 1: a payload in base64, its type, and signatures over both. */
#include "exchange/dsse.h"

#include <errno.h>
#include <string.h>

#include "attest/json.h"
#include "base/base64.h"
#include "base/scope.h"
#include "exchange/signer.h"
#include "refval/plain.h"

#define SIGNATURES_MAX 16 /* of one envelope */

int dsse_encode(const char *type, const void *payload, size_t size, struct blob *ret,
		struct tdl_error *err)
{
	char head[200];
	int n = snprintf(head, sizeof(head), "DSSEv1 %zu %s %zu ", strlen(type), type, size);
	uint8_t *bytes = malloc((size_t)n + size + 1);

	if (!bytes)
		return tdl_fail(err, -ENOMEM, "no memory for what is signed");
	memcpy(bytes, head, (size_t)n);
	memcpy(bytes + n, payload, size);
	*ret = (struct blob){ bytes, (size_t)n + size };
	return 0;
}

static char *to_base64(const void *bytes, size_t size)
{
	char *text = malloc(base64_size(size) + 1);

	return text ? base64_encode(BASE64, bytes, size, text) : NULL;
}

int dsse_seal(const char *type, const struct blob *payload, const struct tdl_exchange_options *opt,
	      struct blob *ret_file, struct tdl_error *err)
{
	AUTO_SIGNER struct signer signer = { 0 };
	AUTO_BLOB struct blob encoded = { 0 };
	AUTO_FREE uint8_t *signature = NULL;
	AUTO_FREE char *body = NULL;
	AUTO_FREE char *sig = NULL;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *keyid = NULL;
	size_t size = 0;
	int rc = signer_open(opt, &signer, err);

	if (rc == 0)
		rc = key_name(signer.key, &keyid, err);
	if (rc == 0)
		rc = dsse_encode(type, payload->bytes, payload->size, &encoded, err);
	if (rc == 0)
		rc = plain_sign(signer.key, PLAIN_DER, encoded.bytes, encoded.size, &signature,
				&size, err);
	if (rc < 0)
		return rc;
	body = to_base64(payload->bytes, payload->size);
	sig = to_base64(signature, size);
	if (!body || !sig ||
	    asprintf(&text,
		     "{\"payloadType\":\"%s\",\"payload\":\"%s\",\"signatures\":[{\"keyid\":\"%s\","
		     "\"sig\":\"%s\"}]}\n",
		     type, body, keyid + strlen("key "), sig) < 0)
		return tdl_fail(err, -ENOMEM, "no memory for an envelope");
	return blob_text(text, ret_file, err);
}

/* One entry of "signatures". */
static int verify_one(struct json_object *entry, const struct signer *signer,
		      const struct blob *encoded, struct tdl_error *err)
{
	const struct plain_algorithm *algorithm = plain_algorithm_of(signer->key);
	AUTO_FREE uint8_t *signature = NULL;
	const char *text = NULL;
	size_t size = 0;
	int rc = json_get_text(entry, "sig", &text, err);

	if (rc < 0)
		return rc;
	if (!algorithm)
		return tdl_fail(err, -EOPNOTSUPP, "the key is of a kind that does not sign here");
	signature = malloc(strlen(text) + 3);
	if (!signature)
		return tdl_fail(err, -ENOMEM, "no memory for a signature");
	if (!base64_decode(text, strlen(text), signature, &size))
		return tdl_fail(err, -EBADMSG, "sig is not base64");
	return plain_verify(signer->key, algorithm, PLAIN_DER, encoded->bytes, encoded->size,
			    signature, size, err);
}

static int verify_any(struct import *in, struct json_object *list, const char *type,
		      const struct blob *payload, struct tdl_error *err)
{
	AUTO_SIGNER struct signer signer = { 0 };
	AUTO_BLOB struct blob encoded = { 0 };
	size_t n = json_object_array_length(list);
	int rc;

	if (n == 0 || n > SIGNATURES_MAX)
		return tdl_fail(err, -EBADMSG, "an envelope has 1 to %d signatures, this has %zu",
				SIGNATURES_MAX, n);
	rc = signer_trusted(in, NULL, &signer, err);
	if (rc < 0 || !signer.key)
		return rc;
	rc = dsse_encode(type, payload->bytes, payload->size, &encoded, err);
	if (rc < 0)
		return rc;
	rc = -EKEYREJECTED;
	for (size_t i = 0; i < n && rc < 0; i++)
		rc = verify_one(json_object_array_get_idx(list, i), &signer, &encoded, err);
	if (rc < 0)
		return tdl_while(err, rc, "the envelope");
	in->signer = steal(signer.name);
	return 0;
}

int dsse_open(struct import *in, const char *type, struct json_object *envelope,
	      struct blob *ret_payload, struct tdl_error *err)
{
	struct json_object *list = NULL;
	const char *own_type = NULL, *text = NULL;
	int rc = json_get_text(envelope, "payloadType", &own_type, err);

	if (rc == 0)
		rc = json_get_text(envelope, "payload", &text, err);
	if (rc == 0)
		rc = json_get_array(envelope, "signatures", &list, err);
	if (rc < 0)
		return rc;
	if (strcmp(own_type, type) != 0)
		return tdl_fail(err, -EBADMSG, "the envelope's payload is %.100s, not %s", own_type,
				type);
	ret_payload->bytes = malloc(strlen(text) + 3);
	if (!ret_payload->bytes)
		return tdl_fail(err, -ENOMEM, "no memory for a payload");
	if (!base64_decode(text, strlen(text), ret_payload->bytes, &ret_payload->size))
		return tdl_fail(err, -EBADMSG, "the envelope's payload is not base64");
	return verify_any(in, list, type, ret_payload, err);
}
