/* SPDX-License-Identifier: BSD-2-Clause */
/* Taking a bundle apart: every file by its content, combined documents member by member. */
#include "attest/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/der.h"
#include "attest/text.h"
#include "base/bytes.h"
#include "base/scope.h"
#include "tdlaunch/evidence.h"

/* Room for one more element of size bytes; NULL and an error when there is none. */
static void *grow(void *array, unsigned count, size_t size, struct tdl_error *err)
{
	void *bigger = NULL;

	if (count >= BUNDLE_ITEMS_LIMIT) {
		tdl_fail(err, -E2BIG, "more than %d documents of one kind", BUNDLE_ITEMS_LIMIT);
		return NULL;
	}
	bigger = reallocarray(array, count + 1, size);
	if (!bigger)
		tdl_fail(err, -ENOMEM, "no memory for collateral");
	else
		memset((char *)bigger + count * size, 0, size);
	return bigger;
}

/* The signature beside the value of a response, which is parsed by itself. */
static int take_signature(struct signed_text *t, size_t size)
{
	AUTO_JSON struct json_object *root = NULL;
	int rc = json_load_around(t->text, size, &t->span, 1, &root, &t->problem);

	return rc < 0 ? rc
		      : json_get_hex(root, "signature", t->signature, sizeof(t->signature),
				     &t->problem);
}

/* Fill a signed text; what is wrong with it is kept, not returned. */
static int take_signed(struct signed_text *t, const char *file, const char *member,
		       const char *text, size_t size, struct tdl_error *err)
{
	t->file = strdup(file);
	t->text = malloc(size + 1);
	if (!t->file || !t->text)
		return tdl_fail(err, -ENOMEM, "no memory for collateral");
	memcpy(t->text, text, size);
	t->text[size] = '\0';
	if (json_member_span(t->text, size, member, &t->span, &t->problem) < 0)
		return 0;
	sha256(t->span.text, t->span.size, t->digest);
	take_signature(t, size);
	return 0;
}

static int add_tcb(struct tdl_collateral *c, const char *file, const char *text, size_t size,
		   struct tdl_error *err)
{
	struct tcb_document *all = grow(c->tcb, c->n_tcb, sizeof(*all), err);

	if (!all)
		return -ENOMEM;
	c->tcb = all;
	struct tcb_document *one = &all[c->n_tcb++];
	int rc = take_signed(&one->text, file, "tcbInfo", text, size, err);
	if (rc == 0 && one->text.problem.code == 0)
		tcb_info_parse(one->text.span.text, one->text.span.size, &one->info,
			       &one->text.problem);
	return rc;
}

static int add_qe(struct tdl_collateral *c, const char *file, const char *text, size_t size,
		  struct tdl_error *err)
{
	struct qe_document *all = grow(c->qe, c->n_qe, sizeof(*all), err);

	if (!all)
		return -ENOMEM;
	c->qe = all;
	struct qe_document *one = &all[c->n_qe++];
	int rc = take_signed(&one->text, file, "enclaveIdentity", text, size, err);
	if (rc == 0 && one->text.problem.code == 0)
		qe_identity_parse(one->text.span.text, one->text.span.size, &one->identity,
				  &one->text.problem);
	return rc;
}

/* A CRL that does not parse is as good as missing. */
static int add_crl(struct tdl_collateral *c, const char *file, const char *bytes, size_t size,
		   struct tdl_error *err)
{
	struct crl_document *all = grow(c->crls, c->n_crls, sizeof(*all), err);
	struct crl crl;

	if (!all)
		return -ENOMEM;
	c->crls = all;
	if (crl_open((const uint8_t *)bytes, size, &crl, NULL) < 0)
		return 0;
	all[c->n_crls].crl = crl;
	sha256(bytes, size, all[c->n_crls].digest);
	all[c->n_crls].file = strdup(file);
	return all[c->n_crls++].file ? 0 : tdl_fail(err, -ENOMEM, "no memory for collateral");
}

static int add_chain(struct tdl_collateral *c, const char *file, const char *bytes, size_t size,
		     struct tdl_error *err)
{
	struct chain_document *all = grow(c->chains, c->n_chains, sizeof(*all), err);
	AUTO_FREE char *plain = malloc(size + 1);
	struct certs certs = { 0 };

	if (!all || !plain) {
		if (all)
			c->chains = all;
		return tdl_fail(err, -ENOMEM, "no memory for collateral");
	}
	c->chains = all;
	memcpy(plain, bytes, size);
	if (size && plain[0] == '-')
		size = percent_decode(plain, size);
	if (certs_parse_known((const uint8_t *)plain, size, CERTS_LIMIT, &c->pool, &certs, NULL) <
	    0)
		return 0;
	cert_pool_add(&c->pool, &certs);
	all[c->n_chains].certs = certs;
	cert_common_name(X509_get_subject_name(certs.cert[0]), all[c->n_chains].name);
	sha256(bytes, size, all[c->n_chains].digest);
	all[c->n_chains].file = strdup(file);
	return all[c->n_chains++].file ? 0 : tdl_fail(err, -ENOMEM, "no memory for collateral");
}

/* PEM in a text: certificates from the first one on, and every list by itself. */
static int add_pem(struct tdl_collateral *c, const char *file, const struct json_span *in,
		   struct tdl_error *err)
{
	static const char cert[] = "-----BEGIN CERTIFICATE-----";
	static const char crl[] = "-----BEGIN X509 CRL-----", end[] = "-----END X509 CRL-----";
	const char *stop = in->text + in->size;
	const char *at = memmem(in->text, in->size, cert, sizeof(cert) - 1);
	int rc = at ? add_chain(c, file, at, (size_t)(stop - at), err) : 0;

