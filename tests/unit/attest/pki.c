/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/attest/pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "tests/lib/test.h"

enum { NOT_BEFORE = -40, NOT_AFTER = 400 /* days around PKI_TIME */ };
#define PKI_SECONDS INT64_C(1772323200)

struct keys {
	EVP_PKEY *root, *ca, *leaf, *signer, *attestation;
};

static ASN1_TIME *days(int n)
{
	return ASN1_TIME_adj(NULL, PKI_SECONDS, n, 0);
}

static void set_name(X509_NAME *name, const char *cn)
{
	ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
						    (const unsigned char *)cn, -1, -1, 0), 1);
}

static void add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	ck_assert_ptr_nonnull(ext);
	ck_assert_int_eq(X509_add_ext(cert, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

static X509 *make_cert(const char *cn, EVP_PKEY *key, const char *issuer, EVP_PKEY *issuer_key,
		       bool is_ca, long serial)
{
	X509 *cert = X509_new();
	ASN1_TIME *from = days(NOT_BEFORE), *to = days(NOT_AFTER);

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), serial);
	set_name(X509_get_subject_name(cert), cn);
	set_name(X509_get_issuer_name(cert), issuer);
	X509_set1_notBefore(cert, from);
	X509_set1_notAfter(cert, to);
	X509_set_pubkey(cert, key);
	add_extension(cert, NID_basic_constraints, is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	add_extension(cert, NID_key_usage,
		      is_ca ? "critical,keyCertSign,cRLSign"
			    : "critical,digitalSignature,nonRepudiation");
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	ck_assert_int_gt(X509_sign(cert, issuer_key, EVP_sha256()), 0);
	return cert;
}

/* A DER value in front of which length and tag are put; at most 64 KiB. */
static size_t wrap(uint8_t *b, uint8_t tag, size_t n)
{
	size_t head = n < 0x80 ? 2 : n < 0x100 ? 3 : 4;

	memmove(b + head, b, n);
	b[0] = tag;
	if (head == 2) {
		b[1] = (uint8_t)n;
	} else {
		b[1] = (uint8_t)(0x80 | (head - 2));
		if (head == 4)
			b[2] = (uint8_t)(n >> 8);
		b[head - 1] = (uint8_t)n;
	}
	return head + n;
}

/* {OID base.arcs, value of n bytes already at value}. */
static size_t pair(uint8_t *b, const uint8_t *arcs, size_t n_arcs, const uint8_t *value, size_t n)
{
	static const uint8_t base[] = { 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 1, 0x0d, 1 };
	uint8_t oid[16], tail[2048];
	size_t at;

	memcpy(tail, value, n);
	memcpy(oid, base, sizeof(base));
	memcpy(oid + sizeof(base), arcs, n_arcs);
	at = wrap(oid, 0x06, sizeof(base) + n_arcs);
	memcpy(b, oid, at);
	memcpy(b + at, tail, n);
	return wrap(b, 0x30, at + n);
}

static size_t octets(uint8_t *b, size_t n, uint8_t fill)
{
	memset(b, fill, n);
	return wrap(b, 0x04, n);
}

/* The SGX extension: all component SVNs 7, PCESVN 11, FMSPC 00806f050000. */
static size_t make_sgx(uint8_t *b)
{
	uint8_t value[2048], tcb[2048];
	size_t at = 0, n, m = 0;

	n = octets(value, 16, 0x50);
	at += pair(b + at, (uint8_t[]){ 1 }, 1, value, n);
	for (uint8_t i = 1; i <= 17; i++) {
		value[0] = i == 17 ? 11 : 7;
		n = wrap(value, 0x02, 1);
		m += pair(tcb + m, (uint8_t[]){ 2, i }, 2, value, n);
	}
	n = octets(value, 16, 7);
	m += pair(tcb + m, (uint8_t[]){ 2, 18 }, 2, value, n);
	m = wrap(tcb, 0x30, m);
	at += pair(b + at, (uint8_t[]){ 2 }, 1, tcb, m);
	n = octets(value, 2, 0);
	at += pair(b + at, (uint8_t[]){ 3 }, 1, value, n);
	hex_decode("00806f050000", value, 6);
	n = wrap(value, 0x04, 6);
	at += pair(b + at, (uint8_t[]){ 4 }, 1, value, n);
	value[0] = 1;
	n = wrap(value, 0x0a, 1);
	at += pair(b + at, (uint8_t[]){ 5 }, 1, value, n);
	return wrap(b, 0x30, at);
}

static X509 *make_leaf(const struct pki_knobs *k, const struct keys *keys, const char *ca_name)
{
	X509 *leaf = make_cert(k->leaf_name ? k->leaf_name : "Intel SGX PCK Certificate", keys->leaf,
			       k->broken_names ? "Another CA" : ca_name, keys->ca, false, 0x1234);
	uint8_t der[4096];
	size_t n = make_sgx(der);
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.840.113741.1.13.1", 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();

	ASN1_OCTET_STRING_set(value, der, (int)n);
	X509_EXTENSION *ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value);
	ck_assert_int_eq(X509_add_ext(leaf, ext, -1), 1);
	ck_assert_int_gt(X509_sign(leaf, keys->ca, EVP_sha256()), 0);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
	return leaf;
}

