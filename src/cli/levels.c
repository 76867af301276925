/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/levels.h"

#define PAGE 4096.0

char *levels_text(const struct tdl_levels *levels, char text[LEVELS_TEXT])
{
	if (levels->known)
		snprintf(text, LEVELS_TEXT, "%llu of 4 KiB, %llu of 2 MiB, %llu of 1 GiB",
			 (unsigned long long)levels->pages_4k, (unsigned long long)levels->pages_2m,
			 (unsigned long long)levels->pages_1g);
	else
		snprintf(text, LEVELS_TEXT, "not known: this KVM has no statistics");
	return text;
}

void levels_json(struct json_object *o, const struct tdl_levels *levels)
{
	struct json_object *list;

	if (!levels->known)
		return;
	list = json_object_new_object();
	cli_json_number(list, "pages_4k", levels->pages_4k);
	cli_json_number(list, "pages_2m", levels->pages_2m);
	cli_json_number(list, "pages_1g", levels->pages_1g);
	json_object_object_add(o, "levels", list);
}

double levels_ns_a_page(uint64_t bytes, double seconds)
{
	return bytes ? seconds * 1e9 / ((double)bytes / PAGE) : 0;
}

double levels_pages_a_second(uint64_t bytes, double seconds)
{
	return seconds > 0 ? (double)bytes / PAGE / seconds : 0;
}
