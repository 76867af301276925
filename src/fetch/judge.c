/* SPDX-License-Identifier: BSD-2-Clause */
/* Only what attest verifies is kept: the quote's own chain up to the trusted root says who may have
 * signed it. */
#include <errno.h>
#include <string.h>

#include <tdlaunch/verdict.h>

#include "attest/bundle.h"
#include "base/attr.h"
#include "base/scope.h"
#include "fetch/fetched.h"

/* The checks of a verdict that are about collateral. What they say of the quote itself - that its
 * platform is out of date, or revoked - is for a verification to find. */
static const char *const needed[] = { "pck-chain-format", "root",	 "pck-chain",
				      "root-crl",	  "pck-crl",	 "tcb-info",
				      "qe-identity",	  "sgx-extension", "fmspc" };

static void free_collateral(struct tdl_collateral **collateral)
{
	tdl_collateral_free(*collateral);
}

static void free_verdict(struct tdl_verdict **verdict)
{
	tdl_verdict_free(*verdict);
}

static int check_passed(const struct tdl_verdict *v, const char *name, struct tdl_error *err)
{
	struct tdl_check c;

	for (size_t i = 0; tdl_verdict_check(v, i, &c) == 0; i++) {
		if (strcmp(c.name, name) != 0)
			continue;
		if (c.state == TDL_STATE_PASSED)
			return 0;
		return tdl_fail(err, -EKEYREJECTED, "what came does not verify: %s: %s", name,
				c.reason);
	}
	return tdl_fail(err, -EKEYREJECTED, "what came does not verify: %s was not checked", name);
}

/* A cache may answer with another evaluation than was asked for. */
static int check_evaluation(const struct tdl_collateral *c, uint32_t asked,
			    struct tdl_fetched *fetched, struct tdl_error *err)
{
	uint32_t qe = c->qe[0].identity.evaluation;

	fetched->evaluation = c->tcb[0].info.evaluation;
	if (asked && (fetched->evaluation != asked || qe != asked))
		return tdl_fail(err, -EKEYREJECTED, "TCB evaluation %u was asked for, the TCB info "
				"has %u, the QE identity %u", asked, fetched->evaluation, qe);
	return 0;
}

int fetch_judge(const char *folder, const void *quote, size_t size,
		const struct tdl_fetch_options *options, struct tdl_fetched *fetched,
		struct tdl_error *err)
{
	AUTO_CALL(free_collateral) struct tdl_collateral *collateral = NULL;
	AUTO_CALL(free_verdict) struct tdl_verdict *verdict = NULL;
	struct tdl_verify_options opt = {
		.at = options->at,
		.root = options->root,
		.root_size = options->root_size,
	};
	int rc = tdl_collateral_open(folder, &collateral, err);

	opt.collateral = collateral;
	if (rc == 0)
		rc = tdl_verify(quote, size, &opt, &verdict, err);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(needed); i++)
		rc = check_passed(verdict, needed[i], err);
	return rc < 0 ? rc : check_evaluation(collateral, options->evaluation, fetched, err);
}
