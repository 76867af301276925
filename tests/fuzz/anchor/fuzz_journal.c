/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a journal: read, and its head written again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The head of what was read reads as the same. */
static void check_head(const struct journal *j)
{
	struct journal again = { 0 };
	size_t size = 0;
	char *text = journal_head(j, "words", &size);

	if (!text)
		return;
	if (journal_read(text, size, &again, NULL) < 0 || again.kind != j->kind ||
	    again.index != j->index || again.before.count != j->before.count ||
	    memcmp(&again.clock, &j->clock, sizeof(j->clock)) != 0)
		abort();
	for (size_t i = 0; i < j->before.count; i++)
		if (!values_equal(&again.before.of[i], &j->before.of[i]))
			abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tdl_error err = { 0 };
	struct journal j = { 0 };

	if (journal_read(data, size, &j, &err) < 0)
		return 0;
	if (tdl_anchor_recognise(data, size) != TDL_ANCHOR_FILE_JOURNAL || (j.complete && j.failed))
		abort();
	check_head(&j);
	return 0;
}
