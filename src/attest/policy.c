/* SPDX-License-Identifier: BSD-2-Clause */
/* Policies: a table of members, each with the function that reads it. */
#include "attest/policy.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/verdict.h>

#include "attest/json.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "base/scope.h"

struct member {
	const char *name;
	int (*read)(struct tdl_policy *p, struct json_object *in, const struct member *m,
		    struct tdl_error *err);
	size_t at;   /* of the member in struct tdl_policy, where the reader uses it */
	size_t size; /* bytes of a pinned value */
};

static int read_version(struct tdl_policy *p, struct json_object *in, const struct member *m,
			struct tdl_error *err)
{
	uint64_t version = 0;
	int rc = json_get_number(in, m->name, UINT32_MAX, &version, err);

	(void)p;
	if (rc == 0 && version != 1)
		return tdl_fail(err, -EBADMSG, "policy version %llu, known is 1",
				(unsigned long long)version);
	return rc;
}

static int read_bool(struct tdl_policy *p, struct json_object *in, const struct member *m,
		     struct tdl_error *err)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(in, m->name, &value);
	if (!json_object_is_type(value, json_type_boolean))
		return tdl_fail(err, -EBADMSG, "\"%s\" is not true or false", m->name);
	*(bool *)((char *)p + m->at) = json_object_get_boolean(value);
	return 0;
}

static int read_u32(struct tdl_policy *p, struct json_object *in, const struct member *m,
		    struct tdl_error *err)
{
	uint64_t value = 0;
	int rc = json_get_number(in, m->name, UINT32_MAX, &value, err);

	if (rc == 0)
		*(uint32_t *)((char *)p + m->at) = (uint32_t)value;
	return rc;
}

/* None would be no limit, and look like the strictest. */
static int read_days(struct tdl_policy *p, struct json_object *in, const struct member *m,
		     struct tdl_error *err)
{
	int rc = read_u32(p, in, m, err);

	if (rc == 0 && *(uint32_t *)((char *)p + m->at) == 0)
		return tdl_fail(err, -EBADMSG, "\"%s\" is 0: nothing could pass; leave it out for "
				"no limit", m->name);
	return rc;
}

static int read_u16(struct tdl_policy *p, struct json_object *in, const struct member *m,
		    struct tdl_error *err)
{
	uint64_t value = 0;
	int rc = json_get_number(in, m->name, UINT16_MAX, &value, err);

	if (rc == 0)
		*(uint16_t *)((char *)p + m->at) = (uint16_t)value;
	return rc;
}

static int read_date(struct tdl_policy *p, struct json_object *in, const struct member *m,
		     struct tdl_error *err)
{
	return json_get_time(in, m->name, (int64_t *)((char *)p + m->at), err);
}

static int read_mask(struct tdl_policy *p, struct json_object *in, const struct member *m,
		     struct tdl_error *err)
{
	struct policy_mask *mask = (struct policy_mask *)((char *)p + m->at);
	struct json_object *pair = NULL;
	int rc = json_get_object(in, m->name, &pair, err);

	if (rc == 0 && json_object_object_length(pair) != 2)
		rc = tdl_fail(err, -EBADMSG, "\"%s\" has mask and value, nothing else", m->name);
	if (rc == 0)
		rc = json_get_hex(pair, "mask", mask->mask, sizeof(mask->mask), err);
	if (rc == 0)
		rc = json_get_hex(pair, "value", mask->value, sizeof(mask->value), err);
	for (size_t i = 0; rc == 0 && i < sizeof(mask->mask); i++)
		if (mask->value[i] & ~mask->mask[i])
			rc = tdl_fail(err, -EBADMSG, "\"%s\": the value has bits that the mask does "
				      "not compare", m->name);
	mask->set = rc == 0;
	return rc;
}

static int read_svn(struct tdl_policy *p, struct json_object *in, const struct member *m,
		    struct tdl_error *err)
{
	p->has_min_svn = true;
	return json_get_hex(in, m->name, p->min_svn, sizeof(p->min_svn), err);
}

static int read_status(struct tdl_policy *p, struct json_object *in, const struct member *m,
		       struct tdl_error *err)
{
	struct json_object *list = NULL;
	int rc = json_get_array(in, m->name, &list, err);

