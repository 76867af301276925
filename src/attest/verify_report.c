/* SPDX-License-Identifier: BSD-2-Clause */
/* The body checks of a quote for a TDREPORT, which has the same fields in other places: it is laid
 * out as a quote's body, so that there is one set of checks. What a report cannot show - who signed
 * it, on which platform - is not judged here. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/report.h>

#include "attest/verdict.h"
#include "base/attr.h"

enum { BODY_SIZE = 648 /* bytes of a TD report 1.5 in a quote */ };

/* A field of the body, where the report has it. */
static void put_field(const struct tdl_report *report, const struct layout_row *row,
		      uint8_t body[BODY_SIZE])
{
	const char *name = strcmp(row->name, "mrservicetd") == 0 ? "servtd_hash" : row->name;
	struct tdl_field field = { 0 };

	if (tdl_report_field(report, name, &field) == 0 && field.size == row->size)
		memcpy(body + row->offset, field.bytes, row->size);
}

static void shape(const struct tdl_report *report, struct tdl_quote *q, uint8_t body[BODY_SIZE])
{
	size_t rows = td_body_row_count(BODY_SIZE);

	for (size_t i = 0; i < rows; i++)
		put_field(report, &td_body_rows[i], body);
	q->bytes = body;
	q->input_size = q->used = q->body_size = BODY_SIZE;
	q->parts[0] = (struct layout_part){ td_body_rows, rows, 0 };
	q->n_parts = 1;
}

int verify_report(const void *bytes, size_t size, const struct tdl_verify_options *options,
		  struct tdl_verdict **ret_verdict, struct tdl_error *err)
{
	AUTO_POLICY struct tdl_policy *strict = NULL;
	struct verify s = { .opt = options, .policy = options->policy };
	struct tdl_report *report = NULL;
	struct tdl_quote q = { 0 };
	uint8_t body[BODY_SIZE] = { 0 };
	int rc = tdl_report_open(bytes, size, &report, err);

	if (rc == 0 && !s.policy)
		rc = tdl_policy_default(&strict, err);
	if (rc < 0) {
		tdl_report_free(report);
		return rc;
	}
	if (!s.policy)
		s.policy = strict;
	shape(report, &q, body);
	tdl_report_free(report);
	s.quote = &q;
	s.v = calloc(1, sizeof(*s.v));
	if (!s.v)
		return tdl_fail(err, -ENOMEM, "no memory for a verdict");
	s.v->at = options->at;
	verify_svns(&s);
	verify_body(&s);
	*ret_verdict = s.v;
	return 0;
}
