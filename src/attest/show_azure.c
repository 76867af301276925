/* SPDX-License-Identifier: BSD-2-Clause */
/* Azure vTPM evidence as JSON: the TD quote, the HCL report and the TPM quote, and how far they hold
 * together. Whether the TD quote is genuine is not asked here. */
#include "attest/show.h"

#include <string.h>

#include "attest/azure.h"
#include "attest/quote.h"

static void judge(struct doc *doc, const char *name, int rc, const struct tdl_error *err)
{
	doc_text(doc, name, "%s", rc == 0 ? "yes" : err->text);
}

static void show_tpm_quote(struct doc *doc, const struct tdl_vtpm *tpm,
			   const struct hcl_report *hcl)
{
	struct tdl_error err = { 0 };
	const uint8_t *signature = NULL;
	size_t signature_size = 0;
	struct tpm_quote q;

	if (tpm_quote_parse(tpm->message, tpm->message_size, &q, &err) < 0 ||
	    tpm_signature_parse(tpm->signature, tpm->signature_size, &signature, &signature_size,
				&err) < 0) {
		doc_text(doc, "note", "the TPM quote cannot be read: %s", err.text);
		return;
	}
	doc_hex(doc, "nonce", q.nonce, q.nonce_size);
	doc_number(doc, "clock", q.clock);
	doc_number(doc, "reset", q.reset);
	doc_number(doc, "restart", q.restart);
	doc_hex(doc, "pcr_selection", q.select, q.select_size);
	doc_hex(doc, "pcr_digest", q.digest, q.digest_size);
	judge(doc, "signed_by_hclakpub",
	      azure_check_signature(hcl, tpm->message, tpm->message_size, signature,
				    signature_size, &err),
	      &err);
}

static void show_parts(struct doc *doc, const struct tdl_vtpm *vtpm, const struct hcl_report *hcl,
		       const struct tdl_quote *quote)
{
	struct tdl_error err = { 0 };

	doc_hex(doc, "mrtd", quote_bytes(quote, "mrtd"), 48);
	judge(doc, "runtime_data_bound_in_quote",
	      hcl_check_binding(hcl, quote_bytes(quote, "reportdata"), &err), &err);
	doc_bool(doc, "tdreport_is_of_this_td",
		 memcmp(hcl->tdreport + 528, quote_bytes(quote, "mrtd"), 48) == 0);
	doc_chars(doc, "runtime_data", hcl->variable, hcl->variable_size);
	if (vtpm->message) {
		doc_object(doc, "tpm_quote");
		show_tpm_quote(doc, vtpm, hcl);
		doc_end(doc);
	}
	doc_text(doc, "note", "the TD quote attests the platform and its paravisor; \"attest "
		 "verify\" judges it");
}

int show_azure(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	AUTO_QUOTE struct tdl_quote *quote = NULL;
	AUTO_AZURE struct tdl_azure *azure = NULL;
	const struct tdl_vtpm *vtpm;
	const void *td_quote;
	size_t quote_size = 0;
	struct hcl_report hcl;
	int rc = tdl_azure_open((const char *)bytes, size, &azure, err);

	if (rc < 0)
		return rc;
	vtpm = tdl_azure_vtpm(azure);
	td_quote = tdl_azure_quote(azure, &quote_size);
	rc = hcl_parse(vtpm->hcl_report, vtpm->hcl_report_size, &hcl, err);
	if (rc == 0)
		rc = tdl_quote_open(td_quote, quote_size, &quote, err);
	if (rc == 0)
		show_parts(doc, vtpm, &hcl, quote);
	return rc;
}
