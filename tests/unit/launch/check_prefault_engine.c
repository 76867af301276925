/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine that maps memory ahead, on a host that writes down what it was asked: every page once,
 * no vCPU used by two threads, and what stops a call part of the way is taken up again. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <tdlaunch/host.h>
#include <tdlaunch/prefault.h>

#include "base/attr.h"
#include "tests/lib/test.h"
#include "uapi/kvm.h"

#define MIB	  (UINT64_C(1) << 20)
#define BASE	  (UINT64_C(1) << 32)
#define PAGES_MAX 65536 /* 256 MiB from BASE */
#define VCPUS_MAX 8
#define FIRST_FD  50

static struct {
	/* the script */
	uint64_t stride;    /* most bytes a call maps; 0: all */
	uint64_t hole;	    /* address without memory; 0: none */
	int hiccup;	    /* every other call ends with this and maps nothing */
	int always;	    /* every call ends with this */
	bool lies, stuck;
	long cancel_at;	    /* number of the call that asks to stop; -1 */

	/* the account */
	pthread_mutex_t lock;
	volatile int cancel;
	unsigned char mapped[PAGES_MAX];
	bool inside[VCPUS_MAX];
	unsigned long used[VCPUS_MAX]; /* calls of each vCPU */
	long calls;
	uint64_t largest; /* bytes one call was asked for */
	uint64_t crossing; /* calls that cross a multiple of this are counted */
	unsigned int crossed;
	const char *broken;
} fake;

static int fake_open(void *ctx, const char *path)
{
	(void)ctx;
	(void)path;
	return -ENOENT;
}

static int fake_close(void *ctx, int fd)
{
	(void)ctx;
	(void)fd;
	return 0;
}

static long answer(struct kvm_pre_fault_memory *range)
{
	uint64_t n = range->size;

	if (fake.calls++ == fake.cancel_at)
		fake.cancel = 1;
	if (range->size > fake.largest)
		fake.largest = range->size;
	if (fake.crossing && range->gpa / fake.crossing !=
				     (range->gpa + range->size - 1) / fake.crossing)
		fake.crossed++;
	if (fake.always || (fake.hiccup && fake.calls % 2))
		return fake.always ? fake.always : fake.hiccup;
	if (fake.stuck)
		return 0;
	if (fake.stride && fake.stride < n)
		n = fake.stride;
	if (fake.hole >= range->gpa && fake.hole - range->gpa < n)
		n = fake.hole - range->gpa;
	if (!n)
		return -ENOENT;
	for (uint64_t at = range->gpa; at < range->gpa + n; at += 4096)
		fake.mapped[(at - BASE) / 4096]++;
	range->gpa += n;
	range->size -= n;
	if (fake.lies)
		range->size += 123 * MIB;
	return 0;
}

static long fake_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	struct kvm_pre_fault_memory *range = arg;
	int vcpu = fd - FIRST_FD;
	long rc;

	(void)ctx;
	pthread_mutex_lock(&fake.lock);
	if (request != KVM_PRE_FAULT_MEMORY || vcpu < 0 || vcpu >= VCPUS_MAX || range->flags ||
	    !range->size)
		fake.broken = "a call that is no pre-fault of a vCPU";
	if (fake.inside[vcpu])
		fake.broken = "two threads use one vCPU";
	fake.inside[vcpu] = true;
	pthread_mutex_unlock(&fake.lock);
	sched_yield();
	pthread_mutex_lock(&fake.lock);
	fake.used[vcpu]++;
	rc = answer(range);
	fake.inside[vcpu] = false;
	pthread_mutex_unlock(&fake.lock);
	return rc;
}

static const struct tdl_host_ops ops = {
	.open = fake_open,
	.close = fake_close,
	.ioctl = fake_ioctl,
};

static int fds[VCPUS_MAX];
static struct tdl_host *host;
static struct tdl_prefault_range ranges[3];
static struct tdl_prefault_job job;
static struct tdl_prefault_result result;
static struct tdl_error err;

static void set_up(void)
{
	memset(&fake, 0, sizeof(fake));
	memset(&err, 0, sizeof(err));
	memset(&result, 0x5a, sizeof(result));
	pthread_mutex_init(&fake.lock, NULL);
	fake.cancel_at = -1;
	for (int i = 0; i < VCPUS_MAX; i++)
		fds[i] = FIRST_FD + i;
	ck_assert_int_eq(tdl_host_new(&ops, NULL, "scripted", &host, NULL), 0);
	ranges[0] = (struct tdl_prefault_range){ BASE + 4096, 40 * MIB };
	ranges[1] = (struct tdl_prefault_range){ BASE + 64 * MIB, 4096 };
	ranges[2] = (struct tdl_prefault_range){ BASE + 100 * MIB, 100 * MIB };
	job = (struct tdl_prefault_job){
		.host = host,
		.vcpu_fds = fds,
		.vcpu_count = 3,
		.ranges = ranges,
		.range_count = 3,
		.busy_retries = 20,
		.cancel = &fake.cancel,
	};
}

