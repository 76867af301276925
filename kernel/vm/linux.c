/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "base/attr.h"
#include "kernel/vm/linux.h"

static const struct linux_behaviour rows[] = {
	{ .version = "6.11",
	  .stale_root_hangs = true,
	  .gmem_cap_by_type = true,
	  .x2apic_api = 3,
	  .add_busy_visible = true,
	  .page_twice = -EEXIST,
	  .source_zero = -EFAULT,
	  .caps_copied_back = true },
	{ .version = "6.12",
	  .stale_root_hangs = true,
	  .gmem_cap_by_type = true,
	  .x2apic_api = 3,
	  .add_busy_visible = true,
	  .page_twice = -EEXIST,
	  .source_zero = -EFAULT,
	  .caps_copied_back = true },
	{ .version = "6.16",
	  .tdx = true,
	  .pre_fault_shared_bit = true,
	  .x2apic_api = 3,
	  .add_busy_visible = true,
	  .page_twice = -EEXIST,
	  .source_zero = -EFAULT,
	  .caps_copied_back = true },
	{ .version = "6.18",
	  .tdx = true,
	  .tsc_late_refused = true,
	  .pre_fault_shared_bit = true,
	  .invalid_slot_eagain = true,
	  .gmem_any_type = true,
	  .gmem_flags_plain = 3,
	  .gmem_flags_private = 1,
	  .gmem_flags_cap = true,
	  .x2apic_api = 11,
	  .add_busy_visible = true,
	  .page_twice = -EEXIST,
	  .source_zero = -EFAULT,
	  .caps_copied_back = true },
	{ .version = "6.19",
	  .tdx = true,
	  .tsc_late_refused = true,
	  .pre_fault_shared_bit = true,
	  .invalid_slot_eagain = true,
	  .gmem_any_type = true,
	  .gmem_flags_plain = 3,
	  .gmem_flags_private = 1,
	  .gmem_flags_cap = true,
	  .x2apic_api = 11,
	  .add_on_map = true,
	  .add_error_kills = true,
	  .page_twice = -EIO,
	  .source_zero = -EOPNOTSUPP },
	{ .version = "7.2",
	  .tdx = true,
	  .bus_cycles_told = true,
	  .tsc_late_refused = true,
	  .pre_fault_shared_bit = true,
	  .invalid_slot_eagain = true,
	  .gmem_any_type = true,
	  .gmem_flags_plain = 3,
	  .gmem_flags_private = 1,
	  .gmem_flags_cap = true,
	  .gmem_bound_eexist = true,
	  .x2apic_api = 11,
	  .add_on_map = true,
	  .add_error_kills = true,
	  .page_twice = -EIO,
	  .source_zero = -EOPNOTSUPP },
	{ .version = "7.3",
	  .tdx = true,
	  .bus_cycles_told = true,
	  .tsc_late_refused = true,
	  .pre_fault_shared_bit = true,
	  .invalid_slot_eagain = true,
	  .gmem_any_type = true,
	  .gmem_flags_plain = 3,
	  .gmem_flags_private = 1,
	  .gmem_flags_cap = true,
	  .gmem_bound_eexist = true,
	  .gmem_bound_late = true,
	  .x2apic_api = 11,
	  .add_on_map = true,
	  .add_error_kills = true,
	  .page_twice = -EIO,
	  .source_zero = -EINVAL,
	  .source_zero_early = true,
	  .vcpu_id_order_7_3 = true },
};

const struct linux_behaviour *linux_row(size_t i)
{
	return i < ARRAY_SIZE(rows) ? &rows[i] : NULL;
}

const struct linux_behaviour *linux_find(const char *version)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].version, version) == 0)
			return &rows[i];
	return NULL;
}
