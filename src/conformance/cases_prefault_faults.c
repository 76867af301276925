/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_PRE_FAULT_MEMORY when the fault helper answers what it rarely does: by fault injection. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance/conf.h"

#define NTH(n) (S0_GPA + (n) * PAGE) /* page n of S0 */

/* S0 in 4 KiB pages, so that a step is a page. */
static void small_pages(struct conf *c)
{
	conf_need_tdp(c);
	conf_need_door(c, c->ops->inject, "inject faults");
	conf_plain_s0(c);
	c->ops->host_level(c->ctx, c->vm, (uintptr_t)c->memory, S0_SIZE, 1);
}

static void inject(struct conf *c, enum conf_fault kind, uint64_t gpa, uint64_t times)
{
	conf_expect(c, c->ops->inject(c->ctx, c->vm, kind, gpa, 0, times), 0);
}

static void retry_n(struct conf *c)
{
	small_pages(c);
	inject(c, CONF_RETRY, NTH(2), 100);
	conf_pre_fault_expect(c, S0_GPA, 4 * PAGE, 0, 0);
}

/* A signal ends what would be retried for ever. */
static void retry_until_signal(struct conf *c, uint64_t gpa, uint64_t pages, long want, uint64_t left)
{
	struct kvm_pre_fault_memory range = { .gpa = S0_GPA, .size = pages * PAGE };

	small_pages(c);
	inject(c, CONF_SIGNAL, gpa, 1);
	inject(c, CONF_RETRY, gpa, CONF_FOREVER);
	conf_expect(c, conf_pre_fault_once(c, c->vcpu, &range), want);
	conf_expect_u64(c, "left", range.size, left * PAGE);
}

static void retry_signal(struct conf *c)
{
	retry_until_signal(c, NTH(0), 1, -EINTR, 1);
}

static void retry_signal_late(struct conf *c)
{
	retry_until_signal(c, NTH(2), 4, 0, 2);
}

static void emulate_late(struct conf *c)
{
	small_pages(c);
	inject(c, CONF_EMULATE, NTH(1), CONF_FOREVER);
	conf_pre_fault_expect(c, S0_GPA, 3 * PAGE, 0, 2 * PAGE);
	conf_pre_fault_expect(c, NTH(1), 2 * PAGE, -ENOENT, 2 * PAGE);
}

/* Before, the call would try again for ever. */
static void need_eagain(struct conf *c)
{
	if (conf_cap(c, c->sys, KVM_CAP_GUEST_MEMFD_FLAGS) <= 0)
		conf_skip(c, "retried before Linux 6.18 (KVM_CAP_GUEST_MEMFD_FLAGS is 0)");
	small_pages(c);
}

static void eagain_first(struct conf *c)
{
	need_eagain(c);
	inject(c, CONF_EAGAIN, NTH(0), 1);
	conf_pre_fault_expect(c, S0_GPA, 4 * PAGE, -EAGAIN, 4 * PAGE);
}

static void eagain_late(struct conf *c)
{
	need_eagain(c);
	inject(c, CONF_EAGAIN, NTH(2), 1);
	conf_pre_fault_expect(c, S0_GPA, 4 * PAGE, 0, 2 * PAGE);
}

static void alloc_fail(struct conf *c)
{
	small_pages(c);
	inject(c, CONF_ENOMEM, NTH(0), 1);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -ENOMEM, PAGE);
}

static void odd_result(struct conf *c)
{
	small_pages(c);
	inject(c, CONF_INVALID, NTH(0), 1);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -EIO, PAGE);
}

static void vm_dead(struct conf *c)
{
	struct kvm_pre_fault_memory range = { .gpa = S0_GPA, .size = PAGE };

	small_pages(c);
	conf_expect(c, c->ops->vm_dead(c->ctx, c->vm), 0);
	conf_expect(c, conf_pre_fault_once(c, c->vcpu, &range), -EIO);
	conf_expect(c, conf_cap(c, c->vm, KVM_CAP_PRE_FAULT_MEMORY), -EIO);
}

static void vm_dead_late(struct conf *c)
{
	struct kvm_pre_fault_memory range = { .gpa = S0_GPA, .size = PAGE };

	small_pages(c);
	/* It dies while the page is tried, and the try asks for another. */
	inject(c, CONF_VM_DEAD, NTH(0), 1);
	inject(c, CONF_RETRY, NTH(0), CONF_FOREVER);
	conf_expect(c, conf_pre_fault_once(c, c->vcpu, &range), -EIO);
}

