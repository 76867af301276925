/* SPDX-License-Identifier: BSD-2-Clause */
/* An open log, for the files of this room that look at it from several threads. */
#ifndef EVLOG_READER_H
#define EVLOG_READER_H

#include "base/file.h"
#include "evlog/record.h"

#define LOG_SIZE_MAX ((size_t)1 << 30) /* bytes */

struct tdl_log {
	const uint8_t *bytes;
	size_t size;
	size_t at;	     /* of the next record */
	uint64_t number;     /* of the next record */
	uint8_t *copy;	     /* owned, when it was read; else NULL */
	struct file_map map; /* when it is a file */
};

#endif
