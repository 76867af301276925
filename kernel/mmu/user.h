/* SPDX-License-Identifier: BSD-2-Clause */
/* User memory: the calling process's own, which may be anything. Nothing here can crash on it. */
#ifndef KERNEL_MMU_USER_H
#define KERNEL_MMU_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"

/* copy_from_user(), copy_to_user(): 0, or -EFAULT when any byte cannot be read or written. */
int user_read(void *ret_bytes, const void *user, size_t size);
int user_write(void *user, const void *bytes, size_t size);
/* Read up to count (at most USER_PAGES) pages from user, the first ones that can be read. Returns how
 * many. */
#define USER_PAGES 16
unsigned user_read_pages(void *const *ret_pages, unsigned count, const void *user);

/* One mapping of the process. */
struct user_area {
	uint64_t start, end; /* bytes */
	uint64_t readable;   /* [start, readable) can be read, the rest is behind the file's end; 0
				until somebody asks */
	unsigned level;	     /* 1, 2 or 3: the largest page the host maps it with */
	bool can_write, is_shared, is_anonymous, is_file;
};

/* All mappings, as they were when somebody last looked: once a call. */
struct user_areas {
	struct user_area *areas; /* sorted */
	size_t count, room;
	size_t last; /* where the last lookup ended */
	bool valid;
};

void user_areas_forget(struct user_areas *areas);
void user_areas_end(struct user_areas *areas);

/* The readable area that holds the page at hva, reading the list if nobody has; NULL when the page
 * cannot be read (get_user_pages() would say EFAULT). */
const struct user_area *user_area_at(struct user_areas *areas, uint64_t hva);

/* The level the host maps hva at, given its area: hugetlb, or the policy. */
unsigned user_level(const struct user_area *area, uint64_t hva, enum kernel_thp thp);

/* Is the page at hva mapped writable already, so that a read fault need not write-protect it? */
bool user_is_writable_now(const struct user_area *area, uint64_t hva);

#endif
