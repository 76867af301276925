/* SPDX-License-Identifier: BSD-2-Clause */
/* The two JSON documents, checked member by member. Source: Intel PCS API version 4, TDX TCB info
 * and TD QE identity. */
#include "attest/tcb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "attest/json.h"
#include "attest/text.h"

static const char *const status_names[] = {
	[TCB_UP_TO_DATE] = "UpToDate",
	[TCB_SW_HARDENING_NEEDED] = "SWHardeningNeeded",
	[TCB_CONFIGURATION_NEEDED] = "ConfigurationNeeded",
	[TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED] = "ConfigurationAndSWHardeningNeeded",
	[TCB_OUT_OF_DATE] = "OutOfDate",
	[TCB_OUT_OF_DATE_CONFIGURATION_NEEDED] = "OutOfDateConfigurationNeeded",
	[TCB_RELAUNCH_ADVISED] = "TDRelaunchAdvised",
	[TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED] = "TDRelaunchAdvisedConfigurationNeeded",
	[TCB_REVOKED] = "Revoked",
	[TCB_NOT_SUPPORTED] = "NotSupported",
};

const char *tcb_status_name(enum tcb_status status)
{
	return status_names[status];
}

bool tcb_status_parse(const char *text, enum tcb_status *ret_status)
{
	for (int i = 0; i < TCB_NOT_SUPPORTED; i++)
		if (strcmp(text, status_names[i]) == 0) {
			*ret_status = (enum tcb_status)i;
			return true;
		}
	return false;
}

static int parse_advisories(struct json_object *level, struct tcb_verdict *v,
			    struct tdl_error *err)
{
	struct json_object *list;
	int rc;

	if (!json_object_object_get_ex(level, "advisoryIDs", NULL))
		return 0;
	rc = json_get_array(level, "advisoryIDs", &list, err);
	if (rc < 0)
		return rc;
	size_t n = json_object_array_length(list);
	if (n > ADVISORIES_LIMIT)
		return tdl_fail(err, -E2BIG, "%zu advisories in one level", n);
	v->advisories = calloc(n ? n : 1, sizeof(*v->advisories));
	if (!v->advisories)
		return tdl_fail(err, -ENOMEM, "no memory for advisories");
	for (size_t i = 0; i < n; i++) {
		const char *text = json_plain_text(json_object_array_get_idx(list, i));

		if (!text || strlen(text) >= ADVISORY_SIZE)
			return tdl_fail(err, -EBADMSG, "advisory %zu is not a short text", i);
		strcpy(v->advisories[v->n_advisories++], text);
	}
	return 0;
}

static int parse_verdict(struct json_object *level, struct tcb_verdict *v, struct tdl_error *err)
{
	const char *text;
	int rc = json_get_time(level, "tcbDate", &v->date, err);

	if (rc == 0)
		rc = json_get_text(level, "tcbStatus", &text, err);
	if (rc < 0)
		return rc;
	if (!tcb_status_parse(text, &v->status) || v->status == TCB_RELAUNCH_ADVISED ||
	    v->status == TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED)
		return tdl_fail(err, -EBADMSG, "tcbStatus \"%.40s\" is unknown", text);
	return parse_advisories(level, v, err);
}

static void copy_optional(struct json_object *in, const char *name, char *ret_text, size_t size)
{
	struct json_object *value;
	const char *text = NULL;

	if (json_object_object_get_ex(in, name, &value))
		text = json_plain_text(value);
	snprintf(ret_text, size, "%s", text ? text : "");
}

static int parse_components(struct json_object *tcb, const char *name, struct tcb_component *ret,
			    struct tdl_error *err)
{
	struct json_object *list;
	int rc = json_get_array(tcb, name, &list, err);

	if (rc < 0)
		return rc;
	if (json_object_array_length(list) != TCB_COMPONENTS)
		return tdl_fail(err, -EBADMSG, "%s has %zu members, not 16", name,
				json_object_array_length(list));
	for (size_t i = 0; i < TCB_COMPONENTS; i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		uint64_t svn;

		rc = json_get_number(one, "svn", UINT8_MAX, &svn, err);
		if (rc < 0)
			return tdl_while(err, rc, "%s %zu", name, i);
		ret[i].svn = (uint8_t)svn;
		copy_optional(one, "category", ret[i].category, sizeof(ret[i].category));
		copy_optional(one, "type", ret[i].type, sizeof(ret[i].type));
	}
	return 0;
}

/* The components, when they are written as usual; and where, in order. */
static bool read_components(const struct json_span *text, struct tcb_level *level,
			    struct json_span ret_where[2])
{
	struct json_span tcb, sgx, tdx;