	if (rc < 0)
		return rc;
	memset(p->status, 0, sizeof(p->status));
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *text = json_plain_text(json_object_array_get_idx(list, i));
		enum tcb_status status;

		if (!text || !tcb_status_parse(text, &status))
			return tdl_fail(err, -EBADMSG, "\"%s\" %zu is no TCB status", m->name, i);
		if (status == TCB_REVOKED)
			return tdl_fail(err, -EBADMSG, "\"%s\": Revoked cannot be allowed",
					m->name);
		p->status[status] = true;
	}
	return 0;
}

static int read_advisories(struct tdl_policy *p, struct json_object *in, const struct member *m,
			   struct tdl_error *err)
{
	struct json_object *list = NULL;
	int rc = json_get_array(in, m->name, &list, err);

	if (rc < 0)
		return rc;
	size_t n = json_object_array_length(list);
	p->advisories = n <= POLICY_VALUES_LIMIT ? calloc(n + 1, sizeof(*p->advisories)) : NULL;
	if (!p->advisories)
		return tdl_fail(err, -ENOMEM, "no memory for %zu advisories", n);
	p->limit_advisories = true;
	for (size_t i = 0; i < n; i++) {
		const char *text = json_plain_text(json_object_array_get_idx(list, i));

		if (!text || strlen(text) >= ADVISORY_SIZE)
			return tdl_fail(err, -EBADMSG, "\"%s\" %zu is no advisory", m->name, i);
		strcpy(p->advisories[p->n_advisories++], text);
	}
	return 0;
}

static int add_value(struct tdl_policy *p, const struct member *m, struct json_object *value,
		     struct tdl_error *err)
{
	const char *text = json_plain_text(value);
	struct policy_value *values;

	if (p->n_values == POLICY_VALUES_LIMIT)
		return tdl_fail(err, -E2BIG, "more than %d values", POLICY_VALUES_LIMIT);
	values = reallocarray(p->values, p->n_values + 1, sizeof(*values));
	if (!values)
		return tdl_fail(err, -ENOMEM, "no memory for a policy");
	p->values = values;
	struct policy_value *v = &values[p->n_values];
	*v = (struct policy_value){ .field = m->name, .size = m->size };
	if (!text || !hex_decode(text, v->bytes, m->size))
		return tdl_fail(err, -EBADMSG, "\"%s\" is not %zu hex digits", m->name,
				2 * m->size);
	p->n_values++;
	return 0;
}

/* A value, or a list of values of which one must be met. An empty list is met by nothing. */
static int read_values(struct tdl_policy *p, struct json_object *in, const struct member *m,
		       struct tdl_error *err)
{
	struct json_object *value = NULL;
	int rc = 0;

	json_object_object_get_ex(in, m->name, &value);
	if (!json_object_is_type(value, json_type_array))
		return add_value(p, m, value, err);
	if (json_object_array_length(value) == 0)
		return tdl_fail(err, -EBADMSG, "\"%s\" is empty: nothing could pass", m->name);
	for (size_t i = 0; rc == 0 && i < json_object_array_length(value); i++)
		rc = add_value(p, m, json_object_array_get_idx(value, i), err);
	return rc;
}

#define AT(member) offsetof(struct tdl_policy, member)

