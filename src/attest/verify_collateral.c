/* SPDX-License-Identifier: BSD-2-Clause */
/* What Intel publishes: revocation lists, TCB info and QE identity. Is it signed, is it valid now, and
 * which of several is meant? */
#include <errno.h>
#include <string.h>

#include "attest/certification.h"
#include "attest/text.h"
#include "attest/verdict.h"

/* Did this certificate sign the list? It is the one at a place of the chain. */
static bool signed_crl(const struct verify *s, const struct crl_document *d, unsigned place)
{
	struct fact_key key = { .kind = FACT_CRL };

	memcpy(key.digest[0], d->digest, SHA256_SIZE);
	memcpy(key.digest[1], s->known_chain->certs.digest[place], SHA256_SIZE);
	if (facts_has(s->opt->cache, &key))
		return true;
	if (!crl_is_signed(&d->crl, X509_get0_pubkey(s->chain.cert[place])))
		return false;
	facts_mark(s->opt->cache, &key);
	return true;
}

/* The newest CRL of the bundle that this certificate signed. */
static const struct crl_document *find_crl(const struct verify *s, unsigned place)
{
	X509_NAME *issuer = X509_get_subject_name(s->chain.cert[place]);
	const struct tdl_collateral *c = s->opt->collateral;
	const struct crl_document *best = NULL;

	for (unsigned i = 0; c && i < c->n_crls; i++) {
		const struct crl_document *d = &c->crls[i];

		if (X509_NAME_cmp(d->crl.issuer, issuer) == 0 && signed_crl(s, d, place) &&
		    (!best || d->crl.from > best->crl.from))
			best = d;
	}
	return best;
}

/* Is a document of the collateral valid now, and not older than the policy wants? What the policy
 * lets pass is said. */
static int check_dates(struct verify *s, const char *name, int64_t from, int64_t to,
		       uint32_t max_days, struct tdl_error *err)
{
	const int64_t day = 86400;
	char text[TIME_TEXT_SIZE];

	if (max_days && s->opt->at > from && s->opt->at - from > max_days * day)
		return tdl_fail(err, -EKEYREJECTED, "issued on %s, older than %u days",
				time_text(from, text), max_days);
	if (s->opt->at >= from && s->opt->at <= to)
		return 0;
	if (s->opt->at < from)
		tdl_fail(err, -EKEYREJECTED, "issued on %s, after the time of this check",
			 time_text(from, text));
	else
		tdl_fail(err, -EKEYREJECTED, "expired on %s", time_text(to, text));
	if (!s->policy->allow_expired)
		return -EKEYREJECTED;
	verdict_note(s->v, "%s: %s, and the policy allows that", name, err->text);
	return 0;
}

static const struct crl_document *check_crl(struct verify *s, const char *name, unsigned place)
{
	const struct crl_document *found = find_crl(s, place);
	struct tdl_error err = { 0 };

	if (!found && s->policy->allow_missing_crls) {
		verdict_note(s->v, "%s: there is none, and the policy allows that", name);
		return NULL;
	}
	if (!found) {
		verdict_add(s->v, name, TDL_STATE_FAILED, "collateral",
			    "the collateral has no list that this chain's issuer signed");
		return NULL;
	}
	int rc = check_dates(s, name, found->crl.from, found->crl.to, s->policy->max_crl_age, &err);
	verdict_judge(s->v, name, rc, &err, found->file);
	return found;
}

static bool is_revoked(const struct crl_document *crl, X509 *cert, struct tdl_error *err)
{
	char name[CERT_NAME_SIZE], serial[CERT_NAME_SIZE];

	if (!crl || !crl_lists(&crl->crl, cert))
		return false;
	tdl_fail(err, -EKEYREJECTED, "\"%s\" with serial %s is revoked by %s",
		 cert_common_name(X509_get_subject_name(cert), name),
		 cert_serial(X509_get0_serialNumber(cert), serial), crl->file);
	return true;
}

