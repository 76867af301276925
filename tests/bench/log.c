/* SPDX-License-Identifier: BSD-2-Clause */
/* One launch on the embedded kernel, as "tdlaunch launch" does it: without a log, with one, or with
 * one that is replayed afterwards. Their CPU times tell what writing the log costs and what replaying
 * it does, which the command does together. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include <tdlaunch/image.h>
#include <tdlaunch/kernel.h>
#include <tdlaunch/launch.h>
#include <tdlaunch/log.h>
#include <tdlaunch/mrtd.h>
#include <tdlaunch/plan.h>

/* One launch, as "tdlaunch launch" does it. */
struct work {
	struct tdl_image *image;
	struct tdl_plan *plan;
	struct tdl_host *host;
	struct tdl_mrtd_run *computation;
	struct tdl_log_writer *writer; /* NULL without a log */
};

static int on_init(void *ctx, const struct tdl_launch_init *init, struct tdl_error *err)
{
	struct work *w = ctx;
	const struct tdl_log_td td = {
		.attributes = init->attributes,
		.xfam = init->xfam,
		.flow = tdl_plan_flow(w->plan),
		.host = "embedded",
		.memory = tdl_plan_memory(w->plan),
		.cpus = tdl_plan_cpus(w->plan),
	};

	return tdl_log_init(w->writer, &td, err);
}

static int on_region(void *ctx, size_t index, const struct tdl_region *region,
		     struct tdl_error *err)
{
	struct work *w = ctx;

	(void)region;
	return tdl_log_plan_region(w->writer, w->plan, index, err);
}

static int on_page(void *ctx, const struct tdl_launch_page *page, struct tdl_error *err)
{
	struct work *w = ctx;
	int rc = tdl_log_add(w->writer, page->gpa, page->bytes, err);

	if (rc == 0 && page->extended)
		rc = tdl_log_extend(w->writer, page->gpa, page->bytes, err);
	return rc;
}

static int on_finalize(void *ctx, const uint8_t *mrtd, struct tdl_error *err)
{
	struct work *w = ctx;

	return tdl_log_finalize(w->writer, mrtd, NULL, err);
}

static const struct tdl_launch_observer observer = {
	.init = on_init,
	.region_begin = on_region,
	.page = on_page,
	.finalize = on_finalize,
};

static int set_up(struct work *w, const char *firmware, const char *log, struct tdl_error *err)
{
	const struct tdl_plan_options how = { .flow = "qemu", .memory = TDL_PLAN_MEMORY_DEFAULT,
					      .cpus = 1 };
	struct tdl_log_options options = { .detail = TDL_LOG_DETAIL_PAGE };
	int rc = tdl_image_open(firmware, NULL, &w->image, err);

	if (rc == 0)
		rc = tdl_plan_build(w->image, &how, &w->plan, err);
	if (rc == 0)
		rc = tdl_kernel_host(NULL, &w->host, err);
	if (rc == 0)
		rc = tdl_mrtd_start(w->plan, log ? TDL_LOG_REGION_PAGES : 0, &w->computation, err);
	if (rc < 0 || !log)
		return rc;
	options.image = w->image;
	options.computation = w->computation;
	return tdl_log_create(log, &options, &w->writer, err);
}

/* The digest of the firmware is shown by a launch with or without a log. */
static int launch(struct work *w, struct tdl_error *err)
{
	struct tdl_launch_options options;
	struct tdl_td *td = NULL;
	uint8_t digest[48];
	int rc;

	tdl_launch_defaults(&options);
	options.observer = w->writer ? &observer : NULL;
	options.observer_ctx = w;
	rc = tdl_launch_run(w->host, w->plan, &options, &td, err);
	tdl_td_free(td);
	return rc < 0 ? rc : tdl_image_digest(w->image, digest, err);
}

static int replay(const char *path, const struct tdl_image *image, struct tdl_error *err)
{
	const struct tdl_log_evidence evidence = { .image = image };
	struct tdl_log_verdict verdict = { .answer = TDL_LOG_NO };
	struct tdl_log *log = NULL;
	int rc = tdl_log_open(path, &log, err);

	if (rc == 0)
		rc = tdl_log_verify(log, &evidence, &verdict, err);
	tdl_log_free(log);
	if (rc == 0 && verdict.answer != TDL_LOG_YES)
		return tdl_fail(err, -EKEYREJECTED, "the log does not verify");
	return rc;
}

/* A launch, with a log unless that is NULL, which is replayed when asked for. */
static int run(struct work *w, const char *firmware, const char *log, bool is_replayed,
	       struct tdl_error *err)
{
	int rc = set_up(w, firmware, log, err);
	int closed, computed;

	if (rc == 0)
		rc = launch(w, err);
	closed = tdl_log_close(w->writer, rc < 0 ? NULL : err);
	computed = tdl_mrtd_finish(w->computation, NULL, rc < 0 ? NULL : err);
	if (rc < 0 || closed < 0 || computed < 0)
		return -1;
	return is_replayed ? replay(log, w->image, err) : 0;
}

int main(int argc, char **argv)
{
	struct work w = { .writer = NULL };
	struct tdl_error err = { .code = 0 };
	int rc;

	if (argc < 2 || argc > 4) {
		fprintf(stderr, "usage: bench_log FIRMWARE [LOG [replay]]\n");
		return 2;
	}
	rc = run(&w, argv[1], argv[2], argc == 4, &err);
	if (rc < 0)
		fprintf(stderr, "bench_log: %s\n", err.text);
	tdl_host_free(w.host);
	tdl_plan_free(w.plan);
	tdl_image_free(w.image);
	return rc < 0;
}
