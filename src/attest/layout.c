/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking fields up, and the TD report body that quotes carry. */
#include "attest/layout.h"

#include <errno.h>

#include "base/attr.h"

/* Source: Intel TDX DCAP quote format, TD report 1.0 and 1.5; the rows from 648 on are known from
 * Intel's verification library alone. */
const struct layout_row td_body_rows[] = {
	{ "tee_tcb_svn", 0, 16 },
	{ "mrseam", 16, 48 },
	{ "mrsignerseam", 64, 48 },
	{ "seam_attributes", 112, 8 },
	{ "td_attributes", 120, 8 },
	{ "xfam", 128, 8 },
	{ "mrtd", 136, 48 },
	{ "mrconfigid", 184, 48 },
	{ "mrowner", 232, 48 },
	{ "mrownerconfig", 280, 48 },
	{ "rtmr0", 328, 48 },
	{ "rtmr1", 376, 48 },
	{ "rtmr2", 424, 48 },
	{ "rtmr3", 472, 48 },
	{ "reportdata", 520, 64 },
	{ "tee_tcb_svn2", 584, 16 },
	{ "mrservicetd", 600, 48 },
	{ "vm_id", 648, 1 },
	{ "td_id", 649, 32 },
	{ "device_info", 681, 48 },
	{ "initial_servicetd_hash", 729, 48 },
	{ "initial_servicetd_attributes", 777, 8 },
	{ "initial_cpusvn", 785, 16 },
	{ "initial_tee_tcb_svn", 801, 16 },
	{ "initial_fmspc", 817, 12 },
	{ "current_servicetd_hash", 829, 48 },
	{ "current_servicetd_attributes", 877, 8 },
};

size_t td_body_row_count(size_t body_size)
{
	size_t n = 0;

	while (n < ARRAY_SIZE(td_body_rows) &&
	       (size_t)td_body_rows[n].offset + td_body_rows[n].size <= body_size)
		n++;
	return n;
}

size_t layout_count(const struct layout_part *parts, size_t n_parts)
{
	size_t n = 0;

	for (size_t i = 0; i < n_parts; i++)
		n += parts[i].count;
	return n;
}

static void fill(const struct layout_part *part, const struct layout_row *row,
		 const uint8_t *bytes, struct tdl_field *ret_field)
{
	*ret_field = (struct tdl_field){ .name = row->name, .offset = part->base + row->offset,
					 .size = row->size,
					 .bytes = bytes + part->base + row->offset };
}

int layout_field_at(const struct layout_part *parts, size_t n_parts, const uint8_t *bytes,
		    size_t index, struct tdl_field *ret_field)
{
	for (size_t i = 0; i < n_parts; i++) {
		if (index < parts[i].count) {
			fill(&parts[i], &parts[i].rows[index], bytes, ret_field);
			return 0;
		}
		index -= parts[i].count;
	}
	return -ENOENT;
}

int layout_field(const struct layout_part *parts, size_t n_parts, const uint8_t *bytes,
		 const char *name, struct tdl_field *ret_field)
{
	for (size_t i = 0; i < n_parts; i++)
		for (size_t j = 0; j < parts[i].count; j++)
			if (strcmp(parts[i].rows[j].name, name) == 0) {
				fill(&parts[i], &parts[i].rows[j], bytes, ret_field);
				return 0;
			}
	return -ENOENT;
}
