/* SPDX-License-Identifier: BSD-2-Clause */
/* What is expected and how to judge, prepared once. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/mrtd.h>

#include "attest/cert.h"
#include "base/scope.h"
#include "check/check.h"

int reference_file_open(struct reference_file *f, const char *path,
			const struct tdl_manifest_options *accept, struct tdl_error *err)
{
	f->path = strdup(path);
	if (!f->path)
		return tdl_fail(err, -ENOMEM, "no memory for a file name");
	return tdl_manifest_open(path, accept, &f->manifest, &f->problem) == -ENOMEM ? -ENOMEM : 0;
}

void reference_file_end(struct reference_file *f)
{
	tdl_manifest_free(f->manifest);
	free(f->path);
}

static int copy_text(const char *from, char **ret, struct tdl_error *err)
{
	*ret = from ? strdup(from) : NULL;
	return !from || *ret ? 0 : tdl_fail(err, -ENOMEM, "no memory for rules");
}

static int open_manifests(struct tdl_rules *r, struct tdl_error *err)
{
	int rc = 0;

	r->files = calloc(r->opt.n_manifests + 1, sizeof(*r->files));
	if (!r->files)
		return tdl_fail(err, -ENOMEM, "no memory for manifests");
	for (size_t i = 0; rc == 0 && i < r->opt.n_manifests; i++) {
		rc = reference_file_open(&r->files[i], r->opt.manifests[i], &r->opt.accept, err);
		r->n_files++;
	}
	return rc;
}

static void free_plan(struct tdl_plan **plan)
{
	tdl_plan_free(*plan);
}

static void free_mrtd(struct tdl_mrtd **mrtd)
{
	tdl_mrtd_free(*mrtd);
}

/* The MRTD of the firmware in one flow. A flow that cannot load it gives none. */
static int compute(struct tdl_rules *r, const char *flow, const char *source,
		   struct tdl_error *err)
{
	const struct tdl_plan_options how = { .flow = flow, .memory = TDL_PLAN_MEMORY_DEFAULT,
					      .cpus = 1 };
	AUTO_CALL(free_plan) struct tdl_plan *plan = NULL;
	AUTO_CALL(free_mrtd) struct tdl_mrtd *mrtd = NULL;
	struct tdl_expected value = { .field = "mrtd", .size = 48, .source = source };
	char note[100];

	if (tdl_plan_build(r->opt.image, &how, &plan, NULL) < 0 ||
	    tdl_mrtd_compute(plan, &mrtd, NULL) < 0)
		return 0;
	value.bytes = tdl_mrtd_value(mrtd);
	snprintf(note, sizeof(note), "flow %s", flow);
	r->n_computed++;
	return values_add(&r->expected, &value, note, err);
}

static int compute_all(struct tdl_rules *r, struct tdl_error *err)
{
	char source[300];
	int rc = tdl_image_digest(r->opt.image, r->firmware, err);

	snprintf(source, sizeof(source), "computed from %.250s", tdl_image_name(r->opt.image));
	for (size_t i = 0; rc == 0 && i < tdl_flow_count(); i++)
		rc = compute(r, tdl_flow_name(i), source, err);
	return rc;
}

/* A root that is none is the caller's mistake, not the evidence's. */
static int check_root(const struct tdl_rules_options *opt, struct tdl_error *err)
{
	struct certs root = { 0 };

	if (opt->root && certs_parse(opt->root, opt->root_size, 1, &root, err) < 0)
		return tdl_while(err, -EINVAL, "root certificate");
	certs_free(&root);
	return 0;
}

static int prepare(struct tdl_rules *r, struct tdl_error *err)
{
	int rc = check_root(&r->opt, err);

	if (rc == 0)
		rc = copy_text(r->opt.policy_name, &r->policy_name, err);
	if (rc == 0)
		rc = copy_text(r->opt.collateral, &r->collateral_path, err);
	r->policy = r->opt.policy;
	if (rc == 0 && !r->policy)
		rc = tdl_policy_default(&r->strict, err);
	if (r->strict)
		r->policy = r->strict;
	if (rc == 0 && r->opt.collateral)
		rc = tdl_collateral_open(r->opt.collateral, &r->collateral, err);
	for (size_t i = 0; rc == 0 && i < r->opt.n_expected; i++)
		rc = values_add(&r->expected, &r->opt.expected[i], NULL, err);
	if (rc == 0 && r->opt.image)
		rc = compute_all(r, err);
	if (rc == 0)
		rc = open_manifests(r, err);
	if (r->opt.require == 0)
		r->opt.require = TDL_REQUIRE_QUOTE;
	return rc;
}

int tdl_rules_new(const struct tdl_rules_options *options, struct tdl_rules **ret_rules,
		  struct tdl_error *err)
{
	struct tdl_rules *r = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return tdl_fail(err, -ENOMEM, "no memory for rules");
	r->opt = *options;
	rc = prepare(r, err);
	if (rc < 0) {
		tdl_rules_free(r);
		return rc;
	}
	*ret_rules = r;
	return 0;
}

void tdl_rules_free(struct tdl_rules *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_files; i++)
		reference_file_end(&r->files[i]);
	free(r->files);
	values_end(&r->expected);
	tdl_policy_free(r->strict);
	tdl_collateral_free(r->collateral);
	free(r->collateral_path);
	free(r->policy_name);
	free(r);
}

int tdl_check_cache_new(struct tdl_check_cache **ret_cache, struct tdl_error *err)
{
	struct tdl_check_cache *cache = calloc(1, sizeof(*cache));
	int rc = cache ? tdl_attest_cache_new(0, &cache->attest, err)
		       : tdl_fail(err, -ENOMEM, "no memory for a cache");

	if (rc < 0)
		free(cache);
	else
		*ret_cache = cache;
	return rc;
}

void tdl_check_cache_free(struct tdl_check_cache *cache)
{
	if (cache)
		tdl_attest_cache_free(cache->attest);
	free(cache);
}
