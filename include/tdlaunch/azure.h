/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence from a TD under a provider's paravisor with a vTPM, as on Azure. The quote there attests
 * the platform and the paravisor, not the guest image: that is measured into the vTPM's PCRs, which
 * the vTPM signs with a key that the quote's report data vouches for. tdl_verify() judges both parts
 * together. */
#ifndef TDLAUNCH_AZURE_H
#define TDLAUNCH_AZURE_H

#include <stddef.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct tdl_vtpm - the guest's part of such evidence, all borrowed
 * @hcl_report:      HCL report: a TDREPORT, and the run-time data that has the vTPM's keys
 * @hcl_report_size: bytes there
 * @message:         the TPM's quote, a TPMS_ATTEST; NULL when there is none
 * @message_size:    bytes there
 * @signature:       its signature, a TPMT_SIGNATURE or what is inside of one (RSASSA-PKCS1-v1_5,
 *                   SHA-256)
 * @signature_size:  bytes there
 * @pcrs:            24 PCRs of the SHA-256 bank, 32 bytes each; NULL when there are none
 * @pcrs_size:       bytes there
 * @nonce:           what the TPM's quote must be over, so that it cannot be an old one; NULL when
 *                   nobody knows
 * @nonce_size:      bytes there
 */
struct tdl_vtpm {
	const void *hcl_report;
	size_t hcl_report_size;
	const void *message;
	size_t message_size;
	const void *signature;
	size_t signature_size;
	const void *pcrs;
	size_t pcrs_size;
	const void *nonce;
	size_t nonce_size;
};

/* All of it in one document, opaque. */
struct tdl_azure;

/**
 * tdl_azure_open() - take evidence in one JSON document apart
 * @text:      an object with the members td_quote, hcl_report and tpm_quote, the last an object with
 *             message, signature and pcrs; bytes are lists of numbers, hex digits or base64
 * @size:      bytes there
 * @ret_azure: what is in it, to be freed; it borrows nothing
 * @err:       why not; NULL is fine
 *
 * Nothing is judged.
 *
 * Return: 0; -EBADMSG for a member that is missing or malformed; -E2BIG; -ENOMEM.
 */
TDL_API int tdl_azure_open(const char *text, size_t size, struct tdl_azure **ret_azure,
			   struct tdl_error *err);

/**
 * tdl_azure_free() - free it
 * @azure: NULL is fine
 */
TDL_API void tdl_azure_free(struct tdl_azure *azure);

/**
 * tdl_azure_quote() - the TD quote in it
 * @azure:    the evidence
 * @ret_size: bytes there
 *
 * Return: the quote, borrowed.
 */
TDL_API const void *tdl_azure_quote(const struct tdl_azure *azure, size_t *ret_size);

/**
 * tdl_azure_vtpm() - the guest's part
 * @azure: the evidence
 *
 * Return: the parts, without a nonce, borrowed.
 */
TDL_API const struct tdl_vtpm *tdl_azure_vtpm(const struct tdl_azure *azure);

#ifdef __cplusplus
}
#endif

#endif
