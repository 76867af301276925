/* SPDX-License-Identifier: BSD-2-Clause */
/* Where logs are written to: full devices, closed pipes, and processes that are killed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/range.h"
#include "tests/unit/evlog/fixture.h"
#include "tests/lib/test.h"

#ifdef __has_feature
#define CLANG_ASAN __has_feature(address_sanitizer)
#else
#define CLANG_ASAN 0
#endif
#if CLANG_ASAN || defined(__SANITIZE_ADDRESS__)
#define PEAK_MEANS_SOMETHING 0 /* freed memory is kept for a while */
#else
#define PEAK_MEANS_SOMETHING 1
#endif

static struct tdl_error err;

/* Pages of zeros without end, until something fails; what failed. */
static int write_until(const char *path, uint64_t regions)
{
	const struct tdl_log_options opt = { .detail = TDL_LOG_DETAIL_PAGE };
	static const uint8_t page[PAGE_SIZE_4K];
	struct tdl_log_writer *w = NULL;
	int close_rc;
	int rc = tdl_log_create(path, &opt, &w, &err);

	if (rc == 0)
		rc = tdl_log_init(w, &(struct tdl_log_td){ .flow = "qemu" }, &err);
	for (uint64_t r = 0; rc == 0 && r < regions; r++) {
		struct tdl_log_range range = { .name = "TempMem", .section = r, .pages = 256,
					       .gpa = r * 256 * PAGE_SIZE_4K };

		rc = tdl_log_region_begin(w, &range, &err);
		for (uint64_t i = 0; rc == 0 && i < 256; i++)
			rc = tdl_log_add(w, range.gpa + i * PAGE_SIZE_4K, page, &err);
	}
	if (rc == 0)
		rc = tdl_log_finalize(w, NULL, NULL, &err);
	close_rc = tdl_log_close(w, NULL);
	ck_assert_int_eq(close_rc, rc);
	return rc;
}

START_TEST(a_full_device_is_an_error)
{
	test_rc(write_until("/dev/full", 1), -ENOSPC, &err);
	ck_assert_str_eq(err.text, "cannot write the log: No space left on device");
	test_rc(write_until("/dev/full", 1000), -ENOSPC, &err);
}
END_TEST

START_TEST(a_closed_pipe_is_an_error_and_no_signal)
{
	int fds[2];

	ck_assert_ptr_ne(signal(SIGPIPE, SIG_DFL), SIG_ERR);
	ck_assert_int_eq(pipe(fds), 0);
	close(fds[0]);
	ck_assert_int_eq(dup2(fds[1], STDOUT_FILENO), STDOUT_FILENO);
	test_rc(write_until("-", 1), -EPIPE, &err);
	close(fds[1]);
}
END_TEST

START_TEST(a_file_at_its_limit_is_an_error_and_a_prefix)
{
	const struct rlimit limit = { 100000, 100000 };
	struct tdl_log_verdict v;
	char path[4096];
	size_t size = 0;
	uint8_t *bytes;

	ck_assert_ptr_ne(signal(SIGXFSZ, SIG_DFL), SIG_ERR);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	snprintf(path, sizeof(path), "%s/short.log", test_folder());
	test_rc(write_until(path, 100), -EFBIG, &err);
	bytes = test_read(path, &size);
	ck_assert_uint_eq(size, 100000);
	test_rc(fixture_verify(bytes, size, &(struct tdl_log_evidence){ 0 }, &v), 0, &fixture_err);
	ck_assert_int_eq(v.answer, TDL_LOG_CANNOT_TELL);
	ck_assert(!v.finalized);
	free(bytes);
}
END_TEST