static void write_file(const char *folder, const char *name, const void *bytes, size_t size)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	test_write(path, bytes, size);
}

/* With a reason, as Intel's lists have it. */
static void add_revoked(X509_CRL *crl, long number, ASN1_TIME *date)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();

	ASN1_INTEGER_set(serial, number);
	ASN1_ENUMERATED_set(reason, CRL_REASON_KEY_COMPROMISE);
	X509_REVOKED_set_serialNumber(entry, serial);
	X509_REVOKED_set_revocationDate(entry, date);
	ck_assert_int_eq(X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0), 1);
	X509_CRL_add0_revoked(crl, entry);
	ASN1_ENUMERATED_free(reason);
	ASN1_INTEGER_free(serial);
}

/* Serial numbers from 0x100000 on are strangers'. */
static void write_crl(const char *folder, const char *name, X509 *issuer, EVP_PKEY *key,
		      long revoked, unsigned strangers)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *from = days(-1), *to = days(20);
	unsigned char *der = NULL;

	X509_CRL_set_version(crl, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer));
	X509_CRL_set1_lastUpdate(crl, from);
	X509_CRL_set1_nextUpdate(crl, to);
	if (revoked)
		add_revoked(crl, revoked, from);
	for (unsigned i = 0; i < strangers; i++)
		add_revoked(crl, 0x100000 + (long)i, from);
	X509_CRL_sort(crl);
	ck_assert_int_gt(X509_CRL_sign(crl, key, EVP_sha256()), 0);
	int n = i2d_X509_CRL(crl, &der);
	write_file(folder, name, der, (size_t)n);
	OPENSSL_free(der);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	X509_CRL_free(crl);
}

/* r || s of ECDSA-SHA256 on a P-256 key; a key on a larger curve leaves zeros. */
static void sign(EVP_PKEY *key, const void *bytes, size_t size, uint8_t ret[64])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char der[256];
	const unsigned char *next = der;
	size_t n = sizeof(der);

	ck_assert_int_eq(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	ck_assert_int_eq(EVP_DigestSign(ctx, der, &n, bytes, size), 1);
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &next, (long)n);
	memset(ret, 0, 64);
	if (EVP_PKEY_get_bits(key) == 256) {
		BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, 32);
		BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + 32, 32);
	}
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(ctx);
}

static size_t append_pem(char *text, size_t at, size_t room, X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;

	PEM_write_bio_X509(bio, cert);
	long n = BIO_get_mem_data(bio, &data);
	ck_assert(at + (size_t)n < room);
	memcpy(text + at, data, (size_t)n);
	BIO_free(bio);
	return at + (size_t)n;
}

