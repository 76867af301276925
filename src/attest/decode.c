/* SPDX-License-Identifier: BSD-2-Clause */
/* One number, every reading. A reading is a function that says nothing when the number cannot be
 * one of its kind. */
#include "tdlaunch/decode.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "attest/codes.h"
#include "attest/doc.h"
#include "base/attr.h"
#include "base/bytes.h"

#define STATUS_ERROR	       (UINT64_C(1) << 63)
#define STATUS_NON_RECOVERABLE (UINT64_C(1) << 62)
#define STATUS_FATAL	       (UINT64_C(1) << 61)
#define STATUS_HOST_HINT       (UINT64_C(1) << 60)

enum { EXIT_ENTRY_FAILED = 1u << 31, EXIT_FROM_ROOT = 1u << 29, EXIT_BASIC = 0xffff };

static void open_reading(struct doc *doc, const char *kind, const char *name)
{
	doc_object(doc, NULL);
	doc_text(doc, "kind", "%s", kind);
	doc_text(doc, "name", "%s", name);
}

static void add_words(struct doc *doc, const struct code_row *row)
{
	if (*row->cause)
		doc_text(doc, "meaning", "%s", row->cause);
	if (*row->advice)
		doc_text(doc, "advice", "%s", row->advice);
}

/* What the low 32 bits of these status words are, where that is not an operand id. */
static const struct detail {
	const char *status, *what;
} details[] = {
	{ "INCONSISTENT_MSR", "MSR" },
	{ "INCORRECT_MSR_VALUE", "MSR" },
	{ "PAGE_ALREADY_ACCEPTED", "level" },
	{ "PAGE_SIZE_MISMATCH", "level" },
	{ "L2_SEPT_WALK_FAILED", "L2 VM (bits 31:16) and level" },
	{ "L2_SEPT_ENTRY_NOT_FREE", "L2 VM (bits 31:16) and level" },
	{ "OP_STATE_INCORRECT", "OP_STATE, from module 1.5.20 on" },
	{ "VCPU_STATE_INCORRECT", "vCPU state, from module 1.5.16 on" },
	{ "X2APIC_ID_NOT_UNIQUE", "x2APIC id" },
	{ "NON_RECOVERABLE_TD", "VM exit reason" },
	{ "NON_RECOVERABLE_VCPU", "VM exit reason" },
};

static void add_detail(struct doc *doc, const char *status, uint32_t low)
{
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(details); i++)
		if (strcmp(details[i].status, status) == 0) {
			doc_text(doc, "detail", "%s 0x%x", details[i].what, low);
			return;
		}
	const struct code_row *operand = code_find(&code_operands, low, &at);
	if (operand)
		doc_text(doc, "operand", "%s (%u)", operand->name, low);
	else if (low)
		doc_text(doc, "detail", "0x%x, which names no operand", low);
}

static void add_status_bits(struct doc *doc, uint64_t value, const struct code_row *class)
{
	unsigned number = (unsigned)(value >> 40 & 0xff);

	doc_text(doc, "class", "%u %s", number, class ? class->name : "unknown");
	doc_text(doc, "code", "0x%02x", (unsigned)(value >> 32 & 0xff));
	doc_bool(doc, "error", value & STATUS_ERROR);
	doc_bool(doc, "non_recoverable", value & STATUS_NON_RECOVERABLE);
	doc_bool(doc, "fatal", value & STATUS_FATAL);
	doc_bool(doc, "host_recoverability_hint", value & STATUS_HOST_HINT);
}

static bool read_status_word(struct doc *doc, uint64_t value)
{
	size_t at = 0, class_at = 0;
	bool known_class = (value >> 40 & 0xff) <= 0x11 && (value >> 48 & 0xfff) == 0;
	const struct code_row *row = code_find(&code_status, value, &at);

	at = 0;
	if (!row)
		row = code_find(&code_status, value & ~UINT64_C(0xffffffff), &at);
	if (!row && (!(value & STATUS_ERROR) || !known_class))
		return false;
	const struct code_row *class = code_find(&code_classes, value >> 40 & 0xff, &class_at);
	open_reading(doc, row && strcmp(row->scope, "Linux") == 0 ? "Linux SEAMCALL status"
								  : "TDX module status",
		     row ? row->name : "unknown code");
	if (value != UINT64_MAX && known_class)
		add_status_bits(doc, value, class);
	if (row && row->value != value)
		add_detail(doc, row->name, (uint32_t)value);
	else if (row && value && value != UINT64_MAX && strcmp(row->scope, "Linux") != 0)
		add_detail(doc, row->name, 0);
	if (row)
		doc_text(doc, "since", "%s", row->scope);
	if (row && *row->cause)
		add_words(doc, row);
	else if (class)
		add_words(doc, class);
	doc_end(doc);
	return true;
}

/* Zero is SUCCESS; anything else of 32 bits may be the upper half of a status word, as code that
 * shifts it prints it. */
