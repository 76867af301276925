/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's part of evidence from under a paravisor: TD quote - report data - run-time data -
 * HCLAkPub - TPM quote - PCRs. Each link is a check. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tdlaunch/report.h>

#include "attest/azure.h"
#include "attest/verdict.h"
#include "base/attr.h"
#include "base/bytes.h"

static const char *const pcr_names[AZURE_PCRS] = {
	"pcr0",	 "pcr1",  "pcr2",  "pcr3",  "pcr4",  "pcr5",  "pcr6",  "pcr7",
	"pcr8",	 "pcr9",  "pcr10", "pcr11", "pcr12", "pcr13", "pcr14", "pcr15",
	"pcr16", "pcr17", "pcr18", "pcr19", "pcr20", "pcr21", "pcr22", "pcr23",
};

const char *const *verify_pcr_names(void)
{
	return pcr_names;
}

/* What a quote and a TDREPORT both have. */
static const char *differing_field(const struct tdl_quote *quote, const struct tdl_report *report)
{
	static const char *const names[] = {
		"tee_tcb_svn", "mrseam", "mrsignerseam", "seam_attributes", "td_attributes",
		"xfam",	       "mrtd",	 "mrconfigid",	 "mrowner",	    "mrownerconfig",
		"rtmr0",       "rtmr1",	 "rtmr2",	 "rtmr3",	    "reportdata",
	};
	struct tdl_field a = { 0 }, b = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (tdl_quote_field(quote, names[i], &a) < 0 ||
		    tdl_report_field(report, names[i], &b) < 0 || a.size != b.size ||
		    memcmp(a.bytes, b.bytes, a.size) != 0)
			return names[i];
	return NULL;
}

static int check_tdreport(const struct tdl_quote *quote, const struct hcl_report *hcl,
			  struct tdl_error *err)
{
	struct tdl_report *report = NULL;
	int rc = tdl_report_open(hcl->tdreport, TDL_REPORT_SIZE, &report, err);

	if (rc == 0)
		rc = tdl_report_check(report, err);
	const char *name = rc == 0 ? differing_field(quote, report) : NULL;
	if (name)
		rc = tdl_fail(err, -EKEYREJECTED, "%s of the TDREPORT in the HCL report is not that "
			      "of the quote", name);
	tdl_report_free(report);
	return rc;
}

static bool check_hcl(struct verify *s, const struct tdl_vtpm *vtpm, struct hcl_report *ret_hcl)
{
	struct tdl_error err = { 0 };
	int rc = hcl_parse(vtpm->hcl_report, vtpm->hcl_report_size, ret_hcl, &err);

	if (!verdict_judge(s->v, "hcl-report", rc, &err, ""))
		return false;
	rc = hcl_check_binding(ret_hcl, quote_bytes(s->quote, "reportdata"), &err);
	bool good = verdict_judge(s->v, "hcl-binding", rc, &err, "report data of the quote");
	rc = check_tdreport(s->quote, ret_hcl, &err);
	return good & verdict_judge(s->v, "hcl-tdreport", rc, &err, "quote");
}

static void check_nonce(struct verify *s, const struct tdl_vtpm *vtpm, const struct tpm_quote *q)
{
	char hex[2 * 64 + 1] = "";

	if (!vtpm->nonce) {
		verdict_add(s->v, "tpm-nonce", TDL_STATE_NOT_ASKED, "",
			    "nothing to compare with: the TPM quote may be an old one");
		return;
	}
	if (q->nonce_size == vtpm->nonce_size && memcmp(q->nonce, vtpm->nonce, q->nonce_size) == 0)
		verdict_add(s->v, "tpm-nonce", TDL_STATE_PASSED, "nonce of the caller", "%s", "");
	else
		verdict_add(s->v, "tpm-nonce", TDL_STATE_FAILED, "nonce of the caller",
			    "the TPM quote is over %s",
			    q->nonce_size <= 64 ? hex_encode(q->nonce, q->nonce_size, hex)
						: "more than 64 bytes");
}

/* Keep the values that the TPM vouches for, to be compared. */
static void check_pcrs(struct verify *s, const struct tdl_vtpm *vtpm, const struct tpm_quote *q)
{
	struct tdl_error err = { 0 };

	if (!vtpm->pcrs) {
		verdict_add(s->v, "tpm-pcrs", TDL_STATE_NOT_DONE, "",
			    "the values of the PCRs were not given");
		return;
	}
	if (vtpm->pcrs_size != sizeof(s->pcrs)) {
		verdict_add(s->v, "tpm-pcrs", TDL_STATE_FAILED, "",
			    "%zu bytes of PCRs; 24 of 32 bytes are expected", vtpm->pcrs_size);
		return;
	}
	memcpy(s->pcrs, vtpm->pcrs, sizeof(s->pcrs));
	if (!verdict_judge(s->v, "tpm-pcrs", azure_check_pcrs(q, s->pcrs, &err), &err, "TPM quote"))
		return;
	for (size_t i = 0; i < AZURE_PCRS; i++)
		if (i / 8 < q->select_size && q->select[i / 8] >> (i % 8) & 1)
			s->pcrs_known |= 1u << i;
}

static void check_tpm_quote(struct verify *s, const struct tdl_vtpm *vtpm,
			    const struct hcl_report *hcl)
{
	struct tdl_error err = { 0 };
	const uint8_t *raw = NULL;
	size_t raw_size = 0;
	struct tpm_quote q;

	if (!vtpm->message || !vtpm->signature) {
		verdict_add(s->v, "tpm-quote", TDL_STATE_NOT_DONE, "",
			    "the TPM's quote or its signature was not given");
		return;
	}
	int rc = tpm_quote_parse(vtpm->message, vtpm->message_size, &q, &err);
	if (!verdict_judge(s->v, "tpm-quote", rc, &err, ""))
		return;
	rc = tpm_signature_parse(vtpm->signature, vtpm->signature_size, &raw, &raw_size, &err);
	if (rc == 0)
		rc = azure_check_signature(hcl, vtpm->message, vtpm->message_size, raw, raw_size,
					   &err);
	verdict_judge(s->v, "tpm-signature", rc, &err, "HCLAkPub of the run-time data");
	check_nonce(s, vtpm, &q);
	check_pcrs(s, vtpm, &q);
}

void verify_vtpm(struct verify *s)
{
	const struct tdl_vtpm *vtpm = s->opt->vtpm;
	struct hcl_report hcl;

	if (!vtpm)
		return;
	if (!s->quote || !check_hcl(s, vtpm, &hcl)) {
		verdict_add(s->v, "tpm-quote", TDL_STATE_NOT_DONE, "",
			    "there is no key that the TD quote vouches for");
		return;
	}
	check_tpm_quote(s, vtpm, &hcl);
}

bool verify_find_pcr(const struct verify *s, const char *name, const uint8_t **ret_bytes)
{
	for (size_t i = 0; i < AZURE_PCRS; i++)
		if (strcmp(name, pcr_names[i]) == 0 && s->pcrs_known >> i & 1) {
			*ret_bytes = s->pcrs[i];
			return true;
		}
	return false;
}
