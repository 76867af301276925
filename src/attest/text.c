/* SPDX-License-Identifier: BSD-2-Clause */
/* Dates and escapes. */
#include "attest/text.h"

#include <stdio.h>
#include <string.h>

int64_t days_of(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* n digits at at; false when one is not. */
static bool digits(const char *at, unsigned n, unsigned *ret_value)
{
	unsigned value = 0;

	for (unsigned i = 0; i < n; i++) {
		if (at[i] < '0' || at[i] > '9')
			return false;
		value = value * 10 + (unsigned)(at[i] - '0');
	}
	*ret_value = value;
	return true;
}

bool time_parse(const char *text, size_t size, int64_t *ret_time)
{
	unsigned year, month, day, hour, minute, second;

	if (size != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
	    text[16] != ':' || text[19] != 'Z')
		return false;
	if (!digits(text, 4, &year) || !digits(text + 5, 2, &month) || !digits(text + 8, 2, &day) ||
	    !digits(text + 11, 2, &hour) || !digits(text + 14, 2, &minute) ||
	    !digits(text + 17, 2, &second))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 ||
	    minute > 59 || second > 59)
		return false;
	*ret_time = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
	return true;
}

char *time_text(int64_t time, char text[TIME_TEXT_SIZE])
{
	int64_t days = time / 86400 - (time % 86400 < 0);
	int64_t rest = time - days * 86400;
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;
	int64_t year = yoe + era * 400 + (month <= 2);

	snprintf(text, TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)(year % 10000),
		 (int)month, (int)(doy - (153 * mp + 2) / 5 + 1), (int)(rest / 3600),
		 (int)(rest / 60 % 60), (int)(rest % 60));
	return text;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return -1;
}

size_t percent_decode(char *text, size_t size)
{
	size_t out = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '%' && size - i > 2 && hex_value(text[i + 1]) >= 0 &&
		    hex_value(text[i + 2]) >= 0) {
			text[out++] = (char)(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
			i += 2;
		} else {
			text[out++] = text[i];
		}
	}
	return out;
}
