/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates, CRLs and Intel's signed documents, shown. */
#include "attest/show.h"

#include <errno.h>
#include <string.h>

#include "attest/json.h"
#include "attest/pck.h"
#include "attest/tcb.h"
#include "attest/text.h"
#include "base/scope.h"

static void show_time(struct doc *doc, const char *name, const ASN1_TIME *time)
{
	int64_t seconds;

	if (cert_time(time, &seconds))
		doc_time(doc, name, seconds);
	else
		doc_null(doc, name);
}

static void show_pck(struct doc *doc, const X509 *cert)
{
	struct tdl_error err = { 0 };
	struct pck pck;
	int rc = pck_from_cert(cert, &pck, &err);

	if (rc == -ENOENT)
		return;
	doc_object(doc, "sgx_extension");
	if (rc < 0) {
		doc_text(doc, "note", "%s", err.text);
		doc_end(doc);
		return;
	}
	doc_hex(doc, "fmspc", pck.fmspc, sizeof(pck.fmspc));
	doc_hex(doc, "pceid", pck.pceid, sizeof(pck.pceid));
	doc_number(doc, "pcesvn", pck.pcesvn);
	doc_list(doc, "sgx_components");
	for (int i = 0; i < PCK_COMPONENTS; i++)
		doc_number(doc, NULL, pck.components[i]);
	doc_end(doc);
	doc_text(doc, "sgx_type", "%u (%s)", pck.sgx_type, pck_type_name(pck.sgx_type));
	doc_hex(doc, "ppid", pck.ppid, sizeof(pck.ppid));
	if (pck.has_instance)
		doc_hex(doc, "platform_instance_id", pck.instance, sizeof(pck.instance));
	if (pck.has_configuration) {
		doc_bool(doc, "dynamic_platform", pck.dynamic_platform);
		doc_bool(doc, "cached_keys", pck.cached_keys);
		doc_bool(doc, "smt_enabled", pck.smt);
	}
	doc_end(doc);
}

void show_chain(struct doc *doc, const char *name, const struct certs *chain)
{
	char text[CERT_NAME_SIZE];

	doc_list(doc, name);
	for (unsigned i = 0; i < chain->count; i++) {
		const X509 *cert = chain->cert[i];

		doc_object(doc, NULL);
		doc_text(doc, "subject", "%s",
			 cert_common_name(X509_get_subject_name(cert), text));
		doc_text(doc, "issuer", "%s", cert_common_name(X509_get_issuer_name(cert), text));
		doc_text(doc, "serial", "%s", cert_serial(X509_get0_serialNumber(cert), text));
		show_time(doc, "not_before", X509_get0_notBefore(cert));
		show_time(doc, "not_after", X509_get0_notAfter(cert));
		if (cert_is_intel_root(cert))
			doc_text(doc, "note", "the key is that of Intel's production root");
		show_pck(doc, cert);
		doc_end(doc);
	}
	doc_end(doc);
}

int show_certificates(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	AUTO_CERTS struct certs chain = { 0 };
	AUTO_FREE char *text = malloc(size + 1);
	int rc;

	if (!text)
		return tdl_fail(err, -ENOMEM, "no memory for certificates");
	memcpy(text, bytes, size);
	size_t plain = size;
	if (size && bytes[0] == '-')
		plain = percent_decode(text, size);
	rc = certs_parse((const uint8_t *)text, plain, CERTS_LIMIT, &chain, err);
	if (rc == 0)
		show_chain(doc, "certificates", &chain);
	return rc;
}

int show_crl(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	X509_CRL *crl = NULL;
	char text[CERT_NAME_SIZE];
	int rc = crl_parse(bytes, size, &crl, err);

	if (rc < 0)
		return rc;
	STACK_OF(X509_REVOKED) *revoked = X509_CRL_get_REVOKED(crl);
	doc_text(doc, "issuer", "%s", cert_common_name(X509_CRL_get_issuer(crl), text));
	show_time(doc, "this_update", X509_CRL_get0_lastUpdate(crl));
	show_time(doc, "next_update", X509_CRL_get0_nextUpdate(crl));
	doc_list(doc, "revoked");
	for (int i = 0; i < sk_X509_REVOKED_num(revoked); i++) {
		const X509_REVOKED *one = sk_X509_REVOKED_value(revoked, i);

		doc_object(doc, NULL);
		doc_text(doc, "serial", "%s",
			 cert_serial(X509_REVOKED_get0_serialNumber(one), text));
		show_time(doc, "date", X509_REVOKED_get0_revocationDate(one));
		doc_end(doc);
	}
	doc_end(doc);
	X509_CRL_free(crl);
	return 0;
}

static void show_verdict(struct doc *doc, const struct tcb_verdict *v)
{
	doc_text(doc, "status", "%s", tcb_status_name(v->status));
	doc_time(doc, "tcb_date", v->date);
	if (v->n_advisories == 0)
		return;
	doc_list(doc, "advisories");
	for (unsigned i = 0; i < v->n_advisories; i++)
		doc_chars(doc, NULL, v->advisories[i], strlen(v->advisories[i]));
	doc_end(doc);
}

static void show_components(struct doc *doc, const char *name, const struct tcb_component *c)
{
	doc_list(doc, name);
	for (int i = 0; i < TCB_COMPONENTS; i++)
		doc_number(doc, NULL, c[i].svn);
	doc_end(doc);
}

