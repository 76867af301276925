/* SPDX-License-Identifier: BSD-2-Clause */
/* The system that is really there, or a recorded copy of one in a folder. */
#include "collect/system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/scope.h"
#include "fetch/tdquote.h"
#include "uapi/tdx_guest.h"

/* The path below the root. */
static int rooted(const struct collect_root *root, const char *path, char text[PATH_MAX])
{
	int n = snprintf(text, PATH_MAX, "%s%s", root->sysroot, path);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static bool sys_exists(void *ctx, const char *path)
{
	char at[PATH_MAX];

	return rooted(ctx, path, at) == 0 && access(at, F_OK) == 0;
}

static int sys_read(void *ctx, const char *path, size_t max, uint8_t **ret_bytes, size_t *ret_size)
{
	char at[PATH_MAX];
	int rc = rooted(ctx, path, at);

	return rc < 0 ? rc : file_read(at, max, ret_bytes, ret_size, NULL);
}

static int sys_write(void *ctx, const char *path, const void *bytes, size_t size)
{
	char at[PATH_MAX];
	int rc = rooted(ctx, path, at);

	if (rc < 0)
		return rc;
	AUTO_CLOSE int fd = open(at, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, bytes, size);

	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}

static int sys_make_folder(void *ctx, const char *path)
{
	char at[PATH_MAX];
	int rc = rooted(ctx, path, at);

	if (rc == 0 && mkdir(at, 0700) < 0)
		rc = -errno;
	return rc;
}

static int sys_remove_folder(void *ctx, const char *path)
{
	char at[PATH_MAX];
	int rc = rooted(ctx, path, at);

	if (rc == 0 && rmdir(at) < 0)
		rc = -errno;
	return rc;
}

static int sys_first_name(void *ctx, const char *path, char ret_name[256])
{
	char at[PATH_MAX];
	const struct dirent *entry;
	int rc = rooted(ctx, path, at);
	DIR *dir = rc < 0 ? NULL : opendir(at);

	if (!dir)
		return rc < 0 ? rc : -errno;
	ret_name[0] = '\0';
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    (!ret_name[0] || strcmp(entry->d_name, ret_name) < 0))
			snprintf(ret_name, 256, "%s", entry->d_name);
	closedir(dir);
	return ret_name[0] ? 0 : -ENOENT;
}

/* A copy has the report itself where the machine has the device. */
static int recorded_report(void *ctx, const char *path, const uint8_t report_data[64],
			   uint8_t ret_report[1024])
{
	AUTO_FREE uint8_t *bytes = NULL;
	size_t size = 0;
	int rc = sys_read(ctx, path, 1024, &bytes, &size);

	(void)report_data;
	if (rc < 0)
		return rc;
	if (size != 1024)
		return -ENODATA;
	memcpy(ret_report, bytes, 1024);
	return 0;
}

static int device_report(void *ctx, const char *path, const uint8_t report_data[64],
			 uint8_t ret_report[1024])
{
	struct tdx_report_request request = { 0 };
	char at[PATH_MAX];
	int rc = rooted(ctx, path, at);

	if (rc < 0)
		return rc;
	AUTO_CLOSE int fd = open(at, O_RDWR | O_CLOEXEC);
	memcpy(request.report_data, report_data, sizeof(request.report_data));
	if (fd < 0 || ioctl(fd, TDX_GUEST_GET_REPORT0, &request) < 0)
		return -errno;
	memcpy(ret_report, request.report, sizeof(request.report));
	return 0;
}

static const struct tdl_tpm *tpm_of(void *ctx)
{
	static const struct tdl_tpm usual;
	const struct collect_root *root = ctx;

	return root->tpm ? root->tpm : &usual;
}

static int tpm_nv_read(void *ctx, uint32_t index, uint8_t ret_bytes[VTPM_NV_MAX], size_t *ret_size,
		       struct tdl_error *err)
{
	return vtpm_nv_read(tpm_of(ctx), index, ret_bytes, ret_size, err);
}

static int tpm_nv_write(void *ctx, uint32_t index, const void *bytes, size_t size,
			struct tdl_error *err)
{
	return vtpm_nv_write(tpm_of(ctx), index, bytes, size, err);
}

static int tpm_quote(void *ctx, uint32_t key, const void *nonce, size_t nonce_size,
		     struct vtpm_quote *ret, struct tdl_error *err)
{
	return vtpm_quote(tpm_of(ctx), key, nonce, nonce_size, ret, err);
}

static int host_quote(void *ctx, const uint8_t report[1024], uint8_t **ret_quote, size_t *ret_size,
		      struct tdl_error *err)
{
	const struct collect_root *root = ctx;

	return tdquote_get(root->service ? root->service : TDQUOTE_URL, report, ret_quote, ret_size,
			   err);
}

static void sys_wait(void *ctx, unsigned seconds)
{
	const struct collect_root *root = ctx;

	if (!root->cancel || !*root->cancel)
		poll(NULL, 0, (int)seconds * 1000);
}

struct collect_system collect_machine(struct collect_root *root)
{
	bool recorded = root->sysroot[0] != '\0';
	bool named = root->tpm && root->tpm->tcti;
	struct collect_system sys = {
		.ctx = root,
		.recorded = recorded,
		.exists = sys_exists,
		.read = sys_read,
		.write = sys_write,
		.make_folder = sys_make_folder,
		.remove_folder = sys_remove_folder,
		.first_name = sys_first_name,
		.report = recorded ? recorded_report : device_report,
		.tpm_named = named,
		.wait = sys_wait,
	};

	if (!recorded || named) {
		sys.nv_read = tpm_nv_read;
		sys.nv_write = tpm_nv_write;
		sys.tpm_quote = tpm_quote;
	}
	if (!recorded || root->service)
		sys.host_quote = host_quote;
	return sys;
}
