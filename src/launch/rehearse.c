/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory half of a launch on a VM that is no TD. What a launch does with memory alone is done
 * by its own stages; where TDX would come in, memory is mapped ahead instead. */
#include <errno.h>
#include <string.h>

#include <tdlaunch/rehearse.h>

#include "base/attr.h"
#include "base/range.h"
#include "host/facts.h"
#include "launch/call.h"
#include "launch/clock.h"
#include "launch/levels.h"
#include "launch/walk.h"

#define IN_ONE_PIECE (UINT64_C(1) << 62)

static const struct tdl_rehearse_gap gaps[] = {
	{ "KVM_CREATE_VM of type 5", "a private key, and the TD's control pages in the TDX module" },
	{ "KVM_TDX_CAPABILITIES, KVM_TDX_INIT_VM", "attributes, XFAM, CPUID and the owner's values" },
	{ "KVM_TDX_INIT_VCPU", "vCPUs in the module, which start with the address of the TD HOB" },
	{ "KVM_TDX_INIT_MEM_REGION",
	  "the secure EPT, and the plan's bytes in it, encrypted and measured page by page" },
	{ "KVM_TDX_FINALIZE_VM", "MRTD: nothing was measured here" },
	{ "KVM_PRE_FAULT_MEMORY",
	  "TDH.MEM.PAGE.AUG for each 4 KiB page, which waits for the guest to accept it" },
};

const struct tdl_rehearse_gap *tdl_rehearse_gap(size_t i)
{
	return i < ARRAY_SIZE(gaps) ? &gaps[i] : NULL;
}

static bool wants(const struct host_fact *row)
{
	return row->needed || row->capability == KVM_CAP_PRE_FAULT_MEMORY ||
	       strcmp(row->key, "vm_type_sw_protected") == 0;
}

static bool offered(const struct tdl_rehearsal *result, const char *key)
{
	for (size_t i = 0; i < result->fact_count; i++)
		if (strcmp(result->facts[i].key, key) == 0)
			return result->facts[i].state == TDL_FACT_PRESENT;
	return false;
}

/* What keeps private memory from being rehearsed, or NULL. */
static const char *private_lacks(const struct tdl_rehearsal *result)
{
	static const char *const keys[] = { "vm_type_sw_protected", "guest_memfd",
					    "memory_attributes", "user_memory2" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!offered(result, keys[i]))
			return keys[i];
	return NULL;
}

static int check_host(struct tdl_td *td, struct tdl_error *err)
{
	struct tdl_rehearsal *result = td->rehearsal;
	const char *lacks;

	td->sys_fd = host_open(td->host, KVM_NODE);
	if (td->sys_fd < 0)
		return tdl_fail(err, td->sys_fd, "cannot open %s: %s", tdl_host_name(td->host),
				strerror(-td->sys_fd));
	for (size_t i = 0; i < host_fact_count; i++)
		if (wants(&host_facts[i]))
			host_fact_ask(td->host, td->sys_fd, &host_facts[i],
				      &result->facts[result->fact_count++]);
	if (!offered(result, "pre_fault_memory"))
		return tdl_fail(err, -ENODEV,
				"%s cannot map memory ahead (KVM_CAP_PRE_FAULT_MEMORY, since Linux "
				"6.11, needs EPT or NPT)",
				tdl_host_name(td->host));
	lacks = private_lacks(result);
	td->is_private = !lacks;
	result->is_private = !lacks;
	if (lacks)
		td_detail(td, "no private memory: %s lacks %s", tdl_host_name(td->host), lacks);
	else
		td_detail(td, "%s offers private memory", tdl_host_name(td->host));
	return 0;
}

static int create_vm(struct tdl_td *td, struct tdl_error *err)
{
	int type = td->is_private ? KVM_X86_SW_PROTECTED_VM : KVM_X86_DEFAULT_VM;
	int rc;

	td_detail(td, "type %d (%s)", type,
		  td->is_private ? "KVM_X86_SW_PROTECTED_VM" : "default, for want of private memory");
	rc = td_create_vm(td, (unsigned int)type, err);
	return rc < 0 ? rc : td_check_cpus(td, tdl_plan_cpus(td->plan), err);
}

