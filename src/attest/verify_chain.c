/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates, revocation lists and signatures: is what the quote says signed by a key that leads
 * to the pinned root? */
#include <errno.h>
#include <string.h>

#include "attest/text.h"
#include "attest/verdict.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/hash.h"

static const char *source_root(const struct verify *s)
{
	return s->pinned.count ? "root certificate named by the user"
			       : "Intel SGX Root CA, pinned by key";
}

bool verify_root_is_pinned(const struct verify *s, const X509 *root)
{
	if (s->pinned.count)
		return cert_same_key(root, s->pinned.cert[0]);
	return cert_is_intel_root(root);
}

bool verify_dates(const struct verify *s, const X509 *cert, struct tdl_error *err)
{
	char name[CERT_NAME_SIZE], text[TIME_TEXT_SIZE];
	int64_t from, to;

	cert_common_name(X509_get_subject_name(cert), name);
	if (!cert_time(X509_get0_notBefore(cert), &from) ||
	    !cert_time(X509_get0_notAfter(cert), &to)) {
		tdl_fail(err, -EBADMSG, "certificate \"%s\": its dates cannot be read", name);
		return false;
	}
	if (s->opt->at < from) {
		tdl_fail(err, -EKEYREJECTED, "certificate \"%s\" is valid from %s", name,
			 time_text(from, text));
		return false;
	}
	if (s->opt->at > to) {
		tdl_fail(err, -EKEYREJECTED, "certificate \"%s\" expired on %s", name,
			 time_text(to, text));
		return false;
	}
	return true;
}

/* The chain of the bundle that starts with a PCK; NULL when there is none. */
static const struct chain_document *bundled_chain(const struct tdl_collateral *c)
{
	char name[CERT_NAME_SIZE];

	for (unsigned i = 0; c && i < c->n_chains; i++) {
		const struct certs *found = &c->chains[i].certs;

		cert_common_name(X509_get_subject_name(found->cert[0]), name);
		if (strcmp(name, "Intel SGX PCK Certificate") == 0 && found->count <= 3)
			return &c->chains[i];
	}
	return NULL;
}

static int take_chain(struct verify *s, const struct chain_document *from, struct tdl_error *err)
{
	struct known *k = known_new();
	int rc = 0;

	if (!k)
		return tdl_fail(err, -ENOMEM, "no memory for the PCK chain");
	s->known_chain = k;
	if (!from)
		rc = certs_parse(s->quote->inner, s->quote->inner_size, 3, &k->certs, err);
	else
		k->certs = from->certs;
	for (unsigned i = 0; from && i < k->certs.count; i++)
		X509_up_ref(k->certs.cert[i]);
	for (unsigned i = 0; rc == 0 && i < k->certs.count; i++)
		if (X509_digest(k->certs.cert[i], EVP_sha256(), k->cert_digest[i], NULL) != 1)
			rc = tdl_fail(err, -EIO, "libcrypto cannot hash a certificate");
	return rc;
}

/* The chain inside the quote, or for certification data without one, a chain of the bundle; taken
 * from what is known when the same one was good before. */
static int find_chain(struct verify *s, struct fact_key *ret_key, bool *ret_proven,
		      struct tdl_error *err)
{
	bool embedded = s->quote->inner_type == CERT_PCK_CHAIN;
	const struct chain_document *from = embedded ? NULL : bundled_chain(s->opt->collateral);

	if (!embedded && !from)
		return tdl_fail(err, -EOPNOTSUPP, "certification data of type %u has no PCK chain, "
				"and the collateral has none either", s->quote->inner_type);
	*ret_key = (struct fact_key){ .kind = FACT_CHAIN };
	if (embedded)
		sha256(s->quote->inner, s->quote->inner_size, ret_key->digest[0]);
	else
		memcpy(ret_key->digest[0], from->digest, SHA256_SIZE);
	ret_key->digest[1][0] = embedded; /* read by other rules than a file */
	s->known_chain = facts_find(s->opt->cache, ret_key);
	*ret_proven = s->known_chain != NULL;
	return *ret_proven ? 0 : take_chain(s, from, err);
}

