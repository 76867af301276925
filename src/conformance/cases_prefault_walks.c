/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_PRE_FAULT_MEMORY on ordinary memory: what is mapped, at which level, and what is left. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance/conf.h"
#include "conformance/guest.h"

static void one_page(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	conf_pre_fault_expect(c, S0_GPA, PAGE, 0, 0);
}

static void whole_slot(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
}

static void tail_page(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	conf_pre_fault_expect(c, S0_GPA + S0_SIZE - PAGE, PAGE, 0, 0);
}

static void idempotent(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
}

static void two_slots(struct conf *c)
{
	uint8_t *more;

	conf_need_tdp(c);
	conf_plain_s0(c);
	more = conf_memory(c, HUGE, HUGE, PROT_READ | PROT_WRITE, 0);
	conf_slot(c, c->vm, 1, 0, S0_GPA + S0_SIZE, HUGE, more);
	conf_pre_fault_expect(c, S0_GPA + S0_SIZE - PAGE, 2 * PAGE, 0, 0);
}

static void slot_then_hole(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	conf_pre_fault_expect(c, S0_GPA + S0_SIZE - PAGE, 3 * PAGE, 0, 2 * PAGE);
}

static void hole_retry(struct conf *c)
{
	slot_then_hole(c);
	conf_pre_fault_expect(c, S0_GPA + S0_SIZE, 2 * PAGE, -ENOENT, 2 * PAGE);
}

static void hole_first(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	conf_pre_fault_expect(c, S0_GPA - PAGE, 2 * PAGE, -ENOENT, 2 * PAGE);
}

static void no_slots(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain(c);
	conf_pre_fault_expect(c, S0_GPA, PAGE, -ENOENT, PAGE);
}

static void readonly_slot(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain(c);
	c->memory = conf_memory(c, S0_SIZE, HUGE, PROT_READ | PROT_WRITE, 0);
	conf_slot(c, c->vm, 0, KVM_MEM_READONLY, S0_GPA, S0_SIZE, c->memory);
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
}

static void prot_none(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	mprotect(c->memory, S0_SIZE, PROT_NONE);
	c->run->exit_reason = 0x5a5a;
	conf_pre_fault_expect(c, S0_GPA, PAGE, -EFAULT, PAGE);
	conf_expect_u64(c, "exit", c->run->exit_reason, 0x5a5a);
}

/* Small pages, and page 3 of them not there. */
static void punch_middle(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	madvise(c->memory, S0_SIZE, MADV_NOHUGEPAGE);
	munmap(c->memory + 3 * PAGE, PAGE);
	conf_pre_fault_expect(c, S0_GPA, 8 * PAGE, 0, 5 * PAGE);
}

static void munmap_middle(struct conf *c)
{
	punch_middle(c);
	conf_pre_fault_expect(c, S0_GPA + 3 * PAGE, 5 * PAGE, -EFAULT, 5 * PAGE);
}

