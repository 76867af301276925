/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest under a paravisor: the TD quote vouches for a vTPM, and that for the guest. */
#include <errno.h>
#include <string.h>

#include <tdlaunch/report.h>

#include "attest/azure.h"
#include "base/scope.h"
#include "check/outcome.h"

void witness_vtpm(struct witness *w, const struct tdl_vtpm *vtpm)
{
	struct tpm_quote q;
	const uint8_t *pcrs = vtpm->pcrs;

	if (!vtpm->message || tpm_quote_parse(vtpm->message, vtpm->message_size, &q, NULL) < 0)
		return;
	witness_set(w, "vtpm_nonce", q.nonce, q.nonce_size);
	for (unsigned i = 0; pcrs && i < AZURE_PCRS; i++) {
		char name[8];

		snprintf(name, sizeof(name), "pcr%u", i);
		if (i / 8 < q.select_size && q.select[i / 8] >> (i % 8) & 1)
			witness_set(w, name, pcrs + i * AZURE_PCR_SIZE, AZURE_PCR_SIZE);
	}
}

int judge_vtpm(struct job *j, const struct item *item, struct tdl_error *err)
{
	struct tdl_claim like = { .kind = TDL_CLAIM_QUOTE, .name = "vtpm", .subject = item->name,
				  .state = TDL_STATE_FAILED,
				  .advice = "collect the evidence again; this is damaged" };
	struct tdl_verify_options opt = job_options(j);
	AUTO_AZURE struct tdl_azure *azure = NULL;
	struct tdl_error why = { 0 };
	struct witness *w;
	size_t size = 0;
	int rc = tdl_azure_open((const char *)item->bytes, item->size, &azure, &why);

	if (rc == -ENOMEM)
		return tdl_fail(err, rc, "%s: %s", item->name, why.text);
	if (rc < 0)
		return claim(j, &like, err, "%s", why.text);
	const void *quote = tdl_azure_quote(azure, &size);
	opt.vtpm = tdl_azure_vtpm(azure);
	return judge_quote_bytes(j, item, quote, size, &opt, &w, err);
}

static void free_report(struct tdl_report **report)
{
	tdl_report_free(*report);
}

/* Alone it is a TDREPORT with keys that it vouches for. */
int judge_hcl(struct job *j, const struct item *item, struct tdl_error *err)
{
	struct tdl_claim like = { .kind = TDL_CLAIM_REPORT, .name = "hcl-report",
				  .subject = item->name, .state = TDL_STATE_FAILED,
				  .advice = "take the HCL report again; this one is damaged" };
	AUTO_CALL(free_report) struct tdl_report *report = NULL;
	struct tdl_error why = { 0 };
	struct tdl_field data = { 0 };
	struct hcl_report hcl;
	int rc = hcl_parse(item->bytes, item->size, &hcl, &why);

	if (rc == 0)
		rc = tdl_report_open(hcl.tdreport, TDL_REPORT_SIZE, &report, &why);
	if (rc == 0)
		rc = tdl_report_check(report, &why);
	if (rc == 0)
		rc = tdl_report_field(report, "reportdata", &data);
	if (rc == 0)
		rc = hcl_check_binding(&hcl, data.bytes, &why);
	if (rc == -EOPNOTSUPP)
		like.state = TDL_STATE_NOT_DONE;
	if (rc < 0)
		return claim(j, &like, err, "%s", why.text);
	like.state = TDL_STATE_PASSED;
	rc = claim(j, &like, err, "its TDREPORT vouches for its run-time data");
	if (rc == 0)
		rc = report_policy(j, item, hcl.tdreport, err);
	struct witness *w = rc == 0 ? job_witness(j, item, err) : NULL;
	if (w)
		witness_report(w, report);
	return rc;
}