	return json_member_rest(text, "tcb", &tcb) &&
	       json_member_rest(&tcb, "sgxtcbcomponents", &sgx) &&
	       tcb_components_read(&sgx, level->sgx, &ret_where[0]) &&
	       json_member_rest(&tcb, "tdxtcbcomponents", &tdx) &&
	       tcb_components_read(&tdx, level->tdx, &ret_where[1]) && sgx.text < tdx.text;
}

static int parse_level(const struct json_span *text, struct tcb_level *level,
		       struct tdl_error *err)
{
	AUTO_JSON struct json_object *json = NULL;
	struct json_object *tcb;
	struct json_span where[2];
	uint64_t pcesvn = 0;
	bool done = read_components(text, level, where);
	int rc = json_load_around(text->text, text->size, where, done ? 2 : 0, &json, err);

	if (rc == 0 && !json_object_is_type(json, json_type_object))
		return tdl_fail(err, -EBADMSG, "not an object");
	if (rc == 0)
		rc = json_get_object(json, "tcb", &tcb, err);
	if (rc == 0 && !done)
		rc = parse_components(tcb, "sgxtcbcomponents", level->sgx, err);
	if (rc == 0 && !done)
		rc = parse_components(tcb, "tdxtcbcomponents", level->tdx, err);
	if (rc == 0)
		rc = json_get_number(tcb, "pcesvn", UINT16_MAX, &pcesvn, err);
	level->pcesvn = (uint16_t)pcesvn;
	return rc < 0 ? rc : parse_verdict(json, &level->verdict, err);
}

static int compare_components(const struct tcb_component *a, const struct tcb_component *b)
{
	for (int i = 0; i < TCB_COMPONENTS; i++)
		if (a[i].svn != b[i].svn)
			return b[i].svn - a[i].svn;
	return 0;
}

/* Descending by SGX components, PCESVN, TDX components. */
static int compare_levels(const void *pa, const void *pb)
{
	const struct tcb_level *a = pa, *b = pb;
	int order = compare_components(a->sgx, b->sgx);

	if (order == 0)
		order = b->pcesvn - a->pcesvn;
	return order ? order : compare_components(a->tdx, b->tdx);
}

/* A member array of bounded length, each element an object. */
static int bounded_array(struct json_object *in, const char *name, size_t max,
			 struct json_object **ret, struct tdl_error *err)
{
	int rc = json_get_array(in, name, ret, err);

	if (rc < 0)
		return rc;
	size_t n = json_object_array_length(*ret);
	if (n > max)
		return tdl_fail(err, -E2BIG, "%s has %zu members; the limit is %zu", name, n, max);
	for (size_t i = 0; i < n; i++)
		if (!json_object_is_type(json_object_array_get_idx(*ret, i), json_type_object))
			return tdl_fail(err, -EBADMSG, "%s %zu is not an object", name, i);
	return 0;
}

/* One more level of the TCB info that ctx is. */
static int add_level(void *ctx, size_t index, const struct json_span *text, struct tdl_error *err)
{
	struct tcb_info *info = ctx;
	struct tcb_level level = { 0 };

	if (index == TCB_LEVELS_LIMIT)
		return tdl_fail(err, -E2BIG, "tcbLevels has more than %d members", TCB_LEVELS_LIMIT);
	if (index % 8 == 0) {
		struct tcb_level *more = reallocarray(info->levels, index + 8, sizeof(level));

		if (!more)
			return tdl_fail(err, -ENOMEM, "no memory for TCB levels");
		info->levels = more;
	}
	int rc = parse_level(text, &level, err);
	if (rc < 0) {
		free(level.verdict.advisories);
		return tdl_while(err, rc, "TCB level %zu", index);
	}
	info->levels[info->n_levels++] = level;
	return 0;
}

/* The service writes them in order; they are large. */
static void sort_levels(struct tcb_info *info)
{
	unsigned sorted = 1;

	while (sorted < info->n_levels &&
	       compare_levels(&info->levels[sorted - 1], &info->levels[sorted]) < 0)
		sorted++;
	if (sorted < info->n_levels)
		qsort(info->levels, info->n_levels, sizeof(*info->levels), compare_levels);
}

static int parse_levels(const struct json_span *list, struct tcb_info *info, struct tdl_error *err)
{
	int rc = json_each(list->text, list->size, add_level, info, err);
	size_t n = info->n_levels;

	if (rc < 0)
		return tdl_while(err, rc, "tcbLevels");
	if (n == 0)
		return tdl_fail(err, -EBADMSG, "there are no TCB levels");
	sort_levels(info);
	for (size_t i = 1; i < n; i++)
		if (compare_levels(&info->levels[i - 1], &info->levels[i]) == 0)
			return tdl_fail(err, -EBADMSG, "two TCB levels are for the same SVNs");
	return 0;
}

static int compare_svn_levels(const void *pa, const void *pb)
{
	const struct svn_level *a = pa, *b = pb;

	return b->isvsvn - a->isvsvn;
}

