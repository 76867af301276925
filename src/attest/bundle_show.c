/* SPDX-License-Identifier: BSD-2-Clause */
/* What of a bundle expires when. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attest/bundle.h"
#include "attest/doc.h"
#include "attest/text.h"

struct listing {
	struct doc *doc;
	int64_t at, warn; /* warn: seconds */
	size_t count, expired;
};

static void list(struct listing *l, const char *file, const char *what, int64_t from, int64_t to)
{
	const char *state = "valid";

	if (l->at < from)
		state = "not yet valid";
	else if (l->at > to)
		state = "expired";
	else if (to - l->at < l->warn)
		state = "expires soon";
	l->count++;
	l->expired += strcmp(state, "valid") != 0;
	doc_object(l->doc, NULL);
	doc_chars(l->doc, "file", file, strlen(file));
	doc_chars(l->doc, "what", what, strlen(what));
	doc_time(l->doc, "from", from);
	doc_time(l->doc, "to", to);
	doc_text(l->doc, "state", "%s", state);
	if (l->at <= to)
		doc_number(l->doc, "days_left", (uint64_t)seconds_to_days(to - l->at));
	doc_end(l->doc);
}

/* A document that does not parse is as bad as an expired one. */
static void list_broken(struct listing *l, const struct signed_text *t)
{
	l->count++;
	l->expired++;
	doc_object(l->doc, NULL);
	doc_chars(l->doc, "file", t->file, strlen(t->file));
	doc_text(l->doc, "state", "cannot be read: %s", t->problem.text);
	doc_end(l->doc);
}

static void list_documents(struct listing *l, const struct tdl_collateral *c)
{
	char what[64], fmspc[16] = "";

	for (unsigned i = 0; i < c->n_tcb; i++) {
		const struct tcb_document *d = &c->tcb[i];

		if (d->text.problem.code) {
			list_broken(l, &d->text);
			continue;
		}
		for (int k = 0; k < 6; k++)
			snprintf(fmspc + 2 * k, 3, "%02x", d->info.fmspc[k]);
		snprintf(what, sizeof(what), "TCB info of %s, evaluation %u", fmspc,
			 d->info.evaluation);
		list(l, d->text.file, what, d->info.issued, d->info.next_update);
	}
	for (unsigned i = 0; i < c->n_qe; i++) {
		const struct qe_document *d = &c->qe[i];

		if (d->text.problem.code) {
			list_broken(l, &d->text);
			continue;
		}
		snprintf(what, sizeof(what), "QE identity, evaluation %u", d->identity.evaluation);
		list(l, d->text.file, what, d->identity.issued, d->identity.next_update);
	}
}

static void list_crls(struct listing *l, const struct tdl_collateral *c)
{
	char what[CERT_NAME_SIZE + 16], name[CERT_NAME_SIZE];

	for (unsigned i = 0; i < c->n_crls; i++) {
		const struct crl *crl = &c->crls[i].crl;

		cert_common_name(crl->issuer, name);
		snprintf(what, sizeof(what), "CRL of %s", name);
		list(l, c->crls[i].file, what, crl->from, crl->to);
	}
}

static void list_certificates(struct listing *l, const struct tdl_collateral *c)
{
	char name[CERT_NAME_SIZE];
	int64_t from = 0, to = 0;

	for (unsigned i = 0; i < c->n_chains; i++)
		for (unsigned k = 0; k < c->chains[i].certs.count; k++) {
			const X509 *cert = c->chains[i].certs.cert[k];

			cert_common_name(X509_get_subject_name(cert), name);
			cert_time(X509_get0_notBefore(cert), &from);
			cert_time(X509_get0_notAfter(cert), &to);
			list(l, c->chains[i].file, name, from, to);
		}
}

int tdl_collateral_show(const struct tdl_collateral *collateral, int64_t at, unsigned warn_days,
			unsigned flags, char **ret_text, size_t *ret_expired,
			struct tdl_error *err)
{
	AUTO_DOC struct doc *doc = doc_new();
	struct listing l = { .doc = doc, .at = at, .warn = (int64_t)warn_days * 86400 };
	int rc;

	doc_object(doc, NULL);
	doc_time(doc, "at", at);
	doc_list(doc, "documents");
	list_documents(&l, collateral);
	list_crls(&l, collateral);
	list_certificates(&l, collateral);
	doc_end(doc);
	doc_number(doc, "not_valid", l.expired);
	doc_end(doc);
	if (l.count == 0)
		return tdl_fail(err, -ENOENT, "there is no collateral in it");
	rc = flags & TDL_RENDER_JSON ? doc_render_json(doc, false, ret_text, err)
				     : doc_render_text(doc, false, ret_text, err);
	if (rc == 0)
		*ret_expired = l.expired;
	return rc;
}
