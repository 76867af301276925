/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a vTPM's evidence. */
#include "cli/attest_vtpm.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/evidence.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/file.h"

enum { VTPM_LIMIT = 64 << 10 /* bytes of a file */ };

int vtpm_nonce(struct vtpm_files *files, const char *hex, struct tdl_error *err)
{
	size_t digits = strlen(hex);

	if (!digits || digits % 2 || digits / 2 > sizeof(files->nonce) ||
	    !hex_decode(hex, files->nonce, digits / 2))
		return tdl_fail(err, -EINVAL, "a nonce is 1 to 64 bytes as hex digits, not \"%.140s\"",
				hex);
	files->nonce_size = digits / 2;
	return 0;
}

static int read_files(struct vtpm_files *f, struct tdl_error *err)
{
	size_t size[4] = { 0 };
	const char *const names[] = { f->hcl_report, f->message, f->signature, f->pcrs };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int rc = names[i] ? file_read(names[i], VTPM_LIMIT, &f->bytes[i], &size[i], err) : 0;

		if (rc < 0)
			return rc;
	}
	f->vtpm = (struct tdl_vtpm){ .hcl_report = f->bytes[0], .hcl_report_size = size[0],
				     .message = f->bytes[1],	.message_size = size[1],
				     .signature = f->bytes[2],	.signature_size = size[2],
				     .pcrs = f->bytes[3],	.pcrs_size = size[3] };
	return 0;
}

/* One document with everything. */
static int take_apart(struct vtpm_files *f, uint8_t **quote, size_t *quote_size,
		      struct tdl_error *err)
{
	if (f->hcl_report || f->message || f->signature || f->pcrs)
		return tdl_fail(err, -EINVAL, "the file of the quote has the vTPM's evidence in it; "
				"name no other");
	int rc = tdl_azure_open((const char *)*quote, *quote_size, &f->azure, err);
	if (rc < 0)
		return rc;
	const void *inside = tdl_azure_quote(f->azure, quote_size);
	uint8_t *copy = malloc(*quote_size + 1);
	if (!copy)
		return tdl_fail(err, -ENOMEM, "no memory for a quote");
	memcpy(copy, inside, *quote_size);
	free(*quote);
	*quote = copy;
	f->vtpm = *tdl_azure_vtpm(f->azure);
	return 0;
}

int vtpm_load(struct vtpm_files *f, uint8_t **quote, size_t *quote_size,
	      const struct tdl_vtpm **ret_vtpm, struct tdl_error *err)
{
	bool whole = tdl_evidence_recognise(*quote, *quote_size) == TDL_EVIDENCE_AZURE;
	bool parts = f->message || f->signature || f->pcrs || f->nonce_size;
	int rc;

	if (!whole && parts && !f->hcl_report)
		return tdl_fail(err, -EINVAL, "a TPM quote needs --hcl-report, which says by which "
				"key it must be");
	rc = whole ? take_apart(f, quote, quote_size, err) : read_files(f, err);
	if (rc < 0)
		return rc;
	if (f->nonce_size) {
		f->vtpm.nonce = f->nonce;
		f->vtpm.nonce_size = f->nonce_size;
	}
	*ret_vtpm = f->vtpm.hcl_report ? &f->vtpm : NULL;
	return 0;
}

void vtpm_end(struct vtpm_files *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(f->bytes); i++)
		free(f->bytes[i]);
	memset(f->bytes, 0, sizeof(f->bytes));
	tdl_azure_free(f->azure);
	f->azure = NULL;
}
