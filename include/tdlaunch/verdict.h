/* SPDX-License-Identifier: BSD-2-Clause */
/* Verifying a quote: a list of named checks, each passed, failed or not done, and one answer. */
#ifndef TDLAUNCH_VERDICT_H
#define TDLAUNCH_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/attest_cache.h>
#include <tdlaunch/azure.h>
#include <tdlaunch/collateral.h>
#include <tdlaunch/error.h>
#include <tdlaunch/export.h>
#include <tdlaunch/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_verdict;

/**
 * enum tdl_answer - the answer of a verdict
 * @TDL_ANSWER_YES:     everything required was checked and is so
 * @TDL_ANSWER_NO:      something was checked and is not so
 * @TDL_ANSWER_UNKNOWN: nothing failed, but a required check could not be done
 */
enum tdl_answer {
	TDL_ANSWER_YES,
	TDL_ANSWER_NO,
	TDL_ANSWER_UNKNOWN,
};

/**
 * enum tdl_state - what became of a check
 * @TDL_STATE_PASSED:   done, and so it is
 * @TDL_STATE_FAILED:   done, and it is not so
 * @TDL_STATE_NOT_DONE: required, but could not be done; the reason says why
 * @TDL_STATE_NOT_ASKED: there was nothing to compare with, and nobody asked for it
 */
enum tdl_state {
	TDL_STATE_PASSED,
	TDL_STATE_FAILED,
	TDL_STATE_NOT_DONE,
	TDL_STATE_NOT_ASKED,
};

/**
 * tdl_answer_name() - an answer as it is printed
 * @answer: the answer
 *
 * Return: "yes", "no" or "cannot tell". Static.
 */
TDL_API const char *tdl_answer_name(enum tdl_answer answer);

/**
 * tdl_state_name() - a state as it is printed
 * @state: the state
 *
 * Return: "passed", "failed", "not done" or "not asked". Static.
 */
TDL_API const char *tdl_state_name(enum tdl_state state);

/**
 * struct tdl_expected - a value that a field of the quote must have
 * @field:  name of the field, "mrtd", "reportdata"; of a PCR of @vtpm, "pcr7"
 * @bytes:  the value, borrowed until the call returns
 * @size:   bytes there; must be the field's
 * @source: where it came from, "signed manifest x.json", never the evidence; borrowed
 */
struct tdl_expected {
	const char *field;
	const uint8_t *bytes;
	size_t size;
	const char *source;
};

/**
 * struct tdl_verify_options - what to verify with
 * @collateral:     the bundle; NULL for none, which leaves the status unknown
 * @policy:         NULL for the strict default
 * @at:             the one clock, seconds since 1970 UTC
 * @root:           a root certificate, PEM or DER, that takes the place of Intel's; NULL for Intel's
 * @root_size:      bytes there
 * @min_evaluation: least tcbEvaluationDataNumber; 0 for any
 * @expected:       values to compare with
 * @n_expected:     how many; several for one field mean "one of them"
 * @vtpm:           the guest's part of evidence from under a paravisor; NULL for none
 * @cache:          what earlier verifications established, and where this one leaves what it did;
 *                  NULL for none. It changes the time a verdict takes, never the verdict
 */
struct tdl_verify_options {
	const struct tdl_collateral *collateral;
	const struct tdl_policy *policy;
	int64_t at;
	const void *root;
	size_t root_size;
	uint32_t min_evaluation;
	const struct tdl_expected *expected;
	size_t n_expected;
	const struct tdl_vtpm *vtpm;
	struct tdl_attest_cache *cache;
};

/**
 * struct tdl_check - one check of a verdict
 * @name:   stable name, "quote-signature"
 * @state:  what became of it
 * @reason: why, for people; "" when it passed and there is nothing to add
 * @source: where the value that was compared with came from; "" where nothing was compared
 */
struct tdl_check {
	const char *name;
	enum tdl_state state;
	const char *reason, *source;
};

/**
 * tdl_verify() - verify a TD quote
 * @bytes:       the quote, borrowed for the call
 * @size:        bytes there
 * @options:     what to verify with
 * @ret_verdict: the verdict, to be freed; a bad quote gives one too
 * @err:         why there is no verdict; NULL is fine
 *
 * Return: 0 whatever the verdict; -EINVAL for options that make no sense, -ENOMEM.
 * Source: Intel, TDX DCAP quote verification; Intel PCS API version 4.
 */
TDL_API int tdl_verify(const void *bytes, size_t size, const struct tdl_verify_options *options,
		       struct tdl_verdict **ret_verdict, struct tdl_error *err);

/**
 * tdl_verdict_free() - free a verdict
 * @verdict: NULL is fine
 */
TDL_API void tdl_verdict_free(struct tdl_verdict *verdict);

/**
 * tdl_verdict_answer() - the answer
 * @verdict: the verdict
 *
 * Return: yes, no or unknown.
 */
TDL_API enum tdl_answer tdl_verdict_answer(const struct tdl_verdict *verdict);

/**
 * tdl_verdict_check() - a check by position
 * @verdict:   the verdict
 * @index:     from 0 on
 * @ret_check: the check; its texts are borrowed
 *
 * Return: 0, or -ENOENT at the end.
 */
TDL_API int tdl_verdict_check(const struct tdl_verdict *verdict, size_t index,
			      struct tdl_check *ret_check);

/**
 * tdl_verdict_status() - a TCB status
 * @verdict: the verdict
 * @part:    "converged", "platform", "module", "qe", or "current" for the status by the second SVN
 *           of a TD report 1.5
 *
 * Return: Intel's name, "UpToDate"; NULL when there is none. Static.
 */
TDL_API const char *tdl_verdict_status(const struct tdl_verdict *verdict, const char *part);

/**
 * tdl_verdict_advisory() - a security advisory that applies
 * @verdict: the verdict
 * @index:   from 0 on
 *
 * Return: "INTEL-SA-00837", in order, borrowed; NULL at the end.
 */
TDL_API const char *tdl_verdict_advisory(const struct tdl_verdict *verdict, size_t index);

/**
 * tdl_verdict_tcb_date() - the earliest date of the chosen TCB levels
 * @verdict:  the verdict
 * @ret_time: seconds since 1970 UTC
 *
 * Return: 0, or -ENOENT when no level was chosen.
 */
TDL_API int tdl_verdict_tcb_date(const struct tdl_verdict *verdict, int64_t *ret_time);

/**
 * tdl_verdict_explain() - why a verdict is not better
 * @verdict:  the verdict
 * @flags:    TDL_RENDER_JSON or 0
 * @ret_text: the answer; the TCB status with each component that falls short of the nearest level that
 *            is up to date, since when, and the update that raises it; the checks that did not pass.
 *            To be freed
 * @err:      why not; NULL is fine
 *
 * Return: 0; -ENOMEM.
 * Source: Intel, TDX TCB info version 3, category and type of components.
 */
TDL_API int tdl_verdict_explain(const struct tdl_verdict *verdict, unsigned flags, char **ret_text,
				struct tdl_error *err);

/**
 * tdl_verdict_show() - render a verdict
 * @verdict:  the verdict
 * @flags:    TDL_RENDER_...
 * @ret_text: to be freed by the caller
 * @err:      why not; NULL is fine
 *
 * Return: 0, or -ENOMEM.
 */
TDL_API int tdl_verdict_show(const struct tdl_verdict *verdict, unsigned flags, char **ret_text,
			     struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
