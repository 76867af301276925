/* SPDX-License-Identifier: BSD-2-Clause */
/* What collecting asks of a machine. Paths are those of the guest, absolute; functions return 0 or
 * a negative errno and write their outputs only on success. Those that take an error say in it why. */
#ifndef COLLECT_SYSTEM_H
#define COLLECT_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "anchor/vtpm.h"

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

	/* The TPM, as anchor/vtpm.h has it. NULL: there is none, in a copy. */
	bool tpm_named; /* by the user, who then knows what it is */
	int (*nv_read)(void *ctx, uint32_t index, uint8_t ret_bytes[VTPM_NV_MAX], size_t *ret_size,
		       struct tdl_error *err);
	int (*nv_write)(void *ctx, uint32_t index, const void *bytes, size_t size,
			struct tdl_error *err);
	int (*tpm_quote)(void *ctx, uint32_t key, const void *nonce, size_t nonce_size,
			 struct vtpm_quote *ret, struct tdl_error *err);
	/* A TD quote for a TDREPORT by the host's service; the caller frees. NULL: none is to be
	 * asked. */
	int (*host_quote)(void *ctx, const uint8_t report[1024], uint8_t **ret_quote,
			  size_t *ret_size, struct tdl_error *err);
	void (*wait)(void *ctx, unsigned seconds);
};

struct collect_root {
	const char *sysroot;	   /* "" is this machine; borrowed */
	const struct tdl_tpm *tpm; /* NULL for where one usually is; borrowed */
	const char *service;	   /* NULL for the platform's; borrowed */
	const volatile int *cancel; /* non-zero: do not wait; NULL for never */
};

/* The machine, or the copy below root->sysroot. What is no file is not in a copy: a TPM and a service
 * are asked there when they are named. root must live as long. */
struct collect_system collect_machine(struct collect_root *root);

#endif
