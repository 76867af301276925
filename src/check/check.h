/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the room: rules, cases, and a case while it is judged. */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/attest_cache.h>
#include <tdlaunch/azure.h>
#include <tdlaunch/check.h>
#include <tdlaunch/collateral.h>
#include <tdlaunch/image.h>
#include <tdlaunch/log.h>

#include "check/values.h"

enum {
	WITNESSES_MAX = 64,		/* pieces of evidence that say something about a field */
	CASE_FILE_MAX = 256 << 20,	/* bytes of one piece of evidence */
	CASE_BYTES_MAX = 1 << 30,	/* bytes of all */
	REASON_MAX = 1600,		/* bytes of the text that says what was found */
};

/* A manifest and what became of its signature. */
struct reference_file {
	char *path;		       /* owned */
	struct tdl_manifest *manifest; /* owned; NULL when it is not believed */
	struct tdl_error problem;      /* why not */
};

int reference_file_open(struct reference_file *f, const char *path,
			const struct tdl_manifest_options *accept, struct tdl_error *err);
void reference_file_end(struct reference_file *f);

struct tdl_rules {
	struct tdl_rules_options opt; /* its strings and lists are the members below */
	struct tdl_collateral *collateral;
	const struct tdl_policy *policy; /* opt.policy or strict */
	struct tdl_policy *strict;	 /* owned; NULL when there is another */
	char *collateral_path, *policy_name;
	struct values expected; /* named, and computed from opt.image */
	size_t n_computed;	/* how many of them were computed */
	struct reference_file *files; /* owned */
	size_t n_files;
	uint8_t firmware[48]; /* digest of opt.image, when there is one */
};

struct tdl_check_cache {
	struct tdl_attest_cache *attest;
};

/* One piece of evidence. */
struct item {
	char *name;	/* owned: as it was named, for people and for messages */
	bool from_file; /* name is its path */
	bool named;	/* by the caller, rather than found in a directory */
	uint8_t *bytes; /* owned */
	size_t size;
	const struct kind *kind; /* NULL when it could not be read */
	struct tdl_error problem;
};

struct tdl_case {
	struct item *items; /* owned */
	size_t count, bytes, limit; /* of all items: how many bytes there are and may be */
	struct values expected; /* of this case alone */
	struct tdl_anchor_rules anchor; /* of this case alone: nonce, key and start, owned */
};

/* What is not looked into is no silence: it becomes a piece that was not read. */
int case_add_unread(struct tdl_case *c, const char *path, int code, const char *why,
		    struct tdl_error *err);

/* What one piece of evidence says about fields: the evidence's word, which is never an expected
 * value. */
struct witness {
	const char *name; /* borrowed, of the item */
	unsigned role;	  /* TDL_REQUIRE_... of its kind */
	struct value_bytes fields[FIELDS_MAX]; /* by position in the table of fields; size 0: none */
};

void witness_set(struct witness *w, const char *field, const void *bytes, size_t size);
/* What it says, or NULL. */
const struct value_bytes *witness_get(const struct witness *w, const char *field);

/* A case while it is judged. */
struct job {
	const struct tdl_rules *rules;
	const struct tdl_case *c;
	struct tdl_check_cache *cache; /* may be NULL */
	struct tdl_claims *claims;
	struct tdl_collateral *found; /* owned: collateral of the case, when the rules have none */
	struct witness *witnesses;    /* owned, WITNESSES_MAX */
	size_t n_witnesses;
	struct reference_file *files; /* owned: manifests of the case that are believed */
	size_t n_files;
	bool pinned[FIELDS_MAX]; /* fields that were compared with an expected value */
	unsigned seen;		 /* TDL_REQUIRE_... */
	const char *guest_of;	 /* the piece whose registers say nothing of the guest; borrowed */
	char guest[400];	 /* and what would */
	bool runtime_used;	 /* a register is what a run-time log gives behind an event log */
};

/* What a piece of evidence can be. A new kind is a new row in kinds.c. */
struct kind {
	const char *name; /* for people */
	unsigned role;	  /* the TDL_REQUIRE_... it is, or 0 */
	bool (*is)(const struct item *item);
	int (*judge)(struct job *j, const struct item *item, struct tdl_error *err);
};

/* Rows in the order in which a case's pieces are judged. The last one is anything. */
extern const struct kind kinds[];
extern const size_t kind_count;
const struct kind *item_kind(const struct item *item);
bool is_collateral(const struct item *item);
bool is_runtime_log(const struct item *item);

/* Judges. Each returns < 0 only when there is no memory, or libcrypto does not work. */
/* Claims about the rules themselves: what the manifests that were named are worth. */
int judge_rules(struct job *j, struct tdl_error *err);

int judge_unread(struct job *j, const struct item *item, struct tdl_error *err);
int judge_manifest(struct job *j, const struct item *item, struct tdl_error *err);
int judge_quote(struct job *j, const struct item *item, struct tdl_error *err);
int judge_report(struct job *j, const struct item *item, struct tdl_error *err);
int judge_vtpm(struct job *j, const struct item *item, struct tdl_error *err);
int judge_hcl(struct job *j, const struct item *item, struct tdl_error *err);
int judge_log(struct job *j, const struct item *item, struct tdl_error *err);
int judge_anchor(struct job *j, const struct item *item, struct tdl_error *err);
int judge_journal(struct job *j, const struct item *item, struct tdl_error *err);
int judge_events(struct job *j, const struct item *item, struct tdl_error *err);
int judge_runtime(struct job *j, const struct item *item, struct tdl_error *err);
int judge_nonce(struct job *j, const struct item *item, struct tdl_error *err);
int judge_note(struct job *j, const struct item *item, struct tdl_error *err);
int judge_policy_file(struct job *j, const struct item *item, struct tdl_error *err);
int judge_unknown(struct job *j, const struct item *item, struct tdl_error *err);

/* After the pieces: how they fit each other and what is expected, and what is missing. */
int judge_ties(struct job *j, struct tdl_error *err);
/* Registers that no event log explains. */
int judge_unlogged(struct job *j, struct tdl_error *err);
int judge_values(struct job *j, struct tdl_error *err);
int judge_references(struct job *j, struct tdl_error *err);
int judge_missing(struct job *j, struct tdl_error *err);

/* A new witness, or NULL when there are too many, which is then a claim. */
struct witness *job_witness(struct job *j, const struct item *item, struct tdl_error *err);
/* The witness that others are compared with: a quote, else a report, else a launch log. */
const struct witness *job_chief(const struct job *j);
/* What the fields of a TDREPORT say. */
struct tdl_report;
void witness_report(struct witness *w, const struct tdl_report *report);
/* The policy about what a TDREPORT of 1024 bytes that opens says. */
int report_policy(struct job *j, const struct item *item, const uint8_t *report,
		  struct tdl_error *err);
/* The registers that a vTPM's quote selects, and what it is over. */
void witness_vtpm(struct witness *w, const struct tdl_vtpm *vtpm);
/* A quote with what else there is in opt: its claims, and its word about the TD. *ret_witness may be
 * NULL afterwards. */
int judge_quote_bytes(struct job *j, const struct item *item, const void *bytes, size_t size,
		      const struct tdl_verify_options *opt, struct witness **ret_witness,
		      struct tdl_error *err);
/* What to verify quotes and reports with. */
struct tdl_verify_options job_options(const struct job *j);

/* What became of a check of a launch log or of its anchor. */
enum tdl_state log_state(enum tdl_log_status status);

/* Add a claim. Returns 0 or -ENOMEM. */
int claim(struct job *j, const struct tdl_claim *like, struct tdl_error *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