	at = in->text;
	while (rc == 0 && (at = memmem(at, (size_t)(stop - at), crl, sizeof(crl) - 1)) != NULL) {
		const char *after = memmem(at, (size_t)(stop - at), end, sizeof(end) - 1);

		after = after ? after + sizeof(end) - 1 : stop;
		rc = add_crl(c, file, at, (size_t)(after - at), err);
		at = after;
	}
	return rc;
}

/* Chains as headers of a response have them, each to the end of its line. */
static int add_headers(struct tdl_collateral *c, const char *file, const struct json_span *in,
		       struct tdl_error *err)
{
	static const char cert[] = "-----BEGIN%20CERTIFICATE";
	const char *stop = in->text + in->size, *at = in->text;
	int rc = 0;

	while (rc == 0 && (at = memmem(at, (size_t)(stop - at), cert, sizeof(cert) - 1)) != NULL) {
		const char *start = at;

		while (at < stop && !is_space(*at))
			at++;
		rc = add_chain(c, file, start, (size_t)(at - start), err);
	}
	return rc;
}

/* A response with its headers: the body by itself. */
static int add_response(struct tdl_collateral *c, const struct bundle_file *f, unsigned depth,
			struct tdl_error *err)
{
	const char *text = (const char *)f->bytes, *body = memmem(text, f->size, "\r\n\r\n", 4);
	size_t gap = body ? 4 : 2;

	if (!body)
		body = memmem(text, f->size, "\n\n", 2);
	const struct json_span head = { text, body ? (size_t)(body - text) : f->size };
	int rc = add_headers(c, f->name, &head, err);
	if (rc < 0 || !body)
		return rc;
	const struct bundle_file rest = { f->name, f->bytes + head.size + gap,
					  f->size - head.size - gap };
	return bundle_add_part(c, &rest, depth + 1, err);
}

static int add_json(struct tdl_collateral *c, const struct bundle_file *f, unsigned depth,
		    struct tdl_error *err)
{
	const struct json_span all = { (const char *)f->bytes, f->size };

	if (tcb_is_response(&all, "tcbInfo"))
		return add_tcb(c, f->name, all.text, all.size, err);
	if (tcb_is_response(&all, "enclaveIdentity"))
		return add_qe(c, f->name, all.text, all.size, err);
	enum tdl_evidence kind = tdl_evidence_recognise(f->bytes, f->size);
	return kind == TDL_EVIDENCE_COLLATERAL || kind == TDL_EVIDENCE_JSON
		       ? bundle_add_document(c, f, depth, err)
		       : 0;
}

static bool starts(const struct json_span *text, const char *with)
{
	return text->size > strlen(with) && memcmp(text->text, with, strlen(with)) == 0;
}

int bundle_add_part(struct tdl_collateral *c, const struct bundle_file *file, unsigned depth,
		    struct tdl_error *err)
{
	struct bundle_file f = *file;
	struct json_span text = { (const char *)f.bytes, f.size };

	if (depth > BUNDLE_DEPTH_LIMIT)
		return 0;
	while (text.size && (is_space(*text.text) || starts(&text, "\xef\xbb\xbf"))) {
		size_t skip = is_space(*text.text) ? 1 : 3; /* a byte order mark */

		text = (struct json_span){ text.text + skip, text.size - skip };
	}
	f.bytes += f.size - text.size;
	f.size = text.size;
	/* DER is decoded once: neither takes what is the other's. */
	if (f.size && f.bytes[0] == DER_SEQUENCE) {
		unsigned before = c->n_crls;
		int rc = add_crl(c, f.name, text.text, f.size, err);

		return rc < 0 || c->n_crls > before
			       ? rc
			       : add_chain(c, f.name, text.text, f.size, err);
	}
	while (f.size && f.bytes[f.size - 1] == '\0') /* of a string of C's */
		f.size--;
	text.size = f.size;
	if (starts(&text, "{") || starts(&text, "["))
		return add_json(c, &f, depth, err);
	if (starts(&text, "HTTP/"))
		return add_response(c, &f, depth, err);
	if (memmem(text.text, text.size, "-----BEGIN ", 11))
		return add_pem(c, f.name, &text, err);
	if (memmem(text.text, text.size, "-----BEGIN%20", 13))
		return add_headers(c, f.name, &text, err);
	/* A CRL as hexadecimal digits or base64 has nothing else that would tell it. */
	return starts(&text, "30") || starts(&text, "M") ? add_crl(c, f.name, text.text, f.size, err)
							 : 0;
}

int bundle_add(struct tdl_collateral *c, const struct bundle_file *file, struct tdl_error *err)
{
	return bundle_add_part(c, file, 0, err);
}

static void end_text(struct signed_text *t)
{
	free(t->file);
	free(t->text);
}

void tdl_collateral_free(struct tdl_collateral *c)
{
	if (!c || atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	for (unsigned i = 0; i < c->n_tcb; i++) {
		end_text(&c->tcb[i].text);
		tcb_info_end(&c->tcb[i].info);
	}
	for (unsigned i = 0; i < c->n_qe; i++) {
		end_text(&c->qe[i].text);
		qe_identity_end(&c->qe[i].identity);
	}
	for (unsigned i = 0; i < c->n_crls; i++) {
		free(c->crls[i].file);
		crl_end(&c->crls[i].crl);
	}
	for (unsigned i = 0; i < c->n_chains; i++) {
		free(c->chains[i].file);
		certs_free(&c->chains[i].certs);
	}
	cert_pool_end(&c->pool);
	free(c->tcb);
	free(c->qe);
	free(c->crls);
	free(c->chains);
	free(c);
}