#define ZEROS48                                                                                    \
	"000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
#define DATES "\"issueDate\":\"2026-02-20T00:00:00Z\",\"nextUpdate\":\"2026-03-20T00:00:00Z\""

/* Sixteen components of one SVN, with what raises the first. */
static void components(char *text, size_t size, unsigned svn)
{
	size_t at = (size_t)snprintf(text, size, "[{\"svn\":%u,\"category\":\"BIOS\",\"type\":\"Early "
				     "Microcode Update\"}", svn);

	for (int i = 1; i < 16; i++)
		at += (size_t)snprintf(text + at, size - at, ",{\"svn\":%u}", svn);
	snprintf(text + at, size - at, "]");
}

static void write_signed(const char *folder, const char *name, const char *member, const char *text,
			 EVP_PKEY *key, bool indent)
{
	uint8_t signature[64];
	char hex[129];
	static char out[32768];

	sign(key, text, strlen(text), signature);
	int n = snprintf(out, sizeof(out), "{\"%s\":%.1s%s%s,\"signature\":\"%s\"}", member, text,
			 indent ? " " : "", text + 1, hex_encode(signature, 64, hex));
	write_file(folder, name, out, (size_t)n);
}

/* Levels below those that a quote of this world can reach. */
static void more_levels(char *text, size_t size, unsigned n, const char *tdx)
{
	char sgx[1024];
	size_t at = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		components(sgx, sizeof(sgx), 4 - i / 5);
		at += (size_t)snprintf(text + at, size - at,
				       ",{\"tcb\":{\"sgxtcbcomponents\":%s,\"pcesvn\":%u,"
				       "\"tdxtcbcomponents\":%s},\"tcbDate\":"
				       "\"2022-01-01T00:00:00Z\",\"tcbStatus\":\"OutOfDate\","
				       "\"advisoryIDs\":[\"INTEL-SA-00003\",\"INTEL-SA-00004\"]}",
				       sgx, 4 - i % 5, tdx);
	}
}

static void write_tcb_info(const struct pki_knobs *k, const char *folder, EVP_PKEY *key)
{
	static char text[32768];
	char best[1024], low[1024], tdx[1024], more[16384];
	unsigned top = k->big_svn ? 256 : k->nothing_matches ? 9 : 7;

	components(best, sizeof(best), top);
	components(low, sizeof(low), k->nothing_matches ? 8 : 5);
	components(tdx, sizeof(tdx), 0);
	more_levels(more, sizeof(more), k->more_levels, tdx);
	snprintf(text, sizeof(text),
		 "{\"id\":\"TDX\",\"version\":3,%s" DATES ",\"fmspc\":\"%s\",\"pceId\":\"0000\","
		 "\"tcbType\":0,\"tcbEvaluationDataNumber\":18,\"tdxModule\":{\"mrsigner\":\"" ZEROS48
		 "\",\"attributes\":\"0000000000000000\",\"attributesMask\":\"FFFFFFFFFFFFFFFF\"},"
		 "\"tdxModuleIdentities\":[{\"id\":\"TDX_01\",\"mrsigner\":\"" ZEROS48
		 "\",\"attributes\":\"0000000000000000\",\"attributesMask\":\"FFFFFFFFFFFFFFFF\","
		 "\"tcbLevels\":[{\"tcb\":{\"isvsvn\":5},\"tcbDate\":\"2025-05-14T00:00:00Z\","
		 "\"tcbStatus\":\"%s\"},{\"tcb\":{\"isvsvn\":2},\"tcbDate\":\"2024-03-13T00:00:00Z\","
		 "\"tcbStatus\":\"OutOfDate\",\"advisoryIDs\":[\"INTEL-SA-00002\"]}]}],"
		 "\"tcbLevels\":[{\"tcb\":{\"sgxtcbcomponents\":%s,\"pcesvn\":11,"
		 "\"tdxtcbcomponents\":%s},\"tcbDate\":\"2025-05-14T00:00:00Z\",\"tcbStatus\":\"%s\","
		 "\"advisoryIDs\":[\"INTEL-SA-00001\"]},{\"tcb\":{\"sgxtcbcomponents\":%s,"
		 "\"pcesvn\":5,\"tdxtcbcomponents\":%s},\"tcbDate\":\"2023-01-01T00:00:00Z\","
		 "\"tcbStatus\":\"OutOfDate\"}%s]}",
		 k->twice ? "\"version\":3," : "", k->other_fmspc ? "90c06f000000" : "00806F050000",
		 k->module_status ? k->module_status : "UpToDate", best, tdx,
		 k->platform_status ? k->platform_status : "UpToDate", low, tdx, more);
	write_signed(folder, "tcb_info.json", "tcbInfo", text, key, k->indent_tcb);
}