/* Roles by position and common name: any certificate under the root would make a valid path. */
static int check_roles(const struct certs *chain, struct tdl_error *err)
{
	static const char *const roles[3][2] = {
		{ "Intel SGX PCK Certificate", NULL },
		{ "Intel SGX PCK Platform CA", "Intel SGX PCK Processor CA" },
		{ "Intel SGX Root CA", NULL },
	};
	char name[CERT_NAME_SIZE];

	if (chain->count != 3)
		return tdl_fail(err, -EBADMSG, "the PCK chain has %u certificates; leaf, CA and "
				"root are expected", chain->count);
	for (unsigned i = 0; i < 3; i++) {
		cert_common_name(X509_get_subject_name(chain->cert[i]), name);
		if (strcmp(name, roles[i][0]) != 0 &&
		    (!roles[i][1] || strcmp(name, roles[i][1]) != 0))
			return tdl_fail(err, -EKEYREJECTED, "certificate %u is \"%s\", expected is "
					"\"%s\"", i, name, roles[i][0]);
		if (!cert_key_is_p256(chain->cert[i]))
			return tdl_fail(err, -EKEYREJECTED, "the key of \"%s\" is not on P-256",
					name);
	}
	return 0;
}

/* No chain: what would have been judged by it. */
static void without_chain(struct verify *s)
{
	verdict_add(s->v, "root", TDL_STATE_NOT_DONE, source_root(s), "no PCK chain");
	verdict_add(s->v, "pck-chain", TDL_STATE_NOT_DONE, source_root(s), "no PCK chain");
	s->chain.count = 0;
}

void verify_chain(struct verify *s)
{
	struct fact_key key;
	struct tdl_error err = { 0 };
	bool proven = false;
	int rc = find_chain(s, &key, &proven, &err);

	if (rc == 0)
		s->chain = s->known_chain->certs;
	if (rc == 0 && !proven)
		rc = check_roles(&s->chain, &err);
	if (!verdict_judge(s->v, "pck-chain-format", rc, &err, "")) {
		without_chain(s);
		return;
	}
	s->root_good = verify_root_is_pinned(s, s->chain.cert[2]);
	verdict_add(s->v, "root", s->root_good ? TDL_STATE_PASSED : TDL_STATE_FAILED,
		    source_root(s), "%s",
		    s->root_good ? "" : "the key of the chain's root is not the trusted one");
	int path = proven ? 0 : certs_verify_path(&s->chain, s->chain.cert[2], &err);
	rc = path;
	for (unsigned i = 0; rc == 0 && i < 3; i++)
		rc = verify_dates(s, s->chain.cert[i], &err) ? 0 : -EKEYREJECTED;
	verdict_judge(s->v, "pck-chain", rc, &err, source_root(s));
	rc = proven ? 0 : pck_from_cert(s->chain.cert[0], &s->known_chain->pck, &err);
	s->has_pck = verdict_judge(s->v, "sgx-extension", rc, &err, "");
	s->pck = s->known_chain->pck;
	if (!proven && path == 0 && rc == 0)
		facts_keep(s->opt->cache, &key, s->known_chain);
}

/* Did this certificate sign the list? It is the one at a place of the chain. */
static bool signed_crl(const struct verify *s, const struct crl_document *d, unsigned place)
{
	struct fact_key key = { .kind = FACT_CRL };

	memcpy(key.digest[0], d->digest, SHA256_SIZE);
	memcpy(key.digest[1], s->known_chain->cert_digest[place], SHA256_SIZE);
	if (facts_has(s->opt->cache, &key))
		return true;
	if (X509_CRL_verify(d->crl, X509_get0_pubkey(s->chain.cert[place])) != 1)
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
	int64_t best_time = 0, time = 0;

	for (unsigned i = 0; c && i < c->n_crls; i++) {
		X509_CRL *crl = c->crls[i].crl;

		if (X509_NAME_cmp(X509_CRL_get_issuer(crl), issuer) != 0 ||
		    !signed_crl(s, &c->crls[i], place))
			continue;
		if (!cert_time(X509_CRL_get0_lastUpdate(crl), &time))
			continue;
		if (!best || time > best_time) {
			best = &c->crls[i];
			best_time = time;
		}
	}
	return best;
}

