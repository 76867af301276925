/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_PRE_FAULT_MEMORY with company: signals, other vCPUs, slots that come and go. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "conformance/conf.h"

#define THREADS 4
#define CALLS	200 /* of a race, at least */

static void nap(long microseconds)
{
	nanosleep(&(struct timespec){ .tv_nsec = microseconds * 1000 }, NULL);
}

/* Interrupts the thread that runs the case until told to stop. */
struct nuisance {
	struct conf *c;
	pthread_t thread, victim;
	atomic_bool stop;
};

static void *interrupt_again_and_again(void *arg)
{
	struct nuisance *n = arg;

	while (!atomic_load(&n->stop)) {
		n->c->ops->interrupt(n->c->ctx, n->c->vcpu, n->victim);
		nap(1000);
	}
	return NULL;
}

/* Every call shrinks the range or fails, and in the end nothing is left. */
static void signal_mid(struct conf *c)
{
	struct nuisance n = { .c = c, .victim = pthread_self() };
	struct kvm_pre_fault_memory range = { .gpa = 4ull << 30, .size = 1ull << 28 };
	long last = 0;
	bool was_cut = false;

	conf_need_tdp(c);
	conf_plain(c);
	c->memory = conf_memory(c, range.size, HUGE, PROT_READ | PROT_WRITE, 0);
	madvise(c->memory, range.size, MADV_NOHUGEPAGE);
	conf_slot(c, c->vm, 0, 0, range.gpa, range.size, c->memory);
	c->ops->interrupt(c->ctx, c->vcpu, n.victim);
	if (pthread_create(&n.thread, NULL, interrupt_again_and_again, &n) != 0)
		conf_fail(c, "no thread");
	while (range.size && (last == 0 || last == -EINTR) && !atomic_load(&c->overdue)) {
		uint64_t before = range.size;

		last = c->ops->ioctl(c->ctx, c->vcpu, KVM_PRE_FAULT_MEMORY, &range);
		was_cut = was_cut || last == -EINTR || (last == 0 && range.size);
		if ((range.size < before) == (last < 0))
			break;
	}
	atomic_store(&n.stop, true);
	pthread_join(n.thread, NULL);
	c->ops->interrupt_clear(c->ctx, c->vcpu);
	conf_expect(c, last, 0);
	conf_expect_u64(c, "left", range.size, 0);
	conf_expect_true(c, "interrupted", was_cut);
}

/* One vCPU, one thread, one range. */
struct filler {
	struct conf *c;
	pthread_t thread;
	int vcpu;
	struct kvm_pre_fault_memory range;
	long rc;
};

static void *fill(void *arg)
{
	struct filler *f = arg;

	do
		f->rc = f->c->ops->ioctl(f->c->ctx, f->vcpu, KVM_PRE_FAULT_MEMORY, &f->range);
	while ((f->rc == 0 || f->rc == -EINTR) && f->range.size && !atomic_load(&f->c->overdue));
	return NULL;
}

static void fill_in_parallel(struct conf *c, uint64_t stride, uint64_t size)
{
	struct filler fillers[THREADS];

	conf_need_tdp(c);
	conf_plain_s0(c);
	for (unsigned i = 0; i < THREADS; i++)
		fillers[i] = (struct filler){
			.c = c,
			.vcpu = i ? conf_make_vcpu(c, c->vm, i) : c->vcpu,
			.range = { .gpa = S0_GPA + i * stride, .size = size },
		};
	for (unsigned i = 0; i < THREADS; i++)
		if (pthread_create(&fillers[i].thread, NULL, fill, &fillers[i]) != 0)
			abort();
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(fillers[i].thread, NULL);
	for (unsigned i = 0; i < THREADS; i++) {
		conf_expect(c, fillers[i].rc, 0);
		conf_expect_u64(c, "left", fillers[i].range.size, 0);
	}
}

static void parallel_same(struct conf *c)
{
	fill_in_parallel(c, 0, S0_SIZE);
}

static void parallel_disjoint(struct conf *c)
{
	fill_in_parallel(c, S0_SIZE / THREADS, S0_SIZE / THREADS);
}

/* Does something to the VM over and over while the case pre-faults. */
struct disturber {
	struct conf *c;
	pthread_t thread;
	atomic_bool stop;
	void (*disturb)(struct conf *c);
};

static void *disturb_again_and_again(void *arg)
{
	struct disturber *d = arg;

	while (!atomic_load(&d->stop))
		d->disturb(d->c);
	return NULL;
}

static void start_disturbing(struct disturber *d)
{
	if (pthread_create(&d->thread, NULL, disturb_again_and_again, d) != 0)
		abort();
}

static void stop_disturbing(struct disturber *d)
{
	atomic_store(&d->stop, true);
	pthread_join(d->thread, NULL);
}

static void set_slot_size(struct conf *c, uint64_t size)
{
	struct kvm_userspace_memory_region region = { .slot = 0,
						      .guest_phys_addr = S0_GPA,
						      .memory_size = size,
						      .userspace_addr = (uintptr_t)c->memory };

	c->ops->ioctl(c->ctx, c->vm, KVM_SET_USER_MEMORY_REGION, &region);
}

