/* SPDX-License-Identifier: BSD-2-Clause */
/* Checking all evidence about a TD at once: what there is - launch log, TDREPORT, quote, collateral,
 * event log, signed manifests - is verified, tied together and compared with what is expected, and
 * the outcome is a list of claims. Rules are made once; many threads may judge cases by them. */
#ifndef TDLAUNCH_CHECK_H
#define TDLAUNCH_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/anchor.h>
#include <tdlaunch/error.h>
#include <tdlaunch/export.h>
#include <tdlaunch/manifest.h>
#include <tdlaunch/policy.h>
#include <tdlaunch/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_image;
struct tdl_rules;	/* opaque: what is expected, and how to judge */
struct tdl_case;	/* opaque: the evidence about one TD */
struct tdl_claims;	/* opaque: the outcome */
struct tdl_check_cache; /* opaque: what many cases share */

#define TDL_CASE_FILES_MAX 512u /* pieces of evidence in one case */

/* Kinds of evidence that can be asked for. One that is asked for and missing is "not done", so that
 * nobody gets a better answer by leaving it out. */
#define TDL_REQUIRE_QUOTE     1u
#define TDL_REQUIRE_REPORT    2u
#define TDL_REQUIRE_LOG	      4u
#define TDL_REQUIRE_EVENT_LOG 8u
#define TDL_REQUIRE_ANCHOR    16u

/**
 * enum tdl_claim_kind - what a claim is about
 * @TDL_CLAIM_INPUT:     a file: could it be read, is it known?
 * @TDL_CLAIM_MANIFEST:  a manifest: does its signature verify?
 * @TDL_CLAIM_QUOTE:     a quote: is it signed by a genuine platform?
 * @TDL_CLAIM_TCB:       the platform: is it up to date, by collateral?
 * @TDL_CLAIM_POLICY:    a quote or report: does it obey the policy?
 * @TDL_CLAIM_REPORT:    a TDREPORT: is it consistent?
 * @TDL_CLAIM_LOG:       a launch log: is it right?
 * @TDL_CLAIM_EVENT_LOG: an event log: does its text fit its digests?
 * @TDL_CLAIM_TIE:       two pieces of evidence: do they say the same?
 * @TDL_CLAIM_VALUE:     a field: is it the expected value?
 * @TDL_CLAIM_REQUIRED:  evidence or expectations that are missing
 * @TDL_CLAIM_ANCHOR:    an anchor of a log: does the TPM vouch for it?
 */
enum tdl_claim_kind {
	TDL_CLAIM_INPUT,
	TDL_CLAIM_MANIFEST,
	TDL_CLAIM_QUOTE,
	TDL_CLAIM_TCB,
	TDL_CLAIM_POLICY,
	TDL_CLAIM_REPORT,
	TDL_CLAIM_LOG,
	TDL_CLAIM_EVENT_LOG,
	TDL_CLAIM_TIE,
	TDL_CLAIM_VALUE,
	TDL_CLAIM_REQUIRED,
	TDL_CLAIM_ANCHOR,
};

/**
 * struct tdl_claim - one line of the outcome
 * @kind:    what it is about
 * @name:    which claim: "quote", "mrtd"; stable
 * @subject: the files it is about, for people
 * @state:   what became of it; TDL_STATE_NOT_ASKED never changes the answer
 * @source:  where the value that was compared with came from; "evidence" when two pieces of evidence
 *           were compared with each other; "" where nothing was compared
 * @reason:  what was found, for people
 * @advice:  what to do about a claim that failed or was not done; "" otherwise
 *
 * Texts are UTF-8 without control characters.
 */
struct tdl_claim {
	enum tdl_claim_kind kind;
	const char *name, *subject;
	enum tdl_state state;
	const char *source, *reason, *advice;
};

/**
 * struct tdl_rules_options - what is expected, and how to judge
 * @at:             the one clock, seconds since 1970 UTC
 * @policy:         NULL for the strict default; borrowed until tdl_rules_free()
 * @policy_name:    where it came from, "policy p.json"; NULL for the default
 * @collateral:     a directory or file of it, NULL for none but what a case has
 * @root:           a root certificate, PEM or DER, in the place of Intel's; borrowed as @policy is
 * @root_size:      bytes there
 * @min_evaluation: least tcbEvaluationDataNumber; 0 for any
 * @image:          the firmware: launch logs are replayed against it, and MRTD must be what it gives
 *                  in a flow that is known; NULL for none; borrowed
 * @expected:       values from elsewhere than the evidence, copied. Several of one field and one
 *                  source mean "one of them"; every source must be met
 * @n_expected:     how many
 * @manifests:      files of references; evidence must be as one of them says, all of it
 * @n_manifests:    how many
 * @accept:         which manifests to believe; applies to those in a case too, which are never taken
 *                  unsigned, and only when @manifests are none
 * @require:        TDL_REQUIRE_...; 0 means TDL_REQUIRE_QUOTE
 * @anchor:         what the anchor of launch logs in a TPM is compared with; borrowed as @policy is
 */
