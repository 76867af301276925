/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/range.h"
#include "kernel/gmem/bitrun.h"
#include "kernel/gmem/gmem.h"
#include "uapi/kvm.h"

#define FANOUT 512u

/* What vfs_fallocate() lets through to the file. */
#define VFS_MODES (FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)

/* 512 pages of the file. Its frames are one run of the machine, of which those in `have` are in
 * use: a page's frame follows from its index, and a chunk that is full takes 24 bytes. */
struct gmem_chunk {
	pfn_t base;
	struct bitrun have; /* count 0: base means nothing */
};

/* The index is a radix tree over the chunks: nodes, and at the bottom blocks of chunks. */
struct block {
	struct gmem_chunk chunks[FANOUT];
};

struct node {
	void *children[FANOUT]; /* nodes, or blocks on the lowest level; NULL while empty */
};

struct gmem {
	struct gmem_options options;
	uint64_t size; /* bytes */
	uint64_t flags;
	int host_fd; /* -1 unless mappable */
	struct gmem_binding *bindings;
	void *root;	/* node, or block when depth is 0 */
	unsigned depth; /* levels of nodes */
	atomic_uint_fast64_t index_bytes;
};

static int open_host_file(struct gmem *gmem)
{
	gmem->host_fd = -1;
	if (!gmem_is_mappable(gmem))
		return 0;
	gmem->host_fd = memfd_create("guest_memfd", MFD_CLOEXEC);
	if (gmem->host_fd < 0)
		return -errno;
	/* Not shared: a mapping of an empty file, where every touch is SIGBUS, as in Linux. */
	if (gmem_is_init_shared(gmem) && ftruncate(gmem->host_fd, (off_t)gmem->size) < 0) {
		int rc = -errno;

		close(gmem->host_fd);
		return rc;
	}
	return 0;
}

int gmem_new(const struct gmem_options *options, uint64_t size, uint64_t flags,
	     struct gmem **ret_gmem)
{
	if (flags & ~options->flags)
		return refuse(options->trace, -EINVAL, "gmem.flags", "flags 0x%llx, known 0x%llx",
			      (unsigned long long)flags, (unsigned long long)options->flags);
	if ((int64_t)size <= 0 || !is_aligned(size, PAGE_SIZE_4K))
		return refuse(options->trace, -EINVAL, "gmem.size", "size 0x%llx",
			      (unsigned long long)size);

	struct gmem *gmem = calloc(1, sizeof(*gmem));

	if (!gmem)
		return -ENOMEM;
	gmem->options = *options;
	gmem->size = size;
	gmem->flags = flags;
	for (uint64_t left = (size - 1) >> 12 >> 18; left; left >>= 9)
		gmem->depth++;
	int rc = open_host_file(gmem);
	if (rc < 0) {
		free(gmem);
		return rc;
	}
	*ret_gmem = gmem;
	return 0;
}

bool gmem_is_mappable(const struct gmem *gmem)
{
	return gmem->flags & GUEST_MEMFD_FLAG_MMAP;
}

bool gmem_is_init_shared(const struct gmem *gmem)
{
	return gmem->flags & GUEST_MEMFD_FLAG_INIT_SHARED;
}

uint64_t gmem_size(const struct gmem *gmem)
{
	return gmem->size;
}

int gmem_host_fd(const struct gmem *gmem)
{
	return gmem->host_fd;
}

int gmem_check_range(const struct gmem *gmem, uint64_t offset, uint64_t count)
{
	if (!is_aligned(offset, PAGE_SIZE_4K) || (int64_t)offset < 0 ||
	    !range_within(offset >> 12, count, gmem->size >> 12))
		return refuse(gmem->options.trace, -EINVAL, "gmem.bind-range",
			      "offset 0x%llx, %llu pages, file of 0x%llx bytes",
			      (unsigned long long)offset, (unsigned long long)count,
			      (unsigned long long)gmem->size);
	return 0;
}

int gmem_bind(struct gmem *gmem, uint64_t offset, uint64_t count, uint64_t gfn,
	      struct gmem_binding *binding)
{
	uint64_t index = offset >> 12;

	for (const struct gmem_binding *b = gmem->bindings; b; b = b->next)
		if (range_overlap(b->index, b->count, index, count))
			return refuse(gmem->options.trace, -(int)gmem->options.bound_error,
				      "gmem.bind-taken", "page %llu of the file is bound already",
				      (unsigned long long)(b->index > index ? b->index : index));
	*binding = (struct gmem_binding){ gmem, index, count, gfn, gmem->bindings };
	gmem->bindings = binding;
	return 0;
}

void gmem_unbind(struct gmem_binding *binding)
{
	if (binding->gmem) {
		struct gmem_binding **at = &binding->gmem->bindings;

		while (*at != binding)
			at = &(*at)->next;
		*at = binding->next;
	}
	*binding = (struct gmem_binding){ .gmem = NULL };
}

