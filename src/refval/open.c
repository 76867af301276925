/* SPDX-License-Identifier: BSD-2-Clause */
/* A manifest file: read once, its signature checked, then parsed from the same bytes. */
#include "refval/refval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/scope.h"

#define SIGNATURE_MAX 65536 /* bytes of a signature file, certificates included */

/* The signature file's name, or NULL when there is none. Caller frees. */
static int find_signature(const char *path, const struct tdl_manifest_options *opt,
			  char **ret_name)
{
	static const char *const suffixes[] = { TDL_MANIFEST_SIGNATURE, TDL_MANIFEST_PLAIN };

	*ret_name = NULL;
	if (opt->signature) {
		*ret_name = strdup(opt->signature);
		return *ret_name ? 0 : -ENOMEM;
	}
	for (int i = opt->public_key ? 1 : 0; i < 2; i++) {
		AUTO_FREE char *name = NULL;

		if (asprintf(&name, "%s%s", path, suffixes[i]) < 0)
			return -ENOMEM;
		if (access(name, F_OK) == 0) {
			*ret_name = steal(name);
			return 0;
		}
	}
	return 0;
}

static int check_signature(const char *path, const uint8_t *bytes, size_t size,
			   const struct tdl_manifest_options *opt, char **ret_signer,
			   struct tdl_error *err)
{
	AUTO_FREE char *name = NULL;
	AUTO_FREE uint8_t *signature = NULL;
	size_t signature_size = 0;
	int rc = find_signature(path, opt, &name);

	if (rc < 0)
		return tdl_fail(err, rc, "no memory for a file name");
	if (opt->allow_unsigned && (!name || (!opt->trust && !opt->public_key)))
		return 0;
	if (!name)
		return tdl_fail(err, -ENOENT,
				"it is not signed: there is neither %s%s nor %s%s; only "
				"--allow-unsigned takes it as it is",
				path, TDL_MANIFEST_SIGNATURE, path, TDL_MANIFEST_PLAIN);
	if (!opt->trust && !opt->public_key)
		return tdl_fail(err, -EINVAL,
				"it is signed, but nothing says whom to trust: give the "
				"certificate of an authority with --trust, or the signer's key "
				"with --public-key");
	rc = file_read(name, SIGNATURE_MAX, &signature, &signature_size, err);
	if (rc == 0 && opt->public_key)
		rc = plain_signature_verify(bytes, size, signature, signature_size,
					    opt->public_key, ret_signer, err);
	else if (rc == 0)
		rc = signature_verify(bytes, size, signature, signature_size, opt, ret_signer, err);
	return rc < 0 ? tdl_while(err, rc, "signature %s", name) : 0;
}

int tdl_manifest_open(const char *path, const struct tdl_manifest_options *opt,
		      struct tdl_manifest **ret_manifest, struct tdl_error *err)
{
	static const struct tdl_manifest_options strict;
	AUTO_FREE uint8_t *bytes = NULL;
	AUTO_FREE char *signer = NULL;
	size_t size = 0;
	int rc = file_read(path, TDL_MANIFEST_MAX, &bytes, &size, err);

	if (rc < 0)
		return rc;
	rc = check_signature(path, bytes, size, opt ? opt : &strict, &signer, err);
	if (rc == 0)
		rc = tdl_manifest_parse(bytes, size, ret_manifest, err);
	if (rc < 0)
		return tdl_while(err, rc, "manifest %s", path);
	(*ret_manifest)->signer = steal(signer);
	return 0;
}