START_TEST(no_file_appears_for_options_that_make_no_sense)
{
	const struct tdl_log_options wrong[] = {
		{ .detail = TDL_LOG_DETAIL_REGION, .embed = true },
		{ .detail = (enum tdl_log_detail)3 },
		{ .anchor = TDL_LOG_REGISTER_PCR, .anchor_index = 24 },
		{ .anchor = TDL_LOG_REGISTER_NV, .anchor_index = 0x81000000 },
	};
	struct tdl_log_writer *w = NULL;
	char path[4096];

	snprintf(path, sizeof(path), "%s/none.log", test_folder());
	test_rc(tdl_log_create(path, &wrong[_i], &w, &err), -EINVAL, &err);
	ck_assert_int_eq(access(path, F_OK), -1);
	ck_assert_ptr_null(w);
}
END_TEST

START_TEST(a_folder_and_a_missing_folder_are_errors)
{
	const struct tdl_log_options opt = { 0 };
	struct tdl_log_writer *w = NULL;
	struct tdl_log *log = NULL;

	test_rc(tdl_log_create(test_folder(), &opt, &w, &err), -EISDIR, &err);
	test_rc(tdl_log_create("/nonexistent/x.log", &opt, &w, &err), -ENOENT, &err);
	test_rc(tdl_log_open(test_folder(), &log, &err), -EISDIR, &err);
	test_rc(tdl_log_open("/nonexistent/x.log", &log, &err), -ENOENT, &err);
}
END_TEST

/* Killed at some instant: what is on disk is a prefix. */
START_TEST(killed_in_the_middle_it_leaves_a_prefix)
{
	struct tdl_log_verdict v;
	char path[4096];
	size_t size = 0;
	uint8_t *bytes;
	struct stat st;
	pid_t child;
	int status = 0;

	snprintf(path, sizeof(path), "%s/killed.log", test_folder());
	child = fork();
	if (child == 0) {
		write_until(path, UINT64_C(1) << 30);
		_exit(0);
	}
	while (stat(path, &st) < 0 || st.st_size <= 700 * _i * _i * _i)
		usleep(100);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	bytes = test_read(path, &size);
	ck_assert_uint_gt(size, 0);
	test_rc(fixture_verify(bytes, size, &(struct tdl_log_evidence){ 0 }, &v), 0, &fixture_err);
	ck_assert_int_eq(v.answer, TDL_LOG_CANNOT_TELL);
	ck_assert(!v.finalized);
	ck_assert_int_eq(v.checks[TDL_LOG_CHECK_DIGESTS].status, TDL_LOG_PASSED);
	ck_assert_int_eq(v.checks[TDL_LOG_CHECK_PAGES].status, TDL_LOG_PASSED);
	ck_assert_int_ne(v.checks[TDL_LOG_CHECK_RECORDS].status, TDL_LOG_FAILED);
	free(bytes);
}
END_TEST

/* The peak of memory, in KiB, of a process that logs so many regions to nowhere. */
static long peak(uint64_t regions)
{
	struct rusage usage;
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit(write_until("/dev/null", regions) == 0 ? 0 : 1);
	ck_assert_int_eq(wait4(child, &status, 0, &usage), child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return usage.ru_maxrss;
}

START_TEST(memory_does_not_grow_with_the_td)
{
	long small, large;

	if (test_in_valgrind())
		return; /* its own memory grows */
	small = peak(2);
	large = peak(200);

	ck_assert_msg(large <= small + 512, "%ld KiB for 2 MiB, %ld KiB for 200 MiB", small, large);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sink");
	TCase *t = tcase_create("sink");

	tcase_set_timeout(t, 120);
	suite_add_tcase(s, t);
	tcase_add_test(t, a_full_device_is_an_error);
	tcase_add_test(t, a_closed_pipe_is_an_error_and_no_signal);
	tcase_add_test(t, a_file_at_its_limit_is_an_error_and_a_prefix);
	tcase_add_loop_test(t, no_file_appears_for_options_that_make_no_sense, 0, 4);
	tcase_add_test(t, a_folder_and_a_missing_folder_are_errors);
	tcase_add_loop_test(t, killed_in_the_middle_it_leaves_a_prefix, 0, 8);
	if (PEAK_MEANS_SOMETHING)
		tcase_add_test(t, memory_does_not_grow_with_the_td);
	else
		printf("check_sink: the peak of memory is not looked at under AddressSanitizer\n");
	return test_run(s);
}
