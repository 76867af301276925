/* SPDX-License-Identifier: BSD-2-Clause */
/* RAM below the hole for devices that ends at 4 GiB, and the rest from there. */
#include "plan/ram.h"

#include <errno.h>
#include <inttypes.h>

#include "base/range.h"

#define ABOVE_HOLE (UINT64_C(4) << 30)

/* RAM of up to `whole` bytes, that size excluded, is one block; of more, `low` bytes stay below.
 * Source: QEMU pc_q35_init() for q35; event logs of Compute Engine's C3 for gce. */
static const struct ram_layout {
	uint64_t whole;
	uint64_t low;
} layouts[] = {
	[FLOW_STYLE_QEMU] = { UINT64_C(0xb0000000), UINT64_C(0x80000000) },
	[FLOW_STYLE_GCE] = { UINT64_C(0xc0000000), UINT64_C(0xc0000000) },
};

size_t ram_lay_out(enum flow_style style, uint64_t memory, struct tdl_ram ret_ram[RAM_RANGES_MAX])
{
	const struct ram_layout *layout = &layouts[style];

	if (memory < layout->whole || memory == layout->low) {
		ret_ram[0] = (struct tdl_ram){ 0, memory };
		return 1;
	}
	ret_ram[0] = (struct tdl_ram){ 0, layout->low };
	ret_ram[1] = (struct tdl_ram){ ABOVE_HOLE, memory - layout->low };
	return 2;
}

bool ram_holds(const struct tdl_ram *ram, size_t count, uint64_t gpa, uint64_t size)
{
	for (size_t i = 0; i < count; i++)
		if (gpa >= ram[i].gpa && range_within(gpa - ram[i].gpa, size, ram[i].size))
			return true;
	return false;
}

int ram_check(enum flow_style style, uint64_t memory, uint64_t end, struct tdl_error *err)
{
	struct tdl_ram ram[RAM_RANGES_MAX];
	size_t n;

	if (memory == 0)
		return tdl_fail(err, -EINVAL, "a TD cannot have 0 bytes of memory");
	if (!is_aligned(memory, PAGE_SIZE_4K))
		return tdl_fail(err, -EINVAL,
				"memory of %" PRIu64 " bytes is not a multiple of 4096", memory);
	n = ram_lay_out(style, memory, ram);
	if (!range_within(ram[n - 1].gpa, ram[n - 1].size, end))
		return tdl_fail(err, -EINVAL,
				"memory of %" PRIu64
				" bytes does not fit: private addresses end at 0x%" PRIx64,
				memory, end);
	return 0;
}
