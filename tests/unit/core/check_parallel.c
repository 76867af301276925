/* SPDX-License-Identifier: BSD-2-Clause */
/* Several vCPUs pre-fault one VM at once, alone and while somebody pulls the ground from under
 * them. What is mapped in the end is what one thread would have mapped, and nothing is left of it
 * when the VM is closed. Run under ThreadSanitizer as well: make check-tsan. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/tdx_sept.h"
#include "arch/tdx_td.h"
#include "kernel/core/core.h"
#include "kernel/seam/seam.h"
#include "kernel/tdx/tdx.h"
#include "tests/bench/vm.h"
#include "tests/lib/test.h"

#define FILLERS 4u
#define SIZE	(UINT64_C(16) << 20)
#define SIZE_2M (UINT64_C(2) << 20)
#define ROUNDS	6u
#define SKIP	(UINT64_C(64) << 10)
#define GFN	(BENCH_GPA >> 12)

struct storm;

/* What happens beside the fillers, again and again; turn counts. */
typedef void disturb_fn(struct storm *s, unsigned turn);

static struct storm {
	struct bench_vm vm;
	long allowed; /* the one error that a pre-fault may end with, or 0 */
	disturb_fn *disturb;
	atomic_uint filling;
	atomic_long odd; /* an error that may not be */
} storm;

struct filler {
	pthread_t thread;
	unsigned index;
};

/* [offset, + size), stepping over what fails with the error that may be, and some more: each call
 * takes its time. */
static void fill(struct storm *s, unsigned vcpu, uint64_t offset, uint64_t size)
{
	struct kvm_pre_fault_memory range = { .gpa = BENCH_GPA + offset, .size = size };

	while (range.size && !atomic_load(&s->odd)) {
		long rc = kernel_ioctl(s->vm.kernel, s->vm.vcpus[vcpu], KVM_PRE_FAULT_MEMORY, &range);

		if (rc == 0)
			continue;
		if (rc != s->allowed) {
			atomic_store(&s->odd, rc);
			return;
		}
		uint64_t skip = range.size < SKIP ? range.size : SKIP;

		range.gpa += skip;
		range.size -= skip;
	}
}

/* Even ones begin at the start, odd ones in the middle, so that they meet. */
static void *run_filler(void *arg)
{
	const struct filler *f = arg;
	uint64_t half = storm.vm.size / 2;

	for (unsigned round = 0; round < ROUNDS; round++) {
		fill(&storm, f->index, f->index % 2 ? half : 0, half);
		fill(&storm, f->index, f->index % 2 ? 0 : half, half);
	}
	atomic_fetch_sub(&storm.filling, 1);
	return NULL;
}

/* With everything mapped when it is over. */
static void let_it_storm(void)
{
	struct filler fillers[FILLERS];

	atomic_store(&storm.filling, FILLERS);
	for (unsigned i = 0; i < FILLERS; i++) {
		fillers[i].index = i;
		ck_assert_int_eq(pthread_create(&fillers[i].thread, NULL, run_filler, &fillers[i]), 0);
	}
	for (unsigned turn = 0; storm.disturb && atomic_load(&storm.filling); turn++)
		storm.disturb(&storm, turn);
	for (unsigned i = 0; i < FILLERS; i++)
		pthread_join(fillers[i].thread, NULL);
	ck_assert_int_eq(atomic_load(&storm.odd), 0);
}

static void pre_fault_all(void)
{
	bench_pre_fault(&storm.vm, 0, 0, storm.vm.size);
}

static void must(struct storm *s, int fd, unsigned long request, void *arg)
{
	long rc = kernel_ioctl(s->vm.kernel, fd, request, arg);

	if (rc < 0)
		atomic_store(&s->odd, rc);
}