struct tdl_rules_options {
	int64_t at;
	const struct tdl_policy *policy;
	const char *policy_name;
	const char *collateral;
	const void *root;
	size_t root_size;
	uint32_t min_evaluation;
	const struct tdl_image *image;
	const struct tdl_expected *expected;
	size_t n_expected;
	const char *const *manifests;
	size_t n_manifests;
	struct tdl_manifest_options accept;
	unsigned require;
	struct tdl_anchor_rules anchor;
};

/**
 * tdl_rules_new() - prepare to judge
 * @options:   what is expected; strings are copied, @accept's are borrowed until tdl_rules_free()
 * @ret_rules: the rules, to be freed
 * @err:       why not; NULL is fine
 *
 * A manifest that cannot be believed is no failure here: each case then has a claim that says so.
 *
 * Return: 0; -EINVAL for an expected value without field, source or the field's size, or a root that
 * is no certificate; what tdl_collateral_open() says; -ENOMEM.
 */
TDL_API int tdl_rules_new(const struct tdl_rules_options *options, struct tdl_rules **ret_rules,
			  struct tdl_error *err);

/**
 * tdl_rules_free() - free rules
 * @rules: NULL is fine
 */
TDL_API void tdl_rules_free(struct tdl_rules *rules);

/**
 * tdl_case_new() - an empty case
 * @ret_case: the case, to be freed
 * @err:      why not; NULL is fine
 *
 * Return: 0, or -ENOMEM.
 */
TDL_API int tdl_case_new(struct tdl_case **ret_case, struct tdl_error *err);

/**
 * tdl_case_free() - free a case
 * @c: NULL is fine
 */
TDL_API void tdl_case_free(struct tdl_case *c);

/**
 * tdl_case_add_path() - add a file, or all files of a directory
 * @c:    the case
 * @path: what to add; copied
 * @err:  why not; NULL is fine
 *
 * Files are recognised by content. What cannot be read or is not known becomes a claim, not a
 * failure. Directories are searched two levels deep, hidden names passed over.
 *
 * Return: 0; -E2BIG beyond TDL_CASE_FILES_MAX pieces; -ENOMEM.
 */
TDL_API int tdl_case_add_path(struct tdl_case *c, const char *path, struct tdl_error *err);

/**
 * tdl_case_add_bytes() - add evidence from memory
 * @c:     the case
 * @name:  what to call it; copied
 * @bytes: the evidence; copied
 * @size:  bytes there
 * @err:   why not; NULL is fine
 *
 * Return: 0; -E2BIG beyond TDL_CASE_FILES_MAX pieces; -ENOMEM.
 */
TDL_API int tdl_case_add_bytes(struct tdl_case *c, const char *name, const void *bytes, size_t size,
			       struct tdl_error *err);

/**
 * tdl_case_expect() - a value for this case alone, for example a nonce
 * @c:        the case
 * @expected: the value, copied; it must not come from the evidence
 * @err:      why not; NULL is fine
 *
 * Return: 0; -EINVAL without field, source or the field's size; -ENOMEM.
 */
TDL_API int tdl_case_expect(struct tdl_case *c, const struct tdl_expected *expected,
			    struct tdl_error *err);

/**
 * tdl_case_anchor() - what the anchor of this case alone is compared with
 * @c:   the case
 * @own: its nonce, key and start fill in what the rules leave open; copied. NULL members are nothing,
 *       others are not looked at. As with rules, none may come from the evidence.
 * @err: why not; NULL is fine
 *
 * Return: 0; -EINVAL for a nonce that is not TDL_ANCHOR_NONCE_MIN to TDL_ANCHOR_NONCE_MAX bytes;
 * -ENOMEM.
 */
TDL_API int tdl_case_anchor(struct tdl_case *c, const struct tdl_anchor_rules *own,
			    struct tdl_error *err);

/**
 * tdl_check() - judge a case
 * @rules:      what is expected
 * @c:          the evidence
 * @cache:      what many cases share; NULL for nothing
 * @ret_claims: the outcome, to be freed; bad evidence gives one too
 * @err:        why there is none; NULL is fine
 *
 * Return: 0 whatever the outcome; -ENOMEM.
 */
TDL_API int tdl_check(const struct tdl_rules *rules, const struct tdl_case *c,
		      struct tdl_check_cache *cache, struct tdl_claims **ret_claims,
		      struct tdl_error *err);

/**
 * tdl_check_cache_new() - a cache for many cases
 * @ret_cache: the cache, to be freed; any number of threads may use it
 * @err:       why not; NULL is fine
 *
 * Keys are digests of contents, never names: a file that changes is another file.
 *
 * Return: 0, or -ENOMEM.
 */
TDL_API int tdl_check_cache_new(struct tdl_check_cache **ret_cache, struct tdl_error *err);

/**
 * tdl_check_cache_free() - free a cache
 * @cache: NULL is fine; nobody may be using it
 */
TDL_API void tdl_check_cache_free(struct tdl_check_cache *cache);

/**
 * tdl_claims_new() - an empty list, for claims of one's own
 * @ret_claims: the list, to be freed
 * @err:        why not; NULL is fine
 *
 * Return: 0, or -ENOMEM.
 */
