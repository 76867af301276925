/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates and signatures: is what the quote says signed by a key that leads to the pinned
 * root? */
#include <errno.h>
#include <string.h>

#include "attest/certification.h"
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

const struct cert_pool *verify_pool(const struct verify *s)
{
	static const struct cert_pool none;

	return s->opt->collateral ? &s->opt->collateral->pool : &none;
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
	bool readable;
	int64_t from, to;

	readable = cert_time(X509_get0_notBefore(cert), &from) &&
		   cert_time(X509_get0_notAfter(cert), &to);
	if (readable && s->opt->at >= from && s->opt->at <= to)
		return true;
	cert_common_name(X509_get_subject_name(cert), name);
	if (!readable)
		tdl_fail(err, -EBADMSG, "certificate \"%s\": its dates cannot be read", name);
	else if (s->opt->at < from)
		tdl_fail(err, -EKEYREJECTED, "certificate \"%s\" is valid from %s", name,
			 time_text(from, text));
	else
		tdl_fail(err, -EKEYREJECTED, "certificate \"%s\" expired on %s", name,
			 time_text(to, text));
	return false;
}

/* The chain of the bundle that starts with a PCK; NULL when there is none. */
static const struct chain_document *bundled_chain(const struct tdl_collateral *c)
{
	for (unsigned i = 0; c && i < c->n_chains; i++)
		if (strcmp(c->chains[i].name, "Intel SGX PCK Certificate") == 0 &&
		    c->chains[i].certs.count <= 3)
			return &c->chains[i];
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
		rc = certs_parse_known(s->quote->inner, s->quote->inner_size, 3,
				       verify_pool(s), &k->certs, err);
	else
		k->certs = from->certs;
	for (unsigned i = 0; from && i < k->certs.count; i++)
		X509_up_ref(k->certs.cert[i]);
	return rc;
}

/* The chain inside the quote, or for certification data without one, a chain of the bundle; taken
 * from what is known when the same one was good before. */
static int find_chain(struct verify *s, struct fact_key *ret_key, bool *ret_proven,
		      struct tdl_error *err)
{
	bool embedded = s->quote->inner_type == CERT_PCK_CHAIN;
	const struct chain_document *from = embedded ? NULL : bundled_chain(s->opt->collateral);

	if (!embedded) {
		AUTO_CERTIFICATION struct certification named = { 0 };
		int rc = certification_parse(s->quote, &named, err);

		if (rc < 0)
			return rc;
	}
	if (!embedded && !from)
		return tdl_fail(err, -ENOENT, "certification data of type %u (%s) is no PCK chain, "
				"and the collateral has none; add that of the platform to it",
				s->quote->inner_type, certification_name(s->quote->inner_type));
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

/* No chain: what would have been judged by it. One that had to come from elsewhere and did not says
 * nothing against the quote. */
static void without_chain(struct verify *s, int rc, const struct tdl_error *err)
{
	verdict_add(s->v, "pck-chain-format",
		    rc == -ENOENT ? TDL_STATE_NOT_DONE : TDL_STATE_FAILED,
		    rc == -ENOENT ? "collateral" : "", "%s", err->text);
	verdict_add(s->v, "root", TDL_STATE_NOT_DONE, source_root(s), "no PCK chain");
	verdict_add(s->v, "pck-chain", TDL_STATE_NOT_DONE, source_root(s), "no PCK chain");
	s->chain.count = 0;
}

/* A chain that came from elsewhere must be that of the platform which the quote names. */
static void check_named(struct verify *s)
{
	AUTO_CERTIFICATION struct certification named = { 0 };
	uint16_t type = s->quote->inner_type;
	struct tdl_error err = { 0 };

	if (type == CERT_PCK_CHAIN || !s->has_pck)
		return;
	int rc = certification_parse(s->quote, &named, &err);
	if (rc == 0)
		rc = certification_names(&named, type, s->chain.cert[0], &s->pck, &err);
	verdict_judge(s->v, "certification-data", rc, &err, "PCK chain of the collateral");
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
	if (rc < 0) {
		without_chain(s, rc, &err);
		return;
	}
	verdict_judge(s->v, "pck-chain-format", 0, NULL, "");
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
	check_named(s);
}

/* SHA-256(key || authentication data), then zeros, in the QE's report data. */
static int check_binding(const struct tdl_quote *q, struct tdl_error *err)
{
	enum { REPORT_DATA_AT = 320 };
	uint8_t digest[64] = { 0 };
	uint8_t joined[64 + UINT16_MAX];

	memcpy(joined, q->key, P256_SIZE);
	if (q->auth_size)
		memcpy(joined + P256_SIZE, q->auth, q->auth_size);
	sha256(joined, P256_SIZE + (size_t)q->auth_size, digest);
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
	bool has_chain = s->chain.count == 3, good = true, proven = false;

	if (has_chain) {
		enum { TYPE_AND_SIZE = 6 };

		/* From the attestation key to the end of the authentication data. */
		sha256(q->key, (size_t)(q->inner - TYPE_AND_SIZE - q->key), key.digest[0]);
		memcpy(key.digest[1], s->known_chain->certs.digest[0], SHA256_SIZE);
		proven = facts_has(s->opt->cache, &key);
	}
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
	if (has_chain && good && !proven)
		facts_mark(s->opt->cache, &key);
}

void verify_signatures(struct verify *s)
{
	const struct tdl_quote *q = s->quote;
	struct tdl_error err = { 0 };

	check_enclave(s);
	int rc = p256_verify_point(q->key, q->bytes, q->signed_size, q->signature, &err);
	verdict_judge(s->v, "quote-signature", rc, &err, "attestation key");
}
