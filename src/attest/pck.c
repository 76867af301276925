/* SPDX-License-Identifier: BSD-2-Clause */
/* The SGX extension, by OID and not by position. */
#include "attest/pck.h"

#include <errno.h>
#include <string.h>

#include "attest/der.h"

static const uint8_t base_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01 };

enum {
	SEEN_PPID = 1 << 1,
	SEEN_TCB = 1 << 2,
	SEEN_PCEID = 1 << 3,
	SEEN_FMSPC = 1 << 4,
	SEEN_TYPE = 1 << 5,
	SEEN_NEEDED = SEEN_PPID | SEEN_TCB | SEEN_PCEID | SEEN_FMSPC | SEEN_TYPE,

	PCESVN_ID = 17,
	CPUSVN_ID = 18,
	TCB_NEEDED = (1 << (PCESVN_ID + 1)) - 2, /* .2.1 to .2.17 */
};

/* The next pair {OID, value}: the OID must be the base with these arcs and one more, which is
 * returned; 0 when it is anything else. The value stays in ret_pair. */
static unsigned next_pair(struct cursor *list, const uint8_t *prefix, size_t prefix_size,
			  struct cursor *ret_pair)
{
	struct cursor pair = der_take(list, DER_SEQUENCE);
	struct cursor oid = der_take(&pair, DER_OID);
	const uint8_t *base = cursor_bytes(&oid, sizeof(base_oid));
	const uint8_t *arcs = cursor_bytes(&oid, prefix_size);
	uint8_t id = cursor_u8(&oid);

	*ret_pair = pair;
	if (oid.bad || oid.left || id >= 0x80 || memcmp(base, base_oid, sizeof(base_oid)) != 0 ||
	    (prefix_size && memcmp(arcs, prefix, prefix_size) != 0)) {
		list->bad = true;
		return 0;
	}
	return id;
}

static void take_octets(struct cursor *pair, uint8_t *ret_bytes, size_t size)
{
	struct cursor octets = der_take(pair, DER_OCTETS);

	if (octets.left != size)
		pair->bad = true;
	cursor_copy(&octets, ret_bytes, size);
}

static bool take_boolean(struct cursor *pair)
{
	struct cursor v = der_take(pair, DER_BOOLEAN);
	uint8_t b = cursor_u8(&v);

	if (v.bad || v.left || (b != 0 && b != 0xff))
		pair->bad = true;
	return b != 0;
}

static uint64_t take_number(struct cursor *pair, uint64_t max)
{
	uint64_t v = der_take_unsigned(pair, DER_INTEGER);

	if (v > max)
		pair->bad = true;
	return v;
}

static int parse_tcb(struct cursor *list, struct pck *p, struct tdl_error *err)
{
	static const uint8_t prefix[] = { 2 };
	uint32_t seen = 0;

	while (list->left) {
		struct cursor pair;
		unsigned id = next_pair(list, prefix, sizeof(prefix), &pair);

		if (id < 1 || id > CPUSVN_ID || list->bad)
			return tdl_fail(err, -EBADMSG, "SGX extension: a TCB pair is malformed");
		if (seen & 1u << id)
			return tdl_fail(err, -EBADMSG, "SGX extension: .2.%u twice", id);
		seen |= 1u << id;
		if (id <= PCK_COMPONENTS)
			p->components[id - 1] = (uint8_t)take_number(&pair, UINT8_MAX);
		else if (id == PCESVN_ID)
			p->pcesvn = (uint16_t)take_number(&pair, UINT16_MAX);
		else
			take_octets(&pair, p->cpusvn, sizeof(p->cpusvn));
		if (pair.bad || pair.left)
			return tdl_fail(err, -EBADMSG, "SGX extension: .2.%u is malformed", id);
	}
	if ((seen & TCB_NEEDED) != TCB_NEEDED)
		return tdl_fail(err, -EBADMSG, "SGX extension: a TCB component is missing");
	return 0;
}