static void remap_after_efault(struct conf *c)
{
	munmap_middle(c);
	if (mmap(c->memory + 3 * PAGE, PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		conf_fail(c, "mmap at a fixed address");
	conf_pre_fault_expect(c, S0_GPA + 3 * PAGE, 5 * PAGE, 0, 0);
}

/* The page that holds the guest's few instructions, where the host can run them. */
static void add_guest_code(struct conf *c)
{
	uint8_t *code = conf_memory(c, PAGE, PAGE, PROT_READ | PROT_WRITE, 0);

	memcpy(code, guest_code, sizeof(guest_code));
	conf_slot(c, c->vm, 1000, 0, GUEST_CODE_GPA, PAGE, code);
}

static void zero_page_then_write(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	add_guest_code(c);
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
	/* The host's write breaks the sharing of the zero page; the guest must meet the new page. */
	memset(c->memory, 0x3c, PAGE);
	conf_expect(c, c->ops->touch(c->ctx, c->vcpu, S0_GPA, false, false), 0);
	conf_expect(c, c->ops->touch(c->ctx, c->vcpu, S0_GPA, true, false), 0);
}

static void guest_no_fault(struct conf *c)
{
	uint64_t before, after;

	conf_need_tdp(c);
	conf_plain_s0(c);
	add_guest_code(c);
	memset(c->memory, 1, 16 * PAGE);
	/* The code page is faulted in by a first run. */
	conf_expect(c, c->ops->touch(c->ctx, c->vcpu, S0_GPA + 32 * PAGE, false, false), 0);
	conf_pre_fault_expect(c, S0_GPA, 16 * PAGE, 0, 0);
	before = conf_stat(c, c->vcpu, "pf_fixed");
	for (uint64_t page = 0; page < 16; page++)
		conf_expect(c, c->ops->touch(c->ctx, c->vcpu, S0_GPA + page * PAGE, true, false),
			    0);
	after = conf_stat(c, c->vcpu, "pf_fixed");
	conf_expect_u64(c, "faults", after - before, 0);
}

static void guest_content(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	add_guest_code(c);
	for (uint64_t page = 0; page < 16; page++)
		c->memory[page * PAGE] = (uint8_t)(page * 7 + 1);
	conf_pre_fault_expect(c, S0_GPA, 16 * PAGE, 0, 0);
	for (uint64_t page = 0; page < 16; page++) {
		conf_expect(c, c->ops->touch(c->ctx, c->vcpu, S0_GPA + page * PAGE, false, false),
			    0);
		if (c->memory[page * PAGE] != (uint8_t)(page * 7 + 1))
			conf_fail(c, "page %llu changed", (unsigned long long)page);
	}
}

/* A slot of 4 MiB that the host maps with 2 MiB pages: hugetlb, or as the test door says. skew moves
 * the guest's addresses against the host's. */
static void huge_slot(struct conf *c, unsigned flags, uint64_t skew)
{
	int hugetlb = c->ops->host_level ? 0 : MAP_HUGETLB;

	conf_need_tdp(c);
	conf_plain(c);
	c->memory = conf_memory(c, 2 * HUGE, HUGE, PROT_READ | PROT_WRITE, hugetlb);
	memset(c->memory, 1, 2 * HUGE);
	if (c->ops->host_level)
		c->ops->host_level(c->ctx, c->vm, (uintptr_t)c->memory, 2 * HUGE, 2);
	conf_slot(c, c->vm, 0, flags, S0_GPA + skew, 2 * HUGE, c->memory);
}

static void expect_leaves(struct conf *c, uint64_t small, uint64_t huge)
{
	conf_expect_u64(c, "pages_4k", conf_stat(c, c->vm, "pages_4k"), small);
	conf_expect_u64(c, "pages_2m", conf_stat(c, c->vm, "pages_2m"), huge);
}

static void thp_2m(struct conf *c)
{
	huge_slot(c, 0, 0);
	conf_pre_fault_expect(c, S0_GPA, HUGE, 0, 0);
	expect_leaves(c, 0, 1);
}

static void mid_huge(struct conf *c)
{
	huge_slot(c, 0, 0);
	conf_pre_fault_expect(c, S0_GPA + 0x5000, 0x3000, 0, 0);
	expect_leaves(c, 0, 1);
}

static void huge_misaligned(struct conf *c)
{
	huge_slot(c, 0, PAGE);
	conf_pre_fault_expect(c, S0_GPA + PAGE, HUGE, 0, 0);
	expect_leaves(c, 512, 0);
}

static void dirty_log_4k(struct conf *c)
{
	huge_slot(c, KVM_MEM_LOG_DIRTY_PAGES, 0);
	conf_pre_fault_expect(c, S0_GPA, HUGE, 0, 0);
	expect_leaves(c, 512, 0);
}

/* What is read-only cannot get dirty: switching the log neither splits nor joins its mappings.
 * Found by random sequences. */
static void readonly_dirty_log(struct conf *c)
{
	huge_slot(c, KVM_MEM_READONLY, 0);
	conf_pre_fault_expect(c, S0_GPA, HUGE, 0, 0);
	expect_leaves(c, 0, 1);
	conf_slot(c, c->vm, 0, KVM_MEM_READONLY | KVM_MEM_LOG_DIRTY_PAGES, S0_GPA, 2 * HUGE,
		  c->memory);
	expect_leaves(c, 0, 1);
	conf_slot(c, c->vm, 0, KVM_MEM_READONLY, S0_GPA, 2 * HUGE, c->memory);
	expect_leaves(c, 0, 1);
}

static uint64_t dirty_count(struct conf *c, unsigned slot, uint64_t pages)
{
	uint64_t *bits = (uint64_t *)conf_memory(c, pages / 8 + PAGE, PAGE, PROT_READ | PROT_WRITE, 0);
	struct kvm_dirty_log log = { .slot = slot, .dirty_bitmap = bits };
	uint64_t n = 0;

	conf_expect(c, conf_ioctl(c, c->vm, KVM_GET_DIRTY_LOG, &log), 0);
	for (uint64_t i = 0; i < pages / 64; i++)
		n += (uint64_t)__builtin_popcountll(bits[i]);
	return n;
}

/* Whether pages that end up writable are told as dirty depends on the CPU's dirty bits: told, not
 * judged. What must hold: a log of untouched memory is empty. */
static void dirty_bits(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain(c);
	c->memory = conf_memory(c, HUGE, HUGE, PROT_READ | PROT_WRITE, 0);
	conf_slot(c, c->vm, 0, KVM_MEM_LOG_DIRTY_PAGES, S0_GPA, HUGE, c->memory);
	conf_expect_u64(c, "dirty", dirty_count(c, 0, 512), 0);
	conf_pre_fault_expect(c, S0_GPA, HUGE, 0, 0);
	conf_expect_u64(c, "dirty", dirty_count(c, 0, 512), 0);
}

static void immediate_exit(struct conf *c)
{
	conf_need_tdp(c);
	conf_plain_s0(c);
	c->run->immediate_exit = 1;
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
}

static void signal_blocked(struct conf *c)
{
	sigset_t block, old;

	conf_need_tdp(c);
	conf_plain_s0(c);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &block, &old);
	raise(SIGUSR2);
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
	signal(SIGUSR2, SIG_IGN); /* drops it */
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	signal(SIGUSR2, SIG_DFL);
}

/* The mask is KVM_RUN's; a signal that it would let through does not disturb this call. */
static void sigmask_ignored(struct conf *c)
{
	union {
		struct kvm_signal_mask head;
		uint8_t room[sizeof(struct kvm_signal_mask) + 8];
	} mask = { .head.len = 8 };
	sigset_t block, old;

	conf_need_tdp(c);
	conf_plain_s0(c);
	conf_expect(c, conf_ioctl(c, c->vcpu, KVM_SET_SIGNAL_MASK, &mask), 0);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &block, &old);
	raise(SIGUSR2);
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
	signal(SIGUSR2, SIG_IGN);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	signal(SIGUSR2, SIG_DFL);
}