void verify_crls(struct verify *s)
{
	struct tdl_error err = { 0 };

	if (s->chain.count != 3) {
		verdict_add(s->v, "revocation", TDL_STATE_NOT_DONE, "collateral", "no PCK chain");
		return;
	}
	if (!s->opt->collateral) {
		verdict_add(s->v, "revocation", TDL_STATE_NOT_DONE, "collateral",
			    "no collateral was given");
		return;
	}
	s->root_crl = check_crl(s, "root-crl", 2);
	s->pck_crl = check_crl(s, "pck-crl", 1);
	bool revoked = is_revoked(s->pck_crl, s->chain.cert[0], &err) ||
		       is_revoked(s->root_crl, s->chain.cert[1], &err);
	if (revoked)
		verdict_judge(s->v, "revocation", -EKEYREJECTED, &err, "collateral");
	else if (s->root_crl && s->pck_crl)
		verdict_judge(s->v, "revocation", 0, NULL, "collateral");
	else if (!s->policy->allow_missing_crls)
		verdict_add(s->v, "revocation", TDL_STATE_NOT_DONE, "collateral",
			    "a revocation list is missing");
}

static const char signer_name[] = "Intel SGX TCB Signing";

static bool is_signer(const struct chain_document *d)
{
	return strcmp(d->name, signer_name) == 0;
}

/* The root that the signer's chain leads to: its own, or the one that is trusted anyway. */
static X509 *root_of_signer(const struct verify *s, const struct certs *found)
{
	if (found->count > 1)
		return found->cert[found->count - 1];
	if (s->pinned.count)
		return s->pinned.cert[0];
	return s->chain.count == 3 ? s->chain.cert[2] : NULL;
}

/* Is the TCB signer's path to the root valid? It signs two documents; certificates of the same bytes
 * are one object, so that the path is verified once. */
static int check_signer_path(struct verify *s, const struct certs *found, X509 *root,
			     struct tdl_error *err)
{
	struct certs path = *found;

	if (s->signer == found->cert[0] && s->signer_root == root)
		return 0;
	path.count = 1;
	int rc = certs_verify_path(&path, root, err);
	if (rc < 0)
		return rc;
	s->signer = found->cert[0];
	s->signer_root = root;
	return 0;
}

/* Is this a chain of the TCB signer's, and did the signer sign the text? Whether the root is the
 * trusted one, dates and revocation are judged elsewhere. */
static int check_signature(struct verify *s, const struct chain_document *d, X509 *root,
			   const struct signed_text *t, struct tdl_error *err)
{
	const struct certs *found = &d->certs;

	if (!is_signer(d))
		return tdl_fail(err, -EKEYREJECTED, "the signer is \"%s\", expected is \"%s\"",
				d->name, signer_name);
	if (!root || found->count > 2)
		return tdl_fail(err, -EBADMSG, "the signer's chain has %u certificates",
				found->count);
	int rc = check_signer_path(s, found, root, err);
	if (rc < 0)
		return rc;
	if (!cert_key_is_p256(found->cert[0]))
		return tdl_fail(err, -EKEYREJECTED, "the signer's key is not on P-256");
	return p256_verify(X509_get0_pubkey(found->cert[0]), t->span.text, t->span.size,
			   t->signature, err);
}

/* All that is to be said about one chain as the signer of a text. */
static int check_signer(struct verify *s, const struct chain_document *found,
			const struct signed_text *t, struct tdl_error *err)
{
	X509 *root = root_of_signer(s, &found->certs);
	X509 *signer = found->certs.cert[0];
	struct fact_key key = { .kind = FACT_SIGNED };

	memcpy(key.digest[0], t->digest, SHA256_SIZE);
	memcpy(key.digest[1], found->digest, SHA256_SIZE);
	if (root && found->certs.count == 1)
		X509_digest(root, EVP_sha256(), key.digest[2], NULL);
	if (!facts_has(s->opt->cache, &key)) {
		int rc = check_signature(s, found, root, t, err);

		if (rc < 0)
			return rc;
		facts_mark(s->opt->cache, &key);
	}
	if (!verify_root_is_pinned(s, root))
		return tdl_fail(err, -EKEYREJECTED, "the root of the signer's chain is not the "
				"trusted one");
	if (!s->policy->allow_expired &&
	    (!verify_dates(s, signer, err) || !verify_dates(s, root, err)))
		return -EKEYREJECTED;
	return is_revoked(s->root_crl, signer, err) ? -EKEYREJECTED : 0;
}

