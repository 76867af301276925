/* SPDX-License-Identifier: BSD-2-Clause */
/* Azure evidence in one JSON document: the encodings that guests' tools write. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attest/azure.h"
#include "attest/json.h"
#include "attest/text.h"
#include "base/bytes.h"
#include "base/scope.h"

struct tdl_azure {
	uint8_t *quote, *hcl_report, *message, *signature, *pcrs; /* owned */
	size_t quote_size;
	struct tdl_vtpm vtpm; /* views of these */
};

static uint8_t *take_numbers(struct json_object *list, size_t *ret_size)
{
	size_t n = json_object_array_length(list);
	AUTO_FREE uint8_t *bytes = malloc(n + 1);

	for (size_t i = 0; bytes && i < n; i++) {
		struct json_object *number = json_object_array_get_idx(list, i);
		int64_t value = json_object_get_int64(number);

		if (!json_object_is_type(number, json_type_int) || value < 0 || value > 255)
			return NULL;
		bytes[i] = (uint8_t)value;
	}
	*ret_size = n;
	return steal(bytes);
}

/* A list of numbers, hex digits or base64. NULL when it is none of these. Caller frees. */
static uint8_t *take_bytes(struct json_object *value, size_t *ret_size)
{
	const char *text = json_plain_text(value);

	if (json_object_is_type(value, json_type_array))
		return take_numbers(value, ret_size);
	if (!text)
		return NULL;
	AUTO_FREE uint8_t *bytes = malloc(strlen(text) + 4);
	*ret_size = strlen(text) / 2;
	if (bytes && !hex_decode(text, bytes, *ret_size) &&
	    !base64_decode(text, strlen(text), bytes, ret_size))
		return NULL;
	return steal(bytes);
}

static int take_member(struct json_object *in, const char *name, uint8_t **ret_bytes,
		       size_t *ret_size, struct tdl_error *err)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(in, name, &value);
	*ret_bytes = value ? take_bytes(value, ret_size) : NULL;
	return *ret_bytes ? 0 : tdl_fail(err, -EBADMSG, "%s is missing or malformed", name);
}

static int take_pcrs(struct tdl_azure *a, struct json_object *tpm, struct tdl_error *err)
{
	struct json_object *list = NULL;
	int rc = json_get_array(tpm, "pcrs", &list, err);

	if (rc < 0)
		return rc;
	if (json_object_array_length(list) != AZURE_PCRS)
		return tdl_fail(err, -EBADMSG, "pcrs has %zu values, a bank has %d",
				json_object_array_length(list), AZURE_PCRS);
	a->vtpm.pcrs_size = AZURE_PCRS * AZURE_PCR_SIZE;
	a->vtpm.pcrs = a->pcrs = malloc(a->vtpm.pcrs_size);
	if (!a->pcrs)
		return tdl_fail(err, -ENOMEM, "no memory for PCRs");
	for (size_t i = 0; i < AZURE_PCRS; i++) {
		size_t size = 0;
		AUTO_FREE uint8_t *pcr = take_bytes(json_object_array_get_idx(list, i), &size);

		if (!pcr || size != AZURE_PCR_SIZE)
			return tdl_fail(err, -EBADMSG, "pcrs: value %zu is not %d bytes", i,
					AZURE_PCR_SIZE);
		memcpy(a->pcrs + i * AZURE_PCR_SIZE, pcr, AZURE_PCR_SIZE);
	}
	return 0;
}

static int take_tpm_quote(struct tdl_azure *a, struct json_object *root, struct tdl_error *err)
{
	struct json_object *tpm = NULL;
	int rc = json_get_object(root, "tpm_quote", &tpm, err);

	if (rc == 0)
		rc = take_member(tpm, "message", &a->message, &a->vtpm.message_size, err);
	a->vtpm.message = a->message;
	if (rc == 0)
		rc = take_member(tpm, "signature", &a->signature, &a->vtpm.signature_size, err);
	a->vtpm.signature = a->signature;
	return rc < 0 ? rc : take_pcrs(a, tpm, err);
}

int tdl_azure_open(const char *text, size_t size, struct tdl_azure **ret_azure,
		   struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	struct tdl_azure *a = calloc(1, sizeof(*a));
	int rc = a ? json_load(text, size, &root, err)
		   : tdl_fail(err, -ENOMEM, "no memory for evidence");

	if (rc == 0)
		rc = take_member(root, "td_quote", &a->quote, &a->quote_size, err);
	if (rc == 0)
		rc = take_member(root, "hcl_report", &a->hcl_report, &a->vtpm.hcl_report_size, err);
	if (rc == 0)
		a->vtpm.hcl_report = a->hcl_report;
	if (rc == 0 && json_object_object_get_ex(root, "tpm_quote", NULL))
		rc = take_tpm_quote(a, root, err);
	if (rc < 0)
		tdl_azure_free(a);
	else
		*ret_azure = a;
	return rc;
}

void tdl_azure_free(struct tdl_azure *azure)
{
	if (!azure)
		return;
	free(azure->quote);
	free(azure->hcl_report);
	free(azure->message);
	free(azure->signature);
	free(azure->pcrs);
	free(azure);
}

void azure_free_p(struct tdl_azure **azure)
{
	tdl_azure_free(*azure);
}

const void *tdl_azure_quote(const struct tdl_azure *azure, size_t *ret_size)
{
	*ret_size = azure->quote_size;
	return azure->quote;
}

const struct tdl_vtpm *tdl_azure_vtpm(const struct tdl_azure *azure)
{
	return &azure->vtpm;
}
