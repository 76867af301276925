/* SPDX-License-Identifier: BSD-2-Clause */
/* Verification: the quote by itself, then the logs, then one against the other. */
#include "anchor/verdict.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/key.h"
#include "anchor/kind.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/scope.h"
#include "evlog/replay.h"

void verdict_say(struct verifying *x, enum tdl_anchor_check_id id, enum tdl_log_status status,
		 const char *fmt, ...)
{
	struct tdl_anchor_check *c = &x->v->checks[id];
	va_list ap;

	c->status = status;
	va_start(ap, fmt);
	vsnprintf(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
}

void verdict_fail(struct verifying *x, enum tdl_anchor_check_id id, const char *name,
		  const char *what)
{
	if (x->v->checks[id].status != TDL_LOG_FAILED)
		verdict_say(x, id, TDL_LOG_FAILED, "%s: %s", name, what);
}

static void say_rc(struct verifying *x, enum tdl_anchor_check_id id, int rc,
		   const struct tdl_error *why, const char *good)
{
	verdict_say(x, id, rc < 0 ? TDL_LOG_FAILED : TDL_LOG_PASSED, "%s",
		    rc < 0 ? why->text : good);
}

/* Somebody who writes logs could write two with one digest of SHA-1. */
static int need_strong(const struct verifying *x, struct tdl_error *err)
{
	for (size_t i = 0; i < x->running.count; i++)
		if (x->running.of[i].bank->size >= BANK_STRONG)
			return 0;
	return tdl_fail(err, -EKEYREJECTED, "no bank of SHA-256 or better was quoted");
}

/* A certified index must be the one whose public area is there, and be one for extending. */
static int read_index(struct verifying *x, struct tdl_error *err)
{
	int rc = nv_public_parse(x->q->nv_public.bytes, x->q->nv_public.size, &x->nv, err);

	if (rc < 0)
		return rc;
	if (x->attest.type != ST_ATTEST_NV || x->nv.index != x->q->index ||
	    x->attest.name_size != x->nv.name_size ||
	    memcmp(x->attest.name, x->nv.name, x->nv.name_size) != 0)
		return tdl_fail(err, -EBADMSG, "what the TPM signed is not this NV index");
	if (!nv_is_anchor(&x->nv) || !(x->nv.attributes & NV_WRITTEN) ||
	    x->attest.digest_size != x->nv.hash->size)
		return tdl_fail(err, -EBADMSG,
				"the NV index is not one for extending that outlives a reset");
	x->running.count = 1;
	x->running.of[0].bank = x->nv.hash;
	return 0;
}

static int read_pcr(struct verifying *x, struct tdl_error *err)
{
	if (x->attest.type != ST_ATTEST_QUOTE || x->attest.pcr != x->q->index)
		return tdl_fail(err, -EBADMSG, "what the TPM signed is not about this PCR");
	x->running.count = x->attest.bank_count;
	for (size_t i = 0; i < x->attest.bank_count; i++)
		x->running.of[i].bank = x->attest.banks[i];
	return 0;
}

static void judge_quote(struct verifying *x)
{
	struct tdl_error why = { 0 };
	char text[REGISTER_TEXT], good[100];
	int rc = quotefile_read(x->e->quote, x->e->quote_size, x->q, &why);

	if (rc == 0)
		rc = attest_parse(x->q->attest.bytes, x->q->attest.size, &x->attest, &why);
	if (rc == 0 && x->q->kind == TDL_LOG_REGISTER_NV)
		rc = read_index(x, &why);
	else if (rc == 0)
		rc = read_pcr(x, &why);
	if (rc == 0)
		rc = need_strong(x, &why);
	x->readable = rc == 0;
	snprintf(good, sizeof(good), "the TPM's words are about %s in %zu banks",
		 register_text(x->q->kind, x->q->index, text), x->running.count);
	say_rc(x, TDL_ANCHOR_CHECK_QUOTE, rc, &why, good);
	x->v->register_kind = x->q->kind;
	x->v->index = x->q->index;
}

/* A signature over a weak hash is no signature. */
static void judge_signature(struct verifying *x)
{
	const struct quotefile *q = x->q;
	struct signature s = { 0 };
	struct tdl_error why = { 0 };
	int rc = signature_parse(q->signature.bytes, q->signature.size, &s, &why);

	if (rc == 0 && s.hash->size < BANK_STRONG)
		rc = tdl_fail(&why, -EKEYREJECTED, "the signature is over %s", s.hash->name);
	if (rc == 0)
		rc = key_verify(q->key.bytes, q->key.size, &s, q->attest.bytes, q->attest.size,
				&why);
	say_rc(x, TDL_ANCHOR_CHECK_SIGNATURE, rc, &why, "the key in the quote signed it");
}

static void judge_key(struct verifying *x)
{
	struct tdl_error why = { 0 };
	bool same = false;
	int rc;

	if (!x->e->rules.key_pem) {
		verdict_say(x, TDL_ANCHOR_CHECK_KEY, TDL_LOG_NOT_DONE,
			    "no key given that is trusted: the quote's own proves nothing");
		return;
	}
	rc = key_is(x->e->rules.key_pem, x->e->rules.key_size, x->q->key.bytes, x->q->key.size,
		    &same, &why);
	if (rc == 0 && !same)
		rc = tdl_fail(&why, -EKEYREJECTED, "another key than the one that is trusted");
	say_rc(x, TDL_ANCHOR_CHECK_KEY, rc, &why, "the key is the one that is trusted");
}

static void judge_nonce(struct verifying *x)
{
	const struct attest *a = &x->attest;

	if (!x->e->rules.nonce)
		verdict_say(x, TDL_ANCHOR_CHECK_NONCE, TDL_LOG_NOT_DONE,
			    "no nonce given: the quote may be an old one");
	else if (x->e->rules.nonce_size < TDL_ANCHOR_NONCE_MIN)
		verdict_say(x, TDL_ANCHOR_CHECK_NONCE, TDL_LOG_NOT_DONE,
			    "the nonce given has less than %d bytes: others may have had it before",
			    TDL_ANCHOR_NONCE_MIN);
	else if (a->extra_size != x->e->rules.nonce_size ||
		 memcmp(a->extra, x->e->rules.nonce, a->extra_size) != 0)
		verdict_say(x, TDL_ANCHOR_CHECK_NONCE, TDL_LOG_FAILED,
			    "the quote has another nonce than the one given");
	else
		verdict_say(x, TDL_ANCHOR_CHECK_NONCE, TDL_LOG_PASSED,
			    "the quote has the nonce given");
}

/* PCR 16 and 23 are anybody's to reset, 17 to 22 those of a dynamic launch.
 * Source: TCG PC Client Platform TPM Profile, PCR attributes. */
static void judge_register(struct verifying *x)
{
	bool resettable = x->q->kind == TDL_LOG_REGISTER_PCR && x->q->index >= 16;

	if (resettable && !x->e->rules.resettable)
		verdict_say(
			x, TDL_ANCHOR_CHECK_REGISTER, TDL_LOG_NOT_DONE,
			"PCR %u can be reset and extended anew while the TPM runs, without a trace",
			x->q->index);
	else if (resettable)
		verdict_say(x, TDL_ANCHOR_CHECK_REGISTER, TDL_LOG_PASSED,
			    "PCR %u can be reset while the TPM runs, which is accepted",
			    x->q->index);
	else if (x->q->kind == TDL_LOG_REGISTER_NV)
		verdict_say(x, TDL_ANCHOR_CHECK_REGISTER, TDL_LOG_PASSED,
			    "NV index 0x%x starts anew only when the TPM's owner removes it",
			    x->q->index);
	else
		verdict_say(x, TDL_ANCHOR_CHECK_REGISTER, TDL_LOG_PASSED,
			    "PCR %u starts anew only when the TPM is reset", x->q->index);
}

static int gives_what_was_signed(const struct verifying *x, const struct bank_values *values,
				 bool *ret, struct tdl_error *err)
{
	struct signature s = { 0 };

	*ret = false;
	if (signature_parse(x->q->signature.bytes, x->q->signature.size, &s, NULL) < 0)
		return 0;
	return attest_gives(&x->attest, s.hash, values, ret, err);
}

static void keep_value(struct verifying *x, const struct bank_values *values)
{
	const struct bank_value *v = values_find(values, bank_named("sha384", 6));

	x->v->has_value = v;
	if (v)
		memcpy(x->v->value, v->digest, sizeof(x->v->value));
}

static void say_differs(struct verifying *x)
{
	char ours[2 * BANK_DIGEST_MAX + 1], theirs[2 * BANK_DIGEST_MAX + 1];
	const struct bank_value *last = &x->running.of[x->running.count - 1];
	const struct bank_value *said = values_find(&x->q->values, last->bank);

	verdict_say(x, TDL_ANCHOR_CHECK_VALUE, TDL_LOG_FAILED,
		    "the records give %s %s, the TPM said %s: a log was changed or is missing, or "
		    "somebody else extended the register",
		    last->bank->name, hex_encode(last->digest, last->bank->size, ours),
		    said ? hex_encode(said->digest, said->bank->size, theirs) : "otherwise");
}

static int judge_value(struct verifying *x, struct tdl_error *err)
{
	bool same = false;
	int rc;

	if (!x->replayed || x->e->count == 0) {
		verdict_say(x, TDL_ANCHOR_CHECK_VALUE, TDL_LOG_NOT_DONE,
			    "not all logs could be replayed");
		return 0;
	}
	rc = gives_what_was_signed(x, &x->running, &same, err);
	if (rc == 0 && !same && x->has_one_more) {
		rc = gives_what_was_signed(x, &x->one_more, &same, err);
		if (same)
			x->running = x->one_more;
	}
	if (rc < 0)
		return rc;
	keep_value(x, &x->running);
	if (same)
		verdict_say(x, TDL_ANCHOR_CHECK_VALUE, TDL_LOG_PASSED,
			    "the records give what the TPM signed, in %zu banks", x->running.count);
	else
		say_differs(x);
	return 0;
}

static void judge_tpm(struct verifying *x)
{
	char text[KIND_TEXT];

	x->v->kind = kind_of(x->q, x->e->rules.roots_pem, x->e->rules.roots_size, text);
	verdict_say(x, TDL_ANCHOR_CHECK_TPM,
		    x->v->kind >= x->e->rules.lowest ? TDL_LOG_PASSED : TDL_LOG_NOT_DONE, "%s: %s",
		    tdl_tpm_kind_name(x->v->kind), text);
}

static enum tdl_log_answer answer(const struct verifying *x)
{
	bool missing = false;

	for (size_t i = 0; i < TDL_ANCHOR_CHECKS; i++) {
		if (x->v->checks[i].status == TDL_LOG_FAILED)
			return TDL_LOG_NO;
		if (i != TDL_ANCHOR_CHECK_FIRMWARE || x->e->image)
			missing |= x->v->checks[i].status == TDL_LOG_NOT_DONE;
	}
	return missing ? TDL_LOG_CANNOT_TELL : TDL_LOG_YES;
}

static int judge(struct verifying *x, struct tdl_error *err)
{
	int rc;

	judge_quote(x);
	if (!x->readable) {
		for (int i = 1; i < TDL_ANCHOR_CHECKS; i++)
			verdict_say(x, (enum tdl_anchor_check_id)i, TDL_LOG_NOT_DONE,
				    "the quote cannot be read");
		return 0;
	}
	judge_signature(x);
	judge_key(x);
	judge_nonce(x);
	judge_register(x);
	judge_tpm(x);
	rc = verdict_logs(x, err);
	return rc < 0 ? rc : judge_value(x, err);
}

/* All but the firmware. */
struct rest {
	struct verifying *x;
	int rc;
	struct tdl_error err;
};

static void judge_rest(void *ctx)
{
	struct rest *rest = ctx;

	rest->rc = judge(rest->x, &rest->err);
}

/* Comparing logs with the firmware is most of the work and keeps all CPUs busy; the rest is one job
 * more for them. */
static int judge_all(struct verifying *x, struct tdl_error *err)
{
	AUTO_FREE struct firmware_result *results = NULL;
	struct rest rest = { .x = x };
	struct replay_beside beside = { .run = judge_rest, .ctx = &rest };

	if (x->e->image) {
		results = calloc(x->e->count + 1, sizeof(*results));
		if (!results)
			return tdl_fail(err, -ENOMEM, "no memory to verify %zu logs", x->e->count);
		firmware_verify(x->e, &beside, results);
	} else {
		judge_rest(&rest);
	}
	if (rest.rc == 0)
		return verdict_firmware(x, results, err);
	if (err)
		*err = rest.err;
	return rest.rc;
}

int tdl_anchor_verify(const struct tdl_anchor_evidence *evidence,
		      struct tdl_anchor_verdict *ret_verdict, struct tdl_error *err)
{
	static const char *const names[TDL_ANCHOR_CHECKS] = {
		"quote", "signature", "key",   "nonce", "register", "start",
		"logs",	 "chain",     "value", "clock", "tpm",	    "firmware",
	};
	AUTO_FREE struct quotefile *q = calloc(1, sizeof(*q));
	struct tdl_anchor_verdict verdict = { 0 };
	struct verifying x = { .e = evidence, .v = &verdict, .q = q };
	int rc;

	if (!q)
		return tdl_fail(err, -ENOMEM, "no memory for a quote");
	for (size_t i = 0; i < TDL_ANCHOR_CHECKS; i++)
		verdict.checks[i].name = names[i];
	rc = judge_all(&x, err);
	if (rc < 0)
		return rc;
	verdict.answer = answer(&x);
	*ret_verdict = verdict;
	return 0;
}
