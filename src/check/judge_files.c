/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are no evidence of the TD itself: manifests, policies, nonces, notes, and what nobody
 * knows. */
#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "check/check.h"

static const char trust_advice[] = "sign the manifest with tdlaunch expect sign, and name with "
				   "--trust who may vouch for the signer";

static int manifest_claim(struct job *j, const struct reference_file *f, struct tdl_error *err)
{
	const char *signer = f->manifest ? tdl_manifest_signer(f->manifest) : NULL;
	struct tdl_claim like = { .kind = TDL_CLAIM_MANIFEST, .name = "manifest",
				  .subject = f->path, .source = "signature", .advice = trust_advice };

	if (signer) {
		like.state = TDL_STATE_PASSED;
		return claim(j, &like, err, "signed by %s", signer);
	}
	if (f->manifest) {
		like.state = TDL_STATE_NOT_ASKED;
		like.source = "";
		return claim(j, &like, err, "nobody vouches for it, and that was allowed");
	}
	if (f->problem.code == -EKEYREJECTED)
		like.advice = "do not trust it: get the manifest again from who signed it";
	else if (f->problem.code == -EBADMSG)
		like.advice = "correct the manifest; tdlaunch expect create makes one";
	like.state = f->problem.code == -EKEYREJECTED ? TDL_STATE_FAILED : TDL_STATE_NOT_DONE;
	return claim(j, &like, err, "%s", f->problem.text);
}

int judge_rules(struct job *j, struct tdl_error *err)
{
	const struct tdl_rules *r = j->rules;
	const struct tdl_claim like = { .kind = TDL_CLAIM_VALUE, .name = "mrtd",
					.state = TDL_STATE_NOT_DONE,
					.advice = "give a manifest that says what its MRTD is" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->n_files; i++)
		rc = manifest_claim(j, &r->files[i], err);
	if (rc == 0 && r->opt.image && r->n_computed == 0)
		rc = claim(j, &like, err, "no flow that is known here can load %s",
			   tdl_image_name(r->opt.image));
	return rc;
}

/* A manifest that comes with the evidence is worth what its signature is worth, no more. */
int judge_manifest(struct job *j, const struct item *item, struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_MANIFEST, .name = "manifest",
					.subject = item->name, .state = TDL_STATE_NOT_ASKED,
					.advice = "name it with --expect if you made it, or with "
						  "--trust who may vouch for its signer" };
	struct tdl_manifest_options accept = j->rules->opt.accept;
	struct reference_file *f = &j->files[j->n_files];
	int rc;

	if (!item->from_file || (!accept.trust && !accept.public_key))
		return claim(j, &like, err, "a manifest comes with the evidence, and nobody "
			     "trusted vouches for it: not used");
	accept.allow_unsigned = false;
	accept.signature = NULL;
	rc = reference_file_open(f, item->name, &accept, err);
	j->n_files++;
	return rc < 0 ? rc : manifest_claim(j, f, err);
}

int judge_policy_file(struct job *j, const struct item *item, struct tdl_error *err)
{
	const struct tdl_claim like = {
		.kind = TDL_CLAIM_INPUT, .name = "policy", .subject = item->name,
		.state = item->named ? TDL_STATE_NOT_DONE : TDL_STATE_NOT_ASKED,
		.advice = "name it with --policy to judge by it",
	};

	return claim(j, &like, err, "a policy among the evidence is not judged by");
}

int judge_nonce(struct job *j, const struct item *item, struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_INPUT, .name = "nonce",
					.subject = item->name, .state = TDL_STATE_NOT_ASKED,
					.advice = "give the nonce that you chose with --nonce" };

	return claim(j, &like, err, "a nonce that comes with the evidence does not show that the "
		     "evidence is fresh: not used");
}

int judge_note(struct job *j, const struct item *item, struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_INPUT, .name = "file",
					.subject = item->name, .state = TDL_STATE_NOT_ASKED };

	return claim(j, &like, err, "%s: nothing in it is checked", item->kind->name);
}

/* What the caller named and nobody can read is not passed over. */
int judge_unread(struct job *j, const struct item *item, struct tdl_error *err)
{
	const struct tdl_claim like = { .kind = TDL_CLAIM_INPUT, .name = "file",
					.subject = item->name, .state = TDL_STATE_NOT_DONE,
					.advice = "give a file or directory that can be read, or "
						  "leave it out" };

	return claim(j, &like, err, "%s", item->problem.text);
}

int judge_unknown(struct job *j, const struct item *item, struct tdl_error *err)
{
	const struct tdl_claim like = {
		.kind = TDL_CLAIM_INPUT, .name = "file", .subject = item->name,
		.state = TDL_STATE_NOT_DONE,
		.advice = "find out what it is with tdlaunch attest show, or leave it out",
	};

	if (item->size == 0)
		return claim(j, &like, err, "it is empty");
	return claim(j, &like, err, "%s: nothing here can judge its %zu bytes", item->kind->name,
		     item->size);
}
