/* SPDX-License-Identifier: BSD-2-Clause */
/* A log, mapped or read whole, and a position in it. */
#include "evlog/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"

int tdl_log_open_bytes(const void *bytes, size_t size, struct tdl_log **ret_log,
		       struct tdl_error *err)
{
	struct tdl_log *log = calloc(1, sizeof(*log));

	if (!log)
		return tdl_fail(err, -ENOMEM, "no memory for a log");
	log->bytes = bytes;
	log->size = size;
	*ret_log = log;
	return 0;
}

int tdl_log_open(const char *path, struct tdl_log **ret_log, struct tdl_error *err)
{
	AUTO_FREE uint8_t *copy = NULL;
	AUTO_FILE_MAP struct file_map map = { 0 };
	size_t size = 0;
	int rc;

	if (strcmp(path, "-") == 0)
		rc = file_read(path, LOG_SIZE_MAX, &copy, &size, err);
	else
		rc = file_map(path, LOG_SIZE_MAX, &map, err);
	if (rc == 0)
		rc = tdl_log_open_bytes(copy ? copy : map.bytes, copy ? size : map.size, ret_log,
					err);
	if (rc < 0)
		return tdl_while(err, rc, "log %s", path);
	(*ret_log)->copy = steal(copy);
	(*ret_log)->map = map;
	map = (struct file_map){ 0 };
	return 0;
}

void tdl_log_free(struct tdl_log *log)
{
	if (!log)
		return;
	free(log->copy);
	file_unmap(&log->map);
	free(log);
}

void tdl_log_rewind(struct tdl_log *log)
{
	log->at = 0;
	log->number = 0;
}

int tdl_log_next(struct tdl_log *log, struct tdl_log_record *ret_record, struct tdl_error *err)
{
	int rc;

	if (log->at == log->size)
		return 0;
	rc = record_decode(log->bytes + log->at, log->size - log->at, log->number, log->at,
			   ret_record, err);
	if (rc < 0)
		return rc;
	log->at += (size_t)ret_record->size;
	log->number++;
	return 1;
}
