/* SPDX-License-Identifier: BSD-2-Clause */
/* EAT Attestation Results. Values are those of AR4SI: 2 to 31 affirm, 32 to 95 warn, 96 and above
 * contraindicate, 0 asserts nothing. */
#include <tdlaunch/ear.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "attest/text.h"
#include "base/attr.h"
#include "base/scope.h"
#include "check/render.h"
#include "refval/key.h"
#include "refval/pki.h"
#include "refval/plain.h"

#define PROFILE "tag:github.com,2023:veraison/ear"

enum aspect { NOTHING, INSTANCE_IDENTITY, CONFIGURATION, EXECUTABLES, HARDWARE, ASPECTS };

static const char *const aspect_names[] = {
	[INSTANCE_IDENTITY] = "instance-identity",
	[CONFIGURATION] = "configuration",
	[EXECUTABLES] = "executables",
	[HARDWARE] = "hardware",
};

/* What a claim becomes; 0: when it passed, that asserts nothing by itself. */
struct part {
	enum aspect aspect;
	int passed, failed;
};

static const struct part kinds[] = {
	[TDL_CLAIM_INPUT] = { NOTHING, 0, 0 },
	[TDL_CLAIM_MANIFEST] = { NOTHING, 0, 0 },
	[TDL_CLAIM_QUOTE] = { HARDWARE, 2, 99 },
	[TDL_CLAIM_TCB] = { HARDWARE, 2, 32 },
	[TDL_CLAIM_POLICY] = { CONFIGURATION, 2, 96 },
	[TDL_CLAIM_REPORT] = { HARDWARE, 0, 99 }, /* its MAC means nothing elsewhere */
	[TDL_CLAIM_LOG] = { EXECUTABLES, 0, 99 },
	[TDL_CLAIM_EVENT_LOG] = { EXECUTABLES, 0, 99 },
	[TDL_CLAIM_TIE] = { EXECUTABLES, 0, 99 },
	[TDL_CLAIM_VALUE] = { CONFIGURATION, 2, 96 }, /* of fields that are not below */
	[TDL_CLAIM_REQUIRED] = { NOTHING, 0, 0 },
	[TDL_CLAIM_ANCHOR] = { EXECUTABLES, 0, 99 },
};

static const struct {
	const char *name;
	struct part part;
} values[] = {
	{ "mrtd", { EXECUTABLES, 3, 33 } },
	{ "rtmr0", { EXECUTABLES, 3, 33 } },
	{ "rtmr1", { EXECUTABLES, 3, 33 } },
	{ "rtmr2", { EXECUTABLES, 3, 33 } },
	{ "rtmr3", { EXECUTABLES, 3, 33 } },
	{ "firmware", { EXECUTABLES, 0, 33 } },
	{ "mrseam", { HARDWARE, 2, 97 } },
	{ "mrsignerseam", { HARDWARE, 2, 97 } },
	{ "seam_attributes", { HARDWARE, 2, 97 } },
	{ "tee_tcb_svn", { HARDWARE, 2, 32 } },
	{ "mrowner", { INSTANCE_IDENTITY, 2, 97 } },
	{ "reportdata", { INSTANCE_IDENTITY, 0, 97 } },
};

static const struct part *part_of(const struct tdl_claim *c)
{
	static const struct part nothing = { NOTHING, 0, 0 };

	for (size_t i = 0; c->kind == TDL_CLAIM_VALUE && i < ARRAY_SIZE(values); i++)
		if (strcmp(c->name, values[i].name) == 0)
			return &values[i].part;
	return (size_t)c->kind < ARRAY_SIZE(kinds) ? &kinds[c->kind] : &nothing;
}

/* What is asserted of an aspect. */
struct assertion {
	bool made;
	int value;
};

/* Worse is greater: affirming, nothing asserted, warning, contraindicated. */
static int badness(int value)
{
	return value >= 32 ? value : value == 0 ? 1 : 0;
}

static void assert_value(struct assertion *a, int value)
{
	if (!a->made || badness(value) > badness(a->value))
		a->value = value;
	a->made = true;
}

static bool passed(const struct tdl_claims *claims, const char *name)
{
	for (size_t i = 0; i < claims->count; i++)
		if (claims->list[i].kind == TDL_CLAIM_VALUE &&
		    claims->list[i].state == TDL_STATE_PASSED &&
		    strcmp(claims->list[i].name, name) == 0)
			return true;
	return false;
}

/* The worst of each aspect. Who knows the firmware alone does not know which executables were loaded
 * during boot. */
static void fold(const struct tdl_claims *claims, struct assertion ret[ASPECTS])
{
	memset(ret, 0, ASPECTS * sizeof(*ret));
	for (size_t i = 0; i < claims->count; i++) {
		const struct tdl_claim *c = &claims->list[i];
		const struct part *part = part_of(c);

		if (c->state == TDL_STATE_PASSED && part->passed)
			assert_value(&ret[part->aspect], part->passed);
		else if (c->state == TDL_STATE_FAILED)
			assert_value(&ret[part->aspect], part->failed);
		else if (c->state == TDL_STATE_NOT_DONE)
			assert_value(&ret[part->aspect], 0);
	}
	if (badness(ret[EXECUTABLES].value) == 0 &&
	    !(passed(claims, "mrtd") && passed(claims, "rtmr1") && passed(claims, "rtmr2")))
		ret[EXECUTABLES].made = false;
}

