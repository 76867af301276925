/* SPDX-License-Identifier: BSD-2-Clause */
/* The TD report's body against policy and expected values. */
#include <stdio.h>
#include <string.h>

#include "attest/codes.h"
#include "attest/verdict.h"
#include "base/attr.h"
#include "base/bytes.h"

#define ATTRIBUTE_DEBUG	     UINT64_C(1)
#define ATTRIBUTE_PROFILING  UINT64_C(0x70)
#define ATTRIBUTE_SEPT_VE    (UINT64_C(1) << 28) /* SEPT_VE_DISABLE */
#define ATTRIBUTES_KNOWN     UINT64_C(0xc0000000f8010071)
#define XFAM_ALLOWED	     UINT64_C(0x6dbe7)
#define XFAM_REQUIRED	     UINT64_C(3)

static uint64_t le64(const uint8_t *b)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | b[i];
	return v;
}

static void check_attributes(struct verify *s)
{
	uint64_t a = le64(quote_bytes(s->quote, "td_attributes"));
	const struct policy_mask *m = &s->policy->attributes;
	char names[BIT_NAMES_SIZE];
	const char *what = NULL;

	if (a & ATTRIBUTE_DEBUG && !s->policy->allow_debug)
		what = "DEBUG is set: the host can read the TD";
	else if (a & ATTRIBUTE_PROFILING && !s->policy->allow_debug)
		what = "a profiling bit is set";
	else if (!(a & ATTRIBUTE_SEPT_VE) && !s->policy->allow_sept_ve)
		what = "SEPT_VE_DISABLE is off";
	else if (a & ~ATTRIBUTES_KNOWN && !s->policy->allow_unknown_attributes)
		what = "an unknown bit is set";
	else if (m->set && (a & le64(m->mask)) != (le64(m->value) & le64(m->mask)))
		what = "not as the policy's mask and value say";
	if (a & ATTRIBUTE_DEBUG && s->policy->allow_debug)
		verdict_note(s->v, "DEBUG is set and allowed: nothing in this TD is secret");
	verdict_add(s->v, "td-attributes", what ? TDL_STATE_FAILED : TDL_STATE_PASSED, "policy",
		    "%s%s0x%llx (%.200s)", what ? what : "", what ? ": " : "",
		    (unsigned long long)a, code_attribute_names(a, names));
}

static void check_xfam(struct verify *s)
{
	uint64_t x = le64(quote_bytes(s->quote, "xfam"));
	const struct policy_mask *m = &s->policy->xfam;
	const char *what = NULL;

	if ((x & XFAM_REQUIRED) != XFAM_REQUIRED)
		what = "x87 and SSE are not both set: ";
	else if (x & ~XFAM_ALLOWED)
		what = "a bit is set that no TDX module allows: ";
	else if (m->set && (x & le64(m->mask)) != (le64(m->value) & le64(m->mask)))
		what = "not as the policy's mask and value say: ";
	verdict_add(s->v, "xfam", what ? TDL_STATE_FAILED : TDL_STATE_PASSED, "policy", "%s0x%llx",
		    what ? what : "", (unsigned long long)x);
}

static void check_service_td(struct verify *s)
{
	const uint8_t *hash = quote_bytes(s->quote, "mrservicetd");

	if (!hash || all_zero(hash, 48) || policy_pins(s->policy, "mrservicetd"))
		return;
	if (s->policy->allow_service_td)
		verdict_note(s->v, "a service TD is bound, and the policy allows any");
	else
		verdict_add(s->v, "service-td", TDL_STATE_FAILED, "policy",
			    "MRSERVICETD is not zero: a service TD is bound that the policy does "
			    "not list");
}

/* A field of the quote, of the platform's certificate, or a PCR of the guest's vTPM. */
static bool find_value(const struct verify *s, const char *name, const uint8_t **ret_bytes,
		       size_t *ret_size)
{
	struct tdl_field field;

	if (strcmp(name, "ppid") == 0 || strcmp(name, "fmspc") == 0) {
		*ret_bytes = name[0] == 'p' ? s->pck.ppid : s->pck.fmspc;
		*ret_size = name[0] == 'p' ? sizeof(s->pck.ppid) : sizeof(s->pck.fmspc);
		return s->has_pck;
	}
	if (strncmp(name, "pcr", 3) == 0) {
		*ret_size = AZURE_PCR_SIZE;
		return verify_find_pcr(s, name, ret_bytes);
	}
	if (tdl_quote_field(s->quote, name, &field) < 0)
		return false;
	*ret_bytes = field.bytes;
	*ret_size = field.size;
	return true;
}

static void judge_value(struct verify *s, const char *name, bool good, const char *source,
			const uint8_t *have, size_t size)
{
	char hex[129] = "";

	if (good)
		verdict_add(s->v, name, TDL_STATE_PASSED, source, "%s", "");
	else if (have)
		verdict_add(s->v, name, TDL_STATE_FAILED, source, "the %s has %s",
			    strncmp(name, "pcr", 3) == 0 ? "vTPM" : "quote",
			    hex_encode(have, size, hex));
	else
		verdict_add(s->v, name, TDL_STATE_FAILED, source, "%s",
			    strncmp(name, "pcr", 3) == 0 ? "no TPM quote vouches for this register"
							 : "the quote has no such field");
}