/* Make sure that *slot points to a zeroed child; another thread may be first. */
static void *grow(struct gmem *gmem, void **slot, size_t size)
{
	void *child = __atomic_load_n(slot, __ATOMIC_ACQUIRE), *other = NULL;

	if (child)
		return child;
	child = calloc(1, size);
	if (!child)
		return NULL;
	if (!__atomic_compare_exchange_n(slot, &other, child, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE)) {
		free(child);
		return other;
	}
	atomic_fetch_add_explicit(&gmem->index_bytes, size, memory_order_relaxed);
	return child;
}

/* The chunk of a page, if there is one; and made when there is none, unless memory runs out. */
static struct gmem_chunk *find_chunk(const struct gmem *gmem, uint64_t index)
{
	const void *at = gmem->root;
	uint64_t number = index >> 9;

	for (unsigned level = gmem->depth; at && level > 0; level--)
		at = ((const struct node *)at)->children[number >> 9 * level & (FANOUT - 1)];
	return at ? &((struct block *)at)->chunks[number & (FANOUT - 1)] : NULL;
}

static struct gmem_chunk *make_chunk(struct gmem *gmem, uint64_t index)
{
	void **at = &gmem->root;
	uint64_t number = index >> 9;

	for (unsigned level = gmem->depth; level > 0; level--) {
		struct node *node = grow(gmem, at, sizeof(struct node));

		if (!node)
			return NULL;
		at = &node->children[number >> 9 * level & (FANOUT - 1)];
	}
	struct block *block = grow(gmem, at, sizeof(struct block));

	return block ? &block->chunks[number & (FANOUT - 1)] : NULL;
}

bool gmem_peek(const struct gmem *gmem, uint64_t index, pfn_t *ret_pfn)
{
	const struct gmem_chunk *chunk = find_chunk(gmem, index);

	if (!chunk || !bitrun_has(&chunk->have, index % BITRUN_BITS))
		return false;
	*ret_pfn = chunk->base + index % BITRUN_BITS;
	return true;
}

static int allocate_page(struct gmem *gmem, struct gmem_chunk *chunk, unsigned i)
{
	bool is_first = chunk->have.count == 0;

	if (is_first && pages_get_run(gmem->options.pages, &chunk->base) < 0)
		return -ENOMEM;
	if (bitrun_set(&chunk->have, i) < 0) {
		if (is_first)
			pages_put(gmem->options.pages, chunk->base, PAGES_RUN);
		return -ENOMEM;
	}
	return 0;
}

/* The chunk of a page, for this thread alone. */
static int hold_chunk(struct gmem *gmem, uint64_t index, struct gmem_hold *hold,
		      struct gmem_chunk **ret_chunk)
{
	uint64_t number = index / BITRUN_BITS;

	if (hold && hold->chunk && hold->gmem == gmem && hold->number == number) {
		*ret_chunk = hold->chunk;
		return 0;
	}
	if (hold)
		gmem_let_go(hold);
	*ret_chunk = make_chunk(gmem, index);
	if (!*ret_chunk)
		return -ENOMEM;
	if (hold && !bitrun_lock(&(*ret_chunk)->have))
		return -EBUSY;
	if (hold)
		*hold = (struct gmem_hold){ gmem, *ret_chunk, number };
	return 0;
}

void gmem_let_go(struct gmem_hold *hold)
{
	if (hold->chunk)
		bitrun_unlock(&hold->chunk->have);
	hold->chunk = NULL;
}

int gmem_get(struct gmem *gmem, uint64_t index, struct gmem_hold *hold, pfn_t *ret_pfn)
{
	unsigned i = index % BITRUN_BITS;
	struct gmem_chunk *chunk = NULL;
	int rc;

	if (index >= gmem->size >> 12)
		return -EFAULT;
	rc = hold_chunk(gmem, index, hold, &chunk);
	if (rc == 0 && !bitrun_has(&chunk->have, i))
		rc = allocate_page(gmem, chunk, i);
	if (rc == 0)
		*ret_pfn = chunk->base + i;
	return rc;
}

/* Free pages [from, to) of a chunk. */
static void drop_from_chunk(struct gmem *gmem, struct gmem_chunk *chunk, unsigned from, unsigned to)
{
	if (chunk->have.count == 0)
		return;
	if (from == 0 && to == BITRUN_BITS)
		bitrun_end(&chunk->have);
	for (unsigned i = from; chunk->have.count && i < to; i++)
		if (bitrun_clear(&chunk->have, i) < 0)
			break; /* no memory to split a full chunk: the pages stay allocated */
	if (chunk->have.count == 0)
		pages_put(gmem->options.pages, chunk->base, PAGES_RUN);
}

/* Walk what exists below a node, free pages [from, to) of the file; with free_nodes the nodes too.
 * first is the first page that the node covers. */