static void put_vector(FILE *out, const struct assertion all[ASPECTS])
{
	bool any = false;

	for (size_t i = NOTHING + 1; i < ASPECTS; i++) {
		if (!all[i].made)
			continue;
		fprintf(out, "%s\"%s\":%d", any ? "," : ",\"ear.trustworthiness-vector\":{",
			aspect_names[i], all[i].value);
		any = true;
	}
	fputs(any ? "}" : "", out);
}

/* The appraisal of the TD. Nobody elsewhere can rely on evidence without a genuine quote. */
static void put_appraisal(FILE *out, const struct tdl_claims *claims,
			  const struct tdl_ear_options *opt)
{
	static const char *const statuses[] = {
		[TDL_ANSWER_YES] = "affirming",
		[TDL_ANSWER_NO] = "contraindicated",
		[TDL_ANSWER_UNKNOWN] = "none",
	};
	enum tdl_answer answer = tdl_claims_answer(claims);
	struct assertion all[ASPECTS];
	char at[TIME_TEXT_SIZE];

	fold(claims, all);
	if (answer == TDL_ANSWER_YES && !all[HARDWARE].made)
		answer = TDL_ANSWER_UNKNOWN;
	fprintf(out, "{\"ear.status\":\"%s\"", statuses[answer]);
	put_vector(out, all);
	if (opt->policy) {
		fputs(",\"ear.appraisal-policy-id\":", out);
		put_json_text(out, opt->policy);
	}
	fprintf(out, ",\"tdlaunch.verdict\":{\"at\":\"%s\",", time_text(opt->at, at));
	put_claims_json(out, claims, "");
	fputs("}}", out);
}

static void put_ear(FILE *out, const struct tdl_claims *claims, const struct tdl_ear_options *opt)
{
	char nonce[(TDL_EAR_NONCE_MAX + 2) / 3 * 4 + 1];

	fprintf(out,
		"{\"eat_profile\":\"" PROFILE "\",\"iat\":%lld,\"ear.verifier-id\":"
		"{\"developer\":\"tdlaunch\",\"build\":\"tdlaunch " PACKAGE_VERSION "\"}",
		(long long)opt->issued);
	if (opt->nonce)
		fprintf(out, ",\"eat_nonce\":\"%s\"",
			base64_encode(BASE64URL, opt->nonce, opt->nonce_size, nonce));
	fputs(",\"submods\":{\"td\":", out);
	put_appraisal(out, claims, opt);
	fputs("}}", out);
}

/* base64url of bytes behind what the text already has. */
static bool append(char **text, const char *separator, const void *bytes, size_t size)
{
	size_t at = *text ? strlen(*text) : 0, n = strlen(separator);
	char *more = realloc(*text, at + n + base64_size(size) + 2);

	if (!more)
		return false;
	memcpy(more + at, separator, n);
	base64_encode(BASE64URL, bytes, size, more + at + n);
	*text = more;
	return true;
}

/* RFC 7515, compact: header.payload.signature */
static int sign(const char *payload, const char *key_name, char **ret_text, struct tdl_error *err)
{
	AUTO_CALL(scope_key) EVP_PKEY *key = NULL;
	const struct plain_algorithm *algorithm;
	AUTO_FREE uint8_t *signature = NULL;
	AUTO_FREE char *text = NULL;
	char header[64];
	size_t size = 0;
	int rc = key_private(key_name, &key, err);

	if (rc < 0)
		return rc;
	algorithm = plain_algorithm_of(key);
	if (!algorithm)
		return tdl_fail(err, -EOPNOTSUPP, "JWT has no algorithm for the key %s", key_name);
	snprintf(header, sizeof(header), "{\"alg\":\"%s\",\"typ\":\"JWT\"}", algorithm->jose);
	if (!append(&text, "", header, strlen(header)) ||
	    !append(&text, ".", payload, strlen(payload)))
		return tdl_fail(err, -ENOMEM, "no memory for a token");
	rc = plain_sign(key, PLAIN_RAW, text, strlen(text), &signature, &size, err);
	if (rc < 0)
		return rc;
	if (!append(&text, ".", signature, size))
		return tdl_fail(err, -ENOMEM, "no memory for a token");
	strcat(text, "\n");
	*ret_text = steal(text);
	return 0;
}

int tdl_ear_write(const struct tdl_claims *claims, const struct tdl_ear_options *opt,
		  char **ret_text, struct tdl_error *err)
{
	AUTO_FREE char *text = NULL;
	size_t size = 0;

	if (opt->nonce &&
	    (opt->nonce_size < TDL_EAR_NONCE_MIN || opt->nonce_size > TDL_EAR_NONCE_MAX))
		return tdl_fail(err, -EINVAL, "an attestation result holds a nonce of %u to %u bytes, "
				"not %zu", TDL_EAR_NONCE_MIN, TDL_EAR_NONCE_MAX, opt->nonce_size);
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return tdl_fail(err, -ENOMEM, "no memory for an attestation result");
	put_ear(out, claims, opt);
	if (!opt->key)
		fputc('\n', out);
	bool lost = ferror(out);
	if (fclose(out) != 0 || lost)
		return tdl_fail(err, -ENOMEM, "no memory for an attestation result");
	if (opt->key)
		return sign(text, opt->key, ret_text, err);
	*ret_text = steal(text);
	return 0;
}
