/* SPDX-License-Identifier: BSD-2-Clause */
/* A document that carries several pieces of collateral, shown piece by piece. */
#include "attest/show.h"

#include <errno.h>
#include <string.h>

#include "attest/bundle.h"
#include "attest/der.h"

static void note(struct doc *doc, int rc, const struct tdl_error *problem)
{
	if (rc < 0)
		doc_text(doc, "note", "it cannot be read: %s", problem->text);
}

static void show_signed(struct doc *doc, const char *kind, const struct signed_text *t,
			int (*show)(struct doc *doc, const uint8_t *bytes, size_t size,
				    struct tdl_error *err))
{
	struct tdl_error err = { 0 };

	doc_object(doc, NULL);
	doc_text(doc, "kind", "%s", kind);
	note(doc, show(doc, (const uint8_t *)t->text, strlen(t->text), &err), &err);
	doc_end(doc);
}

static void show_list(struct doc *doc, const struct crl *crl)
{
	struct tdl_error err = { 0 };

	doc_object(doc, NULL);
	doc_text(doc, "kind", "%s", tdl_evidence_name(TDL_EVIDENCE_CRL));
	note(doc, show_crl(doc, crl->der, der_size(crl->der, CRL_LIMIT), &err), &err);
	doc_end(doc);
}

int show_collateral(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	const struct bundle_file file = { (char *)"", (uint8_t *)bytes, size };
	struct tdl_collateral *c = NULL;
	int rc = bundle_open(NULL, &file, 1, &c, err);

	if (rc < 0)
		return rc;
	doc_list(doc, "documents");
	for (unsigned i = 0; i < c->n_tcb; i++)
		show_signed(doc, tdl_evidence_name(TDL_EVIDENCE_TCB_INFO), &c->tcb[i].text,
			    show_tcb_info);
	for (unsigned i = 0; i < c->n_qe; i++)
		show_signed(doc, tdl_evidence_name(TDL_EVIDENCE_QE_IDENTITY), &c->qe[i].text,
			    show_qe_identity);
	for (unsigned i = 0; i < c->n_crls; i++)
		show_list(doc, &c->crls[i].crl);
	for (unsigned i = 0; i < c->n_chains; i++) {
		doc_object(doc, NULL);
		doc_text(doc, "kind", "%s", tdl_evidence_name(TDL_EVIDENCE_CERTIFICATES));
		show_chain(doc, "chain", &c->chains[i].certs);
		doc_end(doc);
	}
	doc_end(doc);
	tdl_collateral_free(c);
	return 0;
}
