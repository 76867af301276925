/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of fields, and lists of values. */
#include "check/values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

const struct field fields[] = {
	{ "mrtd", "mrtd", 48 },
	{ "rtmr0", "rtmr0", 48 },
	{ "rtmr1", "rtmr1", 48 },
	{ "rtmr2", "rtmr2", 48 },
	{ "rtmr3", "rtmr3", 48 },
	{ "reportdata", "reportdata", 64 },
	{ "mrconfigid", "mrconfigid", 48 },
	{ "mrowner", "mrowner", 48 },
	{ "mrownerconfig", "mrownerconfig", 48 },
	{ "mrservicetd", "servtd_hash", 48 },
	{ "td_attributes", "td_attributes", 8 },
	{ "xfam", "xfam", 8 },
	{ "tee_tcb_svn", "tee_tcb_svn", 16 },
	{ "mrseam", "mrseam", 48 },
	{ "mrsignerseam", "mrsignerseam", 48 },
	{ "seam_attributes", "seam_attributes", 8 },
	{ "firmware", "", 48 }, /* digest of the image file that a launch log names */
	/* Of a vTPM: its SHA-256 registers, and what its quote is over. */
	{ "pcr0", "", 32 },  { "pcr1", "", 32 },  { "pcr2", "", 32 },  { "pcr3", "", 32 },
	{ "pcr4", "", 32 },  { "pcr5", "", 32 },  { "pcr6", "", 32 },  { "pcr7", "", 32 },
	{ "pcr8", "", 32 },  { "pcr9", "", 32 },  { "pcr10", "", 32 }, { "pcr11", "", 32 },
	{ "pcr12", "", 32 }, { "pcr13", "", 32 }, { "pcr14", "", 32 }, { "pcr15", "", 32 },
	{ "pcr16", "", 32 }, { "pcr17", "", 32 }, { "pcr18", "", 32 }, { "pcr19", "", 32 },
	{ "pcr20", "", 32 }, { "pcr21", "", 32 }, { "pcr22", "", 32 }, { "pcr23", "", 32 },
	{ "vtpm_nonce", "", 0 },
};

const size_t field_count = ARRAY_SIZE(fields);
_Static_assert(ARRAY_SIZE(fields) <= FIELDS_MAX, "every field has a place in a witness");

int field_index(const char *name)
{
	for (size_t i = 0; i < field_count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return (int)i;
	return -1;
}

bool field_fits(const struct field *field, size_t size)
{
	return field->size ? size == field->size : size > 0 && size <= VALUE_MAX;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

int values_add(struct values *v, const struct tdl_expected *e, const char *note,
	       struct tdl_error *err)
{
	int i = e->field ? field_index(e->field) : -1;
	struct value *list;

	if (!e->field || !e->source)
		return tdl_fail(err, -EINVAL, "an expected value has a field and a source");
	if (i < 0)
		return tdl_fail(err, -EINVAL, "\"%s\" is not a field that can be compared",
				e->field);
	if (!field_fits(&fields[i], e->size))
		return tdl_fail(err, -EINVAL, "%s cannot have %zu bytes", e->field, e->size);
	list = reallocarray(v->list, v->count + 1, sizeof(*list));
	if (!list)
		return tdl_fail(err, -ENOMEM, "no memory for an expected value");
	v->list = list;
	struct value *one = &list[v->count++];
	*one = (struct value){ .field = copy(e->field), .source = copy(e->source),
			       .note = copy(note), .is.size = e->size };
	memcpy(one->is.bytes, e->bytes, e->size);
	return one->field && one->source && (one->note || !note)
		       ? 0
		       : tdl_fail(err, -ENOMEM, "no memory for an expected value");
}

void values_end(struct values *v)
{
	for (size_t i = 0; i < v->count; i++) {
		free(v->list[i].field);
		free(v->list[i].source);
		free(v->list[i].note);
	}
	free(v->list);
	*v = (struct values){ 0 };
}