static int create_vcpus(struct tdl_td *td, struct tdl_error *err)
{
	unsigned int cpus = tdl_plan_cpus(td->plan);
	int rc = td_make_vcpus(td, cpus, NULL, err);

	td_detail(td, "%u", cpus);
	return rc;
}

/* The bytes of a run, into memory that takes them: nobody but the guest writes to guest_memfd. */
static void load_run(const struct tdl_td *td, const struct walk_run *run, uint64_t gpa)
{
	uint64_t size = run->pages * PAGE_SIZE_4K;

	for (size_t i = 0; i < td->slot_count; i++) {
		const struct td_slot *slot = &td->slots[i];

		if (gpa >= slot->gpa && range_within(gpa - slot->gpa, size, slot->size))
			memcpy((uint8_t *)slot->shared + (gpa - slot->gpa), run->bytes, size);
	}
}

/* One run of a region, by the first vCPU, as a launch adds it. */
static int map_run(struct tdl_td *td, const struct walk_run *run, struct tdl_error *err)
{
	const struct tdl_region *region = tdl_plan_region(td->plan, run->region);
	struct tdl_prefault_result done = { 0 };
	struct tdl_prefault_range range = {
		.gpa = region->gpa + run->first * PAGE_SIZE_4K,
		.size = run->pages * PAGE_SIZE_4K,
	};
	struct tdl_prefault_job job = {
		.host = td->host,
		.vcpu_fds = td->vcpu_fds,
		.vcpu_count = 1,
		.range_count = 1,
		.piece = IN_ONE_PIECE,
		.busy_retries = td->opt->busy_retries,
		.cancel = td->opt->cancel,
	};
	int rc;

	if (!td->is_private)
		load_run(td, run, range.gpa);
	job.ranges = &range;
	rc = tdl_prefault_run(&job, &done, err);
	if (rc < 0)
		return rc;
	td->rehearsal->pages += run->pages;
	td->rehearsal->walk_calls += done.calls;
	td->result.calls_resumed += done.resumed;
	return 0;
}

static int walk_regions(struct tdl_td *td, struct tdl_error *err)
{
	struct tdl_rehearsal *result = td->rehearsal;
	double start = clock_seconds();
	int rc = walk_plan(td, map_run, err);

	if (rc < 0)
		return rc;
	result->walk_seconds = clock_seconds() - start;
	result->walk_levels = levels_read(td->host, td->vm_fd);
	td_detail(td, "%zu regions, %llu pages mapped in the plan's order, %s", td->result.regions,
		  (unsigned long long)result->pages,
		  td->is_private ? "without their bytes" : "with their bytes");
	return 0;
}

static int fill(struct tdl_td *td, struct tdl_error *err)
{
	int rc = td_fill(td, 0, UINT64_MAX, &td->rehearsal->fill, err);

	if (rc == 0)
		td->rehearsal->levels = levels_read(td->host, td->vm_fd);
	return rc;
}

static const struct stage stages[] = {
	{ "check host", check_host },
	{ "create VM", create_vm },
	{ "create vCPUs", create_vcpus },
	{ "create memory", stage_memory },
	{ "map regions", walk_regions },
	{ "map the rest", fill },
	{ 0 },
};

static void take_down(struct tdl_td *td, struct tdl_rehearsal *result)
{
	double start = clock_seconds();

	result->slots = td->slot_count;
	for (size_t i = 0; i < td->slot_count; i++)
		result->memory += td->slots[i].size;
	result->regions = td->result.regions;
	result->calls_resumed = td->result.calls_resumed;
	tdl_td_free(td);
	result->teardown_seconds = clock_seconds() - start;
}

int tdl_rehearse_run(struct tdl_host *host, const struct tdl_plan *plan,
		     const struct tdl_launch_options *options, struct tdl_rehearsal *ret_result,
		     struct tdl_error *err)
{
	struct tdl_rehearsal result = { 0 };
	struct tdl_launch_options defaults;
	struct tdl_td *td;
	int rc = td_check_plan(plan, err);

	if (rc < 0)
		return rc;
	tdl_launch_defaults(&defaults);
	td = td_new(host, plan, options ? options : &defaults);
	if (!td)
		return tdl_fail(err, -ENOMEM, "no memory for a rehearsal");
	td->rehearsal = &result;
	rc = td_run_stages(td, stages, err);
	take_down(td, &result);
	if (rc == 0)
		*ret_result = result;
	return rc;
}