static void write_qe_identity(const struct pki_knobs *k, const char *folder, EVP_PKEY *key)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "{\"id\":\"TD_QE\",\"version\":2," DATES ",\"tcbEvaluationDataNumber\":18,"
		 "\"miscselect\":\"00000000\",\"miscselectMask\":\"FFFFFFFF\","
		 "\"attributes\":\"11000000000000000000000000000000\","
		 "\"attributesMask\":\"FBFFFFFFFFFFFFFF0000000000000000\",\"mrsigner\":"
		 "\"5151515151515151515151515151515151515151515151515151515151515151\","
		 "\"isvprodid\":2,\"tcbLevels\":[{\"tcb\":{\"isvsvn\":4},"
		 "\"tcbDate\":\"2025-05-14T00:00:00Z\",\"tcbStatus\":\"%s\"}]}",
		 k->qe_status ? k->qe_status : "UpToDate");
	write_signed(folder, "qe_identity.json", "enclaveIdentity", text, key, false);
}

static void public_point(EVP_PKEY *key, uint8_t ret[64])
{
	uint8_t raw[65];
	size_t n = 0;

	ck_assert_int_eq(EVP_PKEY_get_octet_string_param(key, "pub", raw, sizeof(raw), &n), 1);
	memcpy(ret, raw + 1, 64);
}

/* What a TDREPORT says, where a quote says it. */
static void put_report(const uint8_t *report, uint8_t *body, bool newer)
{
	memcpy(body, report + 264, 16);	      /* TEE_TCB_SVN */
	memcpy(body + 16, report + 280, 104); /* MRSEAM to SEAM attributes */
	memcpy(body + 120, report + 512, 400); /* ATTRIBUTES to RTMR3 */
	memcpy(body + 520, report + 128, 64);
	if (!newer)
		return;
	memcpy(body + 584, report + 384, 16);
	memcpy(body + 600, report + 912, 48);
}

static size_t put_body(const struct pki_knobs *k, uint8_t *q)
{
	size_t at = 48;

	put_le16(q, k->version == 5 ? 5 : 4);
	put_le16(q + 2, 2);
	put_le32(q + 4, 0x81);
	hex_decode("939a7233f79c4ca9940a0db3957f0607", q + 12, 16);
	if (k->version == 5) {
		put_le16(q + at, 3);
		put_le32(q + at + 2, 648);
		at += 6;
	}
	uint8_t *b = q + at;
	b[0] = k->svn ? k->svn : 5;
	b[1] = k->module == 0xff ? 0 : k->module ? k->module : 1;
	b[64] = k->other_module_signer;
	put_le64(b + 120, k->attributes ? k->attributes : UINT64_C(1) << 28);
	put_le64(b + 128, 0x600e7);
	memset(b + 136, 0x4d, 48); /* MRTD */
	if (!k->zero_rtmrs) {
		memset(b + 328, 0x11, 48); /* RTMR0 */
		memset(b + 376, 0x22, 48); /* RTMR1 */
	}
	if (k->report_data)
		memcpy(b + 520, k->report_data, 64);
	else
		b[520] = 0xda;
	if (k->report) {
		put_report(k->report, b, k->version == 5);
		return at + (k->version == 5 ? 648 : 584);
	}
	if (k->version != 5)
		return at + 584;
	b[584] = k->svn2 ? k->svn2 : 5;
	b[585] = b[1];
	b[600] = k->service_td;
	return at + 648;
}