/* Everything that is expected of one field: from the policy and from the caller. A value that two
 * sources give must satisfy both. Returns whether anything was. */
static bool compare_field(struct verify *s, const char *name)
{
	const uint8_t *have = NULL;
	size_t size = 0;
	bool needed = s->policy->n_values > 0 || s->opt->n_expected > 0;
	bool found = needed && find_value(s, name, &have, &size);
	bool asked = false, match = false;

	for (unsigned i = 0; i < s->policy->n_values; i++) {
		const struct policy_value *v = &s->policy->values[i];

		if (strcmp(v->field, name) != 0)
			continue;
		asked = true;
		match |= found && v->size == size && memcmp(v->bytes, have, size) == 0;
	}
	if (asked)
		judge_value(s, name, match, "policy", have, size);
	bool given = false, good = false;
	const char *source = "";
	for (size_t i = 0; i < s->opt->n_expected; i++) {
		const struct tdl_expected *e = &s->opt->expected[i];

		if (strcmp(e->field, name) != 0)
			continue;
		bool same = found && e->size == size && memcmp(e->bytes, have, size) == 0;
		if (!given || (same && !good))
			source = e->source;
		given = true;
		good |= same;
	}
	if (given)
		judge_value(s, name, good, source, have, size);
	else if (!asked && (strcmp(name, "mrtd") == 0 || strncmp(name, "rtmr", 4) == 0 ||
			    strcmp(name, "reportdata") == 0))
		verdict_add(s->v, name, TDL_STATE_NOT_ASKED, "", "no value is pinned");
	return given || asked;
}

/* An expected value for a field that no quote has must not be passed over. */
static void refuse_unknown_fields(struct verify *s, const char *const *names, size_t n)
{
	const char *const *pcrs = verify_pcr_names();

	for (size_t i = 0; i < s->opt->n_expected; i++) {
		bool known = false;

		for (size_t k = 0; k < n; k++)
			known |= strcmp(s->opt->expected[i].field, names[k]) == 0;
		for (size_t k = 0; k < AZURE_PCRS; k++)
			known |= strcmp(s->opt->expected[i].field, pcrs[k]) == 0;
		if (!known)
			verdict_add(s->v, "expected-value", TDL_STATE_FAILED,
				    s->opt->expected[i].source, "\"%.40s\" is not a field that can "
				    "be compared", s->opt->expected[i].field);
	}
}

/* Under a provider's paravisor the quote's registers say nothing of the guest: they are never
 * extended, which is how it shows. Then the guest is what its vTPM's PCRs say, if anything. */
static void judge_guest(struct verify *s, bool pcrs_compared)
{
	bool silent = all_zero(quote_bytes(s->quote, "rtmr0"), 48) &&
		      all_zero(quote_bytes(s->quote, "rtmr1"), 48) &&
		      all_zero(quote_bytes(s->quote, "rtmr2"), 48);

	if (!silent || pcrs_compared)
		return;
	if (s->pcrs_known)
		verdict_add(s->v, "guest", TDL_STATE_NOT_ASKED, "",
			    "the vTPM's PCRs are those of this TD, and there is nothing to compare "
			    "them with: expect pcr4, pcr7 or others");
	else
		verdict_add(s->v, "guest", TDL_STATE_NOT_ASKED, "",
			    "RTMR0 to RTMR2 are zero: MRTD is that of a provider's paravisor, or of "
			    "firmware that measures nothing. The quote attests the platform, not the "
			    "guest image; that needs the vTPM's evidence: HCL report with run-time "
			    "data bound in the quote, TPM quote with signature, nonce and PCRs, and "
			    "expected values of these");
}

/* What the checks leave open. */
static void note_identity(struct verify *s)
{
	struct tdl_policy asked = *s->policy; /* and what this verification pins besides */
	const char *warning;

	asked.also = s->opt->expected;
	asked.n_also = s->opt->n_expected;
	for (size_t i = 0; (warning = tdl_policy_warning(&asked, i)); i++)
		verdict_note(s->v, "%s", warning);
}

void verify_body(struct verify *s)
{
	static const char *const names[] = { "mrtd", "rtmr0", "rtmr1", "rtmr2", "rtmr3",
					     "reportdata", "mrseam", "mrsignerseam", "mrconfigid",
					     "mrowner", "mrownerconfig", "mrservicetd", "ppid",
					     "fmspc" };

	check_attributes(s);
	check_xfam(s);
	check_service_td(s);
	bool mrtd = false, pcrs = false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		bool compared = compare_field(s, names[i]);

		mrtd |= compared && strcmp(names[i], "mrtd") == 0;
	}
	for (size_t i = 0; i < AZURE_PCRS; i++)
		pcrs |= compare_field(s, verify_pcr_names()[i]);
	refuse_unknown_fields(s, names, ARRAY_SIZE(names));
	judge_guest(s, pcrs);
	if (s->opt->vtpm && !mrtd)
		verdict_note(s->v, "%s", NOTE_MRTD_OPEN);
	note_identity(s);
}
