/* SPDX-License-Identifier: BSD-2-Clause */
/* TDs when the module does not play along, or when two threads do; and their end from any state.
 * What the uAPI alone can show is tested by the conformance suite. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "arch/tdx_report.h"
#include "arch/tdx_status.h"
#include "kernel/kernel-test.h"
#include "kernel/seam/seam-test.h"
#include "tests/lib/test.h"
#include "tests/unit/tdx/td_fixture.h"

static struct td_fixture f;

static void refused(long rc, long want, const char *rule)
{
	ck_assert_int_eq(rc, want);
	ck_assert_str_eq(tf_rule(&f), rule);
}

START_TEST(init_vm_without_entropy_can_be_tried_again)
{
	tf_kernel(&f, NULL, 1);
	tf_vm(&f);
	seam_test_no_entropy(f.seam, 10);
	refused(tf_init_vm(&f), -EAGAIN, "init-vm.no-entropy");
	ck_assert_int_eq(tf_init_vm(&f), 0);
	tf_close(&f);
	tf_is_empty(&f);
	tf_end(&f);
}
END_TEST

/* Linux gives up after ten tries; nine are hidden. */
START_TEST(a_short_lack_of_entropy_is_not_seen)
{
	tf_kernel(&f, NULL, 1);
	tf_vm(&f);
	seam_test_no_entropy(f.seam, 9);
	ck_assert_int_eq(tf_init_vm(&f), 0);
	tf_end(&f);
}
END_TEST

START_TEST(a_key_that_cannot_be_made_kills_the_vm)
{
	tf_kernel(&f, NULL, 1);
	tf_vm(&f);
	seam_test_no_key(f.seam, 1);
	refused(tf_init_vm(&f), -EIO, "vm.bugged");
	ck_assert_int_eq(tf_init_vm(&f), -EIO);
	tf_close(&f);
	tf_is_empty(&f);
	/* The one key id is free again. */
	tf_vm(&f);
	ck_assert_int_eq(tf_init_vm(&f), 0);
	tf_end(&f);
}
END_TEST

struct racer {
	pthread_t thread;
	atomic_bool stop;
	union {
		struct kvm_tdx_init_vm head;
		uint8_t room[sizeof(struct kvm_tdx_init_vm) +
			     KVM_MAX_CPUID_ENTRIES * sizeof(struct kvm_cpuid_entry2)];
	} wish;
};