static void delete_and_recreate(struct conf *c)
{
	set_slot_size(c, 0);
	nap(50);
	set_slot_size(c, S0_SIZE);
	nap(50);
}

static long pre_fault_all(struct conf *c)
{
	struct kvm_pre_fault_memory range = { .gpa = S0_GPA, .size = S0_SIZE };
	long rc = 0;

	while (range.size && rc == 0)
		rc = c->ops->ioctl(c->ctx, c->vcpu, KVM_PRE_FAULT_MEMORY, &range);
	return rc;
}

static void slot_delete_race(struct conf *c)
{
	static const long allowed[] = { 0, -EINTR, -EAGAIN, -ENOENT };
	struct disturber d = { .c = c, .disturb = delete_and_recreate };
	long odd = 0;

	conf_need_tdp(c);
	if (conf_cap(c, c->sys, KVM_CAP_GUEST_MEMFD_FLAGS) <= 0)
		conf_skip(c, "both would hang before Linux 6.18 (KVM_CAP_GUEST_MEMFD_FLAGS is 0)");
	conf_plain_s0(c);
	start_disturbing(&d);
	for (unsigned i = 0; i < CALLS && odd == 0 && !atomic_load(&c->overdue); i++) {
		long rc = pre_fault_all(c);

		if (rc != 0 && rc != -EINTR && rc != -EAGAIN && rc != -ENOENT)
			odd = rc;
	}
	stop_disturbing(&d);
	conf_expect_any(c, odd, allowed, 4);
	set_slot_size(c, S0_SIZE);
	conf_pre_fault_expect(c, S0_GPA, S0_SIZE, 0, 0);
}

static void drop_pages(struct conf *c)
{
	madvise(c->memory, S0_SIZE, MADV_DONTNEED);
	nap(200);
}

static void dontneed_race(struct conf *c)
{
	struct disturber d = { .c = c, .disturb = drop_pages };
	long odd = 0;

	conf_need_tdp(c);
	conf_plain_s0(c);
	start_disturbing(&d);
	for (unsigned i = 0; i < CALLS && odd == 0 && !atomic_load(&c->overdue); i++) {
		long rc = pre_fault_all(c);

		if (rc != -EINTR)
			odd = rc;
	}
	stop_disturbing(&d);
	conf_expect(c, odd, 0);
}

/* The vCPU's own call waits until KVM_RUN on another thread has come back. A vCPU that waits for
 * its start-up interrupt blocks there until a signal. */
struct runner {
	struct conf *c;
	pthread_t thread;
	int vcpu;
	long rc;
	atomic_bool left;
};

static void *run_vcpu(void *arg)
{
	struct runner *r = arg;

	r->rc = r->c->ops->ioctl(r->c->ctx, r->vcpu, KVM_RUN, NULL);
	atomic_store(&r->left, true);
	return NULL;
}

static void *kick_later(void *arg)
{
	struct runner *r = arg;

	for (unsigned i = 0; i < 200 && !atomic_load(&r->left); i++) {
		nap(50000);
		r->c->ops->interrupt(r->c->ctx, r->vcpu, r->thread);
	}
	return NULL;
}

static void vcpu_busy(struct conf *c)
{
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { 24 } };
	struct kvm_pre_fault_memory range = { .gpa = S0_GPA, .size = PAGE };
	struct runner r = { .c = c };
	pthread_t kicker;
	bool was_left;
	long rc;

	conf_need_tdp(c);
	c->vm = conf_make_vm(c, KVM_X86_DEFAULT_VM);
	conf_expect(c, conf_ioctl(c, c->vm, KVM_ENABLE_CAP, &split), 0);
	c->vcpu = conf_make_vcpu(c, c->vm, 0);
	c->memory = conf_memory(c, S0_SIZE, HUGE, PROT_READ | PROT_WRITE, 0);
	conf_slot(c, c->vm, 0, 0, S0_GPA, S0_SIZE, c->memory);
	r.vcpu = conf_make_vcpu(c, c->vm, 1);
	if (pthread_create(&r.thread, NULL, run_vcpu, &r) != 0)
		conf_fail(c, "no thread");
	nap(20000);
	if (pthread_create(&kicker, NULL, kick_later, &r) != 0)
		abort();
	do
		rc = c->ops->ioctl(c->ctx, r.vcpu, KVM_PRE_FAULT_MEMORY, &range);
	while (rc == -EINTR);
	nap(20000);
	was_left = atomic_load(&r.left);
	pthread_join(r.thread, NULL);
	pthread_join(kicker, NULL);
	c->ops->interrupt_clear(c->ctx, r.vcpu);
	conf_expect(c, rc, 0);
	conf_expect(c, r.rc, -EINTR);
	conf_expect_true(c, "KVM_RUN left first", was_left);
}

const struct conf_case conf_prefault_races[] = {
	{ "signal_mid", "A", "fault.signal pre-fault.signal", signal_mid },
	{ "vcpu_busy", "A", "run.signal", vcpu_busy },
	{ "parallel_same", "A", NULL, parallel_same },
	{ "parallel_disjoint", "A", NULL, parallel_disjoint },
	{ "slot_delete_race", "A", NULL, slot_delete_race },
	{ "dontneed_race", "A", NULL, dontneed_race },
	{ 0 },
};