static bool read_status(struct doc *doc, uint64_t value)
{
	size_t at = 0;

	if (value == 0 || value > UINT32_MAX)
		return read_status_word(doc, value);
	const struct code_row *row = code_find(&code_status, value << 32, &at);
	if (!row || value < 0x100)
		return false;
	open_reading(doc, "TDX module status, upper half", row->name);
	add_words(doc, row);
	doc_end(doc);
	return true;
}

static bool read_leaf(struct doc *doc, uint64_t value)
{
	const struct code_row *row;
	size_t at = 0;
	bool found = false;

	if (value & ~UINT64_C(0x3ffff))
		return false;
	while ((row = code_find(&code_leaves, value & 0xffff, &at))) {
		open_reading(doc, row->scope, row->name);
		if (value >> 16)
			doc_number(doc, "version", value >> 16);
		doc_end(doc);
		found = true;
	}
	return found;
}

static bool read_rows(struct doc *doc, const struct code_table *table, uint64_t value)
{
	const struct code_row *row;
	size_t at = 0;
	bool found = false;

	while ((row = code_find(table, value, &at))) {
		open_reading(doc, row->scope, row->name);
		add_words(doc, row);
		doc_end(doc);
		found = true;
	}
	return found;
}

static bool read_vmcall(struct doc *doc, uint64_t value)
{
	return read_rows(doc, &code_vmcall, value);
}

static bool read_kvm(struct doc *doc, uint64_t value)
{
	return read_rows(doc, &code_kvm, value);
}

static bool read_dcap(struct doc *doc, uint64_t value)
{
	return read_rows(doc, &code_dcap, value);
}

/* A VMX exit reason, or the low half of what TDH.VP.ENTER returned, which KVM hands to QEMU as the
 * hardware's reason of an exit that it does not know. */
static bool read_exit(struct doc *doc, uint64_t value)
{
	size_t at = 0, operand_at = 0;
	const struct code_row *row = code_find(&code_exits, value & EXIT_BASIC, &at);
	const struct code_row *operand = code_find(&code_operands, value & EXIT_BASIC, &operand_at);

	if (value > UINT32_MAX || (!row && value < 0x80000000u))
		return false;
	if (value <= EXIT_BASIC)
		return read_rows(doc, &code_exits, value);
	open_reading(doc, "hardware exit reason, as KVM and QEMU print it",
		     row ? row->name : "not a VMX exit reason");
	doc_number(doc, "basic", value & EXIT_BASIC);
	doc_bool(doc, "entry_failed", value & EXIT_ENTRY_FAILED);
	doc_bool(doc, "from_vmx_root", value & EXIT_FROM_ROOT);
	if (row)
		add_words(doc, row);
	if (!row && operand)
		doc_text(doc, "operand", "%s (%u), if this is the low half of a status word",
			 operand->name, (unsigned)operand->value);
	if (!row) {
		doc_text(doc, "meaning", "TDH.VP.ENTER returned a status that KVM does not know");
		doc_text(doc, "advice", "look for the whole 64-bit status in the host's dmesg; then "
			 "check that kernel and TDX module (BIOS) fit each other");
	}
	doc_end(doc);
	return true;
}

static bool read_attributes(struct doc *doc, uint64_t value)
{
	char names[BIT_NAMES_SIZE];

	code_attribute_names(value, names);
	if (value == 0 || strstr(names, "bit-"))
		return false;
	open_reading(doc, "TD ATTRIBUTES", names);
	if (value & 1)
		doc_text(doc, "meaning", "DEBUG is set: the host can read the TD's memory");
	doc_end(doc);
	return true;
}

#define XFAM_ALLOWED UINT64_C(0x6dbe7)

static bool read_xfam(struct doc *doc, uint64_t value)
{
	char names[BIT_NAMES_SIZE];

	if ((value & 3) != 3 || value & ~XFAM_ALLOWED)
		return false;
	open_reading(doc, "XFAM", code_xfam_names(value, names));
	doc_end(doc);
	return true;
}

static const struct reading {
	const char *hint;
	bool (*read)(struct doc *doc, uint64_t value);
} readings[] = {
	{ "status", read_status },	   { "leaf", read_leaf },   { "vmcall", read_vmcall },
	{ "kvm", read_kvm },		   { "exit", read_exit },   { "dcap", read_dcap },
	{ "attributes", read_attributes }, { "xfam", read_xfam },
};

static bool read_value(struct doc *doc, uint64_t value, const char *hint)
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(readings); i++)
		if (!*hint || strcmp(hint, readings[i].hint) == 0)
			found |= readings[i].read(doc, value);
	return found;
}

static bool read_svn(struct doc *doc, const char *text)
{
	uint8_t svn[16];

	if (!hex_decode(text, svn, sizeof(svn)))
		return false;
	open_reading(doc, "TEE TCB SVN", text);
	doc_text(doc, "module", "TDX_%02X", svn[1]);
	doc_number(doc, "module_svn", svn[0]);
	doc_number(doc, "late_microcode_svn", svn[2]);
	if (!all_zero(svn + 3, sizeof(svn) - 3))
		doc_text(doc, "meaning", "bytes that are zero today are not");
	doc_end(doc);
	return true;
}

