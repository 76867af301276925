/* SPDX-License-Identifier: BSD-2-Clause */
/* Quotes, reports, event logs and HCL reports, shown. */
#include "attest/show.h"

#include <errno.h>
#include <string.h>

#include "attest/certification.h"
#include "attest/codes.h"
#include "attest/hcl.h"
#include "attest/quote.h"
#include "base/cursor.h"
#include "tdlaunch/report.h"

static uint64_t le(const struct tdl_field *field)
{
	uint64_t value = 0;

	for (size_t i = field->size; i-- > 0;)
		value = value << 8 | field->bytes[i];
	return value;
}

/* Fields that are numbers; all others are shown as bytes. */
static bool is_number(const char *name)
{
	static const char *const names[] = {
		"version", "attestation_key_type", "qe_svn", "pce_svn", "body_type", "body_size",
		"signature_data_size", "certification_type", "certification_size", "qe_isvprodid",
		"qe_isvsvn", "qe_auth_size", "certificate_type", "certificate_size",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void show_field(struct doc *doc, const struct tdl_field *field)
{
	char names[BIT_NAMES_SIZE];

	doc_at(doc, field->offset, field->size);
	if (strcmp(field->name, "tee_type") == 0)
		doc_text(doc, field->name, "0x%02x", (unsigned)le(field));
	else if (is_number(field->name))
		doc_number(doc, field->name, le(field));
	else
		doc_hex(doc, field->name, field->bytes, field->size);
	if (strcmp(field->name, "td_attributes") == 0)
		doc_text(doc, "td_attributes_bits", "%s", code_attribute_names(le(field), names));
	if (strcmp(field->name, "xfam") == 0)
		doc_text(doc, "xfam_bits", "%s", code_xfam_names(le(field), names));
	if (strncmp(field->name, "tee_tcb_svn", 11) == 0 && field->size == 16)
		doc_text(doc, field->name[11] ? "tdx_module2" : "tdx_module", "TDX_%02X, SVN %u",
			 field->bytes[1], field->bytes[0]);
}

/* Certification data that name a certificate instead of carrying its chain. */
static void show_named(struct doc *doc, const struct tdl_quote *quote)
{
	AUTO_CERTIFICATION struct certification c = { 0 };
	struct tdl_error err = { 0 };

	if (certification_parse(quote, &c, &err) < 0) {
		doc_text(doc, "note", "%s", err.text);
		return;
	}
	if (c.leaf.count) {
		show_chain(doc, "pck_certificate", &c.leaf);
		return;
	}
	doc_hex(doc, quote->inner_type == CERT_PPID ? "ppid" : "encrypted_ppid", c.ppid,
		quote->inner_type == CERT_PPID ? 16 : c.ppid_size);
	doc_hex(doc, "pck_cpusvn", c.cpusvn, 16);
	doc_number(doc, "pcesvn", c.pcesvn);
	doc_number(doc, "pceid", c.pceid);
}

static void show_quote_chain(struct doc *doc, const struct tdl_quote *quote)
{
	AUTO_CERTS struct certs chain = { 0 };
	struct tdl_error err = { 0 };
	struct tdl_field field = { 0 };

	tdl_quote_field(quote, "certificate_data", &field);
	doc_at(doc, field.offset, field.size);
	doc_number(doc, "certificate_data_bytes", field.size);
	doc_text(doc, "certificate_type_name", "%s", certification_name(quote->inner_type));
	if (quote->inner_type != CERT_PCK_CHAIN) {
		show_named(doc, quote);
		return;
	}
	if (certs_parse(field.bytes, field.size, CERTS_LIMIT, &chain, &err) < 0)
		doc_text(doc, "note", "the PCK chain cannot be read: %s", err.text);
	else
		show_chain(doc, "pck_chain", &chain);
}

int show_quote(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	AUTO_QUOTE struct tdl_quote *quote = NULL;
	struct tdl_field field;
	int zeros = 0;
	int rc = tdl_quote_open(bytes, size, &quote, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i + 1 < tdl_quote_field_count(quote); i++) {
		tdl_quote_field_at(quote, i, &field);
		show_field(doc, &field);
	}
	show_quote_chain(doc, quote);
	doc_number(doc, "quote_bytes", tdl_quote_size(quote));
	size_t trailing = tdl_quote_trailing(quote, &zeros);
	doc_at(doc, tdl_quote_size(quote), trailing);
	doc_text(doc, "trailing", "%zu%s", trailing,
		 trailing == 0 ? "" : zeros ? " zero" : " not all zero");
	return 0;
}


int show_report(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	struct tdl_report *report = NULL;
	struct tdl_error problem = { 0 };
	struct tdl_field field;
	int rc = tdl_report_open(bytes, size, &report, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < tdl_report_field_count(report); i++) {
		tdl_report_field_at(report, i, &field);
		show_field(doc, &field);
	}
	rc = tdl_report_check(report, &problem);
	doc_text(doc, "consistency", "%s", rc == 0 ? "consistent (its MAC can only be checked on "
						     "the machine that made it)"
						   : problem.text);
	tdl_report_free(report);
	return 0;
}

void show_event(struct doc *doc, size_t index, const struct tdl_event *event)
{
	const char *name = tdl_event_type_name(event->type);

	doc_at(doc, event->offset, event->data_size);
	doc_object(doc, NULL);
	doc_number(doc, "event", index);
	doc_number(doc, "offset", event->offset);
	doc_number(doc, "mr", event->mr);
	doc_text(doc, "register", "%s", ccel_register_name(event->mr));
	doc_text(doc, "type", "%s (0x%x)", name ? name : "unknown", event->type);
	doc_hex(doc, "digest", event->digest, TDL_RTMR_SIZE);
	doc_text(doc, "binding", "%s", ccel_binding_name(event->binding));
	ccel_describe(doc, event);
	doc_end(doc);
}

int show_ccel(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	AUTO_CCEL struct tdl_ccel *log = NULL;
	uint8_t rtmrs[TDL_RTMR_COUNT][TDL_RTMR_SIZE];
	int rc = tdl_ccel_open(bytes, size, &log, err);

	if (rc == 0)
		rc = tdl_ccel_replay(log, rtmrs, err);
	if (rc < 0)
		return rc;
	doc_number(doc, "spec_id_mr", log->spec_mr);
	if (log->vendor_size)
		doc_chars(doc, "vendor", log->vendor, log->vendor_size);
	doc_list(doc, "events");
	for (size_t i = 0; i < log->count; i++)
		show_event(doc, i, &log->events[i]);
	doc_end(doc);
	doc_object(doc, "replay");
	for (uint32_t i = 0; i < TDL_RTMR_COUNT; i++)
		doc_hex(doc, (const char *[]){ "rtmr0", "rtmr1", "rtmr2", "rtmr3" }[i], rtmrs[i],
			TDL_RTMR_SIZE);
	doc_end(doc);
	doc_number(doc, "used_bytes", log->used);
	doc_text(doc, "ending", "%s", log->ending);
	if (!log->uniform)
		doc_text(doc, "warning", "bytes stand in the fill behind the last event");
	return 0;
}

int show_ccel_table(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	int rc = ccel_table_check(bytes, size, err);

	if (rc < 0)
		return rc;
	struct cursor c = cursor_of(bytes, size);
	cursor_skip(&c, 8);
	doc_at(doc, 8, 1);
	doc_number(doc, "revision", cursor_u8(&c));
	doc_at(doc, 10, 6);
	doc_chars(doc, "oem_id", bytes + 10, 6);
	cursor_skip(&c, 27);
	doc_at(doc, 36, 1);
	doc_number(doc, "cc_type", cursor_u8(&c));
	doc_at(doc, 37, 1);
	doc_number(doc, "cc_subtype", cursor_u8(&c));
	cursor_skip(&c, 2);
	doc_at(doc, 40, 8);
	doc_number(doc, "log_area_bytes", cursor_le64(&c));
	doc_at(doc, 48, 8);
	doc_text(doc, "log_area_address", "0x%llx", (unsigned long long)cursor_le64(&c));
	return 0;
}

static void show_runtime(struct doc *doc, const struct runtime_log *log)
{
	doc_list(doc, "events");
	for (size_t i = 0; i < log->count; i++) {
		const struct runtime_event *event = &log->events[i];

		doc_object(doc, NULL);
		doc_number(doc, "event", i);
		doc_text(doc, "register", "%s", ccel_register_name(event->mr));
		if (event->type)
			doc_text(doc, "type", "0x%x", event->type);
		if (*event->name)
			doc_chars(doc, "name", event->name, strlen(event->name));
		doc_hex(doc, "digest", event->digest, TDL_RTMR_SIZE);
		doc_text(doc, "binding", "%s", ccel_binding_name(event->binding));
		doc_end(doc);
	}
	doc_end(doc);
}

int show_runtime_log(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	AUTO_RUNTIME struct runtime_log log = { 0 };
	int rc = runtime_parse(bytes, size, &log, err);

	if (rc == 0)
		show_runtime(doc, &log);
	return rc;
}

int show_hcl(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	struct hcl_report hcl = { 0 };
	struct tdl_error problem = { 0 };
	int rc = hcl_parse(bytes, size, &hcl, err);

	if (rc < 0)
		return rc;
	doc_object(doc, "tdreport");
	rc = show_report(doc, hcl.tdreport, TDL_REPORT_SIZE, err);
	if (rc < 0)
		return rc;
	doc_end(doc);
	doc_at(doc, 1228, 4);
	doc_text(doc, "hash", "%s", hcl_hash_name(hcl.hash_type));
	doc_at(doc, 1236, hcl.variable_size);
	doc_chars(doc, "runtime_data", hcl.variable, hcl.variable_size);
	rc = hcl_check_binding(&hcl, hcl.tdreport + 128, &problem);
	doc_text(doc, "binding", "%s", rc == 0 ? "the TDREPORT's report data is the hash of the "
						 "run-time data"
					       : problem.text);
	return 0;
}