static void show_svn_levels(struct doc *doc, const struct svn_levels *levels)
{
	doc_list(doc, "levels");
	for (unsigned i = 0; i < levels->count; i++) {
		doc_object(doc, NULL);
		doc_number(doc, "isvsvn", levels->level[i].isvsvn);
		show_verdict(doc, &levels->level[i].verdict);
		doc_end(doc);
	}
	doc_end(doc);
}

static void show_info(struct doc *doc, const struct tcb_info *info)
{
	doc_hex(doc, "fmspc", info->fmspc, sizeof(info->fmspc));
	doc_hex(doc, "pceid", info->pceid, sizeof(info->pceid));
	doc_time(doc, "issued", info->issued);
	doc_time(doc, "next_update", info->next_update);
	doc_number(doc, "tcb_evaluation", info->evaluation);
	doc_list(doc, "modules");
	for (unsigned i = 0; i < info->n_modules; i++) {
		doc_object(doc, NULL);
		doc_chars(doc, "id", info->modules[i].id, strlen(info->modules[i].id));
		doc_hex(doc, "mrsigner", info->modules[i].mrsigner, 48);
		show_svn_levels(doc, &info->modules[i].levels);
		doc_end(doc);
	}
	doc_end(doc);
	doc_list(doc, "levels");
	for (unsigned i = 0; i < info->n_levels; i++) {
		doc_object(doc, NULL);
		show_components(doc, "sgx_components", info->levels[i].sgx);
		doc_number(doc, "pcesvn", info->levels[i].pcesvn);
		show_components(doc, "tdx_components", info->levels[i].tdx);
		show_verdict(doc, &info->levels[i].verdict);
		doc_end(doc);
	}
	doc_end(doc);
}

static void show_signature(struct doc *doc)
{
	doc_text(doc, "signature", "not checked here");
}

int show_tcb_info(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	struct json_span span = { 0 };
	struct tcb_info info;
	int rc = json_member_span((const char *)bytes, size, "tcbInfo", &span, err);

	if (rc == 0)
		rc = tcb_info_parse(span.text, span.size, &info, err);
	if (rc < 0)
		return rc;
	show_info(doc, &info);
	show_signature(doc);
	tcb_info_end(&info);
	return 0;
}

int show_qe_identity(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	struct json_span span = { 0 };
	struct qe_identity q;
	int rc = json_member_span((const char *)bytes, size, "enclaveIdentity", &span, err);

	if (rc == 0)
		rc = qe_identity_parse(span.text, span.size, &q, err);
	if (rc < 0)
		return rc;
	doc_time(doc, "issued", q.issued);
	doc_time(doc, "next_update", q.next_update);
	doc_number(doc, "tcb_evaluation", q.evaluation);
	doc_hex(doc, "mrsigner", q.mrsigner, sizeof(q.mrsigner));
	doc_number(doc, "isvprodid", q.isvprodid);
	doc_hex(doc, "miscselect", q.miscselect, sizeof(q.miscselect));
	doc_hex(doc, "miscselect_mask", q.miscselect_mask, sizeof(q.miscselect_mask));
	doc_hex(doc, "attributes", q.attributes, sizeof(q.attributes));
	doc_hex(doc, "attributes_mask", q.attributes_mask, sizeof(q.attributes_mask));
	show_svn_levels(doc, &q.levels);
	show_signature(doc);
	qe_identity_end(&q);
	return 0;
}

static int show_numbers(struct doc *doc, struct json_object *in, struct tdl_error *err)
{
	struct json_object *list;
	int64_t time = 0;
	uint64_t number = 0;
	int rc = json_get_time(in, "issueDate", &time, err);

	doc_time(doc, "issued", time);
	if (rc == 0)
		rc = json_get_time(in, "nextUpdate", &time, err);
	doc_time(doc, "next_update", time);
	if (rc == 0)
		rc = json_get_array(in, "tcbEvalNumbers", &list, err);
	if (rc < 0)
		return rc;
	doc_list(doc, "evaluations");
	for (size_t i = 0; rc == 0 && i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		rc = json_get_number(one, "tcbEvaluationDataNumber", UINT32_MAX, &number, err);
		if (rc == 0)
			rc = json_get_time(one, "tcbDate", &time, err);
		doc_object(doc, NULL);
		doc_number(doc, "number", number);
		doc_time(doc, "tcb_date", time);
		doc_end(doc);
	}
	doc_end(doc);
	return rc;
}

/* The response, or a document that has it as the text of a member. */
int show_tcb_numbers(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL, *inner = NULL;
	struct json_object *in, *numbers = NULL;
	const char *text = NULL;
	int rc = json_load((const char *)bytes, size, &root, err);

	if (rc < 0)
		return rc;
	in = root;
	if (json_object_object_get_ex(root, "tcb_evaluation_data_numbers_json", NULL)) {
		rc = json_get_text(root, "tcb_evaluation_data_numbers_json", &text, err);
		if (rc == 0)
			rc = json_load(text, strlen(text), &inner, err);
		in = inner;
	}
	if (rc == 0)
		rc = json_get_object(in, "tcbEvaluationDataNumbers", &numbers, err);
	return rc < 0 ? rc : show_numbers(doc, numbers, err);
}