/* Some chain of the bundle signed the text; the last failure is reported when none did. */
static int check_signed(struct verify *s, const struct signed_text *t,
			const char **ret_file, struct tdl_error *err)
{
	const struct tdl_collateral *c = s->opt->collateral;
	int rc = tdl_fail(err, -ENOENT, "the collateral has no chain of the TCB signer");
	bool seen_signer = false;

	*ret_file = t->file;
	for (unsigned i = 0; i < c->n_chains; i++) {
		struct tdl_error problem = { 0 };
		bool signer = is_signer(&c->chains[i]);

		if (seen_signer && !signer)
			continue; /* do not let a stranger's failure hide the signer's */
		int one = check_signer(s, &c->chains[i], t, &problem);
		if (one == 0)
			return 0;
		seen_signer |= signer;
		*err = problem;
		rc = one;
	}
	return rc;
}

static void check_document(struct verify *s, const char *name, const struct signed_text *t,
			   int64_t issued, int64_t next_update)
{
	struct tdl_error err = t->problem;
	const char *file = t->file;
	int rc = err.code;

	if (rc == 0)
		rc = check_signed(s, t, &file, &err);
	if (rc == 0)
		rc = check_dates(s, name, issued, next_update, s->policy->max_collateral_age,
				 &err);
	verdict_judge(s->v, name, rc, &err, file);
}

/* For one FMSPC the newest document; of another one only when there is nothing else, so that the
 * mismatch can be reported. */
static const struct tcb_document *choose_tcb(const struct verify *s)
{
	const struct tdl_collateral *c = s->opt->collateral;
	const struct tcb_document *best = NULL;
	bool best_fits = false;

	for (unsigned i = 0; i < c->n_tcb; i++) {
		const struct tcb_document *d = &c->tcb[i];
		bool fits = d->text.problem.code == 0 && s->has_pck &&
			    memcmp(d->info.fmspc, s->pck.fmspc, 6) == 0;

		if (!best || (fits && !best_fits) ||
		    (fits == best_fits && best->text.problem.code && !d->text.problem.code) ||
		    (fits && best_fits && d->info.issued > best->info.issued)) {
			best = d;
			best_fits = fits;
		}
	}
	return best;
}

static const struct qe_document *choose_qe(const struct verify *s)
{
	const struct tdl_collateral *c = s->opt->collateral;
	const struct qe_document *best = NULL;

	for (unsigned i = 0; i < c->n_qe; i++) {
		const struct qe_document *d = &c->qe[i];

		if (!best || (best->text.problem.code && !d->text.problem.code) ||
		    (!d->text.problem.code && d->identity.issued > best->identity.issued))
			best = d;
	}
	return best;
}

void verify_collateral(struct verify *s)
{
	if (s->opt->collateral) {
		s->tcb = choose_tcb(s);
		s->qe = choose_qe(s);
	}
	if (s->tcb)
		check_document(s, "tcb-info", &s->tcb->text, s->tcb->info.issued,
			       s->tcb->info.next_update);
	else
		verdict_add(s->v, "tcb-info", TDL_STATE_NOT_DONE, "collateral",
			    "there is no TCB info for this platform");
	if (s->qe)
		check_document(s, "qe-identity", &s->qe->text, s->qe->identity.issued,
			       s->qe->identity.next_update);
	else
		verdict_add(s->v, "qe-identity", TDL_STATE_NOT_DONE, "collateral",
			    "there is no QE identity");
	if (s->tcb && s->tcb->text.problem.code)
		s->tcb = NULL;
	if (s->qe && s->qe->text.problem.code)
		s->qe = NULL;
}
