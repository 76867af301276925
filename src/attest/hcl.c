/* SPDX-License-Identifier: BSD-2-Clause */
/* The HCL report's header, hardware report and run-time data. */
#include "attest/hcl.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/hash.h"

enum {
	HCL_VERSION = 2,
	HCL_REQUEST = 2,
	HCL_TDX = 4,
	HARDWARE_AT = 32,
	HARDWARE_SIZE = 1184,
	RUNTIME_AT = HARDWARE_AT + HARDWARE_SIZE,
	RUNTIME_HEADER = 20,
};

const char *hcl_hash_name(uint32_t hash_type)
{
	static const char *const names[] = { NULL, "SHA256", "SHA384", "SHA512" };

	return hash_type < 4 ? names[hash_type] : NULL;
}

int hcl_parse(const uint8_t *bytes, size_t size, struct hcl_report *ret_report,
	      struct tdl_error *err)
{
	struct cursor c = cursor_of(bytes, size);
	struct hcl_report r = { 0 };

	const uint8_t *magic = cursor_bytes(&c, 4);
	uint32_t version = cursor_le32(&c);
	uint32_t report_size = cursor_le32(&c);
	uint32_t request = cursor_le32(&c);
	cursor_skip(&c, 16);
	r.tdreport = cursor_bytes(&c, HARDWARE_SIZE);
	uint32_t data_size = cursor_le32(&c);
	uint32_t data_version = cursor_le32(&c);
	uint32_t type = cursor_le32(&c);
	r.hash_type = cursor_le32(&c);
	r.variable_size = cursor_le32(&c);
	if (c.bad)
		return tdl_fail(err, -ENODATA, "an HCL report has at least %d bytes, here are %zu",
				RUNTIME_AT + RUNTIME_HEADER, size);
	if (memcmp(magic, "HCLA", 4) != 0 || version != HCL_VERSION || request != HCL_REQUEST)
		return tdl_fail(err, -EBADMSG, "HCL report: magic, version or request is wrong");
	if (type != HCL_TDX)
		return tdl_fail(err, -EOPNOTSUPP, "HCL report of type %u at 1224, TDX is 4", type);
	if (data_version != 1 || !hcl_hash_name(r.hash_type))
		return tdl_fail(err, -EBADMSG, "HCL run-time data: version %u, hash type %u",
				data_version, r.hash_type);
	if (data_size < RUNTIME_HEADER || r.variable_size > data_size - RUNTIME_HEADER)
		return tdl_fail(err, -EBADMSG, "HCL run-time data: %u bytes at 1232 in %u at 1216",
				r.variable_size, data_size);
	if (report_size < RUNTIME_AT || report_size - RUNTIME_AT != data_size)
		return tdl_fail(err, -EBADMSG, "HCL report size at 8 is %u, its parts have %u",
				report_size, RUNTIME_AT + data_size);
	r.variable = cursor_bytes(&c, r.variable_size);
	if (c.bad)
		return tdl_fail(err, -ENODATA, "HCL variable data size at 1232 is %u, %zu bytes are "
				"left", r.variable_size, c.left);
	*ret_report = r;
	return 0;
}

int hcl_check_binding(const struct hcl_report *report, const uint8_t report_data[64],
		      struct tdl_error *err)
{
	uint8_t digest[64] = { 0 };
	size_t size = 0;
	int rc = hash_named(hcl_hash_name(report->hash_type), report->variable,
			    report->variable_size, digest, &size, err);

	if (rc < 0)
		return rc;
	memset(digest + size, 0, sizeof(digest) - size);
	if (memcmp(digest, report_data, sizeof(digest)) != 0)
		return tdl_fail(err, -EKEYREJECTED, "the report data is not the hash of the "
				"run-time data followed by zeros");
	return 0;
}
