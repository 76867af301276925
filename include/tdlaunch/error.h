/* SPDX-License-Identifier: BSD-2-Clause */
/* An error: a number for the program, a story for the reader. It lives on the caller's stack,
 * allocates nothing, and is written only when a call fails. */
#ifndef TDLAUNCH_ERROR_H
#define TDLAUNCH_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct tdl_error - why the last failing call failed
 * @code: the negative errno that the call returned; 0 while nothing has failed
 * @hw:   64-bit TDX module status word when the module spoke, else 0
 * @text: what went wrong, outermost context first, NUL-terminated, no trailing newline
 */
struct tdl_error {
	int code;
	uint64_t hw;
	char text[1000];
};

/**
 * tdl_fail() - record the cause of a failure
 * @err:  where to record it; NULL is fine
 * @code: negative errno
 * @fmt:  printf format of one sentence without a full stop
 *
 * Return: @code, so that callers can write "return tdl_fail(...)".
 */
TDL_API int tdl_fail(struct tdl_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * tdl_fail_hw() - tdl_fail() with the TDX module's status word
 * @err:  where to record it; NULL is fine
 * @code: negative errno, by convention -EIO
 * @hw:   RAX as the module returned it
 * @fmt:  printf format of one sentence without a full stop
 *
 * Return: @code.
 */
TDL_API int tdl_fail_hw(struct tdl_error *err, int code, uint64_t hw, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * tdl_while() - put context in front of an error already recorded
 * @err:  the error; NULL is fine
 * @code: the code that is being passed on
 * @fmt:  printf format of the context, for example "section %u of %s"
 *
 * Return: @code.
 */
TDL_API int tdl_while(struct tdl_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * tdl_error_text() - the whole error on one line
 * @err:  the error, borrowed
 * @buf:  where the line goes, always NUL-terminated when @size > 0
 * @size: bytes at @buf
 *
 * The line is the text followed by the errno's name, and by the status word when there is one:
 * "section 3 of OVMF.fd: BFV data ends past byte 4096 (ENODATA)".
 *
 * Return: @buf.
 */
TDL_API char *tdl_error_text(const struct tdl_error *err, char *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif
