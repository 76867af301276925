/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_GET_STATS_FD: a header, a descriptor for each counter, then the counters. The file is the
 * host's, so that every number in it is checked before it is used. */
#include "launch/levels.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/scope.h"
#include "uapi/kvm.h"

#define COUNTERS_MAX  4096u
#define NAME_SIZE_MAX 1024u
#define NAMES	      3

static const char *const names[NAMES] = { "pages_4k", "pages_2m", "pages_1g" };

/* The descriptors of all counters in one piece, caller frees; NULL when they cannot be read. */
static uint8_t *read_descriptors(struct tdl_host *host, int fd, const struct kvm_stats_header *head,
				 size_t row)
{
	size_t size = head->num_desc * row;
	uint8_t *rows = calloc(1, size);

	if (rows && host_pread(host, fd, rows, size, head->desc_offset) != (ssize_t)size) {
		free(rows);
		rows = NULL;
	}
	return rows;
}

/* The counter that a descriptor's row calls by that name, or false. */
static bool read_counter(struct tdl_host *host, int fd, const struct kvm_stats_header *head,
			 const uint8_t *rows, size_t row, const char *name, uint64_t *ret_value)
{
	for (uint32_t i = 0; i < head->num_desc; i++) {
		const uint8_t *at = rows + i * row;
		struct kvm_stats_desc desc;

		memcpy(&desc, at, sizeof(desc));
		if (strncmp((const char *)at + sizeof(desc), name, head->name_size) == 0)
			return host_pread(host, fd, ret_value, sizeof(*ret_value),
					  (uint64_t)head->data_offset + desc.offset) ==
			       sizeof(*ret_value);
	}
	return false;
}

static struct tdl_levels read_file(struct tdl_host *host, int fd)
{
	const struct tdl_levels unknown = { 0 };
	struct kvm_stats_header head = { 0 };
	uint64_t values[NAMES] = { 0 };
	size_t row;

	if (host_pread(host, fd, &head, sizeof(head), 0) != sizeof(head) || !head.num_desc ||
	    head.num_desc > COUNTERS_MAX || !head.name_size || head.name_size > NAME_SIZE_MAX)
		return unknown;
	row = sizeof(struct kvm_stats_desc) + head.name_size;
	AUTO_FREE uint8_t *rows = read_descriptors(host, fd, &head, row);
	if (!rows)
		return unknown;
	for (size_t i = 0; i < NAMES; i++)
		if (!read_counter(host, fd, &head, rows, row, names[i], &values[i]))
			return unknown;
	return (struct tdl_levels){ true, values[0], values[1], values[2] };
}

struct tdl_levels levels_read(struct tdl_host *host, int vm_fd)
{
	struct tdl_levels levels = { 0 };
	long fd = host_ioctl_number(host, vm_fd, KVM_GET_STATS_FD, 0);

	if (fd < 0)
		return levels;
	levels = read_file(host, (int)fd);
	host_close(host, (int)fd);
	return levels;
}