/* Nothing of the VM is left: descriptors, frames, key ids, pages of the module. */
static void end(void)
{
	for (int fd = KERNEL_FD_BASE; fd < KERNEL_FD_BASE + 64; fd++)
		kernel_close(storm.vm.kernel, fd);
	ck_assert_uint_eq(kernel_test_open_count(storm.vm.kernel), 0);
	ck_assert_uint_eq(kernel_test_pages_used(storm.vm.kernel), 0);
	kernel_free(storm.vm.kernel);
}

static uint64_t stat_of(const struct bench_vm *vm, const char *name)
{
	return kernel_test_stat(vm->kernel, vm->vm, name);
}

/* As many tables as one thread would have made. */
static void expect_tables_of_one_thread(enum bench_kind kind, bool is_huge)
{
	struct bench_vm one;

	bench_vm_open(&one, kind, is_huge, storm.vm.size, FILLERS);
	bench_pre_fault(&one, 0, 0, one.size);
	ck_assert_uint_eq(stat_of(&storm.vm, "table_bytes"), stat_of(&one, "table_bytes"));
	ck_assert_uint_eq(stat_of(&storm.vm, "pages_4k"), stat_of(&one, "pages_4k"));
	ck_assert_uint_eq(stat_of(&storm.vm, "pages_2m"), stat_of(&one, "pages_2m"));
	kernel_free(one.kernel);
}

/* The VM behind the descriptor, which stays open. */
static const struct vm *behind(void)
{
	struct file *file = file_get(storm.vm.kernel, storm.vm.vm);
	const struct vm *vm = file->vm;

	file_put(storm.vm.kernel, file);
	return vm;
}

/* Frame by frame what the slot says. */
static void expect_user_memory(unsigned level)
{
	const struct vm *vm = behind();

	for (gfn_t i = 0; i < storm.vm.size >> 12; i++) {
		uint64_t frame = 0;

		ck_assert_uint_eq(mmu_shared_level(&vm->mmu, 0, GFN + i, &frame), level);
		ck_assert_uint_eq(frame, storm.vm.slot.userspace_addr + (i << 12));
	}
	ck_assert_uint_eq(stat_of(&storm.vm, "pages_4k"),
			  level == LEVEL_4K ? storm.vm.size >> 12 : 0);
	ck_assert_uint_eq(stat_of(&storm.vm, "pages_2m"),
			  level == LEVEL_2M ? storm.vm.size >> 21 : 0);
	ck_assert_uint_eq(stat_of(&storm.vm, "pages_1g"),
			  level == LEVEL_1G ? storm.vm.size >> 30 : 0);
}

/* Each frame of the guest has one of the machine, and no two the same. */
static void expect_frames_apart(uint64_t (*frame_of)(const struct vm *vm, gfn_t gfn))
{
	const struct vm *vm = behind();
	uint64_t first = UINT64_MAX, pages = storm.vm.size >> 12;
	uint8_t seen[8 * (SIZE >> 12)] = { 0 };

	for (gfn_t i = 0; i < pages; i++) {
		uint64_t frame = frame_of(vm, GFN + i);

		ck_assert_uint_ne(frame, 0);
		first = frame < first ? frame : first;
	}
	for (gfn_t i = 0; i < pages; i++) {
		uint64_t at = frame_of(vm, GFN + i) - first;

		ck_assert_uint_lt(at, sizeof(seen));
		ck_assert_uint_eq(seen[at]++, 0);
	}
	ck_assert_uint_eq(stat_of(&storm.vm, "pages_4k"), pages);
}

static uint64_t gmem_frame(const struct vm *vm, gfn_t gfn)
{
	uint64_t frame = 0;

	return mmu_shared_level(&vm->mmu, 0, gfn, &frame) == LEVEL_4K ? frame >> 12 : 0;
}

