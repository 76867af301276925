/* SPDX-License-Identifier: BSD-2-Clause */
/* Azure vTPM evidence as JSON: the TD quote, the HCL report and the TPM quote, and how far they hold
 * together. Whether the TD quote is genuine is not asked here. */
#include "attest/show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attest/azure.h"
#include "attest/json.h"
#include "attest/quote.h"
#include "attest/text.h"
#include "base/bytes.h"
#include "base/scope.h"

/* A member as bytes: a list of numbers, hex digits or base64. Caller frees. */
static uint8_t *take_bytes(struct json_object *value, size_t *ret_size)
{
	const char *text = json_plain_text(value);
	AUTO_FREE uint8_t *bytes = NULL;

	if (json_object_is_type(value, json_type_array)) {
		*ret_size = json_object_array_length(value);
		bytes = malloc(*ret_size + 1);
		for (size_t i = 0; bytes && i < *ret_size; i++)
			bytes[i] = (uint8_t)json_object_get_int(
				json_object_array_get_idx(value, i));
		return steal(bytes);
	}
	if (!text)
		return NULL;
	bytes = malloc(strlen(text) + 4);
	*ret_size = strlen(text) / 2;
	if (bytes && !hex_decode(text, bytes, *ret_size) &&
	    !base64_decode(text, strlen(text), bytes, ret_size))
		return NULL;
	return steal(bytes);
}

static uint8_t *take_member(struct json_object *in, const char *name, size_t *ret_size)
{
	struct json_object *value;

	return json_object_object_get_ex(in, name, &value) ? take_bytes(value, ret_size) : NULL;
}

static void judge(struct doc *doc, const char *name, int rc, const struct tdl_error *err)
{
	doc_text(doc, name, "%s", rc == 0 ? "yes" : err->text);
}

static void show_tpm_quote(struct doc *doc, struct json_object *tpm, const struct hcl_report *hcl)
{
	size_t size = 0, signature_size = 0;
	AUTO_FREE uint8_t *message = take_member(tpm, "message", &size);
	AUTO_FREE uint8_t *signature = take_member(tpm, "signature", &signature_size);
	struct tdl_error err = { 0 };
	struct tpm_quote q;

	if (!message || !signature || tpm_quote_parse(message, size, &q, &err) < 0) {
		doc_text(doc, "note", "the TPM quote cannot be read%s%s", *err.text ? ": " : "",
			 err.text);
		return;
	}
	doc_hex(doc, "nonce", q.nonce, q.nonce_size);
	doc_number(doc, "clock", q.clock);
	doc_number(doc, "reset", q.reset);
	doc_number(doc, "restart", q.restart);
	doc_hex(doc, "pcr_selection", q.select, q.select_size);
	doc_hex(doc, "pcr_digest", q.digest, q.digest_size);
	judge(doc, "signed_by_hclakpub",
	      azure_check_signature(hcl, message, size, signature, signature_size, &err), &err);
}

static int show_parts(struct doc *doc, struct json_object *root, const struct hcl_report *hcl,
		      const struct tdl_quote *quote)
{
	struct json_object *tpm;
	struct tdl_error err = { 0 };

	doc_hex(doc, "mrtd", quote_bytes(quote, "mrtd"), 48);
	judge(doc, "runtime_data_bound_in_quote",
	      hcl_check_binding(hcl, quote_bytes(quote, "reportdata"), &err), &err);
	doc_bool(doc, "tdreport_is_of_this_td",
		 memcmp(hcl->tdreport + 528, quote_bytes(quote, "mrtd"), 48) == 0);
	doc_chars(doc, "runtime_data", hcl->variable, hcl->variable_size);
	if (json_object_object_get_ex(root, "tpm_quote", &tpm)) {
		doc_object(doc, "tpm_quote");
		show_tpm_quote(doc, tpm, hcl);
		doc_end(doc);
	}
	doc_text(doc, "note", "the TD quote attests the platform and its paravisor; \"attest "
		 "verify\" judges it");
	return 0;
}

int show_azure(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	AUTO_QUOTE struct tdl_quote *quote = NULL;
	size_t report_size = 0, quote_size = 0;
	struct hcl_report hcl;
	int rc = json_load((const char *)bytes, size, &root, err);

	if (rc < 0)
		return rc;
	AUTO_FREE uint8_t *report = take_member(root, "hcl_report", &report_size);
	AUTO_FREE uint8_t *td_quote = take_member(root, "td_quote", &quote_size);
	if (!report || !td_quote)
		return tdl_fail(err, -EBADMSG, "hcl_report or td_quote is missing or malformed");
	rc = hcl_parse(report, report_size, &hcl, err);
	if (rc == 0)
		rc = tdl_quote_open(td_quote, quote_size, &quote, err);
	return rc < 0 ? rc : show_parts(doc, root, &hcl, quote);
}
