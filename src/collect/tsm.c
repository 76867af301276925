/* SPDX-License-Identifier: BSD-2-Clause */
/* A quote through configfs-tsm (Linux 6.7, Documentation/ABI/testing/configfs-tsm-report): an entry
 * is made, report data written, the quote read, and the entry's generation tells whether somebody
 * else wrote meanwhile. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/scope.h"
#include "collect/sources.h"

enum { QUOTE_LIMIT = 1 << 20, ATTEMPTS = 5 };

/* What an answer of the kernel means; the paragraph on errors of the ABI document, and of
 * drivers/virt/coco/tdx-guest/tdx-guest.c, tdx_report_new(). */
static const struct {
	int code;
	const char *why, *advice;
} answers[] = {
	{ -ETIMEDOUT, "the host's quoting service did not answer within the kernel's 30 seconds",
	  "the host must run a quoting service (qgsd) and its VMM must reach it (QEMU: "
	  "quote-generation-socket); then collect again" },
	{ -EIO, "the host refused the request: it offers no quoting service, or that one failed",
	  "the host must run a quoting service (qgsd) and its VMM must reach it (QEMU: "
	  "quote-generation-socket); then collect again" },
	{ -EBUSY, "the host still holds an earlier request that timed out",
	  "collect again when the host answered, or restart the guest" },
	{ -EFBIG, "the quote is larger than the kernel's buffer",
	  "use a newer kernel; its buffer has 128 KiB instead of 8" },
	{ -EINTR, "a signal interrupted the wait for the host", "collect again" },
	{ -EAGAIN, "other processes asked for quotes through the same entry at the same time",
	  "collect again" },
	{ -EPROTO, "the report provider is not tdx_guest: this guest is not a TD",
	  "run this inside a TD" },
	{ -ENXIO, "the kernel has no provider of reports", "load the driver: modprobe tdx_guest" },
};

static int read_attribute(const struct collect_system *sys, const char *folder, const char *name,
			  uint8_t **ret_bytes, size_t *ret_size)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return sys->read(sys->ctx, path, QUOTE_LIMIT, ret_bytes, ret_size);
}

