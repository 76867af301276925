/* SPDX-License-Identifier: BSD-2-Clause */
/* Dates, and base64 (base/base64.h), as collateral and evidence files write them. */
#ifndef ATTEST_TEXT_H
#define ATTEST_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base64.h"

/* "2026-03-16T22:06:09Z" and nothing else: no offsets, fractions or leap seconds. Seconds since
 * 1970 UTC; false when the text is anything else. */
bool time_parse(const char *text, size_t size, int64_t *ret_time);

/* Days from 1970-01-01 in the proleptic Gregorian calendar; months and days from 1. */
int64_t days_of(int64_t year, unsigned month, unsigned day);

#define TIME_TEXT_SIZE 24
/* The same form back. Returns text. */
char *time_text(int64_t time, char text[TIME_TEXT_SIZE]);

/* Days in seconds, rounded down. */
static inline int64_t seconds_to_days(int64_t seconds)
{
	return seconds / 86400;
}

/* Undo %XX in place; a malformed escape stays as it is. Returns the new size. */
size_t percent_decode(char *text, size_t size);

static inline bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

#endif