static int parse_configuration(struct cursor *list, struct pck *p, struct tdl_error *err)
{
	static const uint8_t prefix[] = { 7 };
	bool *flags[] = { NULL, &p->dynamic_platform, &p->cached_keys, &p->smt };
	uint32_t seen = 0;

	while (list->left) {
		struct cursor pair;
		unsigned id = next_pair(list, prefix, sizeof(prefix), &pair);

		if (id < 1 || id > 3 || list->bad || seen & 1u << id)
			return tdl_fail(err, -EBADMSG, "SGX extension: the configuration is "
					"malformed");
		seen |= 1u << id;
		*flags[id] = take_boolean(&pair);
		if (pair.bad || pair.left)
			return tdl_fail(err, -EBADMSG, "SGX extension: .7.%u is malformed", id);
	}
	p->has_configuration = true;
	return 0;
}

static int parse_member(unsigned id, struct cursor *pair, struct pck *p, struct tdl_error *err)
{
	struct cursor list;

	switch (id) {
	case 1:
		take_octets(pair, p->ppid, sizeof(p->ppid));
		return 0;
	case 2:
		list = der_take(pair, DER_SEQUENCE);
		return parse_tcb(&list, p, err);
	case 3:
		take_octets(pair, p->pceid, sizeof(p->pceid));
		return 0;
	case 4:
		take_octets(pair, p->fmspc, sizeof(p->fmspc));
		return 0;
	case 5:
		p->sgx_type = (uint8_t)der_take_unsigned(pair, DER_ENUMERATED);
		return 0;
	case 6:
		take_octets(pair, p->instance, sizeof(p->instance));
		p->has_instance = true;
		return 0;
	case 7:
		list = der_take(pair, DER_SEQUENCE);
		return parse_configuration(&list, p, err);
	default:
		return tdl_fail(err, -EBADMSG, "SGX extension: unknown member .%u", id);
	}
}

int pck_parse(const uint8_t *der, size_t size, struct pck *ret_pck, struct tdl_error *err)
{
	struct cursor all = cursor_of(der, size);
	struct cursor list = der_take(&all, DER_SEQUENCE);
	struct pck p = { 0 };
	uint32_t seen = 0;

	if (all.bad || all.left)
		return tdl_fail(err, -EBADMSG, "SGX extension: not one sequence");
	while (list.left) {
		struct cursor pair;
		unsigned id = next_pair(&list, NULL, 0, &pair);

		if (list.bad || id > 31)
			return tdl_fail(err, -EBADMSG, "SGX extension: a member is malformed");
		if (seen & 1u << id)
			return tdl_fail(err, -EBADMSG, "SGX extension: .%u twice", id);
		seen |= 1u << id;
		int rc = parse_member(id, &pair, &p, err);
		if (rc < 0)
			return rc;
		if (pair.bad || pair.left)
			return tdl_fail(err, -EBADMSG, "SGX extension: .%u is malformed", id);
	}
	if ((seen & SEEN_NEEDED) != SEEN_NEEDED)
		return tdl_fail(err, -EBADMSG, "SGX extension: one of .1 to .5 is missing");
	*ret_pck = p;
	return 0;
}

int pck_from_cert(const X509 *cert, struct pck *ret_pck, struct tdl_error *err)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.840.113741.1.13.1", 1);
	int at = oid ? X509_get_ext_by_OBJ(cert, oid, -1) : -1;
	bool twice = at >= 0 && X509_get_ext_by_OBJ(cert, oid, at) >= 0;

	ASN1_OBJECT_free(oid);
	if (at < 0)
		return tdl_fail(err, -ENOENT, "the certificate has no SGX extension");
	if (twice)
		return tdl_fail(err, -EBADMSG, "the certificate has two SGX extensions");
	const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(cert, at));
	return pck_parse(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value), ret_pck,
			 err);
}

const char *pck_type_name(uint8_t sgx_type)
{
	static const char *const names[] = { "standard", "scalable", "scalable with integrity" };

	return sgx_type < 3 ? names[sgx_type] : "unknown";
}