static void put_qe_report(const struct pki_knobs *k, const struct keys *keys, uint8_t *r)
{
	uint8_t input[64 + 32];
	size_t n = 0;
	struct tdl_error err = { 0 };

	r[48] = 0x11;
	memset(r + 128, k->foreign_enclave ? 0x66 : 0x51, 32);
	put_le16(r + 256, 2);
	put_le16(r + 258, 4);
	public_point(keys->attestation, input);
	if (k->other_key)
		input[0] ^= 1;
	memset(input + 64, 0xaa, 32);
	test_rc(hash_named("SHA256", input, sizeof(input), r + 320, &n, &err), 0, &err);
}

static size_t make_quote(const struct pki_knobs *k, const struct keys *keys, const char *pem,
			 size_t pem_size, uint8_t *q)
{
	size_t at = put_body(k, q), signed_size = at;
	uint8_t *s = q + at + 4;

	put_le32(q + at, (uint32_t)(134 + 384 + 64 + 2 + 32 + 6 + pem_size));
	sign(keys->attestation, q, signed_size, s);
	public_point(keys->attestation, s + 64);
	put_le16(s + 128, 6);
	put_le32(s + 130, (uint32_t)(384 + 64 + 2 + 32 + 6 + pem_size));
	put_qe_report(k, keys, s + 134);
	sign(keys->leaf, s + 134, 384, s + 518);
	put_le16(s + 582, 32);
	memset(s + 584, 0xaa, 32);
	put_le16(s + 616, k->certification ? k->certification : 5);
	put_le32(s + 618, (uint32_t)pem_size);
	memcpy(s + 622, pem, pem_size);
	return signed_size + 4 + 622 + pem_size;
}

/* Certification data other than a chain, from what stands in the leaf (make_sgx()). */
static size_t make_named(const struct pki_knobs *k, const struct keys *keys, X509 *leaf,
			 char *ret_data, size_t room)
{
	uint8_t *b = (uint8_t *)ret_data;
	size_t ppid = k->certification == 2 ? 256 : 384;

	if (k->certification == 4 && k->other_platform) {
		X509 *other = make_leaf(k, keys, "Intel SGX PCK Platform CA");
		size_t n = append_pem(ret_data, 0, room, other);

		X509_free(other);
		return n;
	}
	if (k->certification == 4)
		return append_pem(ret_data, 0, room, leaf);
	memset(b, 0, ppid + 20);
	memset(b, 0x50, k->certification == 1 ? 16 : ppid);
	if (k->other_platform)
		b[k->certification == 1 ? 3 : ppid + 18] ^= 1; /* PPID, or PCEID */
	memset(b + ppid, 7, 16);
	put_le16(b + ppid + 16, 11);
	return ppid + 20;
}

/* What an earlier world of the same process left. */
static void clear_folder(const char *folder)
{
	static const char *const names[] = { "tcb_signing_chain.pem", "root_ca.crl", "pck_ca.crl",
					     "tcb_info.json", "qe_identity.json", "pck_chain.pem" };
	char path[512];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		remove(path);
	}
}

