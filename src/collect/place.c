/* SPDX-License-Identifier: BSD-2-Clause */
/* Where this is, by what the machine says of itself. It decides what advice is given, and nothing
 * else: a host can make a guest say anything. */
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"
#include "collect/sources.h"

enum { CPUINFO_LIMIT = 16 << 20, DMI_LIMIT = 4096 };

/* Azure's virtual machines have it as their chassis' asset tag. */
#define AZURE_TAG "7783-7084-3265-9085-8269-3286-77"

static bool file_has(const struct collect_system *sys, const char *path, size_t limit,
		     const char *word)
{
	AUTO_FREE uint8_t *bytes = NULL;
	size_t size = 0;

	if (sys->read(sys->ctx, path, limit, &bytes, &size) < 0)
		return false;
	return memmem(bytes, size, word, strlen(word)) != NULL;
}

enum tdl_place collect_place(const struct collect_system *sys)
{
	if (sys->exists(sys->ctx, "/dev/tdx_guest") ||
	    file_has(sys, "/proc/cpuinfo", CPUINFO_LIMIT, " tdx_guest"))
		return TDL_PLACE_TD;
	if (file_has(sys, "/sys/class/dmi/id/chassis_asset_tag", DMI_LIMIT, AZURE_TAG) &&
	    sys->exists(sys->ctx, "/sys/class/tpm/tpm0"))
		return TDL_PLACE_PARAVISOR;
	return TDL_PLACE_OTHER;
}
