/* SPDX-License-Identifier: BSD-2-Clause */
/* What collecting asks of a machine. Paths are those of the guest, absolute; functions return 0 or
 * a negative errno and write their outputs only on success. */
#ifndef COLLECT_SYSTEM_H
#define COLLECT_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct collect_system {
	void *ctx;
	/* A copy of a machine's files: entries and devices hold answers of the past. */
	bool recorded;
	bool (*exists)(void *ctx, const char *path);
	/* All of a file, at most max bytes; the caller frees. */
	int (*read)(void *ctx, const char *path, size_t max, uint8_t **ret_bytes, size_t *ret_size);
	/* One write() from the start of a file. */
	int (*write)(void *ctx, const char *path, const void *bytes, size_t size);
	int (*make_folder)(void *ctx, const char *path);
	int (*remove_folder)(void *ctx, const char *path);
	/* The alphabetically first name in a folder; -ENOENT when it is empty. */
	int (*first_name)(void *ctx, const char *path, char ret_name[256]);
	/* TDX_GUEST_GET_REPORT0 on a device. */
	int (*report)(void *ctx, const char *path, const uint8_t report_data[64],
		      uint8_t ret_report[1024]);
};

struct collect_root {
	const char *sysroot; /* "" is this machine; borrowed */
};

/* The machine, or the copy below root->sysroot. root must live as long. */
struct collect_system collect_machine(struct collect_root *root);

#endif
