/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of JSON in, a line of JSON out. Whatever the line says, there is an answer to it: a line
 * that is no request is a claim that could not be checked. */
#include "check/request.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/base64.h"
#include "base/bytes.h"
#include "base/nearest.h"
#include "base/scope.h"
#include "check/beneath.h"
#include "check/render.h"

struct request {
	struct tdl_case *c;
	int root;
	const struct tdl_anchor_rules *anchor; /* what the rules say of anchors */
	bool tpm_nonce;			       /* it has one of its own */
};

static void free_case(struct tdl_case **c)
{
	tdl_case_free(*c);
}

static void free_claims(struct tdl_claims **claims)
{
	tdl_claims_free(*claims);
}

/* Text of a member that encodes bytes. -EBADMSG when it does not. */
static int decode(const char *form, const char *text, uint8_t **ret_bytes, size_t *ret_size,
		  struct tdl_error *err)
{
	size_t size = strlen(text);
	AUTO_FREE uint8_t *bytes = malloc(size + 4);
	bool good;

	if (!bytes)
		return tdl_fail(err, -ENOMEM, "no memory for evidence");
	if (strcmp(form, "hex") == 0) {
		good = size % 2 == 0 && hex_decode(text, bytes, size / 2);
		*ret_size = size / 2;
	} else {
		good = base64_decode(text, size, bytes, ret_size);
	}
	if (!good)
		return tdl_fail(err, -EBADMSG, "\"%s\" is not %s", form, form);
	*ret_bytes = steal(bytes);
	return 0;
}

/* {"name": "quote.bin", "base64": "..."} */
static int take_bytes(struct request *r, struct json_object *value, struct tdl_error *err)
{
	AUTO_FREE uint8_t *bytes = NULL;
	const char *name = NULL, *text = NULL, *form = "hex";
	struct json_object *member;
	size_t size = 0;
	int rc = json_get_text(value, "name", &name, err);

	if (rc == 0 && json_object_object_get_ex(value, "base64", &member))
		form = "base64";
	if (rc == 0)
		rc = json_get_text(value, form, &text, err);
	if (rc == 0 && json_object_object_length(value) != 2)
		rc = tdl_fail(err, -EBADMSG, "it has \"name\" and either \"hex\" or \"base64\", "
			      "nothing else");
	if (rc == 0)
		rc = decode(form, text, &bytes, &size, err);
	return rc < 0 ? rc : tdl_case_add_bytes(r->c, name, bytes, size, err);
}

static int take_evidence(struct request *r, struct json_object *value, struct tdl_error *err)
{
	size_t n = json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 0;

	if (n == 0)
		return tdl_fail(err, -EBADMSG, "it is a list of file names and of objects with "
				"bytes, not empty");
	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_array_get_idx(value, i);
		const char *name = json_plain_text(one);
		int rc;

		if (json_object_is_type(one, json_type_object))
			rc = take_bytes(r, one, err);
		else if (name && *name)
			rc = beneath_add(r->c, r->root, name, err);
		else
			rc = tdl_fail(err, -EBADMSG, "it is neither a file's name nor an object");
		if (rc < 0)
			return tdl_while(err, rc, "piece %zu", i);
	}
	return 0;
}

/* A value in hex for a field; shorter ones are filled up with zeros when they may be. */
static int take_value(struct request *r, const char *field, struct json_object *value,
		      bool shorter, const char *source, struct tdl_error *err)
{
	const char *text = json_plain_text(value);
	size_t digits = text ? strlen(text) : 0;
	int i = field_index(field);
	uint8_t bytes[VALUE_MAX] = { 0 };
	const struct tdl_expected e = { .field = field, .bytes = bytes, .source = source,
					.size = i < 0 ? 0 : fields[i].size };

	if (i < 0)
		return tdl_fail(err, -EBADMSG, "there is no such field");
	if (digits == 0 || digits % 2 || digits > 2 * e.size || (!shorter && digits != 2 * e.size) ||
	    !hex_decode(text, bytes, digits / 2))
		return tdl_fail(err, -EBADMSG, "it is not %s%zu hex digits",
				shorter ? "an even number of at most " : "", 2 * e.size);
	return tdl_case_expect(r->c, &e, err);
}

/* The nonce of a TPM's quote; *ret_size is 0 when it could not be one of a TPM. */
static int tpm_nonce_of(struct json_object *value, uint8_t ret[TDL_ANCHOR_NONCE_MAX], size_t *ret_size,
			struct tdl_error *err)
{
	const char *text = json_plain_text(value);
	size_t digits = text ? strlen(text) : 0;

	*ret_size = 0;
	if (digits % 2 || digits < 2 * TDL_ANCHOR_NONCE_MIN || digits > 2 * TDL_ANCHOR_NONCE_MAX ||
	    !hex_decode(text, ret, digits / 2))
		return tdl_fail(err, -EBADMSG, "it is not %d to %d bytes in hex",
				TDL_ANCHOR_NONCE_MIN, TDL_ANCHOR_NONCE_MAX);
	*ret_size = digits / 2;
	return 0;
}