static void write_collateral(const struct pki_knobs *k, const struct keys *keys, const char *folder,
			     X509 *root, X509 *ca, X509 *leaf)
{
	char pem[8192];
	X509 *signer = make_cert(k->signer_name ? k->signer_name : "Intel SGX TCB Signing",
				 keys->signer, "Intel SGX Root CA", keys->root, false, 0x77);
	EVP_PKEY *tcb_key = k->leaf_signs_tcb ? keys->leaf : keys->signer;
	size_t n = append_pem(pem, 0, sizeof(pem), k->leaf_signs_tcb ? leaf : signer);

	n = append_pem(pem, n, sizeof(pem), root);
	if (!k->drop_signer)
		write_file(folder, "tcb_signing_chain.pem", pem, n);
	if (!k->drop_root_crl)
		write_crl(folder, "root_ca.crl", k->swap_crls ? ca : root,
			  keys->root,
			  k->revoke_ca ? 0x55 : k->revoke_signer ? 0x77 : 0, 0);
	if (!k->drop_pck_crl)
		write_crl(folder, "pck_ca.crl", k->swap_crls ? root : ca,
			  keys->ca, k->revoke_leaf ? 0x1234 : 0, k->more_revoked);
	if (!k->drop_tcb_info)
		write_tcb_info(k, folder, tcb_key);
	if (!k->drop_qe_identity)
		write_qe_identity(k, folder, tcb_key);
	X509_free(signer);
}

void pki_make(const struct pki_knobs *k, struct pki_world *ret_world)
{
	pki_make_many(k, ret_world, NULL, 0);
}

void pki_make_many(const struct pki_knobs *k, struct pki_world *ret_world,
		   struct pki_quote *ret_quotes, size_t n_quotes)
{
	const char *ca_name = k->ca_name ? k->ca_name : "Intel SGX PCK Platform CA";
	struct keys keys = { .root = EVP_EC_gen(k->root_curve ? k->root_curve : "P-256"),
			     .ca = EVP_EC_gen("P-256"),
			     .leaf = EVP_EC_gen(k->leaf_curve ? k->leaf_curve : "P-256"),
			     .signer = EVP_EC_gen(k->signer_curve ? k->signer_curve : "P-256"), .attestation = EVP_EC_gen("P-256") };
	X509 *root = make_cert("Intel SGX Root CA", keys.root, "Intel SGX Root CA", keys.root, true, 1);
	X509 *ca = make_cert(ca_name, keys.ca, "Intel SGX Root CA", keys.root, !k->ca_is_no_ca, 0x55);
	X509 *leaf = make_leaf(k, &keys, ca_name);
	unsigned char *der = ret_world->root;
	char pem[12288];
	size_t n;

	memset(ret_world, 0, sizeof(*ret_world));
	ret_world->folder = test_folder();
	clear_folder(ret_world->folder);
	ret_world->root_size = (size_t)i2d_X509(root, &der);
	n = append_pem(pem, 0, sizeof(pem), leaf);
	n = append_pem(pem, n, sizeof(pem), ca);
	if (k->extra_ca)
		n = append_pem(pem, n, sizeof(pem), ca);
	n = append_pem(pem, n, sizeof(pem), root);
	write_collateral(k, &keys, ret_world->folder, root, ca, leaf);
	if (k->chain_beside)
		write_file(ret_world->folder, "pck_chain.pem", pem, n);
	if (k->certification)
		n = make_named(k, &keys, leaf, pem, sizeof(pem));
	ret_world->quote_size = make_quote(k, &keys, pem, n, ret_world->quote);
	for (size_t i = 0; i < n_quotes; i++) {
		EVP_PKEY_free(keys.attestation);
		keys.attestation = EVP_EC_gen("P-256");
		memset(ret_quotes[i].bytes, 0, sizeof(ret_quotes[i].bytes));
		ret_quotes[i].size = make_quote(k, &keys, pem, n, ret_quotes[i].bytes);
	}
	X509_free(root);
	X509_free(ca);
	X509_free(leaf);
	EVP_PKEY_free(keys.root);
	EVP_PKEY_free(keys.ca);
	EVP_PKEY_free(keys.leaf);
	EVP_PKEY_free(keys.signer);
	EVP_PKEY_free(keys.attestation);
}
