/* SPDX-License-Identifier: BSD-2-Clause */
/* A small launch to log: a firmware of a few pages and regions of every origin and pattern. */
#ifndef TESTS_EVLOG_FIXTURE_H
#define TESTS_EVLOG_FIXTURE_H

#include <tdlaunch/log.h>

#include "image/image.h"

#define TINY_PAGES 6u

extern struct tdl_error fixture_err;

/* Six pages, byte i of page n is 7 i + n; static. */
const struct tdl_image *fixture_image(void);

/* Bytes of a page of a range of fixture_write(). */
const uint8_t *fixture_page(const struct tdl_log_range *range, uint64_t page);

enum fixture_flow { FIXTURE_BY_PAGE, FIXTURE_BY_SECTION };

/* Write a log of the tiny launch: section 0 five pages from the file, measured; section 1 one page
 * of file and one of zeros behind it, measured; section 2 one HOB page; section 3 three pages of
 * zeros. Stops before region 'stop' (4 for all) and finalizes only when all are there. */
void fixture_write(const char *path, const struct tdl_log_options *opt, enum fixture_flow flow,
		   size_t stop);

/* The same, and the bytes of the log; caller frees. */
uint8_t *fixture_log(enum tdl_log_detail detail, bool embed, enum fixture_flow flow,
		     size_t *ret_size);

/* Where record n starts; the size of the log for one past the last. */
size_t fixture_offset(const uint8_t *bytes, size_t size, uint64_t n);
uint64_t fixture_records(const uint8_t *bytes, size_t size);

/* Verify bytes as a log. */
int fixture_verify(const uint8_t *bytes, size_t size, const struct tdl_log_evidence *evidence,
		   struct tdl_log_verdict *ret_verdict);

#endif