/* One nonce does for TD and TPM, if it is long enough for one of a TPM. */
static int take_nonce(struct request *r, struct json_object *value, struct tdl_error *err)
{
	uint8_t nonce[TDL_ANCHOR_NONCE_MAX];
	struct tdl_anchor_rules own = { .nonce = nonce };
	int rc = take_value(r, "reportdata", value, true, "nonce of the request", err);

	if (rc == 0 && !r->tpm_nonce && tpm_nonce_of(value, nonce, &own.nonce_size, NULL) == 0)
		rc = tdl_case_anchor(r->c, &own, err);
	return rc;
}

/* What has been said for all requests is not a request's to say. */
static int for_all(const void *said, const char *option, struct tdl_error *err)
{
	return said ? tdl_fail(err, -EINVAL, "%s says it for all requests", option) : 0;
}

static int take_tpm_nonce(struct request *r, struct json_object *value, struct tdl_error *err)
{
	uint8_t nonce[TDL_ANCHOR_NONCE_MAX];
	struct tdl_anchor_rules own = { .nonce = nonce };
	int rc = for_all(r->anchor->nonce, "--tpm-nonce", err);

	if (rc == 0)
		rc = tpm_nonce_of(value, nonce, &own.nonce_size, err);
	r->tpm_nonce = true;
	return rc < 0 ? rc : tdl_case_anchor(r->c, &own, err);
}

static int take_tpm_key(struct request *r, struct json_object *value, struct tdl_error *err)
{
	const char *pem = json_plain_text(value);
	const struct tdl_anchor_rules own = { .key_pem = pem, .key_size = pem ? strlen(pem) : 0 };
	int rc = for_all(r->anchor->key_pem, "--tpm-key", err);

	if (rc == 0 && !pem)
		rc = tdl_fail(err, -EBADMSG, "it is not a public key in PEM");
	return rc < 0 ? rc : tdl_case_anchor(r->c, &own, err);
}

static int take_tpm_start(struct request *r, struct json_object *value, struct tdl_error *err)
{
	uint8_t start[48];
	const struct tdl_anchor_rules own = { .start = start };
	const char *text = json_plain_text(value);
	int rc = for_all(r->anchor->start, "--tpm-start", err);

	if (rc == 0 && (!text || strlen(text) != 2 * sizeof(start) ||
			!hex_decode(text, start, sizeof(start))))
		rc = tdl_fail(err, -EBADMSG, "it is not 96 hex digits");
	return rc < 0 ? rc : tdl_case_anchor(r->c, &own, err);
}

static int take_report_data(struct request *r, struct json_object *value, struct tdl_error *err)
{
	return take_value(r, "reportdata", value, false, "report data of the request", err);
}

static int take_expect(struct request *r, struct json_object *value, struct tdl_error *err)
{
	if (!json_object_is_type(value, json_type_object))
		return tdl_fail(err, -EBADMSG, "it is an object of fields and their values in hex");
	json_object_object_foreach(value, name, one)
	{
		int rc = take_value(r, name, one, false, "the request", err);

		if (rc < 0)
			return tdl_while(err, rc, "\"%s\"", name);
	}
	return 0;
}

/* The id comes back as it was written. */
static int take_id(struct request *r, struct json_object *value, struct tdl_error *err)
{
	(void)r;
	if (json_object_is_type(value, json_type_object) ||
	    json_object_is_type(value, json_type_array))
		return tdl_fail(err, -EBADMSG, "it is a text, a number, true, false or null");
	return 0;
}

static const struct member {
	const char *name;
	int (*take)(struct request *r, struct json_object *value, struct tdl_error *err);
} members[] = {
	{ "id", take_id },
	{ "evidence", take_evidence },
	{ "nonce", take_nonce },
	{ "report_data", take_report_data },
	{ "expect", take_expect },
	{ "tpm_nonce", take_tpm_nonce },
	{ "tpm_key", take_tpm_key },
	{ "tpm_start", take_tpm_start },
};

static int take_member(struct request *r, const char *name, struct json_object *value,
		       struct tdl_error *err)
{
	struct nearest near = { .word = name };

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		if (strcmp(name, members[i].name) == 0) {
			int rc = members[i].take(r, value, err);

			return rc < 0 ? tdl_while(err, rc, "\"%s\"", name) : 0;
		}
		nearest_offer(&near, members[i].name);
	}
	return tdl_fail(err, -EBADMSG, "a request has no member \"%.40s\"%s%s%s", name,
			near.found ? "; did you mean \"" : "", near.found ? near.found : "",
			near.found ? "\"?" : "");
}