static const struct member members[] = {
	{ "tdlaunch_policy", read_version, 0, 0 },
	{ "tcb_status", read_status, 0, 0 },
	{ "advisories", read_advisories, 0, 0 },
	{ "min_tcb_date", read_date, AT(min_tcb_date), 0 },
	{ "min_tcb_evaluation", read_u32, AT(min_evaluation), 0 },
	{ "max_collateral_age_days", read_days, AT(max_collateral_age), 0 },
	{ "max_crl_age_days", read_days, AT(max_crl_age), 0 },
	{ "allow_expired_collateral", read_bool, AT(allow_expired), 0 },
	{ "allow_missing_crls", read_bool, AT(allow_missing_crls), 0 },
	{ "allow_debug", read_bool, AT(allow_debug), 0 },
	{ "allow_sept_ve", read_bool, AT(allow_sept_ve), 0 },
	{ "allow_unknown_attributes", read_bool, AT(allow_unknown_attributes), 0 },
	{ "allow_service_td", read_bool, AT(allow_service_td), 0 },
	{ "forbid_trailing_bytes", read_bool, AT(forbid_trailing), 0 },
	{ "td_attributes", read_mask, AT(attributes), 0 },
	{ "xfam", read_mask, AT(xfam), 0 },
	{ "min_tee_tcb_svn", read_svn, 0, 0 },
	{ "min_pcesvn", read_u16, AT(min_pcesvn), 0 },
	{ "min_qe_isvsvn", read_u16, AT(min_qe_isvsvn), 0 },
	{ "mrseam", read_values, 0, 48 },
	{ "mrsignerseam", read_values, 0, 48 },
	{ "mrtd", read_values, 0, 48 },
	{ "mrconfigid", read_values, 0, 48 },
	{ "mrowner", read_values, 0, 48 },
	{ "mrownerconfig", read_values, 0, 48 },
	{ "mrservicetd", read_values, 0, 48 },
	{ "rtmr0", read_values, 0, 48 },
	{ "rtmr1", read_values, 0, 48 },
	{ "rtmr2", read_values, 0, 48 },
	{ "rtmr3", read_values, 0, 48 },
	{ "reportdata", read_values, 0, 64 },
	{ "pcr0", read_values, 0, 32 },
	{ "pcr1", read_values, 0, 32 },
	{ "pcr2", read_values, 0, 32 },
	{ "pcr3", read_values, 0, 32 },
	{ "pcr4", read_values, 0, 32 },
	{ "pcr5", read_values, 0, 32 },
	{ "pcr6", read_values, 0, 32 },
	{ "pcr7", read_values, 0, 32 },
	{ "pcr8", read_values, 0, 32 },
	{ "pcr9", read_values, 0, 32 },
	{ "pcr10", read_values, 0, 32 },
	{ "pcr11", read_values, 0, 32 },
	{ "pcr12", read_values, 0, 32 },
	{ "pcr13", read_values, 0, 32 },
	{ "pcr14", read_values, 0, 32 },
	{ "pcr15", read_values, 0, 32 },
	{ "pcr16", read_values, 0, 32 },
	{ "pcr17", read_values, 0, 32 },
	{ "pcr18", read_values, 0, 32 },
	{ "pcr19", read_values, 0, 32 },
	{ "pcr20", read_values, 0, 32 },
	{ "pcr21", read_values, 0, 32 },
	{ "pcr22", read_values, 0, 32 },
	{ "pcr23", read_values, 0, 32 },
	{ "ppid", read_values, 0, 16 },
	{ "fmspc", read_values, 0, 6 },
};

static int read_member(struct tdl_policy *p, struct json_object *root, const char *name,
		       struct tdl_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (strcmp(name, members[i].name) == 0)
			return members[i].read(p, root, &members[i], err);
	return tdl_fail(err, -EBADMSG, "\"%.60s\" is not a rule of a policy", name);
}

int tdl_policy_default(struct tdl_policy **ret_policy, struct tdl_error *err)
{
	struct tdl_policy *p = calloc(1, sizeof(*p));

	if (!p)
		return tdl_fail(err, -ENOMEM, "no memory for a policy");
	p->status[TCB_UP_TO_DATE] = true;
	*ret_policy = p;
	return 0;
}

int tdl_policy_parse(const char *text, size_t size, struct tdl_policy **ret_policy,
		     struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	AUTO_POLICY struct tdl_policy *p = NULL;
	int rc = json_load(text, size, &root, err);

	if (rc == 0 && !json_object_object_get_ex(root, "tdlaunch_policy", NULL))
		rc = tdl_fail(err, -EBADMSG, "a policy starts with \"tdlaunch_policy\": 1");
	if (rc == 0)
		rc = tdl_policy_default(&p, err);
	if (rc < 0)
		return rc;
	struct json_object_iterator it = json_object_iter_begin(root);
	struct json_object_iterator end = json_object_iter_end(root);
	for (; rc == 0 && !json_object_iter_equal(&it, &end); json_object_iter_next(&it))
		rc = read_member(p, root, json_object_iter_peek_name(&it), err);
	if (rc < 0)
		return rc;
	*ret_policy = steal(p);
	return 0;
}

void tdl_policy_free(struct tdl_policy *policy)
{
	if (!policy)
		return;
	free(policy->advisories);
	free(policy->values);
	free(policy);
}

void policy_free_p(struct tdl_policy **policy)
{
	tdl_policy_free(*policy);
}