static int parse_svn_level(struct json_object *json, struct svn_level *level,
			   struct tdl_error *err)
{
	struct json_object *tcb;
	uint64_t svn = 0;
	int rc = json_get_object(json, "tcb", &tcb, err);

	if (rc == 0)
		rc = json_get_number(tcb, "isvsvn", UINT16_MAX, &svn, err);
	level->isvsvn = (uint16_t)svn;
	return rc < 0 ? rc : parse_verdict(json, &level->verdict, err);
}

static void svn_levels_end(struct svn_levels *levels)
{
	for (unsigned i = 0; i < levels->count; i++)
		free(levels->level[i].verdict.advisories);
	free(levels->level);
	*levels = (struct svn_levels){ 0 };
}

static int parse_svn_levels(struct json_object *in, struct svn_levels *levels,
			    struct tdl_error *err)
{
	struct json_object *list;
	int rc = bounded_array(in, "tcbLevels", TCB_LEVELS_LIMIT, &list, err);

	if (rc < 0)
		return rc;
	size_t n = json_object_array_length(list);
	levels->level = calloc(n ? n : 1, sizeof(*levels->level));
	if (!levels->level)
		return tdl_fail(err, -ENOMEM, "no memory for TCB levels");
	for (; levels->count < n; levels->count++) {
		rc = parse_svn_level(json_object_array_get_idx(list, levels->count),
				     &levels->level[levels->count], err);
		if (rc < 0) {
			free(levels->level[levels->count].verdict.advisories);
			return tdl_while(err, rc, "level %u", levels->count);
		}
	}
	qsort(levels->level, n, sizeof(*levels->level), compare_svn_levels);
	for (size_t i = 1; i < n; i++)
		if (levels->level[i - 1].isvsvn == levels->level[i].isvsvn)
			return tdl_fail(err, -EBADMSG, "two levels are for ISVSVN %u",
					levels->level[i].isvsvn);
	return 0;
}

static int parse_module_id(struct json_object *json, struct tcb_module *m, struct tdl_error *err)
{
	int rc = json_get_hex(json, "mrsigner", m->mrsigner, sizeof(m->mrsigner), err);

	if (rc == 0)
		rc = json_get_hex(json, "attributes", m->attributes, sizeof(m->attributes), err);
	if (rc == 0)
		rc = json_get_hex(json, "attributesMask", m->mask, sizeof(m->mask), err);
	return rc;
}

static int parse_module(struct json_object *json, struct tcb_module *m, struct tdl_error *err)
{
	const char *id;
	int rc = json_get_text(json, "id", &id, err);

	if (rc < 0)
		return rc;
	if (strlen(id) >= sizeof(m->id) || !*id)
		return tdl_fail(err, -EBADMSG, "module id \"%.20s\" is not like TDX_01", id);
	strcpy(m->id, id);
	rc = parse_module_id(json, m, err);
	return rc < 0 ? rc : parse_svn_levels(json, &m->levels, err);
}

/* Documents from before 2024 have no tdxModuleIdentities. */
static int parse_modules(struct json_object *in, struct tcb_info *info, struct tdl_error *err)
{
	struct json_object *list, *base;
	int rc = json_get_object(in, "tdxModule", &base, err);

	if (rc == 0)
		rc = parse_module_id(base, &info->base, err);
	if (rc < 0)
		return tdl_while(err, rc, "tdxModule");
	if (!json_object_object_get_ex(in, "tdxModuleIdentities", NULL))
		return 0;
	rc = bounded_array(in, "tdxModuleIdentities", TCB_MODULES_LIMIT, &list, err);
	if (rc < 0)
		return rc;
	size_t n = json_object_array_length(list);
	info->modules = calloc(n ? n : 1, sizeof(*info->modules));
	if (!info->modules)
		return tdl_fail(err, -ENOMEM, "no memory for module identities");
	while (info->n_modules < n) {
		struct tcb_module *m = &info->modules[info->n_modules++];

		rc = parse_module(json_object_array_get_idx(list, info->n_modules - 1), m, err);
		if (rc < 0)
			return tdl_while(err, rc, "module identity %u", info->n_modules - 1);
		for (struct tcb_module *other = info->modules; other < m; other++)
			if (strcasecmp(other->id, m->id) == 0)
				return tdl_fail(err, -EBADMSG, "module identity %s twice", m->id);
	}
	return 0;
}