static void *change_nent(void *arg)
{
	struct racer *r = arg;

	while (!atomic_load_explicit(&r->stop, memory_order_relaxed)) {
		__atomic_store_n(&r->wish.head.cpuid.nent, 200, __ATOMIC_RELAXED);
		__atomic_store_n(&r->wish.head.cpuid.nent, 201, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Two hundred entries that are no configurable leaves are refused in any case; what matters is that
 * a count that changes between the reads is noticed. */
START_TEST(init_vm_notices_a_count_that_changes)
{
	struct racer *r;
	time_t end = time(NULL) + 20;
	bool raced = false;

	if (test_in_valgrind())
		return; /* threads take turns there */
	r = calloc(1, sizeof(*r));
	tf_kernel(&f, NULL, 1);
	tf_vm(&f);
	ck_assert_ptr_nonnull(r);
	r->wish.head.cpuid.nent = 200;
	ck_assert_int_eq(pthread_create(&r->thread, NULL, change_nent, r), 0);
	while (!raced && time(NULL) < end) {
		struct kvm_tdx_cmd cmd = { .id = KVM_TDX_INIT_VM, .data = (uintptr_t)&r->wish };

		ck_assert_int_eq(kernel_ioctl(f.kernel, f.vm, KVM_MEMORY_ENCRYPT_OP, &cmd), -EINVAL);
		raced = strcmp(tf_rule(&f), "init-vm.nent-raced") == 0;
	}
	atomic_store(&r->stop, true);
	pthread_join(r->thread, NULL);
	free(r);
	tf_end(&f);
	ck_assert(raced);
}
END_TEST

START_TEST(finalize_tells_when_the_module_is_busy)
{
	uint64_t hw_error = 0;

	tf_kernel(&f, NULL, 1);
	tf_ready(&f);
	ck_assert_int_eq(seam_test_hold(f.seam, SEAM_LOCK_PAGE, f.tdr, 0, SEAM_SHARED), 0);
	refused(tf_finalize(&f, &hw_error), -EBUSY, "finalize.busy");
	ck_assert_uint_eq(hw_error, TDX_OPERAND_BUSY | TDX_ID_RCX);
	ck_assert_int_eq(seam_test_release(f.seam, SEAM_LOCK_PAGE, f.tdr, 0, SEAM_SHARED), 0);
	ck_assert_int_eq(tf_finalize(&f, &hw_error), 0);
	ck_assert_uint_eq(hw_error, 0);
	tf_end(&f);
}
END_TEST

/* Linux 7.2 tries again by itself; only a signal ends that. */
START_TEST(a_busy_add_is_tried_until_a_signal)
{
	tf_kernel(&f, NULL, 1);
	tf_ready(&f);
	ck_assert_int_eq(tf_add(&f, f.memory, 0, 1, false), 0);
	ck_assert_int_eq(seam_test_hold(f.seam, SEAM_LOCK_PAGE, f.tdr, 0, SEAM_SHARED), 0);
	kernel_interrupt(f.kernel, f.vcpu);
	ck_assert_int_eq(tf_add(&f, f.memory, 0x1000, 1, false), -EINTR);
	ck_assert_int_eq(seam_test_release(f.seam, SEAM_LOCK_PAGE, f.tdr, 0, SEAM_SHARED), 0);
	ck_assert_int_eq(tf_add(&f, f.memory, 0x1000, 1, false), 0);
	tf_end(&f);
}
END_TEST

/* Before Linux 6.19 it reached user space, with a page in the mirror that the module has not. */
START_TEST(a_busy_add_was_visible_once)
{
	uint64_t hw_error = 0;

	tf_kernel(&f, "6.16", 1);
	tf_ready(&f);
	ck_assert_int_eq(seam_test_hold(f.seam, SEAM_LOCK_PAGE, f.tdr, 0, SEAM_SHARED), 0);
	refused(tf_add(&f, f.memory, 0x1000, 1, false), -EBUSY, "init-mem.add-busy");
	ck_assert_int_eq(seam_test_release(f.seam, SEAM_LOCK_PAGE, f.tdr, 0, SEAM_SHARED), 0);
	refused(tf_finalize(&f, &hw_error), -EINVAL, "finalize.premapped");
	tf_close(&f);
	tf_is_empty(&f);
	tf_end(&f);
}
END_TEST

START_TEST(a_failing_add_left_the_vm_alive_once)
{
	tf_kernel(&f, "6.16", 1);
	tf_ready(&f);
	ck_assert_int_eq(tf_add(&f, f.memory, 0, 1, false), 0);
	seam_test_fatal(f.seam, f.tdr);
	refused(tf_add(&f, f.memory, 0x1000, 1, false), -EIO, "init-mem.add-failed");
	ck_assert_int_eq(kernel_ioctl(f.kernel, f.vm, KVM_CHECK_EXTENSION,
				      (void *)KVM_CAP_PRE_FAULT_MEMORY),
			 1);
	tf_end(&f);
}
END_TEST

START_TEST(a_failing_add_kills_the_vm)
{
	tf_kernel(&f, NULL, 1);
	tf_ready(&f);
	ck_assert_int_eq(tf_add(&f, f.memory, 0, 1, false), 0);
	seam_test_fatal(f.seam, f.tdr);
	refused(tf_add(&f, f.memory, 0x1000, 1, false), -EIO, "vm.bugged");
	ck_assert_int_eq(kernel_ioctl(f.kernel, f.vm, KVM_CHECK_EXTENSION,
				      (void *)KVM_CAP_PRE_FAULT_MEMORY),
			 -EIO);
	tf_end(&f);
}
END_TEST

static void die_after_add(struct td_fixture *fixture, const char *name)
{
	if (strcmp(name, "TDH.MEM.PAGE.ADD") == 0)
		seam_test_fatal(fixture->seam, fixture->tdr);
}

START_TEST(a_failing_extend_left_the_vm_alive_once)
{
	tf_kernel(&f, "6.16", 1);
	tf_ready(&f);
	f.on_seamcall = die_after_add;
	refused(tf_add(&f, f.memory, 0x1000, 1, true), -EIO, "init-mem.extend-failed");
	tf_end(&f);
}
END_TEST

static void interrupt_after_add(struct td_fixture *fixture, const char *name)
{
	if (strcmp(name, "TDH.MEM.PAGE.ADD") == 0)
		kernel_interrupt(fixture->kernel, fixture->vcpu);
}

/* MRTD of four pages, the last three with other bytes if told so; stopped: by a signal behind the
 * first, when they are changed. */
static void mrtd_of_four(bool changed, bool stopped, uint8_t ret_mrtd[48])
{
	static const uint8_t data[64];
	uint8_t report[TDX_REPORT_SIZE];
	uint64_t hw_error = 0;

	tf_kernel(&f, NULL, 1);
	tf_ready(&f);
	memset(f.memory + 4096, changed && !stopped ? 0x22 : 0x11, 3 * 4096);
	f.on_seamcall = stopped ? interrupt_after_add : NULL;
	ck_assert_int_eq(tf_add(&f, f.memory, 0, 4, true), stopped ? -EINTR : 0);
	f.on_seamcall = NULL;
	if (stopped) {
		memset(f.memory + 4096, changed ? 0x22 : 0x11, 3 * 4096);
		ck_assert_int_eq(tf_add(&f, f.memory + 4096, 4096, 3, true), 0);
	}
	ck_assert_int_eq(tf_finalize(&f, &hw_error), 0);
	ck_assert_int_eq(kernel_td_report(f.kernel, f.vm, data, report), 0);
	memcpy(ret_mrtd, report + TDX_REPORT_TDINFO + TDX_TDINFO_MRTD, 48);
	tf_end(&f);
}

/* Source pages are read ahead within a call, never beyond it. */
START_TEST(a_resumed_call_reads_its_source_again)
{
	uint8_t whole[48], other[48], resumed[48];

	mrtd_of_four(false, false, whole);
	mrtd_of_four(true, false, other);
	mrtd_of_four(true, true, resumed);
	ck_assert_mem_ne(whole, other, 48);
	ck_assert_mem_eq(resumed, other, 48);
}
END_TEST

START_TEST(a_report_needs_a_final_image)
{
	static const uint8_t data[64];
	uint8_t report[1024];

	tf_kernel(&f, NULL, 1);
	tf_ready(&f);
	refused(kernel_td_report(f.kernel, f.vm, data, report), -EIO, "td-report.not-ready");
	tf_end(&f);
}
END_TEST

/* The modelled machine's memory runs out under a guest_memfd. */
START_TEST(a_page_that_guest_memfd_cannot_give_ends_the_pre_fault)
{
	const uint64_t size = 2ull << 30;
	struct kernel_config config = { .memory_bytes = 1ull << 30, .cpus = 4, .hkids = 1 };
	struct kvm_create_guest_memfd wish = { .size = size };
	struct kvm_memory_attributes private = { .size = size,
						 .attributes = KVM_MEMORY_ATTRIBUTE_PRIVATE };
	struct kvm_userspace_memory_region2 slot = { .flags = KVM_MEM_GUEST_MEMFD,
						     .memory_size = size };
	struct kvm_pre_fault_memory range = { .size = size };
	struct kernel *k;
	int sys, vm, vcpu;

	ck_assert_int_eq(kernel_new(&config, &k), 0);
	sys = kernel_open(k, "/dev/kvm");
	vm = (int)kernel_ioctl(k, sys, KVM_CREATE_VM, (void *)KVM_X86_SW_PROTECTED_VM);
	vcpu = (int)kernel_ioctl(k, vm, KVM_CREATE_VCPU, NULL);
	slot.guest_memfd = (uint32_t)kernel_ioctl(k, vm, KVM_CREATE_GUEST_MEMFD, &wish);
	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_SET_USER_MEMORY_REGION2, &slot), 0);
	ck_assert_int_eq(kernel_ioctl(k, vm, KVM_SET_MEMORY_ATTRIBUTES, &private), 0);
	ck_assert_int_eq(kernel_ioctl(k, vcpu, KVM_PRE_FAULT_MEMORY, &range), 0);
	ck_assert_uint_gt(range.size, 0);
	ck_assert_int_eq(kernel_ioctl(k, vcpu, KVM_PRE_FAULT_MEMORY, &range), -ENOMEM);
	f.kernel = k;
	ck_assert_str_eq(tf_rule(&f), "fault.gmem-page");
	kernel_free(k);
}
END_TEST

/* How far a TD gets before it is closed. */
enum progress { MADE, INITIALISED, WITH_VCPU, WITH_IMAGE, FINAL, PRE_FAULTED, DEAD, PROGRESS_END };

static void go_to(enum progress end)
{
	struct kvm_pre_fault_memory range = { .gpa = 0x100000, .size = 0x10000 };
	uint64_t hw_error = 0;

	tf_vm(&f);
	if (end == MADE)
		return;
	ck_assert_int_eq(tf_init_vm(&f), 0);
	if (end == INITIALISED)
		return;
	tf_vcpu(&f);
	if (end == WITH_VCPU)
		return;
	tf_slots(&f);
	ck_assert_int_eq(tf_add(&f, f.memory, 0x1000, 3, true), 0);
	if (end == WITH_IMAGE)
		return;
	ck_assert_int_eq(tf_finalize(&f, &hw_error), 0);
	if (end == FINAL)
		return;
	ck_assert_int_eq(kernel_ioctl(f.kernel, f.vcpu, KVM_PRE_FAULT_MEMORY, &range), 0);
	if (end == DEAD)
		ck_assert_int_eq(kernel_test_vm_dead(f.kernel, f.vm), 0);
}

/* With a single key id, the second round works only if the first has given everything back. */
START_TEST(closing_gives_everything_back)
{
	tf_kernel(&f, NULL, 1);
	for (unsigned round = 0; round < 2; round++) {
		go_to((enum progress)_i);
		if (round)
			seam_test_interrupt_wb(f.seam, 3);
		tf_close(&f);
		tf_is_empty(&f);
	}
	tf_end(&f);
}
END_TEST

/* Files that outlive the VM's descriptor keep it; the order of closing does not matter. */
START_TEST(memory_closed_last_gives_everything_back)
{
	int gmem;

	tf_kernel(&f, NULL, 1);
	go_to(PRE_FAULTED);
	gmem = f.gmem[0];
	f.gmem[0] = -1;
	tf_close(&f);
	ck_assert_uint_ne(kernel_test_pages_used(f.kernel), 0);
	ck_assert_int_eq(kernel_close(f.kernel, gmem), 0);
	tf_is_empty(&f);
	tf_end(&f);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("td");
	TCase *tc = tcase_create("td");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, init_vm_without_entropy_can_be_tried_again);
	tcase_add_test(tc, a_short_lack_of_entropy_is_not_seen);
	tcase_add_test(tc, a_key_that_cannot_be_made_kills_the_vm);
	tcase_add_test(tc, init_vm_notices_a_count_that_changes);
	tcase_add_test(tc, finalize_tells_when_the_module_is_busy);
	tcase_add_test(tc, a_busy_add_is_tried_until_a_signal);
	tcase_add_test(tc, a_busy_add_was_visible_once);
	tcase_add_test(tc, a_failing_add_left_the_vm_alive_once);
	tcase_add_test(tc, a_failing_add_kills_the_vm);
	tcase_add_test(tc, a_failing_extend_left_the_vm_alive_once);
	tcase_add_test(tc, a_resumed_call_reads_its_source_again);
	tcase_add_test(tc, a_report_needs_a_final_image);
	tcase_add_test(tc, a_page_that_guest_memfd_cannot_give_ends_the_pre_fault);
	tcase_add_loop_test(tc, closing_gives_everything_back, 0, PROGRESS_END);
	tcase_add_test(tc, memory_closed_last_gives_everything_back);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
