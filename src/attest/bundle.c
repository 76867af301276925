/* SPDX-License-Identifier: BSD-2-Clause */
/* Taking a bundle apart: every file by its content, combined documents member by member. */
#include "attest/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Fill a signed text; what is wrong with it is kept, not returned. */
static int take_signed(struct signed_text *t, const char *file, const char *member,
		       const char *text, size_t size, struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	int rc;

	t->file = strdup(file);
	t->text = malloc(size + 1);
	if (!t->file || !t->text)
		return tdl_fail(err, -ENOMEM, "no memory for collateral");
	memcpy(t->text, text, size);
	t->text[size] = '\0';
	rc = json_load(t->text, size, &root, &t->problem);
	if (rc == 0)
		rc = json_member_span(t->text, size, member, &t->span, &t->problem);
	if (rc == 0)
		sha256(t->span.text, t->span.size, t->digest);
	if (rc == 0)
		json_get_hex(root, "signature", t->signature, sizeof(t->signature), &t->problem);
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
	X509_CRL *crl = NULL;

	if (!all)
		return -ENOMEM;
	c->crls = all;
	if (crl_parse((const uint8_t *)bytes, size, &crl, NULL) < 0)
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
	if (certs_parse((const uint8_t *)plain, size, CERTS_LIMIT, &certs, NULL) < 0)
		return 0;
	all[c->n_chains].certs = certs;
	sha256(bytes, size, all[c->n_chains].digest);
	all[c->n_chains].file = strdup(file);
	return all[c->n_chains++].file ? 0 : tdl_fail(err, -ENOMEM, "no memory for collateral");
}

typedef int (*add_function)(struct tdl_collateral *c, const char *file, const char *text,
			    size_t size, struct tdl_error *err);

/* Members of documents that carry several pieces. */
static const struct member {
	const char *name;
	add_function add;
} members[] = {
	{ "pck_crl_issuer_chain", add_chain }, { "tcb_info_issuer_chain", add_chain },
	{ "qe_identity_issuer_chain", add_chain }, { "pck_certificate_chain", add_chain },
	{ "root_ca_crl", add_crl }, { "pck_crl", add_crl }, { "rootCaCrl", add_crl },
	{ "pckCrl", add_crl }, { "pckCrlIssuerChain", add_chain },
	{ "qeIdentityIssuerChain", add_chain }, { "tcbInfoIssuerChain", add_chain },
	{ "qeIdentity", add_qe }, { "tcbInfo", add_tcb },
};

static int add_members(struct tdl_collateral *c, const char *file, struct json_object *in,
		       struct tdl_error *err)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		struct json_object *value;
		const char *text;

		if (!json_object_object_get_ex(in, members[i].name, &value))
			continue;
		text = json_plain_text(value);
		if (!text)
			continue;
		int rc = members[i].add(c, file, text, strlen(text), err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Text and signature as members of their own: put the response together again. */
static int add_split(struct tdl_collateral *c, const char *file, struct json_object *in,
		     const char *name, const char *member, add_function add,
		     struct tdl_error *err)
{
	AUTO_FREE char *response = NULL;
	char signature_name[64];
	struct json_object *text, *signature;

	snprintf(signature_name, sizeof(signature_name), "%s_signature", name);
	if (!json_object_object_get_ex(in, name, &text) ||
	    !json_object_object_get_ex(in, signature_name, &signature) ||
	    !json_plain_text(text) || !json_plain_text(signature))
		return 0;
	int size = asprintf(&response, "{\"%s\":%s,\"signature\":\"%s\"}", member,
			    json_plain_text(text), json_plain_text(signature));
	if (size < 0) {
		response = NULL;
		return tdl_fail(err, -ENOMEM, "no memory for collateral");
	}
	return add(c, file, response, (size_t)size, err);
}

static int add_combined(struct tdl_collateral *c, const char *file, const char *text, size_t size,
			struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	struct json_object *platforms;

	if (json_load(text, size, &root, NULL) < 0)
		return 0;
	int rc = add_members(c, file, root, err);
	if (rc == 0)
		rc = add_split(c, file, root, "tcb_info", "tcbInfo", add_tcb, err);
	if (rc == 0)
		rc = add_split(c, file, root, "qe_identity", "enclaveIdentity", add_qe, err);
	if (!json_object_object_get_ex(root, "platforms", &platforms) ||
	    !json_object_is_type(platforms, json_type_array))
		return rc;
	for (size_t i = 0; rc == 0 && i < json_object_array_length(platforms); i++)
		rc = add_members(c, file, json_object_array_get_idx(platforms, i), err);
	return rc;
}

int bundle_add(struct tdl_collateral *c, const struct bundle_file *f, struct tdl_error *err)
{
	const char *text = (const char *)f->bytes;

	switch (tdl_evidence_recognise(f->bytes, f->size)) {
	case TDL_EVIDENCE_TCB_INFO:
		return add_tcb(c, f->name, text, f->size, err);
	case TDL_EVIDENCE_QE_IDENTITY:
		return add_qe(c, f->name, text, f->size, err);
	case TDL_EVIDENCE_CRL:
		return add_crl(c, f->name, text, f->size, err);
	case TDL_EVIDENCE_CERTIFICATES:
		return add_chain(c, f->name, text, f->size, err);
	case TDL_EVIDENCE_COLLATERAL:
		return add_combined(c, f->name, text, f->size, err);
	default:
		/* A CRL as hex digits has nothing else that would tell it. */
		return f->size && hex_decode((char[]){ text[0], '0', 0 }, &(uint8_t){ 0 }, 1)
			       ? add_crl(c, f->name, text, f->size, err)
			       : 0;
	}
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
		X509_CRL_free(c->crls[i].crl);
	}
	for (unsigned i = 0; i < c->n_chains; i++) {
		free(c->chains[i].file);
		certs_free(&c->chains[i].certs);
	}
	free(c->tcb);
	free(c->qe);
	free(c->crls);
	free(c->chains);
	free(c);
}