bool policy_pins(const struct tdl_policy *policy, const char *field)
{
	for (unsigned i = 0; i < policy->n_values; i++)
		if (strcmp(policy->values[i].field, field) == 0)
			return true;
	for (size_t i = 0; i < policy->n_also; i++)
		if (strcmp(policy->also[i].field, field) == 0)
			return true;
	return false;
}

static bool pins_boot(const struct tdl_policy *p)
{
	return policy_pins(p, "rtmr1") && policy_pins(p, "rtmr2");
}

/* Of the guest's vTPM. */
static bool pins_pcr(const struct tdl_policy *p)
{
	for (unsigned i = 0; i < p->n_values; i++)
		if (strncmp(p->values[i].field, "pcr", 3) == 0)
			return true;
	for (size_t i = 0; i < p->n_also; i++)
		if (strncmp(p->also[i].field, "pcr", 3) == 0)
			return true;
	return false;
}

static bool nothing_pinned(const struct tdl_policy *p)
{
	return !pins_pcr(p) && !policy_pins(p, "mrtd") && !policy_pins(p, "rtmr0") && !policy_pins(p, "rtmr1") &&
	       !policy_pins(p, "rtmr2") && !policy_pins(p, "rtmr3");
}

static bool only_firmware(const struct tdl_policy *p)
{
	return policy_pins(p, "mrtd") && !policy_pins(p, "rtmr1") && !policy_pins(p, "rtmr2") &&
	       !pins_pcr(p);
}

static bool no_firmware(const struct tdl_policy *p)
{
	return !policy_pins(p, "mrtd") && !nothing_pinned(p) && !pins_pcr(p);
}

static bool no_paravisor(const struct tdl_policy *p)
{
	return !policy_pins(p, "mrtd") && pins_pcr(p);
}

static bool half_boot(const struct tdl_policy *p)
{
	return policy_pins(p, "mrtd") && !pins_boot(p) && !only_firmware(p) && !pins_pcr(p);
}

static bool no_configuration(const struct tdl_policy *p)
{
	return policy_pins(p, "mrtd") && pins_boot(p) && !policy_pins(p, "rtmr0");
}

static bool no_nonce(const struct tdl_policy *p)
{
	return !policy_pins(p, "reportdata") && !pins_pcr(p);
}

static bool debug_allowed(const struct tdl_policy *p)
{
	return p->allow_debug;
}

static bool any_service_td(const struct tdl_policy *p)
{
	return p->allow_service_td && !policy_pins(p, "mrservicetd");
}

static bool stale_allowed(const struct tdl_policy *p)
{
	return p->allow_expired || p->allow_missing_crls;
}

/* Rules of lint, in the order of how much they let through. */
static const struct lint {
	bool (*applies)(const struct tdl_policy *p);
	const char *text;
} lints[] = {
	{ debug_allowed, "allow_debug: the host can read and change the TD; whatever else is "
			 "pinned proves nothing" },
	{ nothing_pinned, "no measurement is pinned: any software in any TD on such a platform "
			  "passes" },
	{ no_firmware, "RTMRs are pinned without MRTD: firmware of an attacker's choice can extend "
		       "any values into them" },
	{ no_paravisor, "PCRs are pinned without MRTD: a TD with firmware of an attacker's choice "
			"can play the paravisor and its vTPM" },
	{ only_firmware, "only MRTD is pinned: any kernel, initrd and command line that this "
			 "firmware boots passes" },
	{ half_boot, "MRTD is pinned with only one of RTMR1 and RTMR2: another loader, kernel, "
		     "initrd or command line passes" },
	{ no_configuration, "RTMR0 is not pinned: another firmware configuration (ACPI tables, "
			    "Secure Boot keys, boot order) passes" },
	{ any_service_td, "allow_service_td: a service TD of anyone's can be bound and take the "
			  "TD's memory elsewhere" },
	{ stale_allowed, "expired or missing collateral is allowed: a revoked platform passes" },
	{ no_nonce, "report data is not pinned: an old quote can be shown again; give --nonce or "
		    "--report-data for each verification" },
};

const char *tdl_policy_warning(const struct tdl_policy *policy, size_t index)
{
	for (size_t i = 0; i < ARRAY_SIZE(lints); i++)
		if (lints[i].applies(policy) && index-- == 0)
			return lints[i].text;
	return NULL;
}
