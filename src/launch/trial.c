/* SPDX-License-Identifier: BSD-2-Clause */
/* A VM made to measure on: memory, vCPUs, no plan. One part of its memory lies where guest code
 * without paging reaches it, the rest above 4 GiB. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <tdlaunch/prefault.h>

#include "base/range.h"
#include "base/scope.h"
#include "host/facts.h"
#include "launch/call.h"
#include "launch/levels.h"
#include "launch/touch.h"

#define GIB	  (UINT64_C(1) << 30)
#define HUGE_SIZE (UINT64_C(2) << 20)
#define LOW_GPA	  GIB
#define LOW_SIZE  (2 * GIB) /* what lies below the holes under 4 GiB */
#define HIGH_GPA  (4 * GIB)
#define SLOTS	  3	    /* low, high, code */

struct yard {
	const struct tdl_prefault_trial *trial;
	struct tdl_launch_options options;
	struct tdl_td *td;
	struct tdl_prefault_range ranges[2];
	size_t range_count;
};

static int check_trial(const struct tdl_prefault_trial *trial, struct tdl_error *err)
{
	uint64_t unit = trial->hugepages ? HUGE_SIZE : PAGE_SIZE_4K;

	if (!trial->threads)
		return tdl_fail(err, -EINVAL, "a pre-fault needs a thread");
	if (!trial->size || trial->size % unit)
		return tdl_fail(err, -EINVAL, "%llu bytes are not whole pages of %llu",
				(unsigned long long)trial->size, (unsigned long long)unit);
	if (trial->size / PAGE_SIZE_4K < trial->threads)
		return tdl_fail(err, -EINVAL, "%u threads need more than %llu bytes",
				trial->threads, (unsigned long long)trial->size);
	if (trial->is_private && trial->hugepages)
		return tdl_fail(err, -EINVAL,
				"huge pages are ordinary memory: guest_memfd has 4 KiB pages alone");
	return 0;
}

static int check_fact(struct tdl_td *td, const char *key, const char *sentence,
		      struct tdl_error *err)
{
	struct tdl_fact fact = { 0 };

	for (size_t i = 0; i < host_fact_count; i++)
		if (strcmp(host_facts[i].key, key) == 0)
			host_fact_ask(td->host, td->sys_fd, &host_facts[i], &fact);
	if (fact.state == TDL_FACT_PRESENT)
		return 0;
	return tdl_fail(err, -ENODEV, "%s %s (%s, since Linux %s)", tdl_host_name(td->host),
			sentence, fact.name, fact.since);
}

static int open_kvm(struct yard *yard, struct tdl_error *err)
{
	struct tdl_td *td = yard->td;
	int rc;

	td->sys_fd = host_open(td->host, KVM_NODE);
	if (td->sys_fd < 0)
		return tdl_fail(err, td->sys_fd, "cannot open %s: %s", tdl_host_name(td->host),
				strerror(-td->sys_fd));
	rc = check_fact(td, "pre_fault_memory", "cannot map memory ahead", err);
	if (rc == 0 && td->is_private)
		rc = check_fact(td, "vm_type_sw_protected", "has no private memory", err);
	if (rc == 0)
		rc = td_create_vm(td, td->is_private ? KVM_X86_SW_PROTECTED_VM : KVM_X86_DEFAULT_VM,
				  err);
	return rc;
}

/* Memory that starts at a multiple of 2 MiB, so that huge mappings are possible. */
static void *map_memory(const struct tdl_prefault_trial *trial, uint64_t size)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | (trial->populate ? 0 : MAP_NORESERVE);
	uint8_t *at, *start;

	if (trial->hugepages) {
		at = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_HUGETLB, -1, 0);
		return at == MAP_FAILED ? NULL : at;
	}
	at = mmap(NULL, size + HUGE_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (at == MAP_FAILED)
		return NULL;
	start = at + (-(uintptr_t)at & (HUGE_SIZE - 1));
	if (start > at)
		munmap(at, (size_t)(start - at));
	munmap(start + size, HUGE_SIZE - (size_t)(start - at));
	return start;
}

static int add_slot(struct yard *yard, uint64_t gpa, uint64_t size, struct tdl_error *err)
{
	struct tdl_td *td = yard->td;
	struct td_slot *slot = &td->slots[td->slot_count];

	*slot = (struct td_slot){ .gpa = gpa, .size = size, .gmem_fd = -1 };
	slot->shared = map_memory(yard->trial, size);
	if (!slot->shared)
		return tdl_fail(err, -ENOMEM, "no memory of %llu bytes%s", (unsigned long long)size,
				yard->trial->hugepages
					? " in huge pages; sysctl vm.nr_hugepages sets their number"
					: "");
	td->slot_count++;
	if (yard->trial->populate && !yard->trial->is_private)
		for (uint64_t i = 0; i < size; i += PAGE_SIZE_4K)
			((volatile uint8_t *)slot->shared)[i] = 1;
	yard->ranges[yard->range_count++] = (struct tdl_prefault_range){ gpa, size };
	return td_make_slot(td, (uint32_t)td->slot_count - 1, err);
}