static void tear_down(void)
{
	tdl_host_free(host);
	pthread_mutex_destroy(&fake.lock);
}

/* Exactly the pages of the ranges are mapped, each once. */
static void all_mapped_once(void)
{
	uint64_t pages = 0;

	test_rc(tdl_prefault_run(&job, &result, &err), 0, &err);
	ck_assert_msg(!fake.broken, "%s", fake.broken);
	for (size_t i = 0; i < PAGES_MAX; i++) {
		uint64_t gpa = BASE + i * 4096;
		unsigned int want = 0;

		for (size_t r = 0; r < job.range_count; r++)
			want += gpa >= ranges[r].gpa && gpa - ranges[r].gpa < ranges[r].size;
		ck_assert_uint_eq(fake.mapped[i], want);
		pages += want;
	}
	ck_assert_uint_eq(result.bytes, pages * 4096);
	ck_assert_uint_eq(result.calls, (uint64_t)fake.calls);
}

START_TEST(every_page_is_mapped_once_by_all_vcpus)
{
	job.vcpu_count = (unsigned int)_i;
	job.piece = 2 * MIB;
	all_mapped_once();
	ck_assert_uint_eq(result.threads, (unsigned int)_i);
	ck_assert_uint_eq(result.resumed, 0);
	ck_assert(result.seconds > 0);
	for (int i = _i; i < VCPUS_MAX; i++)
		ck_assert_uint_eq(fake.used[i], 0);
}
END_TEST

START_TEST(there_are_no_more_threads_than_pieces)
{
	job.vcpu_count = VCPUS_MAX;
	job.piece = 64 * MIB;
	all_mapped_once();
	/* 40 MiB, one page, and 100 MiB that cross two multiples of 64 MiB */
	ck_assert_int_eq(fake.calls, 5);
	ck_assert_uint_eq(result.threads, 5);
}
END_TEST

static const struct {
	uint64_t piece, wanted_largest;
	unsigned int vcpus;
} pieces[] = {
	{ 0, 16 * MIB, 1 }, /* an eighth of 140 MiB, in whole 2 MiB */
	{ 0, 4 * MIB, 4 },
	{ 0, 2 * MIB, 8 },
	{ 4096, 4096, 4 },
	{ 64 * MIB, 64 * MIB, 2 },
};

START_TEST(pieces_end_at_multiples_of_their_size)
{
	job.piece = pieces[_i].piece;
	job.vcpu_count = pieces[_i].vcpus;
	fake.crossing = pieces[_i].wanted_largest;
	all_mapped_once();
	ck_assert_uint_eq(fake.largest, pieces[_i].wanted_largest);
	ck_assert_uint_eq(fake.crossed, 0);
}
END_TEST

static const uint64_t strides[] = { 4096, 3 * 4096, 2 * MIB, 2 * MIB + 4096 };

START_TEST(a_call_that_stops_short_is_taken_up_where_it_stopped)
{
	fake.stride = strides[_i];
	job.piece = 32 * MIB;
	all_mapped_once();
	ck_assert_uint_gt(result.resumed, 0);
	/* all but the first call of each of seven pieces */
	ck_assert_uint_eq(result.resumed, result.calls - 7);
}
END_TEST

static const int transient[] = { -EINTR, -EAGAIN, -EBUSY };

START_TEST(a_call_that_may_be_repeated_is_repeated)
{
	fake.hiccup = transient[_i];
	fake.stride = 4 * MIB;
	job.busy_retries = 1000;
	all_mapped_once();
	ck_assert_uint_gt(result.resumed, 0);
}
END_TEST

START_TEST(a_host_that_stays_busy_is_given_up)
{
	fake.always = transient[_i];
	job.vcpu_count = 1;
	test_rc(tdl_prefault_run(&job, &result, &err), transient[_i], &err);
	ck_assert_int_eq(fake.calls, 21);
	ck_assert_ptr_nonnull(strstr(err.text, "page at 0x100001000"));
	ck_assert_ptr_nonnull(strstr(err.text, "after 21 tries"));
}
END_TEST

START_TEST(a_host_that_does_nothing_and_says_yes_is_given_up)
{
	fake.stuck = true;
	test_rc(tdl_prefault_run(&job, &result, &err), -EAGAIN, &err);
}
END_TEST