/* A text attribute's first line. */
static int read_line(const struct collect_system *sys, const char *folder, const char *name,
		     char text[64])
{
	AUTO_FREE uint8_t *bytes = NULL;
	size_t size = 0;
	int rc = read_attribute(sys, folder, name, &bytes, &size);

	if (rc < 0)
		return rc;
	if (size >= 64)
		return -EINVAL;
	memcpy(text, bytes, size);
	text[size] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

static int read_generation(const struct collect_system *sys, const char *folder,
			   uint64_t *ret_generation)
{
	char text[64];
	char *end = NULL;
	int rc = read_line(sys, folder, "generation", text);

	if (rc < 0)
		return rc;
	errno = 0;
	*ret_generation = strtoull(text, &end, 10);
	return errno || end == text || *end ? -EINVAL : 0;
}

static int check_provider(const struct collect_system *sys, const char *folder)
{
	char text[64];
	int rc = read_line(sys, folder, "provider", text);

	if (rc < 0)
		return rc;
	return strcmp(text, "tdx_guest") == 0 ? 0 : -EPROTO;
}

/* The protocol, in an entry of our own. -EAGAIN: somebody else wrote to it. */
static int ask(const struct collect_system *sys, const char *folder,
	       const uint8_t report_data[REPORT_DATA_SIZE], uint8_t **ret_quote, size_t *ret_size)
{
	AUTO_FREE uint8_t *quote = NULL;
	char inblob[PATH_MAX];
	uint64_t before = 0;
	uint64_t after = 0;
	size_t size = 0;
	int rc = check_provider(sys, folder);

	if (rc == 0)
		rc = read_generation(sys, folder, &before);
	if (rc == 0 && snprintf(inblob, sizeof(inblob), "%s/inblob", folder) >= PATH_MAX)
		rc = -ENAMETOOLONG;
	if (rc == 0)
		rc = sys->write(sys->ctx, inblob, report_data, REPORT_DATA_SIZE);
	if (rc == 0)
		rc = read_attribute(sys, folder, "outblob", &quote, &size);
	if (rc == 0)
		rc = read_generation(sys, folder, &after);
	if (rc < 0)
		return rc;
	if (after != before + 1)
		return -EAGAIN;
	*ret_quote = steal(quote);
	*ret_size = size;
	return 0;
}

/* A new entry for each attempt, which goes away whatever came of it. */
static int ask_anew(const struct collect_system *sys, const char *entries,
		    const uint8_t report_data[REPORT_DATA_SIZE], uint8_t **ret_quote,
		    size_t *ret_size)
{
	int rc = -EAGAIN;

	for (int i = 0; i < ATTEMPTS && (rc == -EAGAIN || rc == -EEXIST); i++) {
		char folder[PATH_MAX];

		if (snprintf(folder, sizeof(folder), "%s/tdlaunch-%ld-%d", entries, (long)getpid(),
			     i) >= (int)sizeof(folder))
			return -ENAMETOOLONG;
		rc = sys->make_folder(sys->ctx, folder);
		if (rc < 0)
			continue;
		rc = ask(sys, folder, report_data, ret_quote, ret_size);
		sys->remove_folder(sys->ctx, folder);
	}
	return rc;
}

/* In a copy: the quote that some entry held. */
static int recorded_quote(const struct collect_system *sys, const char *entries,
			  uint8_t **ret_quote, size_t *ret_size)
{
	char folder[PATH_MAX];
	char name[256];
	int rc = sys->first_name(sys->ctx, entries, name);

	if (rc < 0)
		return rc;
	if (snprintf(folder, sizeof(folder), "%s/%s", entries, name) >= (int)sizeof(folder))
		return -ENAMETOOLONG;
	rc = check_provider(sys, folder);
	return rc < 0 ? rc : read_attribute(sys, folder, "outblob", ret_quote, ret_size);
}

static void absent(const struct collect_system *sys, enum tdl_place place, struct entry *entry,
		   const char *path)
{
	if (place == TDL_PLACE_PARAVISOR)
		collect_missing(entry, TDL_NOT_THERE,
				"let the host's service make one for the HCL report, which is "
				"missing: see there",
				"a paravisor keeps TDX to itself: no quote comes through configfs");
	else if (sys->recorded)
		collect_missing(entry, TDL_NOT_THERE, "record an entry of configfs-tsm with it",
				"the copy has no entry in %s", path);
	else if (!sys->exists(sys->ctx, "/sys/kernel/config"))
		collect_missing(entry, TDL_NOT_THERE, "use a kernel with CONFIG_CONFIGFS_FS",
				"this kernel has no configfs");
	else
		collect_missing(
			entry, TDL_NOT_THERE,
			"mount -t configfs none /sys/kernel/config; modprobe tdx_guest "
			"(Linux 6.7 and later)",
			"there is no %s: configfs is not mounted, the driver is not loaded, "
			"or the kernel is older than 6.7",
			path);
}

void tsm_take(const struct collect_source *source, const struct collect_system *sys,
	      const struct tdl_collection *collection, struct entry *entry)
{
	AUTO_FREE uint8_t *quote = NULL;
	size_t size = 0;
	int rc;

	if (sys->recorded)
		rc = recorded_quote(sys, source->path, &quote, &size);
	else
		rc = ask_anew(sys, source->path, collection->report_data, &quote, &size);
	if (rc == 0 && size) {
		collect_taken(entry, steal(quote), size);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
		if (rc == answers[i].code) {
			collect_missing(entry, TDL_NOT_READ, answers[i].advice, "%s",
					answers[i].why);
			return;
		}
	if (rc == -ENOENT)
		absent(sys, collection->place, entry, source->path);
	else if (rc == 0)
		collect_missing(entry, TDL_NOT_READ, "collect again",
				"the kernel gave an empty "
				"quote");
	else
		collect_unread(entry, source->path, rc);
}
