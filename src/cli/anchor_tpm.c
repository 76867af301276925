/* SPDX-License-Identifier: BSD-2-Clause */
/* TPM options and their values. */
#include "cli/anchor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/file.h"

#define AUTH_MAX 4096 /* bytes in a file of one; the TPM's own limit is far below */

static const struct {
	const char *name, *variable;
} auths[TDL_TPM_AUTHS] = {
	[TDL_TPM_AUTH_OWNER] = { "owner", "TDLAUNCH_TPM_OWNER_AUTH" },
	[TDL_TPM_AUTH_ENDORSEMENT] = { "endorsement", "TDLAUNCH_TPM_ENDORSEMENT_AUTH" },
	[TDL_TPM_AUTH_INDEX] = { "index", "TDLAUNCH_TPM_INDEX_AUTH" },
	[TDL_TPM_AUTH_KEY] = { "key", "TDLAUNCH_TPM_KEY_AUTH" },
};

/* One newline at the end is the editor's, not part of the value. */
static int read_auth(struct cli_args *args, struct cli_tpm *t, size_t which, const char *path)
{
	struct tdl_error err = { 0 };
	uint8_t *bytes = NULL;
	size_t size = 0;

	if (file_read(path, AUTH_MAX, &bytes, &size, &err) < 0)
		return cli_usage(args, "--auth %s: %s", auths[which].name, err.text);
	if (size > 0 && bytes[size - 1] == '\n')
		size--;
	free(t->from_file[which]);
	t->from_file[which] = bytes;
	t->tpm.auth[which].bytes = bytes;
	t->tpm.auth[which].size = size;
	return 0;
}

static int take_auth(struct cli_args *args, struct cli_tpm *t)
{
	static const char *const words[] = { "owner", "endorsement", "index", "key", NULL };
	const char *equals = strchr(args->value, '=');
	char word[32] = "";
	size_t n = equals ? (size_t)(equals - args->value) : 0;

	if (!equals || n >= sizeof(word))
		return cli_usage(args, "--auth takes WHAT=FILE, as in owner=owner.auth");
	memcpy(word, args->value, n);
	for (size_t i = 0; i < ARRAY_SIZE(auths); i++)
		if (strcmp(word, auths[i].name) == 0)
			return read_auth(args, t, i, equals + 1);
	return cli_bad_word(args, "--auth", word, words);
}

bool cli_tpm_option(struct cli_args *args, int opt, struct cli_tpm *t, int *ret_rc)
{
	*ret_rc = 0;
	if (opt == CLI_OPT_TCTI)
		t->tpm.tcti = args->value;
	else if (opt == CLI_OPT_AUTH)
		*ret_rc = take_auth(args, t);
	else
		return false;
	return true;
}

void cli_tpm_environment(struct cli_tpm *t)
{
	if (!t->tpm.tcti)
		t->tpm.tcti = getenv("TDLAUNCH_TPM_TCTI");
	for (size_t i = 0; i < ARRAY_SIZE(auths); i++) {
		const char *value = getenv(auths[i].variable);

		if (!value || t->tpm.auth[i].bytes)
			continue;
		t->tpm.auth[i].bytes = value;
		t->tpm.auth[i].size = strlen(value);
	}
}

/* Values are secrets: they do not stay behind in memory that is given back. */
void cli_tpm_end(struct cli_tpm *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(auths); i++) {
		if (t->from_file[i])
			explicit_bzero(t->from_file[i], t->tpm.auth[i].size);
		free(t->from_file[i]);
		t->from_file[i] = NULL;
	}
}

int cli_nonce(const char *text, uint8_t nonce[TDL_ANCHOR_NONCE_MAX], size_t *ret_size,
	      struct tdl_error *err)
{
	size_t n = strlen(text) / 2;
	int rc;

	if (n < TDL_ANCHOR_NONCE_MIN || n > TDL_ANCHOR_NONCE_MAX)
		return tdl_fail(err, -EINVAL, "a nonce has %d to %d bytes, in hex",
				TDL_ANCHOR_NONCE_MIN, TDL_ANCHOR_NONCE_MAX);
	rc = cli_parse_bytes(text, nonce, n, err);
	*ret_size = n;
	return rc;
}

char *cli_journal_path(const char *log)
{
	char *path = NULL;

	return asprintf(&path, "%s%s", log, TDL_ANCHOR_JOURNAL) < 0 ? NULL : path;
}