/* What KVM remembers is what the module has. */
static uint64_t td_frame(const struct vm *vm, gfn_t gfn)
{
	struct seam *seam = tdx_host_seam(vm->machine->tdx);
	struct seam_page_view page = { 0 };
	pfn_t pfn = 0;

	if (mmu_private_level(&vm->mmu, gfn, &pfn) != LEVEL_4K ||
	    seam_page_peek(seam, pfn << 12, &page) < 0 || page.type != TDX_PT_REG)
		return 0;
	uint64_t entry = 0;
	unsigned level = 0;

	if (seam_sept_peek(seam, page.owner, gfn << 12, 0, &entry, &level) < 0)
		return 0;
	return (entry & SEPT_HPA_MASK) >> 12 == pfn ? pfn : 0;
}

static void open_storm(enum bench_kind kind, bool is_huge, disturb_fn *disturb, long allowed)
{
	bench_vm_open(&storm.vm, kind, is_huge, SIZE, FILLERS);
	storm.disturb = disturb;
	storm.allowed = allowed;
	atomic_store(&storm.odd, 0);
}

START_TEST(vcpus_map_what_one_would)
{
	static const struct {
		enum bench_kind kind;
		bool is_huge;
	} rows[] = { { BENCH_ORDINARY, false }, { BENCH_ORDINARY, true }, { BENCH_PRIVATE, false },
		     { BENCH_TD, false } };

	open_storm(rows[_i].kind, rows[_i].is_huge, NULL, 0);
	let_it_storm();
	expect_tables_of_one_thread(rows[_i].kind, rows[_i].is_huge);
	if (rows[_i].kind == BENCH_ORDINARY)
		expect_user_memory(rows[_i].is_huge ? LEVEL_2M : LEVEL_4K);
	else
		expect_frames_apart(rows[_i].kind == BENCH_TD ? td_frame : gmem_frame);
	end();
}
END_TEST

static void delete_and_recreate(struct storm *s, unsigned turn)
{
	struct kvm_userspace_memory_region2 slot = s->vm.slot;

	(void)turn;
	slot.memory_size = 0;
	must(s, s->vm.vm, KVM_SET_USER_MEMORY_REGION2, &slot);
	must(s, s->vm.vm, KVM_SET_USER_MEMORY_REGION2, &s->vm.slot);
}

START_TEST(a_slot_comes_and_goes)
{
	open_storm(_i == 2 ? BENCH_PRIVATE : BENCH_ORDINARY, _i == 1, delete_and_recreate,
		   _i == 2 ? -EFAULT : -ENOENT);
	let_it_storm();
	pre_fault_all();
	if (_i == 2)
		expect_frames_apart(gmem_frame);
	else
		expect_user_memory(_i == 1 ? LEVEL_2M : LEVEL_4K);
	end();
}
END_TEST

/* The 2 MiB that lock pages of the file are not those that lock leaves. */
START_TEST(a_file_is_shifted_against_the_memory)
{
	open_storm(_i ? BENCH_TD : BENCH_PRIVATE, false, NULL, 0);
	struct kvm_userspace_memory_region2 *slot = &storm.vm.slot, gone = *slot;

	gone.memory_size = 0;
	must(&storm, storm.vm.vm, KVM_SET_USER_MEMORY_REGION2, &gone);
	slot->guest_memfd_offset = SIZE_2M / 2;
	slot->memory_size = storm.vm.size = SIZE - SIZE_2M / 2;
	must(&storm, storm.vm.vm, KVM_SET_USER_MEMORY_REGION2, slot);
	let_it_storm();
	expect_frames_apart(_i ? td_frame : gmem_frame);
	end();
}
END_TEST

static void set_attributes(struct storm *s, uint64_t offset, uint64_t size, bool is_private)
{
	struct kvm_memory_attributes attributes = {
		.address = BENCH_GPA + offset,
		.size = size,
		.attributes = is_private ? KVM_MEMORY_ATTRIBUTE_PRIVATE : 0,
	};

	must(s, s->vm.vm, KVM_SET_MEMORY_ATTRIBUTES, &attributes);
}

