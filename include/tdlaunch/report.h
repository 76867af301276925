/* SPDX-License-Identifier: BSD-2-Clause */
/* A TDREPORT: what TDG.MR.REPORT hands to a guest, 1024 bytes. Only the machine that made one can
 * check its MAC, so a report read from a file is at best consistent, never genuine. */
#ifndef TDLAUNCH_REPORT_H
#define TDLAUNCH_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>
#include <tdlaunch/field.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TDL_REPORT_SIZE 1024

struct tdl_report;

/**
 * tdl_report_open() - parse a TDREPORT
 * @bytes:      the report, borrowed until tdl_report_free()
 * @size:       bytes there; exactly 1024
 * @ret_report: the report, to be freed
 * @err:        why not; NULL is fine
 *
 * Checks the size, type, sub-type, version and the reserved bytes; the hashes are left to
 * tdl_report_check(). A report that fails only in reserved bytes can be looked at with
 * tdl_evidence_show().
 *
 * Return: 0; -ENODATA when shorter, -EBADMSG when longer or malformed, -ENOMEM.
 * Source: TDX Module ABI, TDREPORT_STRUCT.
 */
TDL_API int tdl_report_open(const void *bytes, size_t size, struct tdl_report **ret_report,
			    struct tdl_error *err);

/**
 * tdl_report_free() - free a report; its bytes stay the caller's
 * @report: NULL is fine
 */
TDL_API void tdl_report_free(struct tdl_report *report);

/**
 * tdl_report_field_count() - number of fields
 * @report: the report
 *
 * Return: the number of fields.
 */
TDL_API size_t tdl_report_field_count(const struct tdl_report *report);

/**
 * tdl_report_field_at() - a field by position
 * @report:    the report
 * @index:     below tdl_report_field_count()
 * @ret_field: the field; its bytes are borrowed
 *
 * Return: 0, or -ENOENT.
 */
TDL_API int tdl_report_field_at(const struct tdl_report *report, size_t index,
				struct tdl_field *ret_field);

/**
 * tdl_report_field() - a field by name
 * @report:    the report
 * @name:      for example "mrtd"
 * @ret_field: the field; its bytes are borrowed
 *
 * Return: 0, or -ENOENT.
 */
TDL_API int tdl_report_field(const struct tdl_report *report, const char *name,
			     struct tdl_field *ret_field);

/**
 * tdl_report_check() - are the parts of the report consistent with each other?
 * @report: the report
 * @err:    what is not; NULL is fine
 *
 * Compares both hashes in the MAC structure with the parts that they cover, and the VALID bitmap.
 *
 * Return: 0 when consistent (never "genuine"); -EKEYREJECTED when a hash is wrong, -EBADMSG for
 * the bitmap, -EIO when hashing fails.
 */
TDL_API int tdl_report_check(const struct tdl_report *report, struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
