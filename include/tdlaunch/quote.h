/* SPDX-License-Identifier: BSD-2-Clause */
/* A TD quote, version 4 or 5: a TD report signed by a quoting enclave, with the certificates that
 * vouch for it. Opening one checks its form, never its signatures; that is tdl_verify(). */
#ifndef TDLAUNCH_QUOTE_H
#define TDLAUNCH_QUOTE_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>
#include <tdlaunch/field.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_quote;

/**
 * tdl_quote_open() - parse a quote
 * @bytes:     the quote, borrowed until tdl_quote_free()
 * @size:      bytes there; what follows the quote is reported, not refused
 * @ret_quote: the quote, to be freed
 * @err:       which field is wrong and where; NULL is fine
 *
 * Return: 0; -ENODATA when a length passes the end, -EBADMSG when lengths or types contradict each
 * other, -EOPNOTSUPP for a version, key type, TEE type or certification type that is not handled,
 * -E2BIG beyond 1 MiB, -ENOMEM.
 * Source: Intel TDX DCAP Quote Generation Library, quote format appendix.
 */
TDL_API int tdl_quote_open(const void *bytes, size_t size, struct tdl_quote **ret_quote,
			   struct tdl_error *err);

/**
 * tdl_quote_free() - free a quote; its bytes stay the caller's
 * @quote: NULL is fine
 */
TDL_API void tdl_quote_free(struct tdl_quote *quote);

/**
 * tdl_quote_size() - bytes of the quote itself
 * @quote: the quote
 *
 * Return: where the signature data ends, which may be before the end of the input.
 */
TDL_API size_t tdl_quote_size(const struct tdl_quote *quote);

/**
 * tdl_quote_trailing() - what follows the quote
 * @quote:     the quote
 * @ret_zeros: 1 when all of it is zero bytes (padding, normal), else 0
 *
 * Return: the number of bytes behind the quote.
 */
TDL_API size_t tdl_quote_trailing(const struct tdl_quote *quote, int *ret_zeros);

/**
 * tdl_quote_field_count() - number of fields
 * @quote: the quote
 *
 * Return: the number of fields; it depends on the version and the body's type.
 */
TDL_API size_t tdl_quote_field_count(const struct tdl_quote *quote);

/**
 * tdl_quote_field_at() - a field by position
 * @quote:     the quote
 * @index:     below tdl_quote_field_count()
 * @ret_field: the field; its bytes are borrowed
 *
 * Return: 0, or -ENOENT.
 */
TDL_API int tdl_quote_field_at(const struct tdl_quote *quote, size_t index,
			       struct tdl_field *ret_field);

/**
 * tdl_quote_field() - a field by name
 * @quote:     the quote
 * @name:      for example "mrtd", "rtmr0", "reportdata", "qe_isvsvn", "certificate_data"
 * @ret_field: the field; its bytes are borrowed
 *
 * Return: 0, or -ENOENT when this kind of quote has no such field.
 */
TDL_API int tdl_quote_field(const struct tdl_quote *quote, const char *name,
			    struct tdl_field *ret_field);

#ifdef __cplusplus
}
#endif

#endif
