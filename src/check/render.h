/* SPDX-License-Identifier: BSD-2-Clause */
/* Claims as text: a row in render.c a format. What a program in between could take for green is the
 * one thing that every format must get right: where tests pass and fail, a claim that was not done
 * is never a pass, and an answer that no claim explains is a test of its own. */
#ifndef CHECK_RENDER_H
#define CHECK_RENDER_H

#include <stdio.h>

#include "check/claims.h"

/* Each writes the whole; the stream remembers what went wrong. */
void render_text(FILE *out, const struct tdl_claims *claims);
void render_json(FILE *out, const struct tdl_claims *claims);
void render_junit(FILE *out, const struct tdl_claims *claims);
void render_tap(FILE *out, const struct tdl_claims *claims);
void render_markdown(FILE *out, const struct tdl_claims *claims);

/* The members "answer", "counts" and "claims" of an object, a separator in front of each but the
 * first. */
void put_claims_json(FILE *out, const struct tdl_claims *claims, const char *separator);
/* UTF-8 text as a JSON string with nothing in it that ends a line anywhere. It reads the same in
 * YAML. */
void put_json_text(FILE *out, const char *text);

/* "quote", "manifest" and so on. */
const char *claim_kind_name(enum tdl_claim_kind kind);
/* Why the answer is what it is: "2 of 9 claims failed". Returns text. */
#define SUMMARY_SIZE 120
char *claims_summary(const struct tdl_claims *claims, char text[SUMMARY_SIZE]);
/* A claim that keeps the answer from being yes. */
static inline bool claim_is_bad(const struct tdl_claim *c)
{
	return c->state == TDL_STATE_FAILED || c->state == TDL_STATE_NOT_DONE;
}
/* The answer is not yes, and no claim says so by itself. */
bool claims_unexplained(const struct tdl_claims *claims);
/* Which of the claims of this name and subject a claim is, from 1 on. */
size_t claim_ordinal(const struct tdl_claims *claims, size_t index);

#endif
