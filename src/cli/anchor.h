/* SPDX-License-Identifier: BSD-2-Clause */
/* What commands that talk to a TPM share: where it is, and authorisation values, which come from
 * files or the environment and never from the command line. */
#ifndef CLI_ANCHOR_H
#define CLI_ANCHOR_H

#include <tdlaunch/anchor.h>

#include "cli/cli.h"

/* Their options; a spec lists CLI_TPM_OPTIONS. */
enum { CLI_OPT_TCTI = CLI_LONG + 300, CLI_OPT_AUTH };
#define CLI_TPM_OPTIONS                                                                            \
	{ CLI_OPT_TCTI, "tcti", "STRING", "where the TPM is, as tpm2-tss says it" },               \
	{ CLI_OPT_AUTH, "auth", "WHAT=FILE", "authorisation: owner, endorsement, index or key" }

struct cli_tpm {
	struct tdl_tpm tpm;
	uint8_t *from_file[TDL_TPM_AUTHS]; /* owned */
};

/* An option of the two. False when it is neither; else *ret_rc is 0, or not when it has been said
 * what is wrong. */
bool cli_tpm_option(struct cli_args *args, int opt, struct cli_tpm *t, int *ret_rc);
/* What the environment says, where no option did. */
void cli_tpm_environment(struct cli_tpm *t);
void cli_tpm_end(struct cli_tpm *t);
#define AUTO_TPM __attribute__((cleanup(cli_tpm_end)))

/* A nonce in hex. */
int cli_nonce(const char *text, uint8_t nonce[TDL_ANCHOR_NONCE_MAX], size_t *ret_size,
	      struct tdl_error *err);
/* What an anchor is compared with, as options give it. */
enum cli_anchor_rule {
	CLI_ANCHOR_NONCE,
	CLI_ANCHOR_KEY,
	CLI_ANCHOR_KIND,
	CLI_ANCHOR_ROOTS,
	CLI_ANCHOR_START,
	CLI_ANCHOR_RESETTABLE,
};
struct cli_anchor {
	struct tdl_anchor_rules rules;
	const char *key, *roots; /* a key by file or URI, a path */
	uint8_t nonce[TDL_ANCHOR_NONCE_MAX], start[48];
	char *key_pem;		/* owned */
	uint8_t *roots_bytes; /* owned */
};
/* The option of this name; 0, or CLI_USAGE when it has been said what is wrong. */
int cli_anchor_take(struct cli_args *args, enum cli_anchor_rule rule, const char *name,
		    struct cli_anchor *a);
/* Read the files, after which the rules are complete. */
int cli_anchor_load(struct cli_anchor *a, struct tdl_error *err);
void cli_anchor_end(struct cli_anchor *a);

/* LOG.anchor; caller frees. */
char *cli_journal_path(const char *log);

int cmd_anchor_extend(int argc, char **argv);
int cmd_anchor_quote(int argc, char **argv);
int cmd_anchor_verify(int argc, char **argv);

#endif
