/* SPDX-License-Identifier: BSD-2-Clause */
/* What is this file, and who can show it? */
#include "attest/show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attest/der.h"
#include "attest/json.h"
#include "attest/tcb.h"
#include "attest/text.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/scope.h"

static const struct kind {
	const char *name;
	int (*show)(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
} kinds[] = {
	[TDL_EVIDENCE_UNKNOWN] = { "unknown data", NULL },
	[TDL_EVIDENCE_QUOTE] = { "TD quote", show_quote },
	[TDL_EVIDENCE_REPORT] = { "TDREPORT", show_report },
	[TDL_EVIDENCE_CCEL] = { "CC event log", show_ccel },
	[TDL_EVIDENCE_CCEL_TABLE] = { "ACPI table CCEL", show_ccel_table },
	[TDL_EVIDENCE_DSTACK_LOG] = { "dstack event log", show_runtime_log },
	[TDL_EVIDENCE_IMA_LOG] = { "IMA log", show_runtime_log },
	[TDL_EVIDENCE_CEL_LOG] = { "canonical event log", show_runtime_log },
	[TDL_EVIDENCE_TCB_INFO] = { "TCB info", show_tcb_info },
	[TDL_EVIDENCE_QE_IDENTITY] = { "QE identity", show_qe_identity },
	[TDL_EVIDENCE_TCB_NUMBERS] = { "TCB evaluation data numbers", show_tcb_numbers },
	[TDL_EVIDENCE_COLLATERAL] = { "collateral in one document", show_collateral },
	[TDL_EVIDENCE_CERTIFICATES] = { "X.509 certificates", show_certificates },
	[TDL_EVIDENCE_CRL] = { "certificate revocation list", show_crl },
	[TDL_EVIDENCE_HCL_REPORT] = { "Azure HCL report", show_hcl },
	[TDL_EVIDENCE_AZURE] = { "Azure vTPM evidence", show_azure },
	[TDL_EVIDENCE_POLICY] = { "attestation policy", NULL },
	[TDL_EVIDENCE_MANIFEST] = { "manifest of reference values", NULL },
	[TDL_EVIDENCE_LAUNCH_LOG] = { "launch log", NULL },
	[TDL_EVIDENCE_JSON] = { "JSON of an unknown kind", NULL },
};

const char *tdl_evidence_name(enum tdl_evidence kind)
{
	return (size_t)kind < ARRAY_SIZE(kinds) ? kinds[kind].name : kinds[0].name;
}

/* The first member that tells JSON documents apart. */
static const struct json_kind {
	const char *member;
	enum tdl_evidence kind;
} json_kinds[] = {
	{ "tcbInfo", TDL_EVIDENCE_TCB_INFO },
	{ "enclaveIdentity", TDL_EVIDENCE_QE_IDENTITY },
	{ "tcbEvaluationDataNumbers", TDL_EVIDENCE_TCB_NUMBERS },
	{ "tcb_evaluation_data_numbers_json", TDL_EVIDENCE_TCB_NUMBERS },
	{ "tcb_info", TDL_EVIDENCE_COLLATERAL },
	{ "pck_crl", TDL_EVIDENCE_COLLATERAL },
	{ "pckCrl", TDL_EVIDENCE_COLLATERAL },
	{ "collaterals", TDL_EVIDENCE_COLLATERAL },
	{ "qe_identity", TDL_EVIDENCE_COLLATERAL },
	{ "platforms", TDL_EVIDENCE_COLLATERAL },
	{ "hcl_report", TDL_EVIDENCE_AZURE },
	{ "event_log", TDL_EVIDENCE_DSTACK_LOG },
	{ "tdlaunch_policy", TDL_EVIDENCE_POLICY },
};

/* The word that every manifest has; one that is damaged elsewhere is still a manifest. */
static bool is_manifest(const char *text, size_t size)
{
	static const char word[] = "\"tdlaunch-manifest\"";

	return memmem(text, size, word, sizeof(word) - 1) != NULL;
}

/* Combined documents use the names of what is in them. */
static enum tdl_evidence combined(const struct json_span *all, const struct json_kind *k)
{
	bool signed_text = k->kind == TDL_EVIDENCE_TCB_INFO || k->kind == TDL_EVIDENCE_QE_IDENTITY;

	return signed_text && !tcb_is_response(all, k->member) ? TDL_EVIDENCE_COLLATERAL : k->kind;
}

static enum tdl_evidence recognise_json(const char *text, size_t size)
{
	const struct json_span all = { text, size };
	struct json_span span;

	if (is_manifest(text, size))
		return TDL_EVIDENCE_MANIFEST;
	for (size_t i = 0; i < ARRAY_SIZE(json_kinds); i++)
		if (json_member_span(text, size, json_kinds[i].member, &span, NULL) == 0)
			return combined(&all, &json_kinds[i]);
	if (json_member_span(text, size, "", &span, NULL) == -ENOENT)
		return TDL_EVIDENCE_JSON;
	if (memmem(text, size, "\"imr\"", 5))
		return TDL_EVIDENCE_DSTACK_LOG;
	return runtime_is_cel_json(text, size) ? TDL_EVIDENCE_CEL_LOG : TDL_EVIDENCE_JSON;
}

static enum tdl_evidence recognise_der(const uint8_t *bytes, size_t size)
{
	struct certs certs = { 0 };
	X509_CRL *crl = NULL;

	if (certs_parse_der(bytes, size, CERTS_LIMIT, &certs, NULL) == 0) {
		certs_free(&certs);
		return TDL_EVIDENCE_CERTIFICATES;
	}
	if (crl_parse(bytes, size, &crl, NULL) == 0) {
		X509_CRL_free(crl);
		return TDL_EVIDENCE_CRL;
	}
	return TDL_EVIDENCE_UNKNOWN;
}

static bool starts(const uint8_t *bytes, size_t size, const char *text)
{
	size_t len = strlen(text);

	return size >= len && memcmp(bytes, text, len) == 0;
}

static enum tdl_evidence recognise_text(const uint8_t *bytes, size_t size)
{
	while (size && is_space((char)*bytes)) {
		bytes++;
		size--;
	}
	if (starts(bytes, size, "-----BEGIN CERT") || starts(bytes, size, "-----BEGIN%20CERT"))
		return TDL_EVIDENCE_CERTIFICATES;
	if (starts(bytes, size, "-----BEGIN X509 CRL"))
		return TDL_EVIDENCE_CRL;
	if (starts(bytes, size, "{") || starts(bytes, size, "["))
		return recognise_json((const char *)bytes, size);
	if (runtime_is_ima((const char *)bytes, size))
		return TDL_EVIDENCE_IMA_LOG;
	return TDL_EVIDENCE_UNKNOWN;
}

static bool is_event_log(const uint8_t *bytes, size_t size)
{
	struct cursor c = cursor_of(bytes, size);

	cursor_skip(&c, 4);
	uint32_t type = cursor_le32(&c);
	const uint8_t *digest = cursor_bytes(&c, 20);
	return !c.bad && ((type == EV_NO_ACTION && all_zero(digest, 20)) ||
			  (size > 48 && memcmp(bytes + 32, "Spec ID Event", 13) == 0));
}

/* Record 0 of a Canonical Event Log in CBOR: a map of five whose key 0 is 0. */
static bool is_launch_log(const uint8_t *bytes, size_t size)
{
	static const uint8_t start[] = { 0xa5, 0x00, 0x00 };

	return size >= sizeof(start) && memcmp(bytes, start, sizeof(start)) == 0;
}

static enum tdl_evidence recognise_binary(const uint8_t *bytes, size_t size)
{
	struct cursor c = cursor_of(bytes, size);
	uint16_t version = cursor_le16(&c);
	uint16_t key_type = cursor_le16(&c);
	uint32_t tee = cursor_le32(&c);

	if (starts(bytes, size, "CCEL"))
		return TDL_EVIDENCE_CCEL_TABLE;
	if (is_launch_log(bytes, size))
		return TDL_EVIDENCE_LAUNCH_LOG;
	if (starts(bytes, size, "HCLA"))
		return TDL_EVIDENCE_HCL_REPORT;
	if (size == 1024 && bytes[0] == 0x81)
		return TDL_EVIDENCE_REPORT;
	if (is_event_log(bytes, size))
		return TDL_EVIDENCE_CCEL;
	if (runtime_is_cel(bytes, size))
		return TDL_EVIDENCE_CEL_LOG;
	if (!c.bad && version >= 3 && version <= 5 && key_type < 8 && (tee == 0x81 || tee == 0))
		return TDL_EVIDENCE_QUOTE;
	if (size && bytes[0] == DER_SEQUENCE)
		return recognise_der(bytes, size);
	return TDL_EVIDENCE_UNKNOWN;
}

/* What hexadecimal or base64 text encodes; NULL when it is neither. */
static uint8_t *decode_text(const char *text, size_t size, size_t *ret_size)
{
	while (size && (is_space(text[size - 1]) || text[size - 1] == '\0'))
		size--;
	while (size && is_space(*text)) {
		text++;
		size--;
	}
	if (size > 2 && text[0] == '0' && (text[1] | 32) == 'x') {
		text += 2;
		size -= 2;
	}
	if (size < 64 || size > JSON_SIZE_LIMIT)
		return NULL;
	AUTO_FREE uint8_t *out = malloc(size + 4);
	AUTO_FREE char *copy = strndup(text, size);
	size_t n = size / 2;

	if (!out || !copy)
		return NULL;
	if ((size % 2 || !hex_decode(copy, out, n)) &&
	    !base64_decode(copy, strlen(copy), out, &n))
		return NULL;
	*ret_size = n;
	return steal(out);
}

static enum tdl_evidence recognise_plain(const uint8_t *bytes, size_t size)
{
	enum tdl_evidence kind = recognise_binary(bytes, size);

	return kind == TDL_EVIDENCE_UNKNOWN ? recognise_text(bytes, size) : kind;
}

uint8_t *evidence_unwrap(const uint8_t *bytes, size_t size, size_t *ret_size)
{
	AUTO_FREE uint8_t *out = decode_text((const char *)bytes, size, ret_size);

	return out && recognise_binary(out, *ret_size) != TDL_EVIDENCE_UNKNOWN ? steal(out) : NULL;
}

int tdl_evidence_extract(const void *bytes, size_t size, enum tdl_evidence kind, void **ret_bytes,
			 size_t *ret_size, struct tdl_error *err)
{
	static const char *const members[] = { [TDL_EVIDENCE_QUOTE] = "quote",
					       [TDL_EVIDENCE_REPORT] = "td_report",
					       [TDL_EVIDENCE_CCEL] = "cc_eventlog" };
	AUTO_JSON struct json_object *root = NULL;
	AUTO_FREE uint8_t *out = NULL;
	struct json_object *value;
	const char *text = bytes;
	size_t found_size = 0;

	if (size && *text == '{' && json_load(text, size, &root, NULL) == 0) {
		const char *inside =
			(size_t)kind < ARRAY_SIZE(members) && members[kind] &&
					json_object_object_get_ex(root, members[kind], &value)
				? json_plain_text(value)
				: NULL;

		size = inside ? strlen(inside) : 0;
		text = inside;
	}
	out = size ? decode_text(text, size, &found_size) : NULL;
	if (!out || recognise_binary(out, found_size) != kind)
		return tdl_fail(err, -ENOENT, "this carries no %s", tdl_evidence_name(kind));
	*ret_size = found_size;
	*ret_bytes = steal(out);
	return 0;
}

enum tdl_evidence tdl_evidence_recognise(const void *bytes, size_t size)
{
	enum tdl_evidence kind = recognise_plain(bytes, size);
	size_t inner_size = 0;

	if (kind != TDL_EVIDENCE_UNKNOWN)
		return kind;
	AUTO_FREE uint8_t *inner = evidence_unwrap(bytes, size, &inner_size);
	if (inner)
		return recognise_binary(inner, inner_size);
	return size == 1024 ? TDL_EVIDENCE_REPORT : TDL_EVIDENCE_UNKNOWN;
}

/* Why nobody knows it, as far as the first bytes tell. */
static int unknown(const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	if (size == 0)
		return tdl_fail(err, -ENODATA, "the file is empty");
	if (size > 8192 && (bytes[0] >> 5 == 6 || bytes[0] >> 5 == 4))
		return tdl_fail(err, -EOPNOTSUPP, "unknown quote format: this looks like CBOR, "
				"perhaps one of the announced DICE quotes");
	return tdl_fail(err, -EOPNOTSUPP, "this is no evidence that is known here: its %zu bytes "
			"start with 0x%02x", size, bytes[0]);
}

int tdl_evidence_show(const void *bytes, size_t size, unsigned flags, char **ret_text,
		      struct tdl_error *err)
{
	enum tdl_evidence kind = tdl_evidence_recognise(bytes, size);
	AUTO_DOC struct doc *doc = doc_new();
	AUTO_FREE uint8_t *inner = NULL;
	bool offsets = flags & TDL_RENDER_OFFSETS;
	int rc;

	if (kind == TDL_EVIDENCE_UNKNOWN)
		return unknown(bytes, size, err);
	if (!kinds[kind].show)
		return tdl_fail(err, -EOPNOTSUPP, "this is %s, which has no view of its own%s",
				kinds[kind].name,
				kind == TDL_EVIDENCE_LAUNCH_LOG ? "; tdlaunch log show has one"
				: kind == TDL_EVIDENCE_MANIFEST ? "; tdlaunch expect show has one"
								: "");
	doc_object(doc, NULL);
	doc_text(doc, "kind", "%s", kinds[kind].name);
	if (recognise_plain(bytes, size) == TDL_EVIDENCE_UNKNOWN)
		inner = evidence_unwrap(bytes, size, &size);
	if (inner) {
		doc_text(doc, "note", "decoded from hexadecimal or base64 text");
		bytes = inner;
	}
	rc = kinds[kind].show(doc, bytes, size, err);
	if (rc < 0)
		return tdl_while(err, rc, "%s", kinds[kind].name);
	doc_end(doc);
	return flags & TDL_RENDER_JSON ? doc_render_json(doc, offsets, ret_text, err)
				       : doc_render_text(doc, offsets, ret_text, err);
}
