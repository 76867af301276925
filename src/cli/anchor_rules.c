/* SPDX-License-Identifier: BSD-2-Clause */
/* What anchors are compared with: options of anchor verify and of check. */
#include "cli/anchor.h"

#include <stdlib.h>
#include <string.h>

#include <tdlaunch/key.h>

#include "base/file.h"

#define PEM_MAX ((size_t)4 << 20) /* bytes in a file of it */

static int take_kind(struct cli_args *args, const char *name, struct cli_anchor *a)
{
	static const char *const words[] = { "any", "software", "hardware", NULL };

	for (size_t i = 0; words[i]; i++)
		if (strcmp(args->value, words[i]) == 0) {
			a->rules.lowest = (enum tdl_tpm_kind)i;
			return 0;
		}
	return cli_bad_word(args, name, args->value, words);
}

static int take_nonce(struct cli_args *args, const char *name, struct cli_anchor *a)
{
	struct tdl_error err = { 0 };

	if (cli_nonce(args->value, a->nonce, &a->rules.nonce_size, &err) < 0)
		return cli_usage(args, "%s: %s", name, err.text);
	a->rules.nonce = a->nonce;
	return 0;
}

static int take_start(struct cli_args *args, const char *name, struct cli_anchor *a)
{
	struct tdl_error err = { 0 };

	if (cli_parse_bytes(args->value, a->start, sizeof(a->start), &err) < 0)
		return cli_usage(args, "%s: %s", name, err.text);
	a->rules.start = a->start;
	return 0;
}

int cli_anchor_take(struct cli_args *args, enum cli_anchor_rule rule, const char *name,
		    struct cli_anchor *a)
{
	switch (rule) {
	case CLI_ANCHOR_NONCE:
		return take_nonce(args, name, a);
	case CLI_ANCHOR_KEY:
		a->key = args->value;
		return 0;
	case CLI_ANCHOR_KIND:
		return take_kind(args, name, a);
	case CLI_ANCHOR_ROOTS:
		a->roots = args->value;
		return 0;
	case CLI_ANCHOR_START:
		return take_start(args, name, a);
	default:
		a->rules.resettable = true;
		return 0;
	}
}

int cli_anchor_load(struct cli_anchor *a, struct tdl_error *err)
{
	struct tdl_anchor_rules *r = &a->rules;
	int rc = a->key ? tdl_key_public_pem(a->key, &a->key_pem, &r->key_size, err) : 0;

	if (rc == 0 && a->roots)
		rc = file_read(a->roots, PEM_MAX, &a->roots_bytes, &r->roots_size, err);
	r->key_pem = a->key_pem;
	r->roots_pem = a->roots_bytes;
	return rc;
}

void cli_anchor_end(struct cli_anchor *a)
{
	free(a->key_pem);
	free(a->roots_bytes);
}
