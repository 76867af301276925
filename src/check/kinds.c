/* SPDX-License-Identifier: BSD-2-Clause */
/* What a piece of evidence can be: a row a kind, in the order in which they are judged. */
#include <string.h>

#include <tdlaunch/anchor.h>
#include <tdlaunch/evidence.h>

#include "base/attr.h"
#include "check/check.h"
#include "check/claims.h"

static bool is(const struct item *item, enum tdl_evidence kind)
{
	return tdl_evidence_recognise(item->bytes, item->size) == kind;
}

static bool is_manifest(const struct item *item)
{
	return is(item, TDL_EVIDENCE_MANIFEST);
}

static bool is_policy(const struct item *item)
{
	return is(item, TDL_EVIDENCE_POLICY);
}

bool is_collateral(const struct item *item)
{
	switch (tdl_evidence_recognise(item->bytes, item->size)) {
	case TDL_EVIDENCE_TCB_INFO:
	case TDL_EVIDENCE_QE_IDENTITY:
	case TDL_EVIDENCE_TCB_NUMBERS:
	case TDL_EVIDENCE_COLLATERAL:
	case TDL_EVIDENCE_CERTIFICATES:
	case TDL_EVIDENCE_CRL:
		return true;
	default:
		return false;
	}
}

static bool is_quote(const struct item *item)
{
	return is(item, TDL_EVIDENCE_QUOTE);
}

/* Recognising calls any 1024 bytes a report, so that a damaged one can be shown; here one that does
 * not even start as a TDX report is nothing known. */
static bool is_report(const struct item *item)
{
	return is(item, TDL_EVIDENCE_REPORT) && item->bytes[0] == 0x81;
}

static bool is_log(const struct item *item)
{
	return is(item, TDL_EVIDENCE_LAUNCH_LOG);
}

static bool is_anchor_quote(const struct item *item)
{
	return tdl_anchor_recognise(item->bytes, item->size) == TDL_ANCHOR_FILE_QUOTE;
}

static bool is_journal(const struct item *item)
{
	return tdl_anchor_recognise(item->bytes, item->size) == TDL_ANCHOR_FILE_JOURNAL;
}

static bool is_event_log(const struct item *item)
{
	return is(item, TDL_EVIDENCE_CCEL) || is(item, TDL_EVIDENCE_DSTACK_LOG);
}

bool is_runtime_log(const struct item *item)
{
	return is(item, TDL_EVIDENCE_IMA_LOG) || is(item, TDL_EVIDENCE_CEL_LOG);
}

static bool is_vtpm(const struct item *item)
{
	return is(item, TDL_EVIDENCE_AZURE);
}

static bool is_hcl(const struct item *item)
{
	return is(item, TDL_EVIDENCE_HCL_REPORT);
}

/* Files that collectors leave beside the evidence, which their bytes alone do not tell apart. */
static bool is_called(const struct item *item, const char *name)
{
	const char *slash = strrchr(item->name, '/');

	return strcmp(slash ? slash + 1 : item->name, name) == 0;
}

static bool is_nonce(const struct item *item)
{
	return is_called(item, "nonce") && item->size > 0;
}

static bool is_tpm_log(const struct item *item)
{
	return is_called(item, "tpm-events.bin");
}

/* The keys that it vouches for are vouched for by the quote. */
static bool is_ak_certificate(const struct item *item)
{
	return is_called(item, "ak.der");
}

static bool is_collection(const struct item *item)
{
	return (is_called(item, "collection.json") || is_called(item, "registers.json")) &&
	       is(item, TDL_EVIDENCE_JSON);
}

static bool ends_with(const char *text, const char *tail)
{
	size_t n = strlen(text), m = strlen(tail);

	return n >= m && strcmp(text + n - m, tail) == 0;
}

static bool is_signature(const struct item *item)
{
	return ends_with(item->name, TDL_MANIFEST_SIGNATURE) ||
	       ends_with(item->name, TDL_MANIFEST_PLAIN);
}

static bool is_table(const struct item *item)
{
	return is(item, TDL_EVIDENCE_CCEL_TABLE);
}

/* Text that is nothing else is somebody's note. */
static bool is_text(const struct item *item)
{
	size_t at = 0, n = 1;

	while (at < item->size && n > 0) {
		uint8_t c = item->bytes[at];

		n = c == '\t' || c == '\n' || c == '\r' ? 1 : line_character(item->bytes + at);
		at += n;
	}
	return item->size > 0 && n > 0;
}

static bool is_anything(const struct item *item)
{
	(void)item;
	return true;
}

/* What has a name of its own comes first: its bytes could be taken for anything. The event log
 * comes behind what has registers. */
const struct kind kinds[] = {
	{ "nonce", 0, is_nonce, judge_nonce },
	{ "signature of a manifest", 0, is_signature, NULL },
	{ "event log of a TPM", 0, is_tpm_log, judge_note },
	{ "certificate of a TPM's key", 0, is_ak_certificate, judge_note },
	{ "list of what was collected", 0, is_collection, judge_note },
	{ "manifest", 0, is_manifest, judge_manifest },
	{ "policy", 0, is_policy, judge_policy_file },
	{ "collateral", 0, is_collateral, NULL },
	{ "TD quote", TDL_REQUIRE_QUOTE, is_quote, judge_quote },
	{ "TD quote with vTPM evidence", TDL_REQUIRE_QUOTE, is_vtpm, judge_vtpm },
	{ "TDREPORT", TDL_REQUIRE_REPORT, is_report, judge_report },
	{ "HCL report", TDL_REQUIRE_REPORT, is_hcl, judge_hcl },
	{ "launch log", TDL_REQUIRE_LOG, is_log, judge_log },
	{ "quote of a TPM", TDL_REQUIRE_ANCHOR, is_anchor_quote, judge_anchor },
	{ "journal of an anchor", 0, is_journal, judge_journal },
	{ "event log", TDL_REQUIRE_EVENT_LOG, is_event_log, judge_events },
	{ "run-time log", 0, is_runtime_log, judge_runtime },
	{ "ACPI table", 0, is_table, judge_note },
	{ "note", 0, is_text, judge_note },
	{ "unknown", 0, is_anything, judge_unknown },
};

const size_t kind_count = ARRAY_SIZE(kinds);

const struct kind *item_kind(const struct item *item)
{
	size_t i = 0;

	while (!kinds[i].is(item))
		i++;
	return &kinds[i];
}