static int check_crl_dates(const struct verify *s, const X509_CRL *crl, struct tdl_error *err)
{
	char text[TIME_TEXT_SIZE];
	int64_t from, to;

	if (!cert_time(X509_CRL_get0_lastUpdate(crl), &from) ||
	    !cert_time(X509_CRL_get0_nextUpdate(crl), &to))
		return tdl_fail(err, -EBADMSG, "its dates cannot be read");
	if (s->policy->max_crl_age && s->opt->at > from &&
	    seconds_to_days(s->opt->at - from) > s->policy->max_crl_age)
		return tdl_fail(err, -EKEYREJECTED, "issued on %s, older than %u days",
				time_text(from, text), s->policy->max_crl_age);
	if (s->policy->allow_expired)
		return 0;
	if (s->opt->at < from)
		return tdl_fail(err, -EKEYREJECTED, "valid from %s", time_text(from, text));
	if (s->opt->at > to)
		return tdl_fail(err, -EKEYREJECTED, "expired on %s", time_text(to, text));
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
	verdict_judge(s->v, name, check_crl_dates(s, found->crl, &err), &err, found->file);
	return found;
}

static bool is_revoked(const struct crl_document *crl, X509 *cert, struct tdl_error *err)
{
	X509_REVOKED *entry = NULL;
	char name[CERT_NAME_SIZE], serial[CERT_NAME_SIZE];

	if (!crl || X509_CRL_get0_by_cert(crl->crl, &entry, cert) != 1)
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

/* SHA-256(key || authentication data), then zeros, in the QE's report data. */
static int check_binding(const struct tdl_quote *q, struct tdl_error *err)
{
	enum { REPORT_DATA_AT = 320 };
	uint8_t digest[64] = { 0 };
	size_t size = 0;
	uint8_t joined[64 + UINT16_MAX];

	memcpy(joined, q->key, P256_SIZE);
	if (q->auth_size)
		memcpy(joined + P256_SIZE, q->auth, q->auth_size);
	int rc = hash_named("SHA256", joined, P256_SIZE + (size_t)q->auth_size, digest, &size, err);
	if (rc < 0)
		return rc;
	memset(digest + size, 0, sizeof(digest) - size);
	if (memcmp(digest, q->qe_report + REPORT_DATA_AT, sizeof(digest)) != 0)
		return tdl_fail(err, -EKEYREJECTED, "the QE report does not vouch for the "
				"attestation key");
	return 0;
}

/* The QE report: signed by the PCK, and vouching for the attestation key. Learnt once for all quotes
 * of one quoting enclave. */
static void check_enclave(struct verify *s)
{
	const struct tdl_quote *q = s->quote;
	struct fact_key key = { .kind = FACT_QE };
	struct tdl_error err = { 0 };
	bool has_chain = s->chain.count == 3, good = true;

	if (has_chain) {
		enum { TYPE_AND_SIZE = 6 };

		/* From the attestation key to the end of the authentication data. */
		sha256(q->key, (size_t)(q->inner - TYPE_AND_SIZE - q->key), key.digest[0]);
		memcpy(key.digest[1], s->known_chain->cert_digest[0], SHA256_SIZE);
		s->known_qe = facts_find(s->opt->cache, &key);
	}
	bool proven = s->known_qe != NULL;
	if (!has_chain)
		verdict_add(s->v, "qe-report-signature", TDL_STATE_NOT_DONE, "PCK certificate",
			    "no PCK chain");
	else
		good = verdict_judge(s->v, "qe-report-signature",
				     proven ? 0
					    : p256_verify(X509_get0_pubkey(s->chain.cert[0]),
							  q->qe_report, QE_REPORT_SIZE,
							  q->qe_signature, &err),
				     &err, "PCK certificate");
	good &= verdict_judge(s->v, "key-binding", proven ? 0 : check_binding(q, &err), &err,
			      "QE report");
	if (proven)
		return;
	s->known_qe = known_new();
	if (s->known_qe && p256_key(q->key, &s->known_qe->key, NULL) == 0 && has_chain && good)
		facts_keep(s->opt->cache, &key, s->known_qe);
}

void verify_signatures(struct verify *s)
{
	const struct tdl_quote *q = s->quote;
	struct tdl_error err = { 0 };
	int rc;

	check_enclave(s);
	if (!s->known_qe)
		rc = tdl_fail(&err, -ENOMEM, "no memory for the attestation key");
	else if (!s->known_qe->key)
		rc = tdl_fail(&err, -EKEYREJECTED, "the key is not a point of P-256");
	else
		rc = p256_verify(s->known_qe->key, q->bytes, q->signed_size, q->signature, &err);
	verdict_judge(s->v, "quote-signature", rc, &err, "attestation key");
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

/* Is this a chain of the TCB signer's, and did the signer sign the text? Whether the root is the
 * trusted one, dates and revocation are judged elsewhere. */
static int check_signature(const struct certs *found, X509 *root, const struct signed_text *t,
			   struct tdl_error *err)
{
	struct certs path = *found;
	char name[CERT_NAME_SIZE];

	cert_common_name(X509_get_subject_name(found->cert[0]), name);
	if (strcmp(name, "Intel SGX TCB Signing") != 0)
		return tdl_fail(err, -EKEYREJECTED, "the signer is \"%s\", expected is \"Intel SGX "
				"TCB Signing\"", name);
	if (!root || found->count > 2)
		return tdl_fail(err, -EBADMSG, "the signer's chain has %u certificates",
				found->count);
	path.count = 1;
	int rc = certs_verify_path(&path, root, err);
	if (rc < 0)
		return rc;
	if (!cert_key_is_p256(found->cert[0]))
		return tdl_fail(err, -EKEYREJECTED, "the signer's key is not on P-256");
	return p256_verify(X509_get0_pubkey(found->cert[0]), t->span.text, t->span.size,
			   t->signature, err);
}

/* All that is to be said about one chain as the signer of a text. */
static int check_signer(const struct verify *s, const struct chain_document *found,
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
		int rc = check_signature(&found->certs, root, t, err);

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
static int check_signed(const struct verify *s, const struct signed_text *t,
			const char **ret_file, struct tdl_error *err)
{
	const struct tdl_collateral *c = s->opt->collateral;
	int rc = tdl_fail(err, -ENOENT, "the collateral has no chain of the TCB signer");
	bool seen_signer = false;

	*ret_file = t->file;
	for (unsigned i = 0; i < c->n_chains; i++) {
		const struct certs *found = &c->chains[i].certs;
		struct tdl_error problem = { 0 };
		char name[CERT_NAME_SIZE];

		cert_common_name(X509_get_subject_name(found->cert[0]), name);
		bool signer = strcmp(name, "Intel SGX TCB Signing") == 0;
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

static int check_document_dates(const struct verify *s, int64_t issued, int64_t next_update,
				struct tdl_error *err)
{
	char text[TIME_TEXT_SIZE];

	if (s->policy->max_collateral_age && s->opt->at > issued &&
	    seconds_to_days(s->opt->at - issued) > s->policy->max_collateral_age)
		return tdl_fail(err, -EKEYREJECTED, "issued on %s, older than %u days",
				time_text(issued, text), s->policy->max_collateral_age);
	if (s->policy->allow_expired)
		return 0;
	if (s->opt->at < issued)
		return tdl_fail(err, -EKEYREJECTED, "issued on %s, after the time of this check",
				time_text(issued, text));
	if (s->opt->at > next_update)
		return tdl_fail(err, -EKEYREJECTED, "expired on %s", time_text(next_update, text));
	return 0;
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
		rc = check_document_dates(s, issued, next_update, &err);
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