/* Now a page, now 2 MiB. */
static void convert(struct storm *s, unsigned turn)
{
	uint64_t size = turn % 2 ? 4096 : SIZE_2M;
	uint64_t offset = turn * UINT64_C(0x9E3779B9) % (s->vm.size / size) * size;

	set_attributes(s, offset, size, false);
	set_attributes(s, offset, size, true);
}

START_TEST(memory_is_converted_under_their_feet)
{
	open_storm(_i ? BENCH_TD : BENCH_PRIVATE, false, convert, -EFAULT);
	let_it_storm();
	pre_fault_all();
	expect_frames_apart(_i ? td_frame : gmem_frame);
	end();
}
END_TEST

static void punch(struct storm *s, unsigned turn)
{
	uint64_t size = turn % 2 ? 4096 : SIZE_2M;
	uint64_t offset = turn * UINT64_C(0x9E3779B9) % (s->vm.size / size) * size;

	kernel_fallocate(s->vm.kernel, (int)s->vm.slot.guest_memfd, 3, (off_t)offset, (off_t)size);
}

START_TEST(pages_are_punched_out)
{
	open_storm(_i ? BENCH_TD : BENCH_PRIVATE, false, punch, 0);
	let_it_storm();
	pre_fault_all();
	expect_frames_apart(_i ? td_frame : gmem_frame);
	end();
}
END_TEST

/* Large pages are split, small ones joined. */
static void log_dirty_pages(struct storm *s, unsigned turn)
{
	static uint64_t bits[SIZE >> 12 >> 6];
	struct kvm_userspace_memory_region2 slot = s->vm.slot;
	struct kvm_dirty_log log = { .dirty_bitmap = bits };

	slot.flags = KVM_MEM_LOG_DIRTY_PAGES;
	must(s, s->vm.vm, KVM_SET_USER_MEMORY_REGION2, &slot);
	kernel_test_guest_touch(s->vm.kernel, s->vm.vcpus[turn % FILLERS],
				BENCH_GPA + turn * UINT64_C(0x9E3779B9) % (s->vm.size >> 12) * 4096, true,
				false);
	must(s, s->vm.vm, KVM_GET_DIRTY_LOG, &log);
	must(s, s->vm.vm, KVM_SET_USER_MEMORY_REGION2, &s->vm.slot);
}

START_TEST(dirty_logging_is_switched)
{
	open_storm(BENCH_ORDINARY, true, log_dirty_pages, 0);
	let_it_storm();
	pre_fault_all();
	expect_user_memory(LEVEL_2M);
	end();
}
END_TEST

/* Leaves go, tables stay, and a large leaf takes their place. */
static void change_user_memory(struct storm *s, unsigned turn)
{
	uint64_t offset = turn * UINT64_C(0x9E3779B9) % (s->vm.size / SIZE_2M) * SIZE_2M;

	log_dirty_pages(s, turn);
	kernel_test_user_changed(s->vm.kernel, s->vm.vm, s->vm.slot.userspace_addr + offset, SIZE_2M);
}

/* The guest writes meanwhile, which marks pages dirty. */
static void *write_to_pages(void *arg)
{
	for (unsigned i = 0; i < 4000; i++)
		kernel_test_guest_touch(storm.vm.kernel, storm.vm.vcpus[FILLERS - 1],
					BENCH_GPA + (i * 37 % (storm.vm.size >> 12)) * 4096, true,
					false);
	return arg;
}

START_TEST(user_memory_is_replaced_and_the_guest_writes)
{
	pthread_t writer;

	open_storm(BENCH_ORDINARY, true, change_user_memory, 0);
	ck_assert_int_eq(pthread_create(&writer, NULL, write_to_pages, NULL), 0);
	let_it_storm();
	pthread_join(writer, NULL);
	pre_fault_all();
	expect_user_memory(LEVEL_2M);
	end();
}
END_TEST

/* Two slots' worth of 1 GiB pages: what is below a large leaf may be freed only when nobody walks
 * through it. */
