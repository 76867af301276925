/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a machine that is collected from. Records, each a byte that says which file or
 * answer it is, two for its size (little endian), and its bytes; what has none is not there. The
 * first byte says whether it is a copy and whether its TPM was named. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/attr.h"
#include "collect/collect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How paths end; the number of the row is that of the record. */
static const char *const files[] = {
	"/dev/tdx_guest",
	"/proc/cpuinfo",
	"/chassis_asset_tag",
	"/tpm0",
	"/provider",
	"/generation",
	"/outblob",
	"/mrtd:sha384",
	"/rtmr0:sha384",
	"/rtmr1:sha384",
	"/rtmr2:sha384",
	"/rtmr3:sha384",
	"/mrconfigid",
	"/mrowner",
	"/mrownerconfig",
	"/tables/CCEL",
	"/data/CCEL",
	"/binary_bios_measurements",
	"/ascii_runtime_measurements",
	"/cmdline",
	"/version",
};

enum { GENERATION = 5, AFTER = 32, REPORT_INDEX, AK_INDEX, MESSAGE, SIGNATURE, PCRS, SERVICE };
enum { RECORDED = 1, NAMED = 2, NONCE = 4 };

struct machine {
	const uint8_t *data;
	size_t size;
	bool written; /* a request for a quote */
};

/* NULL: there is no such record. */
static const uint8_t *find(const struct machine *m, size_t which, size_t *ret_size)
{
	for (size_t at = 1; m->size > at && m->size - at >= 3;) {
		size_t n = (size_t)(m->data[at + 1] | m->data[at + 2] << 8);

		if (n > m->size - at - 3)
			n = m->size - at - 3;
		if (m->data[at] == which) {
			*ret_size = n;
			return m->data + at + 3;
		}
		at += 3 + n;
	}
	return NULL;
}

static int take(const struct machine *m, size_t which, size_t max, void *ret, size_t *ret_size)
{
	size_t n = 0;
	const uint8_t *bytes = find(m, which, &n);

	if (!bytes)
		return -ENOENT;
	if (n > max)
		return -E2BIG;
	memcpy(ret, bytes, n);
	*ret_size = n;
	return 0;
}

static size_t which(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		size_t n = strlen(files[i]), m = strlen(path);

		if (m >= n && strcmp(path + m - n, files[i]) == 0)
			return i;
	}
	return 255;
}

static bool exists(void *ctx, const char *path)
{
	size_t size;

	return find(ctx, which(path), &size);
}

static int read_file(void *ctx, const char *path, size_t max, uint8_t **ret_bytes, size_t *ret_size)
{
	const struct machine *m = ctx;
	size_t n = which(path), size = 0;
	const uint8_t *bytes = find(m, n == GENERATION && m->written ? AFTER : n, &size);

	if (!bytes)
		return -ENOENT;
	if (size > max)
		return -E2BIG;
	*ret_bytes = malloc(size ? size : 1);
	if (!*ret_bytes)
		abort();
	memcpy(*ret_bytes, bytes, size);
	*ret_size = size;
	return 0;
}

static int write_file(void *ctx, const char *path, const void *bytes, size_t size)
{
	struct machine *m = ctx;

	(void)path;
	(void)bytes;
	m->written = true;
	return size == REPORT_DATA_SIZE ? 0 : -EINVAL;
}

static int folder(void *ctx, const char *path)
{
	struct machine *m = ctx;

	(void)path;
	m->written = false;
	return 0;
}

static int first_name(void *ctx, const char *path, char ret_name[256])
{
	(void)ctx;
	(void)path;
	strcpy(ret_name, "entry");
	return 0;
}

static int report(void *ctx, const char *path, const uint8_t report_data[64], uint8_t ret[1024])
{
	uint8_t bytes[1024];
	size_t size = 0;
	int rc = take(ctx, which(path), sizeof(bytes), bytes, &size);

	(void)report_data;
	if (rc < 0 || size != sizeof(bytes))
		return rc < 0 ? rc : -ENODATA;
	memcpy(ret, bytes, sizeof(bytes));
	return 0;
}

static int nv_read(void *ctx, uint32_t index, uint8_t ret_bytes[VTPM_NV_MAX], size_t *ret_size,
		   struct tdl_error *err)
{
	int rc = take(ctx, index == 0x01400001 ? REPORT_INDEX : AK_INDEX, VTPM_NV_MAX, ret_bytes,
		      ret_size);

	return rc < 0 ? tdl_fail(err, rc, "no index") : 0;
}

static int nv_write(void *ctx, uint32_t index, const void *bytes, size_t size,
		    struct tdl_error *err)
{
	(void)ctx;
	(void)index;
	(void)bytes;
	(void)size;
	return tdl_fail(err, -EACCES, "not here");
}

static int quote(void *ctx, uint32_t key, const void *nonce, size_t nonce_size,
		 struct vtpm_quote *ret, struct tdl_error *err)
{
	size_t n;

	(void)key;
	(void)nonce;
	(void)nonce_size;
	if (take(ctx, MESSAGE, sizeof(ret->message), ret->message, &ret->message_size) < 0 ||
	    take(ctx, SIGNATURE, sizeof(ret->signature), ret->signature, &ret->signature_size) < 0)
		return tdl_fail(err, -ENOENT, "no key");
	take(ctx, PCRS, sizeof(ret->pcrs), ret->pcrs, &n);
	return 0;
}

static int host_quote(void *ctx, const uint8_t bytes[1024], uint8_t **ret_quote, size_t *ret_size,
		      struct tdl_error *err)
{
	size_t size = 0;
	const uint8_t *found = find(ctx, SERVICE, &size);

	(void)bytes;
	*ret_quote = found ? malloc(size ? size : 1) : NULL;
	if (!*ret_quote)
		return tdl_fail(err, -ECONNREFUSED, "nobody answers");
	memcpy(*ret_quote, found, size);
	*ret_size = size;
	return 0;
}

static void wait_for(void *ctx, unsigned seconds)
{
	(void)ctx;
	(void)seconds;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct machine m = { .data = data, .size = size };
	uint8_t flags = size ? data[0] : 0;
	const struct collect_system sys = {
		.ctx = &m,
		.recorded = flags & RECORDED,
		.exists = exists,
		.read = read_file,
		.write = write_file,
		.make_folder = folder,
		.remove_folder = folder,
		.first_name = first_name,
		.report = report,
		.tpm_named = flags & NAMED,
		.nv_read = nv_read,
		.nv_write = nv_write,
		.tpm_quote = quote,
		.host_quote = host_quote,
		.wait = wait_for,
	};
	struct tdl_collection *c = NULL;
	struct json_object *o;
	char *text = NULL;

	if (collect_from(&sys, (const uint8_t *)"nonce", flags & NONCE ? 5 : 0, &c, NULL) < 0 ||
	    tdl_collection_json(c, &text, NULL) < 0)
		abort();
	o = json_tokener_parse(text);
	if (!json_object_is_type(o, json_type_object))
		abort();
	json_object_put(o);
	free(text);
	tdl_collection_free(c);
	return 0;
}
