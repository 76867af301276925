/* SPDX-License-Identifier: BSD-2-Clause */
/* A paravisor's HCL report out of its vTPM. The paravisor makes a new one some seconds after user data
 * for it was written. Source: Microsoft, "Azure confidential VM guest attestation". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attest/hcl.h"
#include "attest/json.h"
#include "base/scope.h"
#include "collect/sources.h"

enum {
	REPORT_INDEX = 0x01400001,
	USER_DATA_INDEX = 0x01400002,
	ATTEMPTS = 10, /* a second apart */
	REPORT_DATA_AT = 128, /* in a TDREPORT */
};

/* Nobody's TPM is asked unless something says that it is a paravisor's. NULL when it is asked. */
static const char *why_not(const struct collect_system *sys,
			   const struct tdl_collection *collection)
{
	if (!sys->tpm_named && collection->place != TDL_PLACE_PARAVISOR)
		return "no vTPM was asked: nothing says that a paravisor runs this guest";
	return sys->nv_read ? NULL : "no vTPM was asked: a copy of files has none";
}

static bool has_user_data(const struct hcl_report *hcl, const uint8_t user_data[REPORT_DATA_SIZE])
{
	AUTO_JSON struct json_object *root = NULL;
	uint8_t has[REPORT_DATA_SIZE];

	return json_load((const char *)hcl->variable, hcl->variable_size, &root, NULL) == 0 &&
	       json_get_hex(root, "user-data", has, sizeof(has), NULL) == 0 &&
	       memcmp(has, user_data, sizeof(has)) == 0;
}

/* An index is read in pieces, and the paravisor may write between two of them: what comes is then the
 * beginning of one report and the end of another, which the hash in the TDREPORT gives away. Such a
 * one is read again, until it holds together or comes twice as it is. */
static int read_whole(const struct collect_system *sys, uint8_t bytes[VTPM_NV_MAX], size_t *ret_size,
		      struct hcl_report *ret_hcl, struct tdl_error *err)
{
	AUTO_FREE uint8_t *before = malloc(VTPM_NV_MAX);
	struct tdl_error unbound = { 0 };
	size_t size = 0;

	if (!before)
		return tdl_fail(err, -ENOMEM, "no memory for an HCL report");
	for (int i = 0;; i++) {
		int rc = sys->nv_read(sys->ctx, REPORT_INDEX, bytes, ret_size, err);

		if (rc < 0)
			return rc;
		rc = hcl_parse(bytes, *ret_size, ret_hcl, err);
		bool holds = rc == 0 && hcl_check_binding(ret_hcl, ret_hcl->tdreport + REPORT_DATA_AT,
							  &unbound) == 0;
		bool is_same = i > 0 && size == *ret_size && memcmp(before, bytes, size) == 0;
		if (rc < 0 && (is_same || i == ATTEMPTS))
			return tdl_while(err, -EBADMSG, "the %zu bytes of NV index 0x%08x are no "
					 "HCL report of a TD", *ret_size, REPORT_INDEX);
		if (holds || is_same || i == ATTEMPTS)
			return 0;
		size = *ret_size;
		memcpy(before, bytes, size);
	}
}

/* The report; with user data the one that is made for it, if that comes in time. */
static int read_report(const struct collect_system *sys, const uint8_t *user_data,
		       struct entry *entry, uint8_t bytes[VTPM_NV_MAX], size_t *ret_size,
		       struct tdl_error *err)
{
	for (int i = 0;; i++) {
		struct hcl_report hcl;
		int rc = read_whole(sys, bytes, ret_size, &hcl, err);

		if (rc < 0)
			return rc;
		if (!user_data || has_user_data(&hcl, user_data))
			return 0;
		if (i == ATTEMPTS) {
			collect_remark(entry, "the HCL report is an old one: none with the user data "
					      "asked for came within %d seconds", ATTEMPTS);
			return 0;
		}
		sys->wait(sys->ctx, 1);
	}
}

/* An old report is better than none: its keys stay the same while the TD runs. */
static int take(const struct collect_system *sys, const struct tdl_collection *c,
		struct entry *entry, uint8_t bytes[VTPM_NV_MAX], size_t *ret_size,
		struct tdl_error *err)
{
	struct tdl_error why = { 0 };
	int written = 0;

	if (c->nonce_size)
		written = sys->nv_write(sys->ctx, USER_DATA_INDEX, c->report_data, REPORT_DATA_SIZE,
					&why);
	int rc = read_report(sys, c->nonce_size && written == 0 ? c->report_data : NULL, entry, bytes,
			     ret_size, err);
	if (rc == 0 && written < 0)
		collect_remark(entry, "the HCL report is an old one, since its user data could not "
				      "be written: %s", why.text);
	return rc;
}

void hcl_take(const struct collect_source *source, const struct collect_system *sys,
	      const struct tdl_collection *collection, struct entry *entry)
{
	const char *why = why_not(sys, collection);
	struct tdl_error err = { 0 };
	size_t size = 0;

	(void)source;
	if (why) {
		collect_missing(entry, TDL_NOT_THERE, "if there is one, name its TPM: --tcti",
				"%s", why);
		return;
	}
	AUTO_FREE uint8_t *bytes = malloc(VTPM_NV_MAX);
	int rc = bytes ? take(sys, collection, entry, bytes, &size, &err)
		       : tdl_fail(&err, -ENOMEM, "no memory for an HCL report");
	if (rc == 0)
		collect_taken(entry, steal(bytes), size);
	else
		collect_unanswered(entry, rc, "this is not the TPM of a paravisor on Azure", &err);
}
