/* SPDX-License-Identifier: BSD-2-Clause */
/* The requests, one a row, and what their answers must be. */
#include "fetch/fetched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/evidence.h>

#include "attest/cert.h"
#include "attest/pck.h"
#include "attest/quote.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/scope.h"
#include "fetch/answer.h"
#include "fetch/header.h"

static const struct request {
	enum place place;
	const char *what, *file;
	enum tdl_evidence kind;
	const char *chain_header, *chain_file; /* NULL when the answer carries no chain */
} requests[] = {
	{ PLACE_TCB_INFO, "TCB info", "tcb_info.json", TDL_EVIDENCE_TCB_INFO,
	  "TCB-Info-Issuer-Chain", "tcb_info_issuer_chain.pem" },
	{ PLACE_QE_IDENTITY, "QE identity", "qe_identity.json", TDL_EVIDENCE_QE_IDENTITY,
	  "SGX-Enclave-Identity-Issuer-Chain", "qe_identity_issuer_chain.pem" },
	{ PLACE_PCK_CRL, "PCK CRL", "pck.crl", TDL_EVIDENCE_CRL, "SGX-PCK-CRL-Issuer-Chain",
	  "pck_crl_issuer_chain.pem" },
	{ PLACE_ROOT_CRL, "root CRL", "root.crl", TDL_EVIDENCE_CRL, NULL, NULL },
};

/* A platform, as the quote's own certificate names it. What it says is not believed: the worst that
 * a forged one does is to fetch another platform's documents, which then do not fit. */
static int find_platform(struct tdl_fetched *f, const void *bytes, size_t size,
			 struct tdl_error *err)
{
	AUTO_QUOTE struct tdl_quote *quote = NULL;
	AUTO_CERTS struct certs chain = { 0 };
	char issuer[CERT_NAME_SIZE];
	struct pck pck;
	int rc = tdl_quote_open(bytes, size, &quote, err);

	if (rc == 0 && quote->inner_type != CERT_PCK_CHAIN)
		rc = tdl_fail(err, -EOPNOTSUPP, "certification data of type %u has no PCK "
			      "certificate, which would say whose collateral to get",
			      quote->inner_type);
	if (rc == 0)
		rc = certs_parse(quote->inner, quote->inner_size, 3, &chain, err);
	if (rc == 0)
		rc = pck_from_cert(chain.cert[0], &pck, err);
	if (rc < 0)
		return tdl_while(err, rc, "the quote");
	hex_encode(pck.fmspc, sizeof(pck.fmspc), f->fmspc);
	cert_common_name(X509_get_issuer_name(chain.cert[0]), issuer);
	if (strcmp(issuer, "Intel SGX PCK Platform CA") == 0)
		f->ca = "platform";
	else if (strcmp(issuer, "Intel SGX PCK Processor CA") == 0)
		f->ca = "processor";
	else
		return tdl_fail(err, -EBADMSG, "the quote's PCK certificate is by \"%s\", which is "
				"no CA of Intel's", issuer);
	return 0;
}

/* The answer to one question, asked again while the service is busy. */
static int ask(const struct http *http, const char *url, const struct tdl_fetch_options *o,
	       struct http_answer *ret_answer, struct tdl_error *err)
{
	for (unsigned tries = 0;; tries++) {
		AUTO_ANSWER struct http_answer answer = { 0 };
		int rc = http->get(http->ctx, url, &answer, err);

		if (rc < 0)
			return rc;
		bool busy = answer.status == 429 || answer.status == 503;
		if (!busy || tries == o->retries) {
			rc = answer_check(&answer, err);
			if (rc == 0) {
				*ret_answer = answer;
				answer = (struct http_answer){ 0 };
			}
			return rc;
		}
		long wait = answer.retry_after > 0 ? answer.retry_after : 1L << (tries < 6 ? tries : 6);
		if (wait > (long)o->max_wait && answer.retry_after > 0)
			return tdl_fail(err, -EBUSY, "status %ld: the service asks to wait %ld s, "
					"%u s are allowed", answer.status, wait, o->max_wait);
		http->wait(http->ctx, wait > (long)o->max_wait ? o->max_wait : (unsigned)wait);
	}
}

static void keep(struct tdl_fetched *f, const char *name, char *url, void *bytes, size_t size)
{
	f->files[f->count++] = (struct fetched_file){ name, url, bytes, size };
}