static bool same_name(const struct code_row *row, const char *name)
{
	size_t len = strlen(name);
	const char *at = row->name;

	if (strncasecmp(name, "TDX_", 4) == 0 && strcasecmp(name + 4, row->name) == 0)
		return true;
	while (at) { /* aliases are joined by '/' */
		if (strncasecmp(at, name, len) == 0 && (at[len] == '\0' || at[len] == '/'))
			return true;
		at = strchr(at, '/');
		at = at ? at + 1 : NULL;
	}
	return false;
}

static bool read_name(struct doc *doc, const char *name)
{
	static const struct code_table *const tables[] = { &code_status, &code_leaves, &code_vmcall,
							   &code_kvm,	 &code_exits,  &code_dcap,
							   &code_operands };
	bool found = false;

	for (size_t t = 0; t < ARRAY_SIZE(tables); t++)
		for (size_t i = 0; i < tables[t]->count; i++) {
			const struct code_row *row = &tables[t]->rows[i];

			if (!same_name(row, name))
				continue;
			open_reading(doc, tables[t] == &code_status ? "TDX module status"
								    : row->scope, row->name);
			doc_text(doc, "value", "0x%" PRIx64, row->value);
			add_words(doc, row);
			doc_end(doc);
			found = true;
		}
	return found;
}

/* A number in the forms people paste. Bare digits with a letter among them are hexadecimal. */
static bool parse_number(const char *text, uint64_t *ret_value)
{
	bool hex = strncasecmp(text, "0x", 2) == 0;
	const char *digits = hex ? text + 2 : text;
	size_t len = strspn(digits, "0123456789abcdefABCDEF");
	char *end;

	if (len == 0 || digits[len] != '\0' || len > (hex ? 16u : 20u))
		return false;
	if (!hex && strspn(digits, "0123456789") != len) {
		if (len < 4 || len > 16)
			return false; /* "add", "dead": rather a word */
		hex = true;
	}
	errno = 0;
	*ret_value = strtoull(digits, &end, hex ? 16 : 10);
	return errno == 0;
}

/* Sixteen bare hex digits may be the bytes of a little-endian field, as reports are printed. */
static bool read_field(struct doc *doc, const char *text, const char *hint)
{
	uint8_t b[8];
	uint64_t value = 0;
	bool found = false;

	if (!hex_decode(text, b, sizeof(b)))
		return false;
	for (int i = 7; i >= 0; i--)
		value = value << 8 | b[i];
	if (!*hint || strcmp(hint, "attributes") == 0)
		found |= read_attributes(doc, value);
	if (!*hint || strcmp(hint, "xfam") == 0)
		found |= read_xfam(doc, value);
	return found;
}

static bool known_hint(const char *hint)
{
	bool known = !*hint || strcmp(hint, "svn") == 0;

	for (size_t i = 0; i < ARRAY_SIZE(readings); i++)
		known |= strcmp(hint, readings[i].hint) == 0;
	return known;
}

static int decode_one(struct doc *doc, const char *code, bool *ret_found, struct tdl_error *err)
{
	const char *equals = strchr(code, '=');
	const char *text = equals ? equals + 1 : code;
	char hint[16] = "";
	uint64_t value = 0;
	bool found = false;

	if (equals && (size_t)(equals - code) < sizeof(hint))
		memcpy(hint, code, (size_t)(equals - code));
	if ((equals && !*hint) || !known_hint(hint) || !*text)
		return tdl_fail(err, -EINVAL, "\"%s\": a number, a name, or one behind status=, "
				"leaf=, vmcall=, kvm=, exit=, attributes=, xfam=, svn= or dcap=",
				code);
	doc_object(doc, NULL);
	doc_chars(doc, "code", code, strlen(code));
	doc_list(doc, "readings");
	if (!*hint || strcmp(hint, "svn") == 0)
		found |= read_svn(doc, text);
	if (parse_number(text, &value))
		found |= read_value(doc, value, hint);
	if (strlen(text) == 16 && strspn(text, "0123456789") == 16) /* hex without a letter */
		found |= read_value(doc, strtoull(text, NULL, 16), hint);
	if (strlen(text) == 16)
		found |= read_field(doc, text, hint);
	found |= read_name(doc, text);
	doc_end(doc);
	doc_bool(doc, "known", found);
	doc_end(doc);
	*ret_found = found;
	return 0;
}

int tdl_decode(const char *const *codes, size_t count, unsigned flags, char **ret_text,
	       size_t *ret_unknown, struct tdl_error *err)
{
	AUTO_DOC struct doc *doc = doc_new();
	size_t unknown = 0;
	int rc;

	doc_object(doc, NULL);
	doc_list(doc, "codes");
	for (size_t i = 0; i < count; i++) {
		bool found = false;

		rc = decode_one(doc, codes[i], &found, err);
		if (rc < 0)
			return rc;
		unknown += !found;
	}
	doc_end(doc);
	doc_end(doc);
	rc = flags & TDL_RENDER_JSON ? doc_render_json(doc, false, ret_text, err)
				     : doc_render_text(doc, false, ret_text, err);
	if (rc == 0)
		*ret_unknown = unknown;
	return rc;
}