/* A page for the guest's code, which is never private. */
static int add_code(struct yard *yard, struct tdl_error *err)
{
	struct tdl_td *td = yard->td;
	struct td_slot *slot = &td->slots[td->slot_count];
	void *page = mmap(NULL, PAGE_SIZE_4K, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	if (page == MAP_FAILED)
		return tdl_fail(err, -ENOMEM, "no memory for guest code");
	*slot = (struct td_slot){ .gpa = TOUCH_CODE_GPA,
				  .size = PAGE_SIZE_4K,
				  .gmem_fd = -1,
				  .is_shared = true,
				  .shared = page };
	td->slot_count++;
	touch_load(page);
	return td_make_slot(td, (uint32_t)td->slot_count - 1, err);
}

static int add_memory(struct yard *yard, struct tdl_error *err)
{
	uint64_t size = yard->trial->size;
	uint64_t low = size < LOW_SIZE ? size : LOW_SIZE;
	int rc;

	yard->td->slots = calloc(SLOTS, sizeof(*yard->td->slots));
	if (!yard->td->slots)
		return tdl_fail(err, -ENOMEM, "no memory for memslots");
	rc = add_slot(yard, LOW_GPA, low, err);
	if (rc == 0 && size > low)
		rc = add_slot(yard, HIGH_GPA, size - low, err);
	if (rc == 0 && yard->trial->touch && tdl_host_runs(yard->td->host))
		rc = add_code(yard, err);
	return rc;
}

static void close_yard(struct yard *yard)
{
	tdl_td_free(yard->td);
	yard->td = NULL;
}

static int open_yard(struct tdl_host *host, const struct tdl_prefault_trial *trial,
		     struct yard *ret_yard, struct tdl_error *err)
{
	struct yard *yard = ret_yard;
	int rc;

	*yard = (struct yard){ .trial = trial };
	tdl_launch_defaults(&yard->options);
	yard->options.busy_retries = trial->busy_retries;
	yard->options.cancel = trial->cancel;
	yard->td = td_new(host, NULL, &yard->options);
	if (!yard->td)
		return tdl_fail(err, -ENOMEM, "no memory for a VM");
	yard->td->is_private = trial->is_private;
	if ((rc = open_kvm(yard, err)) < 0 ||
	    (rc = td_check_cpus(yard->td, trial->threads, err)) < 0 ||
	    (rc = td_make_vcpus(yard->td, trial->threads, NULL, err)) < 0 ||
	    (rc = add_memory(yard, err)) < 0)
		close_yard(yard);
	return rc;
}

/* Entries made between two readings. */
static struct tdl_levels difference(const struct tdl_levels *before, const struct tdl_levels *after)
{
	struct tdl_levels levels = { .known = before->known && after->known };

	if (levels.known) {
		levels.pages_4k = after->pages_4k - before->pages_4k;
		levels.pages_2m = after->pages_2m - before->pages_2m;
		levels.pages_1g = after->pages_1g - before->pages_1g;
	}
	return levels;
}

static int prefault(struct yard *yard, struct tdl_prefault_outcome *outcome, struct tdl_error *err)
{
	const struct tdl_prefault_trial *trial = yard->trial;
	struct tdl_td *td = yard->td;
	struct tdl_levels before = levels_read(td->host, td->vm_fd), after;
	const struct tdl_prefault_job job = {
		.host = td->host,
		.vcpu_fds = td->vcpu_fds,
		.vcpu_count = td->vcpu_count,
		.ranges = yard->ranges,
		.range_count = yard->range_count,
		.busy_retries = trial->busy_retries,
		.cancel = trial->cancel,
		.progress = trial->progress,
		.progress_ctx = trial->progress_ctx,
	};
	int rc = tdl_prefault_run(&job, &outcome->prefault, err);

	if (rc < 0)
		return rc;
	after = levels_read(td->host, td->vm_fd);
	outcome->levels = difference(&before, &after);
	return 0;
}

static int touch(struct yard *yard, double *ret_seconds, struct tdl_error *err)
{
	return touch_run(yard->td, yard->ranges[0].gpa, yard->ranges[0].size, ret_seconds, err);
}

int tdl_prefault_try(struct tdl_host *host, const struct tdl_prefault_trial *trial,
		     struct tdl_prefault_outcome *ret_outcome, struct tdl_error *err)
{
	struct tdl_prefault_outcome outcome = { .is_touched = trial->touch && tdl_host_runs(host) };
	struct yard yard;
	int rc = check_trial(trial, err);

	if (rc == 0)
		rc = open_yard(host, trial, &yard, err);
	if (rc < 0)
		return rc;
	rc = prefault(&yard, &outcome, err);
	outcome.touch_bytes = outcome.is_touched ? yard.ranges[0].size : 0;
	if (rc == 0 && outcome.is_touched)
		rc = touch(&yard, &outcome.second_touch_seconds, err);
	close_yard(&yard);
	if (rc < 0)
		return rc;
	if (outcome.is_touched) {
		rc = open_yard(host, trial, &yard, err);
		if (rc < 0)
			return rc;
		rc = touch(&yard, &outcome.first_touch_seconds, err);
		close_yard(&yard);
	}
	if (rc == 0)
		*ret_outcome = outcome;
	return rc;
}
