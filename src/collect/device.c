/* SPDX-License-Identifier: BSD-2-Clause */
/* The TDREPORT, from /dev/tdx_guest. It is bound to this machine by a MAC that only this machine's
 * TDX module can check. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "collect/sources.h"

enum { REPORT_SIZE = 1024 };

static void absent(enum tdl_place place, struct entry *entry, const char *path)
{
	if (place == TDL_PLACE_PARAVISOR)
		collect_missing(entry, TDL_NOT_THERE,
				"look into the HCL report (hcl.bin), which contains a TDREPORT",
				"there is no %s: a paravisor keeps TDX to itself", path);
	else if (place == TDL_PLACE_TD)
		collect_missing(entry, TDL_NOT_THERE,
				"load the driver: modprobe tdx_guest (CONFIG_TDX_GUEST_DRIVER, "
				"Linux 6.2 and later)",
				"this is a TD, but there is no %s", path);
	else
		collect_missing(entry, TDL_NOT_THERE,
				"run this inside a TD, or name a recorded copy with --sysroot",
				"there is no %s, and the processor does not say tdx_guest", path);
}

void device_take(const struct collect_source *source, const struct collect_system *sys,
		 const struct tdl_collection *collection, struct entry *entry)
{
	AUTO_FREE uint8_t *report = malloc(REPORT_SIZE);
	int rc = report ? -EINTR : -ENOMEM;

	for (int i = 0; i < 10 && rc == -EINTR; i++)
		rc = sys->report(sys->ctx, source->path, collection->report_data, report);
	if (rc == 0)
		collect_taken(entry, steal(report), REPORT_SIZE);
	else if (rc == -ENOENT || rc == -ENXIO || rc == -ENODEV)
		absent(collection->place, entry, source->path);
	else if (rc == -EIO)
		collect_missing(entry, TDL_NOT_READ, "see the kernel's log for TDG.MR.REPORT",
				"the TDX module refused a report");
	else if (rc == -ENOTTY)
		collect_missing(entry, TDL_NOT_READ,
				"use a kernel of 6.2 or later with its own driver",
				"%s does not know TDX_CMD_GET_REPORT0", source->path);
	else if (rc == -ENODATA)
		collect_missing(entry, TDL_NOT_READ, NULL,
				"the recorded %s is not a TDREPORT of 1024 bytes", source->path);
	else
		collect_unread(entry, source->path, rc);
}