/* id, version, dates and evaluation number, which both documents start with. */
static int parse_head(struct json_object *in, const char *id, uint64_t version, int64_t *issued,
		      int64_t *next_update, uint32_t *evaluation, struct tdl_error *err)
{
	const char *text;
	uint64_t number = 0;
	int rc = json_get_text(in, "id", &text, err);

	if (rc == 0 && strcmp(text, id) != 0)
		return tdl_fail(err, -EBADMSG, "id is \"%.20s\", not \"%s\"", text, id);
	if (rc == 0)
		rc = json_get_number(in, "version", UINT32_MAX, &number, err);
	if (rc == 0 && number != version)
		return tdl_fail(err, -EBADMSG, "version is %llu, not %llu",
				(unsigned long long)number, (unsigned long long)version);
	if (rc == 0)
		rc = json_get_time(in, "issueDate", issued, err);
	if (rc == 0)
		rc = json_get_time(in, "nextUpdate", next_update, err);
	if (rc == 0)
		rc = json_get_number(in, "tcbEvaluationDataNumber", UINT32_MAX, &number, err);
	*evaluation = (uint32_t)number;
	return rc;
}

static int parse_info(struct json_object *in, const struct json_span *levels,
		      struct tcb_info *info, struct tdl_error *err)
{
	uint64_t type = 0;
	int rc = parse_head(in, "TDX", 3, &info->issued, &info->next_update, &info->evaluation,
			    err);

	if (rc == 0)
		rc = json_get_hex(in, "fmspc", info->fmspc, sizeof(info->fmspc), err);
	if (rc == 0)
		rc = json_get_hex(in, "pceId", info->pceid, sizeof(info->pceid), err);
	if (rc == 0)
		rc = json_get_number(in, "tcbType", 0, &type, err);
	if (rc == 0)
		rc = parse_modules(in, info, err);
	return rc < 0 ? rc : parse_levels(levels, info, err);
}

static bool first_member_is(struct json_span text, const char *name)
{
	size_t at = 1, size = strlen(name);

	while (at < text.size && is_space(text.text[at]))
		at++;
	return text.size - at > size + 2 && text.text[at] == '"' &&
	       memcmp(text.text + at + 1, name, size) == 0 && text.text[at + 1 + size] == '"';
}

bool tcb_is_response(const struct json_span *text, const char *member)
{
	struct json_span value;

	return text->size && *text->text == '{' && json_member_rest(text, member, &value) &&
	       value.size && *value.text == '{' && !first_member_is(value, member) &&
	       !first_member_is(value, "signature");
}

int tcb_info_parse(const char *text, size_t size, struct tcb_info *ret_info,
		   struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	struct tcb_info info = { 0 };
	struct json_span levels; /* nearly all of the text */
	int rc = json_member_span(text, size, "tcbLevels", &levels, err);

	if (rc == 0)
		rc = json_load_around(text, size, &levels, 1, &root, err);
	if (rc == 0)
		rc = parse_info(root, &levels, &info, err);
	if (rc < 0) {
		tcb_info_end(&info);
		return tdl_while(err, rc, "TCB info");
	}
	*ret_info = info;
	return 0;
}

void tcb_info_end(struct tcb_info *info)
{
	for (unsigned i = 0; i < info->n_levels; i++)
		free(info->levels[i].verdict.advisories);
	free(info->levels);
	for (unsigned i = 0; i < info->n_modules; i++)
		svn_levels_end(&info->modules[i].levels);
	free(info->modules);
	*info = (struct tcb_info){ 0 };
}

static int parse_identity(struct json_object *in, struct qe_identity *q, struct tdl_error *err)
{
	uint64_t prodid = 0;
	int rc = parse_head(in, "TD_QE", 2, &q->issued, &q->next_update, &q->evaluation, err);

	if (rc == 0)
		rc = json_get_hex(in, "miscselect", q->miscselect, 4, err);
	if (rc == 0)
		rc = json_get_hex(in, "miscselectMask", q->miscselect_mask, 4, err);
	if (rc == 0)
		rc = json_get_hex(in, "attributes", q->attributes, 16, err);
	if (rc == 0)
		rc = json_get_hex(in, "attributesMask", q->attributes_mask, 16, err);
	if (rc == 0)
		rc = json_get_hex(in, "mrsigner", q->mrsigner, 32, err);
	if (rc == 0)
		rc = json_get_number(in, "isvprodid", UINT16_MAX, &prodid, err);
	q->isvprodid = (uint16_t)prodid;
	return rc < 0 ? rc : parse_svn_levels(in, &q->levels, err);
}

int qe_identity_parse(const char *text, size_t size, struct qe_identity *ret_identity,
		      struct tdl_error *err)
{
	AUTO_JSON struct json_object *root = NULL;
	struct qe_identity identity = { 0 };
	int rc = json_load(text, size, &root, err);

	if (rc == 0)
		rc = parse_identity(root, &identity, err);
	if (rc < 0) {
		qe_identity_end(&identity);
		return tdl_while(err, rc, "QE identity");
	}
	*ret_identity = identity;
	return 0;
}

void qe_identity_end(struct qe_identity *identity)
{
	svn_levels_end(&identity->levels);
}
