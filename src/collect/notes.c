/* SPDX-License-Identifier: BSD-2-Clause */
/* What no single item tells: items that contradict each other, and a TPM beside a TD. */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <tdlaunch/quote.h>
#include <tdlaunch/report.h>

#include "attest/hcl.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/scope.h"
#include "collect/sources.h"

static const char *const registers[] = { "mrtd", "rtmr0", "rtmr1", "rtmr2", "rtmr3" };

struct sides {
	struct tdl_report *report, *hcl; /* the latter in the HCL report */
	struct tdl_quote *quote;
	struct json_object *files;
};

static void open_sides(const struct tdl_collection *c, struct sides *s)
{
	const struct entry *report = collect_find(c, "tdreport.bin");
	const struct entry *quote = collect_find(c, "quote.bin");
	const struct entry *files = collect_find(c, "registers.json");
	const struct entry *hcl = collect_find(c, "hcl.bin");
	struct hcl_report parts;

	/* What cannot be read is a verifier's to complain about. */
	if (report->bytes)
		(void)tdl_report_open(report->bytes, report->item.size, &s->report, NULL);
	if (quote->bytes)
		(void)tdl_quote_open(quote->bytes, quote->item.size, &s->quote, NULL);
	if (hcl->bytes && hcl_parse(hcl->bytes, hcl->item.size, &parts, NULL) == 0)
		(void)tdl_report_open(parts.tdreport, TDL_REPORT_SIZE, &s->hcl, NULL);
	if (files->bytes)
		s->files = json_tokener_parse((const char *)files->bytes);
}

static void close_sides(struct sides *s)
{
	tdl_report_free(s->report);
	tdl_report_free(s->hcl);
	tdl_quote_free(s->quote);
	json_object_put(s->files);
}

/* MRTD is fixed before the TD runs; an RTMR can be extended at any time. */
static const char *why_other(size_t i)
{
	return i == 0 ? "they are of different TDs"
		      : "it was extended between the two, or they are of different TDs";
}

static void note_registers(struct tdl_collection *c, const struct sides *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(registers); i++) {
		struct tdl_field in_report;
		struct tdl_field in_quote;
		struct json_object *in_file;
		char text[97];

		if (!s->report || tdl_report_field(s->report, registers[i], &in_report) < 0)
			continue;
		if (s->quote && tdl_quote_field(s->quote, registers[i], &in_quote) == 0 &&
		    memcmp(in_report.bytes, in_quote.bytes, 48) != 0)
			collect_note(c, "%s in the TDREPORT is not that in the quote: %s",
				     registers[i], why_other(i));
		hex_encode(in_report.bytes, 48, text);
		if (s->files && json_object_object_get_ex(s->files, registers[i], &in_file) &&
		    strcmp(text, json_object_get_string(in_file)) != 0)
			collect_note(c,
				     "%s in the TDREPORT is not what the kernel's register file "
				     "says: %s",
				     registers[i], why_other(i));
	}
}

static void note_report_data(struct tdl_collection *c, const struct sides *s)
{
	struct tdl_field field;

	if (c->recorded && all_zero(c->report_data, REPORT_DATA_SIZE))
		return; /* nothing was asked for */
	if (s->report && tdl_report_field(s->report, "reportdata", &field) == 0 &&
	    memcmp(field.bytes, c->report_data, REPORT_DATA_SIZE) != 0)
		collect_note(c, "the TDREPORT has other report data than was asked for%s",
			     c->recorded ? ": it is a recorded one" : "");
	if (s->quote && !s->hcl && tdl_quote_field(s->quote, "reportdata", &field) == 0 &&
	    memcmp(field.bytes, c->report_data, REPORT_DATA_SIZE) != 0)
		collect_note(c, "the quote has other report data than was asked for%s",
			     c->recorded ? ": it is a recorded one" : "");
}

/* A quote of the TDREPORT in the HCL report has its report data, which vouches for the vTPM. */
static void note_hcl(struct tdl_collection *c, const struct sides *s)
{
	static const char *const names[] = { "reportdata", "mrtd" };

	for (size_t i = 0; s->hcl && s->quote && i < ARRAY_SIZE(names); i++) {
		struct tdl_field in_report, in_quote;

		if (tdl_report_field(s->hcl, names[i], &in_report) == 0 &&
		    tdl_quote_field(s->quote, names[i], &in_quote) == 0 &&
		    memcmp(in_report.bytes, in_quote.bytes, in_quote.size) != 0)
			collect_note(c, "the quote has another %s than the TDREPORT in the HCL "
				     "report: it does not vouch for this vTPM", names[i]);
	}
}

/* RTMR0 to RTMR3 are zero: no firmware that measures leaves them so. */
static bool rtmrs_unused(const struct sides *s)
{
	for (size_t i = 1; s->report && i < ARRAY_SIZE(registers); i++) {
		struct tdl_field field;

		if (tdl_report_field(s->report, registers[i], &field) < 0 ||
		    !all_zero(field.bytes, field.size))
			return false;
	}
	return s->report != NULL;
}

static void note_tpm(const struct collect_system *sys, struct tdl_collection *c,
		     const struct sides *s)
{
	bool tpm = sys->exists(sys->ctx, "/sys/class/tpm/tpm0");

	if (c->place == TDL_PLACE_TD && tpm)
		collect_note(c, "a TPM is beside this TD; its host provides it (a swtpm, for "
				"example), and what its PCRs say proves nothing about the TD");
	if (c->place == TDL_PLACE_TD && rtmrs_unused(s))
		collect_note(c,
			     "RTMR0 to RTMR3 are zero: the firmware measured nothing into them%s",
			     tpm ? " and may have used the TPM in their place" : "");
	if (c->place == TDL_PLACE_PARAVISOR)
		collect_note(c,
			     "a paravisor runs this guest: its MRTD is the paravisor's, its RTMRs "
			     "stay zero, and the guest's own measurements are in the vTPM's PCRs");
}

void collect_notes(const struct collect_system *sys, struct tdl_collection *collection)
{
	struct sides sides = { 0 };

	open_sides(collection, &sides);
	note_registers(collection, &sides);
	note_report_data(collection, &sides);
	note_hcl(collection, &sides);
	note_tpm(sys, collection, &sides);
	for (size_t i = 0; i < collection->count; i++)
		if (collection->entries[i].remark)
			collect_note(collection, "%s", collection->entries[i].remark);
	close_sides(&sides);
}