START_TEST(an_address_without_memory_stops_everybody)
{
	fake.hole = BASE + 6 * MIB;
	job.piece = 4096;
	test_rc(tdl_prefault_run(&job, &result, &err), -ENOENT, &err);
	ck_assert_str_eq(err.text, "page at 0x100600000: KVM_PRE_FAULT_MEMORY: No such file or "
				   "directory");
	ck_assert_msg(!fake.broken, "%s", fake.broken);
	/* the list had 35841 pieces: the others stopped with their next */
	ck_assert_int_lt(fake.calls, 20000);
	ck_assert_uint_eq(result.threads, 0x5a5a5a5a); /* untouched */
}
END_TEST

START_TEST(what_the_host_calls_invalid_is_not_the_callers_mistake)
{
	fake.always = -EINVAL;
	test_rc(tdl_prefault_run(&job, &result, &err), -EIO, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "scripted answers \"Invalid argument\""));
}
END_TEST

START_TEST(more_left_than_there_was_is_not_believed)
{
	fake.lies = true;
	test_rc(tdl_prefault_run(&job, &result, &err), -EIO, &err);
	ck_assert_ptr_nonnull(strstr(err.text, "which cannot be"));
}
END_TEST

START_TEST(a_job_stops_when_asked)
{
	fake.cancel_at = 5;
	job.piece = 4096;
	test_rc(tdl_prefault_run(&job, &result, &err), -ECANCELED, &err);
	ck_assert_int_lt(fake.calls, 20000);
}
END_TEST

START_TEST(a_job_that_cannot_be_makes_no_call)
{
	static const struct tdl_prefault_range bad[] = {
		{ BASE + 1, 4096 }, { BASE, 4095 }, { BASE, 0 }, { -4096ull, 4096 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		ranges[1] = bad[i];
		test_rc(tdl_prefault_run(&job, &result, &err), -EINVAL, &err);
	}
	job.range_count = 1;
	job.piece = 4097;
	test_rc(tdl_prefault_run(&job, &result, &err), -EINVAL, &err);
	job.piece = 0;
	job.vcpu_count = 0;
	test_rc(tdl_prefault_run(&job, &result, &err), -EINVAL, &err);
	job.vcpu_count = 1;
	job.range_count = 0;
	test_rc(tdl_prefault_run(&job, &result, &err), -EINVAL, &err);
	ck_assert_int_eq(fake.calls, 0);
}
END_TEST

struct heard {
	uint64_t done, total;
	unsigned int times;
	bool went_back;
};

static void hear(void *ctx, uint64_t done, uint64_t total)
{
	struct heard *heard = ctx;

	heard->went_back |= done < heard->done;
	heard->done = done;
	heard->total = total;
	heard->times++;
}

START_TEST(progress_grows_to_the_whole)
{
	struct heard heard = { 0 };

	job.progress = hear;
	job.progress_ctx = &heard;
	all_mapped_once();
	ck_assert(!heard.went_back);
	ck_assert_uint_gt(heard.times, 0);
	ck_assert_uint_eq(heard.done, 140 * MIB + 4096);
	ck_assert_uint_eq(heard.total, heard.done);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("prefault_engine");
	TCase *tests = tcase_create("prefault_engine");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, every_page_is_mapped_once_by_all_vcpus, 1, VCPUS_MAX + 1);
	tcase_add_test(tests, there_are_no_more_threads_than_pieces);
	tcase_add_loop_test(tests, pieces_end_at_multiples_of_their_size, 0, ARRAY_SIZE(pieces));
	tcase_add_loop_test(tests, a_call_that_stops_short_is_taken_up_where_it_stopped, 0,
			    ARRAY_SIZE(strides));
	tcase_add_loop_test(tests, a_call_that_may_be_repeated_is_repeated, 0,
			    ARRAY_SIZE(transient));
	tcase_add_loop_test(tests, a_host_that_stays_busy_is_given_up, 0, ARRAY_SIZE(transient));
	tcase_add_test(tests, a_host_that_does_nothing_and_says_yes_is_given_up);
	tcase_add_test(tests, an_address_without_memory_stops_everybody);
	tcase_add_test(tests, what_the_host_calls_invalid_is_not_the_callers_mistake);
	tcase_add_test(tests, more_left_than_there_was_is_not_believed);
	tcase_add_test(tests, a_job_stops_when_asked);
	tcase_add_test(tests, a_job_that_cannot_be_makes_no_call);
	tcase_add_test(tests, progress_grows_to_the_whole);
	suite_add_tcase(suite, tests);
	return test_run(suite);
}