/* As the selftest of the series: the end of a slot just below the top of guest memory. */
static void upstream(struct conf *c)
{
	const uint64_t base = S0_GPA, size = HUGE + PAGE;

	conf_need_tdp(c);
	conf_plain(c);
	c->memory = conf_memory(c, size, HUGE, PROT_READ | PROT_WRITE, 0);
	conf_slot(c, c->vm, 10, 0, base, size, c->memory);
	conf_pre_fault_expect(c, base, HUGE, 0, 0);
	conf_pre_fault_expect(c, base + HUGE, 2 * PAGE, 0, PAGE);
	conf_pre_fault_expect(c, base + HUGE + PAGE, PAGE, -ENOENT, PAGE);
}

const struct conf_case conf_prefault_walks[] = {
	{ "one_page", "A", NULL, one_page },
	{ "whole_slot", "A", NULL, whole_slot },
	{ "tail_page", "A", NULL, tail_page },
	{ "idempotent", "A", NULL, idempotent },
	{ "two_slots", "A", NULL, two_slots },
	{ "slot_then_hole", "A", NULL, slot_then_hole },
	{ "hole_retry", "A", "pre-fault.no-memory-there", hole_retry },
	{ "hole_first", "A", "pre-fault.no-memory-there", hole_first },
	{ "no_slots", "A", "pre-fault.no-memory-there", no_slots },
	{ "readonly_slot", "A", NULL, readonly_slot },
	{ "prot_none", "A", "fault.user-memory", prot_none },
	{ "munmap_middle", "A", "fault.user-memory", munmap_middle },
	{ "remap_after_efault", "A", NULL, remap_after_efault },
	{ "zero_page_then_write", "AG", NULL, zero_page_then_write },
	{ "guest_no_fault", "AG", NULL, guest_no_fault },
	{ "content", "AG", NULL, guest_content },
	{ "thp_2m", "A", NULL, thp_2m },
	{ "mid_huge", "A", NULL, mid_huge },
	{ "huge_misaligned", "A", NULL, huge_misaligned },
	{ "dirty_log_4k", "A", NULL, dirty_log_4k },
	{ "readonly_dirty_log", "A", NULL, readonly_dirty_log },
	{ "dirty_bits", "A", NULL, dirty_bits },
	{ "signal_blocked", "A", NULL, signal_blocked },
	{ "immediate_exit", "A", NULL, immediate_exit },
	{ "sigmask_ignored", "A", NULL, sigmask_ignored },
	{ "upstream_abc", "A", "pre-fault.no-memory-there", upstream },
	{ 0 },
};
