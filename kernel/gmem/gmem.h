/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_memfd: memory that belongs to a guest and that user space cannot touch. A file of 4 KiB
 * folios, given frames of the modelled machine on first use, and bound to memslots. The lock of the
 * VM protects it: held to write for everything but gmem_get() with a hold, which works beside
 * others of its kind. Contents are the TDX module's (or nobody's): what is kept here is which page
 * has which frame. */
#ifndef KERNEL_GMEM_GMEM_H
#define KERNEL_GMEM_GMEM_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/gmem/pages.h"
#include "kernel/trace/trace.h"

struct gmem; /* opaque */

/* A stretch of the file that a memslot has taken. The memslot owns the struct; when the file goes
 * away first, gmem turns NULL. */
struct gmem_binding {
	struct gmem *gmem;
	uint64_t index, count; /* pages of the file */
	uint64_t gfn;	       /* where the guest sees index */
	struct gmem_binding *next;
};

/* Called before pages go away: unmap [gfn, gfn + count) of the guest. */
typedef void gmem_unmap_fn(void *ctx, uint64_t gfn, uint64_t count);

struct gmem_options {
	struct pages *pages; /* borrowed */
	struct trace *trace; /* borrowed */
	gmem_unmap_fn *unmap;
	void *unmap_ctx;
	uint64_t flags;	      /* GUEST_MEMFD_FLAG_* that this VM accepts */
	unsigned bound_error; /* errno of a range that is bound already */
};

/* Checks flags and size as KVM_CREATE_GUEST_MEMFD does. */
int gmem_new(const struct gmem_options *options, uint64_t size, uint64_t flags,
	     struct gmem **ret_gmem);

/* The descriptor is closed: bindings lose the file, pages are unmapped and go back. */
void gmem_free(struct gmem *gmem);

/* Does it have GUEST_MEMFD_FLAG_MMAP, so that shared accesses are served from the file as well? */
bool gmem_is_mappable(const struct gmem *gmem);
bool gmem_is_init_shared(const struct gmem *gmem);
uint64_t gmem_size(const struct gmem *gmem);
/* The host file behind a mappable one, else -1; borrowed. */
int gmem_host_fd(const struct gmem *gmem);

/* May count pages from byte offset on be bound, as far as the file's size goes? */
int gmem_check_range(const struct gmem *gmem, uint64_t offset, uint64_t count);
/* Bind such pages, if none of them is bound; the binding joins the file's list. */
int gmem_bind(struct gmem *gmem, uint64_t offset, uint64_t count, uint64_t gfn,
	      struct gmem_binding *binding);
void gmem_unbind(struct gmem_binding *binding);

/* The 512 pages of a file that a thread has for itself. All zero: none. */
struct gmem_hold {
	struct gmem *gmem; /* borrowed */
	struct gmem_chunk *chunk;
	uint64_t number; /* of the chunk in the file */
};

/* The frame of a page, allocated when there is none. Of a page past the end: -EFAULT. hold gets the
 * pages around it, for those that are asked for next, in place of what it had; -EBUSY when another
 * thread has them. NULL: no other thread can be here. */
int gmem_get(struct gmem *gmem, uint64_t index, struct gmem_hold *hold, pfn_t *ret_pfn);
void gmem_let_go(struct gmem_hold *hold);
/* The frame of a page that has one. */
bool gmem_peek(const struct gmem *gmem, uint64_t index, pfn_t *ret_pfn);

/* fallocate(): mode, offset and length as user space gave them. */
int gmem_fallocate(struct gmem *gmem, int mode, int64_t offset, int64_t length);

/* Memory that the index takes in bytes. */
uint64_t gmem_index_bytes(const struct gmem *gmem);

#endif