static void split_and_zap(struct storm *s, unsigned turn)
{
	struct kvm_userspace_memory_region2 slot = s->vm.slot;

	slot.flags = KVM_MEM_LOG_DIRTY_PAGES;
	must(s, s->vm.vm, KVM_SET_USER_MEMORY_REGION2, &slot);
	bench_pre_fault(&s->vm, 0, turn % 2 << 30, SIZE_2M / 8);
	kernel_test_user_changed(s->vm.kernel, s->vm.vm, s->vm.slot.userspace_addr, s->vm.size);
	must(s, s->vm.vm, KVM_SET_USER_MEMORY_REGION2, &s->vm.slot);
}

static void *fill_ends(void *arg)
{
	const struct filler *f = arg;

	for (unsigned round = 0; round < 15; round++)
		for (uint64_t at = 0; at < storm.vm.size; at += SIZE_2M * 256)
			fill(&storm, f->index, at + SIZE_2M * f->index, 4096);
	atomic_fetch_sub(&storm.filling, 1);
	return NULL;
}

START_TEST(pages_of_1g_take_the_place_of_tables)
{
	const uint64_t gib = UINT64_C(1) << 30;
	struct filler fillers[FILLERS];
	void *memory = mmap(NULL, 3 * gib, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct kvm_userspace_memory_region2 none;

	ck_assert_ptr_ne(memory, MAP_FAILED);
	open_storm(BENCH_ORDINARY, true, NULL, 0);
	none = storm.vm.slot;
	none.memory_size = 0;
	must(&storm, storm.vm.vm, KVM_SET_USER_MEMORY_REGION2, &none);
	storm.vm.size = storm.vm.slot.memory_size = 2 * gib;
	storm.vm.slot.userspace_addr = ((uintptr_t)memory + gib - 1) & ~(gib - 1);
	must(&storm, storm.vm.vm, KVM_SET_USER_MEMORY_REGION2, &storm.vm.slot);
	kernel_test_host_level(storm.vm.kernel, storm.vm.vm, storm.vm.slot.userspace_addr, 2 * gib, 3);
	atomic_store(&storm.filling, FILLERS);
	for (unsigned i = 0; i < FILLERS; i++) {
		fillers[i].index = i;
		pthread_create(&fillers[i].thread, NULL, fill_ends, &fillers[i]);
	}
	for (unsigned turn = 0; atomic_load(&storm.filling); turn++)
		split_and_zap(&storm, turn);
	for (unsigned i = 0; i < FILLERS; i++)
		pthread_join(fillers[i].thread, NULL);
	ck_assert_int_eq(atomic_load(&storm.odd), 0);
	kernel_test_user_changed(storm.vm.kernel, storm.vm.vm, storm.vm.slot.userspace_addr, 2 * gib);
	pre_fault_all();
	expect_user_memory(LEVEL_1G);
	end();
	munmap(memory, 3 * gib);
}
END_TEST

/* What looks at all vCPUs, or adds one. */
static void count_and_add(struct storm *s, unsigned turn)
{
	if (stat_of(&s->vm, "pages_4k") > s->vm.size >> 12)
		atomic_store(&s->odd, -EIO);
	kernel_test_stat(s->vm.kernel, s->vm.vcpus[turn % FILLERS], "pf_taken");
	if (turn < 16)
		must(s, s->vm.vm, KVM_CREATE_VCPU, (void *)(uintptr_t)(FILLERS + turn));
}

/* What waits for every vCPU. */
static void finalize_again(struct storm *s, unsigned turn)
{
	struct kvm_tdx_cmd cmd = { .id = KVM_TDX_FINALIZE_VM };

	(void)turn;
	if (kernel_ioctl(s->vm.kernel, s->vm.vm, KVM_MEMORY_ENCRYPT_OP, &cmd) != -EINVAL)
		atomic_store(&s->odd, -EIO);
}

START_TEST(commands_wait_for_vcpus_and_statistics_add_up)
{
	open_storm(BENCH_ORDINARY, false, count_and_add, 0);
	let_it_storm();
	expect_user_memory(LEVEL_4K);
	end();
	open_storm(BENCH_TD, false, finalize_again, 0);
	let_it_storm();
	expect_frames_apart(td_frame);
	end();
}
END_TEST

/* Descriptors go while calls on them are under way; the last one ends the VM. */
static void *close_everything(void *arg)
{
	kernel_close(storm.vm.kernel, storm.vm.vm);
	for (unsigned i = 0; i < FILLERS; i++)
		kernel_close(storm.vm.kernel, storm.vm.vcpus[i]);
	if (storm.vm.slot.flags & KVM_MEM_GUEST_MEMFD)
		kernel_close(storm.vm.kernel, (int)storm.vm.slot.guest_memfd);
	return arg;
}

START_TEST(descriptors_are_closed_meanwhile)
{
	static const enum bench_kind kinds[] = { BENCH_ORDINARY, BENCH_PRIVATE, BENCH_TD };
	struct filler fillers[FILLERS];
	pthread_t closer;

	for (unsigned repeat = 0; repeat < 5; repeat++) {
		open_storm(kinds[_i], false, NULL, -EBADF);
		for (unsigned i = 0; i < FILLERS; i++) {
			fillers[i].index = i;
			pthread_create(&fillers[i].thread, NULL, run_filler, &fillers[i]);
		}
		pthread_create(&closer, NULL, close_everything, NULL);
		for (unsigned i = 0; i < FILLERS; i++)
			pthread_join(fillers[i].thread, NULL);
		pthread_join(closer, NULL);
		/* Without its guest_memfd, private memory is nowhere. */
		long odd = atomic_load(&storm.odd);
		ck_assert(odd == 0 || (odd == -EFAULT && kinds[_i] != BENCH_ORDINARY));
		end();
	}
}
END_TEST

/* A vCPU that sleeps in KVM_RUN is busy, and in nobody's way. */
static void *sleep_in_run(void *arg)
{
	long rc = kernel_ioctl(storm.vm.kernel, storm.vm.vcpus[0], KVM_RUN, NULL);

	return rc == -EINTR ? NULL : arg;
}

START_TEST(a_vcpu_that_runs_stops_nobody)
{
	pthread_t sleeper;
	void *failed = NULL;

	open_storm(BENCH_ORDINARY, false, NULL, 0);
	ck_assert_int_eq(pthread_create(&sleeper, NULL, sleep_in_run, &storm), 0);
	for (unsigned i = 1; i < FILLERS; i++)
		fill(&storm, i, 0, SIZE);
	delete_and_recreate(&storm, 0);
	ck_assert_int_eq(atomic_load(&storm.odd), 0);
	kernel_interrupt(storm.vm.kernel, storm.vm.vcpus[0]);
	pthread_join(sleeper, &failed);
	ck_assert_ptr_null(failed);
	end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("parallel");
	TCase *tests = tcase_create("parallel");

	tcase_add_loop_test(tests, vcpus_map_what_one_would, 0, 4);
	tcase_add_loop_test(tests, a_slot_comes_and_goes, 0, 3);
	tcase_add_loop_test(tests, a_file_is_shifted_against_the_memory, 0, 2);
	tcase_add_loop_test(tests, memory_is_converted_under_their_feet, 0, 2);
	tcase_add_loop_test(tests, pages_are_punched_out, 0, 2);
	tcase_add_test(tests, dirty_logging_is_switched);
	tcase_add_test(tests, user_memory_is_replaced_and_the_guest_writes);
	tcase_add_test(tests, pages_of_1g_take_the_place_of_tables);
	tcase_add_test(tests, commands_wait_for_vcpus_and_statistics_add_up);
	tcase_add_loop_test(tests, descriptors_are_closed_meanwhile, 0, 3);
	tcase_add_test(tests, a_vcpu_that_runs_stops_nobody);
	suite_add_tcase(suite, tests);
	return test_run(suite);
}
