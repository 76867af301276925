/* SPDX-License-Identifier: BSD-2-Clause */
/* Azure's HCL report: a TDREPORT and the run-time data - the vTPM's keys - whose hash it carries. */
#ifndef ATTEST_HCL_H
#define ATTEST_HCL_H

#include <stdint.h>

#include <tdlaunch/error.h>

struct hcl_report {
	const uint8_t *tdreport; /* 1024 bytes, borrowed */
	const uint8_t *variable; /* JSON text, borrowed */
	uint32_t variable_size;
	uint32_t hash_type; /* 1 SHA-256, 2 SHA-384, 3 SHA-512 */
};

/* Source: Microsoft, "Azure confidential VM guest attestation", HCL report; sizes confirmed on
 * published evidence. -EBADMSG or -ENODATA with the field when malformed, -EOPNOTSUPP for a report
 * that is not TDX. */
int hcl_parse(const uint8_t *bytes, size_t size, struct hcl_report *ret_report,
	      struct tdl_error *err);

/* The name that EVP knows the hash by. */
const char *hcl_hash_name(uint32_t hash_type);

/* Is report_data (64 bytes) the hash of the variable data, followed by zeros? -EKEYREJECTED when
 * not. */
int hcl_check_binding(const struct hcl_report *report, const uint8_t report_data[64],
		      struct tdl_error *err);

#endif
