/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/range.h"
#include "base/scope.h"
#include "kernel/mmu/user.h"

#define SIZE_2M 0x200000u
#define SIZE_1G 0x40000000u

int user_read(void *ret_bytes, const void *user, size_t size)
{
	struct iovec here = { ret_bytes, size };
	struct iovec there = { (void *)(uintptr_t)user, size };

	if (size == 0)
		return 0;
	return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)size ? 0 : -EFAULT;
}

/* A call that fails half way says how far it came; one that says less than it did is asked again for
 * the first page alone. */
unsigned user_read_pages(void *const *ret_pages, unsigned count, const void *user)
{
	struct iovec here[USER_PAGES];
	struct iovec there = { (void *)(uintptr_t)user, count * (size_t)PAGE_SIZE_4K };
	ssize_t n;

	for (unsigned i = 0; i < count; i++)
		here[i] = (struct iovec){ ret_pages[i], PAGE_SIZE_4K };
	n = process_vm_readv(getpid(), here, count, &there, 1, 0);
	if (n >= (ssize_t)PAGE_SIZE_4K)
		return (unsigned)((size_t)n / PAGE_SIZE_4K);
	return count > 0 && user_read(ret_pages[0], user, PAGE_SIZE_4K) == 0;
}

int user_write(void *user, const void *bytes, size_t size)
{
	struct iovec here = { (void *)(uintptr_t)bytes, size };
	struct iovec there = { user, size };

	if (size == 0)
		return 0;
	return process_vm_writev(getpid(), &here, 1, &there, 1, 0) == (ssize_t)size ? 0 : -EFAULT;
}

static bool is_readable(uint64_t address)
{
	uint8_t byte;

	return user_read(&byte, (const void *)(uintptr_t)address, 1) == 0;
}

/* A file may end before its mapping does: find the first page that cannot be read. */
static uint64_t find_readable_end(uint64_t start, uint64_t end)
{
	if (is_readable(end - PAGE_SIZE_4K))
		return end;
	while (start < end) {
		uint64_t middle = start + ((end - start) / 2 & ~(uint64_t)(PAGE_SIZE_4K - 1));

		if (is_readable(middle))
			start = middle + PAGE_SIZE_4K;
		else
			end = middle;
	}
	return end;
}

/* The page size of the hugetlb mapping that starts here, as a level. */
static unsigned hugetlb_level(uint64_t start)
{
	AUTO_FCLOSE FILE *f = fopen("/proc/self/smaps", "re");
	AUTO_FREE char *line = NULL;
	size_t room = 0;
	bool is_here = false;

	while (f && getline(&line, &room, f) > 0) {
		unsigned long long from, to, kib;

		if (sscanf(line, "%llx-%llx ", &from, &to) == 2)
			is_here = from == start;
		if (is_here && sscanf(line, "KernelPageSize: %llu kB", &kib) == 1)
			return kib >= SIZE_1G / 1024 ? 3 : kib >= SIZE_2M / 1024 ? 2 : 1;
	}
	return 1;
}

static bool is_hugetlb(const char *name)
{
	return strstr(name, "/anon_hugepage") || strstr(name, "hugepages/") ||
	       strstr(name, "memfd:hugetlb");
}

static int add_area(struct user_areas *areas, const struct user_area *area)
{
	if (areas->count == areas->room) {
		size_t room = areas->room ? 2 * areas->room : 64;
		struct user_area *grown = realloc(areas->areas, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		areas->areas = grown;
		areas->room = room;
	}
	areas->areas[areas->count++] = *area;
	return 0;
}

/* One line of /proc/self/maps. What cannot be read is not entered. */
static int add_line(struct user_areas *areas, const char *line)
{
	unsigned long long start, end, inode;
	char access[5];
	int at = 0;

	if (sscanf(line, "%llx-%llx %4s %*x %*s %llu %n", &start, &end, access, &inode, &at) < 4 ||
	    access[0] != 'r')
		return 0;
	struct user_area area = { .start = start,
				  .end = end,
				  .readable = end,
				  .level = 1,
				  .can_write = access[1] == 'w',
				  .is_shared = access[3] == 's',
				  .is_file = inode != 0 };

	area.is_anonymous = !area.is_file && !area.is_shared && line[at] != '[';
	if (is_hugetlb(line + at)) {
		area.level = hugetlb_level(start);
		area.is_anonymous = false;
	} else if (area.is_file) {
		area.readable = 0;
	}
	return add_area(areas, &area);
}

/* The list is read in one go before it is looked at: looking may change it (realloc maps). */
static int read_areas(struct user_areas *areas)
{
	AUTO_FCLOSE FILE *f = fopen("/proc/self/maps", "re");
	AUTO_FREE char *text = NULL;
	size_t room = 0;

	if (!f || getdelim(&text, &room, '\0', f) < 0)
		return -EFAULT;
	areas->count = 0;
	areas->last = 0;
	for (char *line = text, *next; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (add_line(areas, line) < 0)
			return -ENOMEM;
	}
	areas->valid = true;
	return 0;
}

void user_areas_forget(struct user_areas *areas)
{
	areas->valid = false;
}

void user_areas_end(struct user_areas *areas)
{
	free(areas->areas);
	*areas = (struct user_areas){ .areas = NULL };
}

const struct user_area *user_area_at(struct user_areas *areas, uint64_t hva)
{
	if (!areas->valid && read_areas(areas) < 0)
		return NULL;
	if (areas->last < areas->count) {
		const struct user_area *last = &areas->areas[areas->last];

		if (hva >= last->start && hva < last->readable)
			return last;
	}
	size_t low = 0, high = areas->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (areas->areas[middle].end <= hva)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == areas->count || hva < areas->areas[low].start)
		return NULL;
	struct user_area *area = &areas->areas[low];

	if (area->readable == 0)
		area->readable = find_readable_end(area->start, area->end);
	if (hva >= area->readable)
		return NULL;
	areas->last = low;
	return area;
}

unsigned user_level(const struct user_area *area, uint64_t hva, enum kernel_thp thp)
{
	uint64_t huge = hva & ~(uint64_t)(SIZE_2M - 1);

	if (area->level > 1 || thp == KERNEL_THP_NEVER)
		return area->level;
	if (!area->is_anonymous || !area->can_write || huge < area->start ||
	    huge + SIZE_2M > area->end)
		return 1;
	return 2;
}

/* Linux looks at the page-table entry; /proc/self/pagemap tells as much: an anonymous page that is
 * present and mapped by nobody else has been written to, the shared zero page has not. */
bool user_is_writable_now(const struct user_area *area, uint64_t hva)
{
	uint64_t entry = 0;

	if (!area->can_write)
		return false;
	if (area->is_shared)
		return true;
	AUTO_CLOSE int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || pread(fd, &entry, sizeof(entry), (off_t)(hva >> 12 << 3)) != sizeof(entry))
		return false;
	return entry >> 63 && entry >> 56 & 1;
}