static void drop_below(struct gmem *gmem, void *at, unsigned level, uint64_t first, uint64_t from,
		       uint64_t to, bool free_nodes)
{
	uint64_t span = (uint64_t)1 << (9 + 9 * level); /* pages of a child */

	for (unsigned i = 0; at && i < FANOUT; i++, first += span) {
		if (first >= to || first + span <= from)
			continue;
		if (level > 0) {
			drop_below(gmem, ((struct node *)at)->children[i], level - 1, first, from,
				   to, free_nodes);
			continue;
		}
		drop_from_chunk(gmem, &((struct block *)at)->chunks[i],
				from > first ? (unsigned)(from - first) : 0,
				to - first < span ? (unsigned)(to - first) : BITRUN_BITS);
	}
	if (free_nodes)
		free(at);
}

/* Every stretch of the guest that sees pages [from, to) of the file. */
static void unmap_bindings(struct gmem *gmem, uint64_t from, uint64_t to)
{
	for (const struct gmem_binding *b = gmem->bindings; b; b = b->next) {
		uint64_t start = from > b->index ? from : b->index;
		uint64_t end = to < b->index + b->count ? to : b->index + b->count;

		if (start < end)
			gmem->options.unmap(gmem->options.unmap_ctx, b->gfn + (start - b->index),
					    end - start);
	}
}

void gmem_free(struct gmem *gmem)
{
	if (!gmem)
		return;
	uint64_t pages = gmem->size >> 12;

	unmap_bindings(gmem, 0, pages);
	for (struct gmem_binding *b = gmem->bindings, *next; b; b = next) {
		next = b->next;
		b->gmem = NULL;
		b->next = NULL;
	}
	drop_below(gmem, gmem->root, gmem->depth, 0, 0, pages, true);
	if (gmem->host_fd >= 0)
		close(gmem->host_fd);
	free(gmem);
}

static int punch(struct gmem *gmem, uint64_t offset, uint64_t length)
{
	uint64_t from = offset >> 12, to = from + (length >> 12);
	uint64_t pages = gmem->size >> 12;

	if (from >= pages)
		return 0;
	if (to > pages)
		to = pages;
	unmap_bindings(gmem, from, to);
	drop_below(gmem, gmem->root, gmem->depth, 0, from, to, false);
	if (gmem->host_fd >= 0 && gmem_is_init_shared(gmem))
		fallocate(gmem->host_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  (off_t)(from << 12), (off_t)((to - from) << 12));
	return 0;
}

static int allocate(struct gmem *gmem, uint64_t offset, uint64_t length)
{
	if (!range_within(offset, length, gmem->size))
		return refuse(gmem->options.trace, -EINVAL, "gmem.allocate-range",
			      "offset 0x%llx, length 0x%llx, file of 0x%llx bytes",
			      (unsigned long long)offset, (unsigned long long)length,
			      (unsigned long long)gmem->size);
	for (uint64_t index = offset >> 12; index < (offset + length) >> 12; index++) {
		pfn_t pfn;
		int rc = gmem_get(gmem, index, NULL, &pfn);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* First what vfs_fallocate() asks, then kvm_gmem_fallocate(). */
int gmem_fallocate(struct gmem *gmem, int mode, int64_t offset, int64_t length)
{
	struct trace *trace = gmem->options.trace;

	if (offset < 0 || length <= 0)
		return refuse(trace, -EINVAL, "gmem.fallocate-sign", "offset %lld, length %lld",
			      (long long)offset, (long long)length);
	bool is_punch = mode & FALLOC_FL_PUNCH_HOLE, keeps_size = mode & FALLOC_FL_KEEP_SIZE;

	if (mode & ~VFS_MODES || (is_punch && !keeps_size))
		return refuse(trace, -EOPNOTSUPP, "gmem.fallocate-mode", "mode 0x%x", mode);
	if (offset > INT64_MAX - length)
		return refuse(trace, -EFBIG, "gmem.fallocate-end", "offset %lld, length %lld",
			      (long long)offset, (long long)length);
	if (!keeps_size || mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return refuse(trace, -EOPNOTSUPP, "gmem.fallocate-mode", "mode 0x%x", mode);
	if (!is_aligned((uint64_t)offset, PAGE_SIZE_4K) ||
	    !is_aligned((uint64_t)length, PAGE_SIZE_4K))
		return refuse(trace, -EINVAL, "gmem.fallocate-aligned",
			      "offset 0x%llx, length 0x%llx", (unsigned long long)offset,
			      (unsigned long long)length);
	if (is_punch)
		return punch(gmem, (uint64_t)offset, (uint64_t)length);
	return allocate(gmem, (uint64_t)offset, (uint64_t)length);
}

uint64_t gmem_index_bytes(const struct gmem *gmem)
{
	return atomic_load(&gmem->index_bytes);
}
