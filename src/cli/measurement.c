/* SPDX-License-Identifier: BSD-2-Clause */
/* From an image to MRTD. */
#include "cli/measurement.h"

#include <stdlib.h>
#include <string.h>

/* A value with its option's name in front of the reason when it is refused. */
static int take_memory(struct cli_args *args, struct cli_request *request)
{
	struct tdl_error err = { 0 };

	request->memory_given = true;
	if (cli_parse_memory(args->value, &request->plan.memory, &err) < 0)
		return cli_usage(args, "--memory: %s", err.text);
	return 0;
}

static int take_gpaw(struct cli_args *args, struct cli_request *request)
{
	struct tdl_error err = { 0 };
	uint64_t bits = 0;

	if (cli_parse_number(args->value, 48, 52, &bits, &err) < 0)
		return cli_usage(args, "--gpaw: %s", err.text);
	request->plan.gpaw = (unsigned)bits;
	return 0;
}

bool cli_request_option(struct cli_args *args, int opt, struct cli_request *request, int *ret_rc)
{
	*ret_rc = 0;
	switch (opt) {
	case OPT_VARS:
		request->image.vars_path = args->value;
		return true;
	case OPT_CODE_ONLY:
		request->image.code_only = true;
		return true;
	case OPT_FLOW:
		request->plan.flow = args->value;
		return true;
	case OPT_GPAW:
		*ret_rc = take_gpaw(args, request);
		return true;
	case 'm':
		*ret_rc = take_memory(args, request);
		return true;
	default:
		return false;
	}
}

int cli_measure(const struct tdl_image *image, const struct tdl_plan_options *opt,
		struct cli_measurement *ret, struct tdl_error *err)
{
	struct cli_measurement m = { 0 };
	int rc = tdl_plan_build(image, opt, &m.plan, err);

	if (rc == 0)
		rc = tdl_mrtd_compute(m.plan, &m.mrtd, err);
	if (rc < 0)
		cli_measurement_end(&m);
	else
		*ret = m;
	return rc;
}

void cli_measurement_end(struct cli_measurement *m)
{
	tdl_mrtd_free(m->mrtd);
	tdl_plan_free(m->plan);
	*m = (struct cli_measurement){ 0 };
}

int cli_json_image(const struct tdl_image *image, bool base64, struct json_object **ret,
		   struct tdl_error *err)
{
	uint8_t digest[48];
	int rc = tdl_image_digest(image, digest, err);

	if (rc < 0)
		return rc;
	*ret = json_object_new_object();
	cli_json_string(*ret, "name", tdl_image_name(image));
	cli_json_number(*ret, "size", tdl_image_size(image));
	cli_json_bytes(*ret, "sha384", digest, sizeof(digest), base64);
	return 0;
}

void cli_say_warnings(const struct tdl_image *image)
{
	for (size_t i = 0; tdl_image_warning(image, i); i++)
		cli_say("%swarning:%s %s", cli_style(stderr, CLI_WARN),
			cli_style(stderr, CLI_PLAIN), tdl_image_warning(image, i));
}
