/* SPDX-License-Identifier: BSD-2-Clause */
#include "attest/certification.h"

#include <errno.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/cursor.h"

enum { PPID_SIZE = 16, NUMBERS_SIZE = 16 + 2 + 2, PPID_FIELD_MAX = 384 };

const char *certification_name(uint16_t type)
{
	static const char *const names[] = {
		[CERT_PPID] = "PPID in clear",
		[CERT_PPID_2048] = "PPID encrypted with RSA-2048",
		[CERT_PPID_3072] = "PPID encrypted with RSA-3072",
		[CERT_PCK_LEAF] = "PCK certificate",
		[CERT_PCK_CHAIN] = "PCK certificate chain",
		[CERT_QE_REPORT] = "QE report",
		[CERT_MANIFEST] = "platform manifest",
	};

	return type < ARRAY_SIZE(names) && names[type] ? names[type] : "of no known type";
}

static int parse_ppid(const struct tdl_quote *quote, struct certification *c,
		      struct tdl_error *err)
{
	struct cursor at = cursor_of(quote->inner, quote->inner_size);

	if (at.left < PPID_SIZE + NUMBERS_SIZE || at.left > PPID_FIELD_MAX + NUMBERS_SIZE)
		return tdl_fail(err, -EBADMSG, "certification data of type %u has %zu bytes; a PPID "
				"with CPUSVN, PCESVN and PCEID has %d to %d", quote->inner_type,
				at.left, PPID_SIZE + NUMBERS_SIZE, PPID_FIELD_MAX + NUMBERS_SIZE);
	c->ppid_size = at.left - NUMBERS_SIZE;
	c->ppid = cursor_bytes(&at, c->ppid_size);
	c->cpusvn = cursor_bytes(&at, 16);
	c->pcesvn = cursor_le16(&at);
	c->pceid = cursor_le16(&at);
	if (quote->inner_type == CERT_PPID &&
	    !all_zero(c->ppid + PPID_SIZE, c->ppid_size - PPID_SIZE))
		return tdl_fail(err, -EBADMSG, "certification data of type 1 has a PPID of more than "
				"%d bytes", PPID_SIZE);
	return 0;
}

int certification_parse(const struct tdl_quote *quote, struct certification *ret,
			struct tdl_error *err)
{
	struct certification c = { 0 };
	int rc;

	switch (quote->inner_type) {
	case CERT_PPID:
	case CERT_PPID_2048:
	case CERT_PPID_3072:
		rc = parse_ppid(quote, &c, err);
		break;
	case CERT_PCK_LEAF:
		rc = certs_parse(quote->inner, quote->inner_size, 1, &c.leaf, err);
		break;
	default:
		rc = tdl_fail(err, -EOPNOTSUPP, "certification data of type %u (%s) does not name "
			      "the certificate of its platform", quote->inner_type,
			      certification_name(quote->inner_type));
	}
	if (rc == 0)
		*ret = c;
	return rc;
}

void certification_end(struct certification *c)
{
	certs_free(&c->leaf);
}

int certification_names(const struct certification *c, uint16_t type, const X509 *leaf,
			const struct pck *pck, struct tdl_error *err)
{
	uint16_t pceid = (uint16_t)(pck->pceid[0] << 8 | pck->pceid[1]);

	if (type == CERT_PCK_LEAF)
		return X509_cmp(c->leaf.cert[0], leaf) == 0
			       ? 0
			       : tdl_fail(err, -EKEYREJECTED, "the quote has another PCK "
					  "certificate than the collateral");
	if (c->pceid != pceid)
		return tdl_fail(err, -EKEYREJECTED, "the quote is of PCE %04x, the PCK certificate "
				"of the collateral of %04x", c->pceid, pceid);
	if (type == CERT_PPID && memcmp(c->ppid, pck->ppid, PPID_SIZE) != 0)
		return tdl_fail(err, -EKEYREJECTED, "the quote's PPID is not that of the PCK "
				"certificate of the collateral");
	return 0;
}
