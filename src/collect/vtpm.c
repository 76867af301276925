/* SPDX-License-Identifier: BSD-2-Clause */
/* What a paravisor's vTPM says of the guest: a quote over its PCRs, in one document with all that makes
 * it believable; and the certificate of the key that signs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "attest/azure.h"
#include "attest/der.h"
#include "attest/json.h"
#include "base/bytes.h"
#include "base/scope.h"
#include "collect/sources.h"

/* Source: Microsoft, "Azure confidential VM guest attestation". */
enum { AK_HANDLE = 0x81000003, AK_CERTIFICATE_INDEX = 0x01c101d0 };

void collect_unanswered(struct entry *entry, int code, const char *absent,
			const struct tdl_error *why)
{
	const struct {
		int code;
		const char *advice;
	} advice[] = {
		{ -ENODEV, "name the vTPM with --tcti (device:/dev/tpmrm0), and run this as root" },
		{ -EOPNOTSUPP, "install tpm2-tss, and a tdlaunch that was built with it" },
		{ -EACCES, "give the authorisation value that it has: --auth owner=FILE, key=FILE" },
		{ -EBUSY, "collect again" },
		{ -ENOENT, absent },
		{ -ENODATA, absent },
		{ -EBADMSG, absent },
	};
	const char *found = "see the TPM's own documentation";

	for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++)
		if (advice[i].code == code)
			found = advice[i].advice;
	collect_missing(entry, code == -ENOENT ? TDL_NOT_THERE : TDL_NOT_READ, found, "%s",
			why->text);
}

/* Without the padding behind it. */
void ak_take(const struct collect_source *source, const struct collect_system *sys,
	     const struct tdl_collection *collection, struct entry *entry)
{
	AUTO_FREE uint8_t *bytes = malloc(VTPM_NV_MAX);
	struct tdl_error err = { 0 };
	size_t size = 0;
	int rc;

	(void)source;
	if (!collect_find(collection, "hcl.bin")->bytes) {
		collect_missing(entry, TDL_NOT_THERE, NULL, "there is no HCL report that names a key");
		return;
	}
	rc = bytes ? sys->nv_read(sys->ctx, AK_CERTIFICATE_INDEX, bytes, &size, &err)
		   : tdl_fail(&err, -ENOMEM, "no memory for a certificate");
	if (rc == 0 && der_size(bytes, size) == 0)
		rc = tdl_fail(&err, -EBADMSG, "NV index 0x%08x holds no certificate in DER",
			      AK_CERTIFICATE_INDEX);
	if (rc == 0) {
		size = der_size(bytes, size);
		collect_taken(entry, steal(bytes), size);
	} else {
		collect_unanswered(entry, rc, "it is not needed: the HCL report vouches for the key",
				   &err);
	}
}

static int put_hex(struct json_object *o, const char *name, const void *bytes, size_t size)
{
	AUTO_FREE char *text = malloc(2 * size + 1);

	return text ? json_object_object_add(
			      o, name, json_object_new_string(hex_encode(bytes, size, text)))
		    : -1;
}

static int put_quote(struct json_object *root, const struct vtpm_quote *q)
{
	struct json_object *o = json_object_new_object();
	struct json_object *pcrs = json_object_new_array();
	int rc = json_object_object_add(root, "tpm_quote", o);

	rc |= put_hex(o, "message", q->message, q->message_size);
	rc |= put_hex(o, "signature", q->signature, q->signature_size);
	rc |= json_object_object_add(o, "pcrs", pcrs);
	for (size_t i = 0; rc == 0 && i < VTPM_PCRS; i++) {
		char text[2 * VTPM_PCR_SIZE + 1];

		hex_encode(q->pcrs + i * VTPM_PCR_SIZE, VTPM_PCR_SIZE, text);
		rc |= json_object_array_add(pcrs, json_object_new_string(text));
	}
	return rc;
}

/* As tdl_azure_open() reads it. */
static int write_document(const struct entry *quote, const struct entry *hcl,
			  const struct vtpm_quote *q, struct entry *entry)
{
	AUTO_JSON struct json_object *root = json_object_new_object();
	char *text = NULL;
	int rc = put_hex(root, "td_quote", quote->bytes, quote->item.size);

	rc |= put_hex(root, "hcl_report", hcl->bytes, hcl->item.size);
	rc |= put_quote(root, q);
	if (rc != 0 ||
	    (rc = asprintf(&text, "%s\n",
			   json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY))) < 0)
		return -ENOMEM;
	collect_taken(entry, (uint8_t *)text, (size_t)rc);
	return 0;
}

/* A verifier will find out; who collects should know before. */
static void remark_key(struct entry *entry, const struct entry *hcl, const struct vtpm_quote *q)
{
	struct tdl_error why = { 0 };
	struct hcl_report report;
	const uint8_t *raw;
	size_t size;

	if (hcl_parse(hcl->bytes, hcl->item.size, &report, &why) < 0 ||
	    tpm_signature_parse(q->signature, q->signature_size, &raw, &size, &why) < 0 ||
	    azure_check_signature(&report, q->message, q->message_size, raw, size, &why) < 0)
		collect_remark(entry, "the vTPM's quote by key 0x%08x is none by HCLAkPub of the HCL "
				      "report: %s", AK_HANDLE, why.text);
}

void vtpm_take(const struct collect_source *source, const struct collect_system *sys,
	       const struct tdl_collection *collection, struct entry *entry)
{
	const struct entry *hcl = collect_find(collection, "hcl.bin");
	const struct entry *quote = collect_find(collection, "quote.bin");
	struct vtpm_quote q = { 0 };
	struct tdl_error err = { 0 };

	(void)source;
	if (!hcl->bytes || !quote->bytes) {
		collect_missing(entry, TDL_NOT_THERE, NULL, "there is no %s that vouches for a vTPM",
				hcl->bytes ? "TD quote" : "HCL report");
		return;
	}
	int rc = sys->tpm_quote(sys->ctx, AK_HANDLE, collection->report_data,
				collection->nonce_size, &q, &err);
	if (rc < 0) {
		collect_unanswered(entry, rc, "this is not the vTPM as the paravisor made it: restart the guest", &err);
		return;
	}
	if (write_document(quote, hcl, &q, entry) < 0)
		collect_missing(entry, TDL_NOT_READ, NULL, "no memory for a document");
	remark_key(entry, hcl, &q);
}