/* The case that a line describes, and its id as it is written there. The id is known before anything
 * else can be wrong. */
static int parse(struct request *r, const char *text, size_t size, struct json_span *ret_id,
		 struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	struct json_span id = { 0 };
	struct json_object *member;
	int rc = json_load(text, size, &root, err);

	if (rc == 0 && !json_object_is_type(root, json_type_object))
		rc = tdl_fail(err, -EBADMSG, "a request is a JSON object");
	if (rc < 0)
		return rc;
	if (json_object_object_get_ex(root, "id", &member) && take_id(r, member, NULL) == 0 &&
	    json_member_span(text, size, "id", &id, NULL) == 0 && id.size <= ID_MAX)
		*ret_id = id;
	else if (json_object_object_get_ex(root, "id", &member))
		return tdl_fail(err, -EBADMSG, "\"id\": it is a text, a number, true, false or null "
				"of at most %d bytes", ID_MAX);
	json_object_object_foreach(root, name, value)
	{
		rc = take_member(r, name, value, err);
		if (rc < 0)
			return rc;
	}
	if (!json_object_object_get_ex(root, "evidence", &member))
		return tdl_fail(err, -EBADMSG, "\"evidence\" is missing");
	return 0;
}

/* The only claim about a line that is no request. */
static int refuse(const struct tdl_error *why, struct tdl_claims **ret_claims,
		  struct tdl_error *err)
{
	const struct tdl_claim claim = {
		.kind = TDL_CLAIM_INPUT, .name = "request", .state = TDL_STATE_NOT_DONE,
		.reason = why->text, .advice = "send a request as tdlaunch-check(1) describes it",
	};
	AUTO_CALL(free_claims) struct tdl_claims *claims = NULL;
	int rc = tdl_claims_new(&claims, err);

	if (rc == 0)
		rc = tdl_claims_add(claims, &claim, err);
	if (rc == 0)
		*ret_claims = steal(claims);
	return rc;
}

static int write_line(const struct tdl_claims *claims, const struct json_span *id, uint64_t number,
		      char **ret_line, size_t *ret_size, struct tdl_error *err)
{
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		return tdl_fail(err, -ENOMEM, "no memory for a verdict");
	fprintf(out, "{\"line\": %llu, \"id\": %.*s, ", (unsigned long long)number,
		id->text ? (int)id->size : 4, id->text ? id->text : "null");
	put_claims_json(out, claims, " ");
	fputs("}\n", out);
	bool lost = ferror(out);
	if (fclose(out) != 0 || lost)
		return tdl_fail(err, -ENOMEM, "no memory for a verdict");
	*ret_size = size;
	*ret_line = steal(line);
	return 0;
}

int request_judge(const struct desk *desk, const char *text, size_t size, uint64_t number,
		  char **ret_line, size_t *ret_size, enum tdl_answer *ret_answer,
		  struct tdl_error *err)
{
	AUTO_CALL(free_case) struct tdl_case *c = NULL;
	AUTO_CALL(free_claims) struct tdl_claims *claims = NULL;
	struct request r = { .root = desk->root, .anchor = &desk->rules->opt.anchor };
	struct tdl_error why = { 0 };
	struct json_span id = { 0 };
	int rc = tdl_case_new(&c, err);

	if (rc < 0)
		return rc;
	c->limit = REQUEST_BYTES_MAX;
	r.c = c;
	if (text)
		rc = parse(&r, text, size, &id, &why);
	else
		rc = tdl_fail(&why, -E2BIG, "the line has more than %d MiB: give evidence by its "
			      "file's name", LINE_MAX_BYTES >> 20);
	rc = rc < 0 ? refuse(&why, &claims, err) : tdl_check(desk->rules, c, desk->cache, &claims, err);
	if (rc == 0)
		rc = write_line(claims, &id, number, ret_line, ret_size, err);
	if (rc == 0)
		*ret_answer = tdl_claims_answer(claims);
	return rc;
}

int request_root(const char *path, int *ret_root, struct tdl_error *err)
{
	int fd = -1;

	if (path) {
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0) {
			int code = -errno;

			return tdl_fail(err, code, "cannot open %s: %s", path, strerror(-code));
		}
	}
	*ret_root = fd;
	return 0;
}

int tdl_check_request(const struct tdl_rules *rules, struct tdl_check_cache *cache,
		      const char *root, const char *line, size_t size, uint64_t number,
		      char **ret_line, enum tdl_answer *ret_answer, struct tdl_error *err)
{
	AUTO_CLOSE int fd = -1;
	struct desk desk = { .rules = rules, .cache = cache };
	size_t line_size = 0;
	int rc = request_root(root, &fd, err);

	if (rc < 0)
		return rc;
	desk.root = fd;
	return request_judge(&desk, line, size, number, ret_line, &line_size, ret_answer, err);
}
