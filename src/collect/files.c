/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence that only has to be read: event logs and the command line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "collect/sources.h"

enum { FILE_LIMIT = 64 << 20 };

static bool is_ccel(const struct collect_source *source)
{
	return strncmp(source->file, "ccel", 4) == 0;
}

void file_take(const struct collect_source *source, const struct collect_system *sys,
	       const struct tdl_collection *collection, struct entry *entry)
{
	AUTO_FREE uint8_t *bytes = NULL;
	size_t size = 0;
	int rc = sys->read(sys->ctx, source->path, FILE_LIMIT, &bytes, &size);

	if (rc == 0 && size)
		collect_taken(entry, steal(bytes), size);
	else if (rc == 0)
		collect_missing(entry, TDL_NOT_THERE, NULL, "%s is empty", source->path);
	else if (rc == -ENOENT && collection->place == TDL_PLACE_PARAVISOR && is_ccel(source))
		collect_missing(entry, TDL_NOT_THERE,
				"a paravisor's guest logs into its vTPM instead: tpm-events.bin",
				"there is no %s", source->path);
	else
		collect_unread(entry, source->path, rc);
}
