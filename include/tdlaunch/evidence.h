/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence of any kind: recognised by what is in it, and shown. Showing is never judging: expired,
 * unsigned and forged data is shown just the same. */
#ifndef TDLAUNCH_EVIDENCE_H
#define TDLAUNCH_EVIDENCE_H

#include <stddef.h>

#include <tdlaunch/decode.h>
#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum tdl_evidence - what a file turned out to be
 */
enum tdl_evidence {
	TDL_EVIDENCE_UNKNOWN,
	TDL_EVIDENCE_QUOTE,	     /* TD quote (or an SGX one, which is then refused) */
	TDL_EVIDENCE_REPORT,	     /* TDREPORT */
	TDL_EVIDENCE_CCEL,	     /* event log area */
	TDL_EVIDENCE_CCEL_TABLE,     /* ACPI table CCEL */
	TDL_EVIDENCE_DSTACK_LOG,     /* run-time log as JSON */
	TDL_EVIDENCE_IMA_LOG,	     /* IMA ASCII log */
	TDL_EVIDENCE_TCB_INFO,	     /* PCS response */
	TDL_EVIDENCE_QE_IDENTITY,    /* PCS response */
	TDL_EVIDENCE_TCB_NUMBERS,    /* list of TCB evaluation data numbers */
	TDL_EVIDENCE_COLLATERAL,     /* several of them in one JSON document */
	TDL_EVIDENCE_CERTIFICATES,   /* one certificate or a chain */
	TDL_EVIDENCE_CRL,	     /* certificate revocation list */
	TDL_EVIDENCE_HCL_REPORT,     /* Azure HCL report */
	TDL_EVIDENCE_AZURE,	     /* Azure vTPM evidence as JSON */
	TDL_EVIDENCE_POLICY,	     /* policy of tdl_verify() */
	TDL_EVIDENCE_JSON,	     /* JSON of no kind known here */
	TDL_EVIDENCE_MANIFEST,	     /* reference values, with or without a signature beside it */
	TDL_EVIDENCE_LAUNCH_LOG,     /* measurement log of a launch */
	TDL_EVIDENCE_CEL_LOG,	     /* run-time log in a canonical event log's TLV or JSON */
};

/**
 * tdl_evidence_recognise() - what is this?
 * @bytes: the file's contents, borrowed for the call
 * @size:  bytes there
 *
 * Return: the kind; hexadecimal or base64 text of a quote counts as what it encodes.
 */
TDL_API enum tdl_evidence tdl_evidence_recognise(const void *bytes, size_t size);

/**
 * tdl_evidence_name() - a kind in words
 * @kind: the kind
 *
 * Return: for example "TD quote" or "X.509 certificates", static.
 */
TDL_API const char *tdl_evidence_name(enum tdl_evidence kind);

/**
 * tdl_evidence_show() - render a file for reading
 * @bytes:    the file's contents, borrowed for the call
 * @size:     bytes there
 * @flags:    TDL_RENDER_...
 * @ret_text: to be freed by the caller
 * @err:      why it cannot be shown; NULL is fine
 *
 * Return: 0; -EOPNOTSUPP for a kind that is not known; else what the format's parser says.
 */
TDL_API int tdl_evidence_show(const void *bytes, size_t size, unsigned flags, char **ret_text,
			      struct tdl_error *err);

/**
 * tdl_evidence_extract() - the evidence that a text or document carries
 * @bytes:     the file's contents, borrowed for the call
 * @size:      bytes there
 * @kind:      what is looked for: TDL_EVIDENCE_QUOTE, _REPORT or _CCEL
 * @ret_bytes: to be freed by the caller
 * @ret_size:  bytes there
 * @err:       why there is nothing; NULL is fine
 *
 * Hexadecimal digits, perhaps behind 0x, or base64, perhaps over lines; in a JSON object, such text is
 * the value of "quote", "td_report" or "cc_eventlog".
 *
 * Return: 0; -ENOENT when it carries no such evidence, which may still be what it is itself; -ENOMEM.
 * Source: Confidential Containers, evidence of the TDX attester; dstack, response of GetQuote.
 */
TDL_API int tdl_evidence_extract(const void *bytes, size_t size, enum tdl_evidence kind,
				 void **ret_bytes, size_t *ret_size, struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
