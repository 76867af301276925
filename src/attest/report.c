/* SPDX-License-Identifier: BSD-2-Clause */
/* TDREPORT: layout, form, and the two hashes that tie its parts together. */
#include "tdlaunch/report.h"

#include <errno.h>
#include <stdlib.h>

#include "attest/layout.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/hash.h"

struct tdl_report {
	const uint8_t *bytes; /* borrowed, 1024 */
};

enum {
	TCB_INFO_AT = 256,
	TCB_INFO_SIZE = 239,
	TD_INFO_AT = 512,
	TD_INFO_SIZE = 512,
	TYPE_TDX = 0x81,
	VERSION_MAX = 1,
};

/* VALID bitmaps of TEE_TCB_INFO: bit i says that the eight bytes at 8 i are meant. */
#define VALID_1_0 0x1ffu
#define VALID_1_5 0x301ffu

/* Source: TDX Module ABI, REPORTMACSTRUCT, TEE_TCB_INFO, TDINFO_STRUCT. */
static const struct layout_row rows[] = {
	{ "type", 0, 4 },
	{ "cpusvn", 16, 16 },
	{ "tee_tcb_info_hash", 32, 48 },
	{ "tee_info_hash", 80, 48 },
	{ "reportdata", 128, 64 },
	{ "mac", 224, 32 },
	{ "valid", 256, 8 },
	{ "tee_tcb_svn", 264, 16 },
	{ "mrseam", 280, 48 },
	{ "mrsignerseam", 328, 48 },
	{ "seam_attributes", 376, 8 },
	{ "tee_tcb_svn2", 384, 16 },
	{ "td_attributes", 512, 8 },
	{ "xfam", 520, 8 },
	{ "mrtd", 528, 48 },
	{ "mrconfigid", 576, 48 },
	{ "mrowner", 624, 48 },
	{ "mrownerconfig", 672, 48 },
	{ "rtmr0", 720, 48 },
	{ "rtmr1", 768, 48 },
	{ "rtmr2", 816, 48 },
	{ "rtmr3", 864, 48 },
	{ "servtd_hash", 912, 48 },
};

static const struct layout_part parts[] = { { rows, ARRAY_SIZE(rows), 0 } };

/* Bytes that must be zero. The tail of TDINFO is not among them: later modules use it. */
static const struct layout_row reserved[] = {
	{ "reserved", 4, 12 },
	{ "reserved", 192, 32 },
	{ "reserved", 495, 17 },
};

static int check_form(const uint8_t *b, struct tdl_error *err)
{
	if (b[0] != TYPE_TDX)
		return tdl_fail(err, -EBADMSG, "report type at 0 is 0x%02x, TDX is 0x81", b[0]);
	if (b[1] != 0)
		return tdl_fail(err, -EBADMSG, "report sub-type at 1 is %u, not 0", b[1]);
	if (b[2] > VERSION_MAX)
		return tdl_fail(err, -EOPNOTSUPP, "report version at 2 is %u, known are 0 and 1",
				b[2]);
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
		if (!all_zero(b + reserved[i].offset, reserved[i].size))
			return tdl_fail(err, -EBADMSG, "reserved bytes at %u..%u are not zero",
					reserved[i].offset,
					reserved[i].offset + reserved[i].size - 1);
	return 0;
}

int tdl_report_open(const void *bytes, size_t size, struct tdl_report **ret_report,
		    struct tdl_error *err)
{
	struct tdl_report *report;
	int rc;

	if (size != TDL_REPORT_SIZE)
		return tdl_fail(err, size < TDL_REPORT_SIZE ? -ENODATA : -EBADMSG,
				"a TDREPORT has 1024 bytes, here are %zu", size);
	rc = check_form(bytes, err);
	if (rc < 0)
		return rc;
	report = calloc(1, sizeof(*report));
	if (!report)
		return tdl_fail(err, -ENOMEM, "no memory for a report");
	report->bytes = bytes;
	*ret_report = report;
	return 0;
}

void tdl_report_free(struct tdl_report *report)
{
	free(report);
}

size_t tdl_report_field_count(const struct tdl_report *report)
{
	(void)report;
	return layout_count(parts, ARRAY_SIZE(parts));
}

int tdl_report_field_at(const struct tdl_report *report, size_t index, struct tdl_field *ret_field)
{
	return layout_field_at(parts, ARRAY_SIZE(parts), report->bytes, index, ret_field);
}

int tdl_report_field(const struct tdl_report *report, const char *name, struct tdl_field *ret_field)
{
	return layout_field(parts, ARRAY_SIZE(parts), report->bytes, name, ret_field);
}

static int check_hash(const uint8_t *b, size_t hash_at, size_t at, size_t size, const char *name,
		      struct tdl_error *err)
{
	uint8_t digest[SHA384_SIZE];
	int rc = sha384(b + at, size, digest, err);

	if (rc < 0)
		return rc;
	if (memcmp(digest, b + hash_at, SHA384_SIZE) != 0)
		return tdl_fail(err, -EKEYREJECTED, "%s at %zu is not the SHA-384 of bytes %zu..%zu",
				name, hash_at, at, at + size - 1);
	return 0;
}

int tdl_report_check(const struct tdl_report *report, struct tdl_error *err)
{
	struct cursor valid_at = cursor_of(report->bytes + TCB_INFO_AT, 8);
	uint64_t valid = cursor_le64(&valid_at);
	int rc;

	if (valid != VALID_1_0 && valid != VALID_1_5)
		return tdl_fail(err, -EBADMSG, "VALID at 256 is 0x%llx, known are 0x1ff and "
				"0x301ff", (unsigned long long)valid);
	rc = check_hash(report->bytes, 32, TCB_INFO_AT, TCB_INFO_SIZE, "TEE_TCB_INFO_HASH", err);
	if (rc < 0)
		return rc;
	return check_hash(report->bytes, 80, TD_INFO_AT, TD_INFO_SIZE, "TEE_INFO_HASH", err);
}
