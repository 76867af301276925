/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a firmware image: read whole, as a CODE part, and joined from two parts; then planned
 * by every flow, and measured when that is quick. The first byte says how; the image is the rest. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <tdlaunch/mrtd.h>

#include "image/image.h"

#define MEASURED_PAGES_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void measure(const struct tdl_plan *plan)
{
	struct tdl_mrtd *mrtd = NULL;
	struct tdl_error err;

	if (tdl_plan_pages(plan) > MEASURED_PAGES_MAX)
		return;
	if (tdl_mrtd_compute(plan, &mrtd, &err) < 0 || tdl_mrtd_adds(mrtd) != tdl_plan_pages(plan))
		abort();
	tdl_mrtd_free(mrtd);
}

static void plan(const struct tdl_image *image, bool wide)
{
	for (size_t i = 0; i < tdl_flow_count(); i++) {
		struct tdl_plan_options opt = {
			.flow = tdl_flow_name(i),
			.memory = UINT64_C(4) << 30,
			.cpus = 1,
			.gpaw = wide ? 52 : 48,
		};
		struct tdl_plan *made = NULL;
		struct tdl_error err = { .code = 0 };
		int rc = tdl_plan_build(image, &opt, &made, &err);

		if (rc < 0 && (made || err.code != rc || !err.text[0]))
			abort();
		if (rc == 0)
			measure(made);
		tdl_plan_free(made);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tdl_image *image = NULL;
	struct tdl_error err = { .code = 0 };
	uint8_t how = size ? data[0] : 0;
	size_t vars = 0;
	int rc;

	if (size) {
		data++;
		size--;
	}
	if (how & 1)
		vars = size / 4;
	rc = image_from_bytes("fuzz", data + vars, size - vars, vars ? data : NULL, vars,
			      !vars && (how & 2), &image, &err);
	if (rc < 0 && (image || err.code != rc || !err.text[0]))
		abort();
	if (rc == 0)
		plan(image, how & 4);
	tdl_image_free(image);
	return 0;
}