TDL_API int tdl_claims_new(struct tdl_claims **ret_claims, struct tdl_error *err);

/**
 * tdl_claims_free() - free claims
 * @claims: NULL is fine
 */
TDL_API void tdl_claims_free(struct tdl_claims *claims);

/**
 * tdl_claims_add() - add a claim
 * @claims: the list
 * @claim:  copied; texts may be NULL, which means ""
 * @err:    why not; NULL is fine
 *
 * Control characters, those that change the direction of what follows, and what is not UTF-8 become
 * '?'.
 *
 * Return: 0; -ENOMEM, after which the list's answer is never yes.
 */
TDL_API int tdl_claims_add(struct tdl_claims *claims, const struct tdl_claim *claim,
			   struct tdl_error *err);

/**
 * tdl_claims_count() - number of claims
 * @claims: the list
 *
 * Return: the number.
 */
TDL_API size_t tdl_claims_count(const struct tdl_claims *claims);

/**
 * tdl_claims_at() - a claim
 * @claims: the list
 * @index:  below tdl_claims_count()
 *
 * Return: the claim, borrowed; NULL when @index is too large.
 */
TDL_API const struct tdl_claim *tdl_claims_at(const struct tdl_claims *claims, size_t index);

/**
 * tdl_claims_answer() - the answer
 * @claims: the list
 *
 * Return: no when a claim failed; unknown when one was not done, or when none passed; else yes.
 */
TDL_API enum tdl_answer tdl_claims_answer(const struct tdl_claims *claims);

/**
 * tdl_claims_render() - the claims in a format
 * @claims:   the list
 * @format:   a name that tdl_claims_format() gives
 * @ret_text: to be freed by the caller
 * @err:      why not; NULL is fine
 *
 * Return: 0; -EINVAL for another name; -ENOMEM.
 */
TDL_API int tdl_claims_render(const struct tdl_claims *claims, const char *format, char **ret_text,
			      struct tdl_error *err);

/**
 * tdl_claims_format() - the formats there are
 * @index: from 0 on
 *
 * Return: "text", "json", "junit", "tap" and so on, static; NULL at the end.
 */
TDL_API const char *tdl_claims_format(size_t index);

/**
 * tdl_check_request() - judge one request of a batch
 * @rules:      what is expected
 * @cache:      what many cases share; NULL for nothing
 * @root:       a directory that file names of the request are relative to and must not leave;
 *              nothing beneath it is reached through a link. NULL: relative to the working
 *              directory, and anywhere
 * @line:       a JSON object: "evidence" (a list of names of files and directories, and of objects
 *              with "name" and "hex" or "base64"), "id" (no list or object), "nonce" or
 *              "report_data" (hex), "expect" (an object of fields and their values in hex)
 * @size:       bytes there, at most 4 MiB
 * @number:     of the line, for people
 * @ret_line:   the verdict, one line of JSON with its newline, to be freed by the caller: "line",
 *              "id" as it was given, and the members of the format "json"
 * @ret_answer: the answer; unknown for a line that is no request
 * @err:        why there is no verdict; NULL is fine
 *
 * A request never names what to judge by: that is in the rules. Evidence of more than 64 MiB is not
 * read.
 *
 * Return: 0 whatever the line says; what opening @root says; -ENOMEM.
 */
TDL_API int tdl_check_request(const struct tdl_rules *rules, struct tdl_check_cache *cache,
			      const char *root, const char *line, size_t size, uint64_t number,
			      char **ret_line, enum tdl_answer *ret_answer, struct tdl_error *err);

/**
 * struct tdl_batch_options - how to work on a batch
 * @root:    as for tdl_check_request()
 * @threads: how many judge at once, at most 64; 0 for one a core
 */
struct tdl_batch_options {
	const char *root;
	unsigned threads;
};

/**
 * struct tdl_batch_counts - how a batch went
 * @requests: verdicts that were written
 * @yes:      of which so many were answered yes
 * @no:       no
 * @unknown:  cannot tell, lines that are no requests among them
 */
struct tdl_batch_counts {
	uint64_t requests, yes, no, unknown;
};

/**
 * tdl_check_batch() - judge requests as they come
 * @rules:      what is expected
 * @in:         descriptor to read requests from, one a line; lines of white space are passed over
 * @out:        descriptor to write verdicts to, one a line, in the order of the requests, each as
 *              soon as it and those before it are ready; the caller sees to SIGPIPE
 * @options:    how; NULL: as all zero
 * @ret_counts: how it went; set when writing failed, too
 * @err:        why it ended early; NULL is fine
 *
 * Memory is bounded: by 32 MiB of lines that wait, and by what each thread works on. Certificates
 * and collateral are verified once.
 *
 * Return: 0 at the end of @in; what reading, writing or opening the root said; -ENOMEM.
 */
TDL_API int tdl_check_batch(const struct tdl_rules *rules, int in, int out,
			    const struct tdl_batch_options *options,
			    struct tdl_batch_counts *ret_counts, struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
