/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence from under a paravisor: opened, its TPM quote's signature looked at, and verified
 * without collateral. */
#include <stdlib.h>

#include "attest/azure.h"
#include "tdlaunch/azure.h"
#include "tdlaunch/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_signature(const struct tdl_vtpm *v)
{
	struct hcl_report hcl;
	const uint8_t *raw;
	size_t n;

	if (hcl_parse(v->hcl_report, v->hcl_report_size, &hcl, NULL) == 0 &&
	    tpm_signature_parse(v->signature, v->signature_size, &raw, &n, NULL) == 0)
		azure_check_signature(&hcl, v->message, v->message_size, raw, n, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tdl_verify_options opt = { .at = 1772323200 };
	struct tdl_verdict *verdict = NULL;
	struct tdl_azure *azure = NULL;
	const void *quote;
	size_t n = 0;

	if (tdl_azure_open((const char *)data, size, &azure, NULL) < 0)
		return 0;
	quote = tdl_azure_quote(azure, &n);
	opt.vtpm = tdl_azure_vtpm(azure);
	if (opt.vtpm->message)
		check_signature(opt.vtpm);
	if (tdl_verify(quote, n, &opt, &verdict, NULL) == 0 &&
	    tdl_verdict_answer(verdict) == TDL_ANSWER_YES)
		abort(); /* nothing passes without collateral */
	tdl_verdict_free(verdict);
	tdl_azure_free(azure);
	return 0;
}