static void step_bytes(struct conf *c)
{
	uint64_t before;

	conf_need_tdp(c);
	conf_need_door(c, c->ops->host_level, "say how the host maps memory");
	conf_plain_s0(c);
	c->ops->host_level(c->ctx, c->vm, (uintptr_t)c->memory, HUGE, 2);
	c->ops->host_level(c->ctx, c->vm, (uintptr_t)c->memory + HUGE, S0_SIZE - HUGE, 1);
	before = c->ops->stat(c->ctx, c->vm, "steps");
	conf_pre_fault_expect(c, S0_GPA + HUGE - 0x1000, 0x4000, 0, 0);
	/* The tail of the large page, then three small ones. */
	conf_expect_u64(c, "steps", c->ops->stat(c->ctx, c->vm, "steps") - before, 4);
}

/* With the older wiring the image goes through the helper that the pre-fault uses. */
static void core_shared(struct conf *c)
{
	uint64_t before, image, pre_fault;

	conf_need_door(c, c->ops->stat, "count calls of the fault helper");
	conf_td_ready(c);
	before = c->ops->stat(c->ctx, c->vm, "faults");
	conf_expect(c, conf_td_region(c, (uintptr_t)c->memory, S0_GPA, 8, false), 0);
	image = c->ops->stat(c->ctx, c->vm, "faults") - before;
	conf_td_finalize(c);
	before = c->ops->stat(c->ctx, c->vm, "faults");
	conf_pre_fault_expect(c, S0_GPA + 8 * PAGE, 8 * PAGE, 0, 0);
	pre_fault = c->ops->stat(c->ctx, c->vm, "faults") - before;
	conf_expect_u64(c, "pre-fault", pre_fault, 8);
	/* Once a page before Linux 6.19, not at all since. */
	conf_expect_true(c, "image 0 or 8", image == 0 || image == 8);
}

/* A signal after three pages of eight: EINTR with the rest to do, and the same MRTD in the end. */
static void init_mem_partial(struct conf *c)
{
	struct kvm_tdx_init_mem_region r;
	char resumed[97];
	long rc;

	conf_need_door(c, c->ops->interrupt_at_add, "interrupt at a given page");
	conf_td_ready(c);
	for (unsigned i = 0; i < 8 * PAGE; i++)
		c->memory[i] = (uint8_t)(i * 7 + (i >> 8));
	r = (struct kvm_tdx_init_mem_region){ (uintptr_t)c->memory, S0_GPA, 8 };
	c->ops->interrupt_at_add(c->ctx, c->vcpu, 3);
	rc = conf_td_command(c, c->vcpu, KVM_TDX_INIT_MEM_REGION, KVM_TDX_MEASURE_MEMORY_REGION, &r);
	conf_expect(c, rc, -EINTR);
	conf_expect_u64(c, "pages left", r.nr_pages, 5);
	conf_expect_u64(c, "gpa", r.gpa, NTH(3));
	conf_expect_true(c, "source advanced", r.source_addr == (uintptr_t)c->memory + 3 * PAGE);
	rc = conf_td_command(c, c->vcpu, KVM_TDX_INIT_MEM_REGION, KVM_TDX_MEASURE_MEMORY_REGION, &r);
	conf_expect(c, rc, 0);
	conf_td_finalize(c);
	conf_td_mrtd(c, resumed);
	/* SHA-384 over the blocks, computed with Python's hashlib. */
	if (strcmp(resumed, "ded74ff67101278c71e9dfe73dcf5f59092ca7f5e1f2d1f1"
			    "7fafd217361d8f8111067cde855fa8914063746197a62416") != 0)
		conf_fail(c, "MRTD is %s", resumed);
}

const struct conf_case conf_prefault_faults[] = {
	{ "retry_n", "M", NULL, retry_n },
	{ "retry_signal", "M", "fault.signal", retry_signal },
	{ "retry_signal_late", "M", "fault.signal", retry_signal_late },
	{ "emulate_late", "M", "pre-fault.no-memory-there", emulate_late },
	{ "eagain_first", "M", "fault.slot-going", eagain_first },
	{ "eagain_late", "M", "fault.slot-going", eagain_late },
	{ "alloc_fail", "M", "fault.no-memory", alloc_fail },
	{ "odd_result", "M", "pre-fault.odd-result", odd_result },
	{ "vm_dead", "M", "vm.dead", vm_dead },
	{ "vm_dead_late", "M", "fault.vm-dead", vm_dead_late },
	{ "step_bytes", "M", NULL, step_bytes },
	{ "core_shared", "MT", NULL, core_shared },
	{ "init_mem_partial", "MT", "init-mem.signal", init_mem_partial },
	{ 0 },
};