/* Hexadecimal text of a CRL, as caches give it, has no mark of its own. */
static bool is_kind(const struct http_answer *answer, enum tdl_evidence kind)
{
	X509_CRL *crl = NULL;

	if (kind != TDL_EVIDENCE_CRL)
		return tdl_evidence_recognise(answer->body, answer->size) == kind;
	if (crl_parse(answer->body, answer->size, &crl, NULL) < 0)
		return false;
	X509_CRL_free(crl);
	return true;
}

static int keep_chain(struct tdl_fetched *f, const struct request *r, const char *url,
		      const struct http_answer *answer, struct tdl_error *err)
{
	AUTO_FREE char *copy = strdup(url);
	const char *value = NULL;
	char *pem = NULL;
	size_t size = 0;

	if (!copy)
		return tdl_fail(err, -ENOMEM, "no memory for a URL");
	int rc = header_find(answer->headers, answer->headers_size, r->chain_header, &value, &size,
			     err);
	/* A document whose signer is unknown is of no use. */
	if (rc == -ENOENT)
		return -EBADMSG;
	if (rc == 0)
		rc = header_chain(value, size, &pem, &size, err);
	if (rc < 0)
		return tdl_while(err, rc, "header %s", r->chain_header);
	keep(f, r->chain_file, steal(copy), pem, size);
	return 0;
}

static int fetch_one(const struct http *http, const struct request *r,
		     const struct tdl_fetch_options *o, struct tdl_fetched *f,
		     struct tdl_error *err)
{
	struct place_of of = { f->service, f->fmspc, f->ca, o };
	AUTO_ANSWER struct http_answer answer = { 0 };
	AUTO_FREE char *url = NULL;
	int rc = place_url(r->place, &of, &url, err);

	if (rc < 0)
		return rc;
	if (o->progress)
		o->progress(o->progress_ctx, r->file);
	rc = ask(http, url, o, &answer, err);
	if (rc == 0 && !is_kind(&answer, r->kind))
		rc = tdl_fail(err, -EBADMSG, "the answer of %zu bytes is no %s", answer.size,
			      r->what);
	if (rc == 0 && r->chain_header)
		rc = keep_chain(f, r, url, &answer, err);
	if (rc < 0)
		return tdl_while(err, rc, "%s from %s", r->what, url);
	keep(f, r->file, steal(url), steal(answer.body), answer.size);
	return 0;
}

static int check_options(const struct tdl_fetch_options *o, struct tdl_error *err)
{
	if (o->update && strcmp(o->update, "standard") != 0 && strcmp(o->update, "early") != 0)
		return tdl_fail(err, -EINVAL, "update is \"standard\" or \"early\", not \"%s\"",
				o->update);
	if (o->update && o->evaluation)
		return tdl_fail(err, -EINVAL, "an update channel and a TCB evaluation data number "
				"exclude each other");
	return 0;
}

int fetch_all(const struct http *http, const void *quote, size_t size,
	      const struct tdl_fetch_options *options, struct tdl_fetched **ret_fetched,
	      struct tdl_error *err)
{
	struct tdl_fetched *f = calloc(1, sizeof(*f));
	int rc = f ? check_options(options, err)
		   : tdl_fail(err, -ENOMEM, "no memory for collateral");

	if (rc == 0)
		rc = place_service(options->url, &f->service, err);
	if (rc == 0)
		rc = find_platform(f, quote, size, err);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(requests); i++)
		rc = fetch_one(http, &requests[i], options, f, err);
	if (rc < 0)
		tdl_fetched_free(f);
	else
		*ret_fetched = f;
	return rc;
}

void tdl_fetched_free(struct tdl_fetched *fetched)
{
	for (size_t i = 0; fetched && i < fetched->count; i++) {
		free(fetched->files[i].url);
		free(fetched->files[i].bytes);
	}
	if (fetched) {
		free(fetched->service);
		free(fetched->json);
	}
	free(fetched);
}

int tdl_fetched_file(const struct tdl_fetched *fetched, size_t index,
		     struct tdl_fetched_file *ret_file)
{
	if (index >= fetched->count)
		return -ENOENT;
	const struct fetched_file *f = &fetched->files[index];
	*ret_file = (struct tdl_fetched_file){ f->name, f->url, f->size };
	return 0;
}

const char *tdl_fetched_json(const struct tdl_fetched *fetched)
{
	return fetched->json;
}
