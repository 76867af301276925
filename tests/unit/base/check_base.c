/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes, windows, ranges, files, hashes and errors. */
#include "tests/lib/test.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/hash.h"
#include "base/range.h"
#include "base/symbols.h"
#include "base/thread.h"

START_TEST(slice_refuses_a_length_that_wraps)
{
	const uint8_t four[] = { 0x11, 0x22, 0x33, 0x44 };
	struct cursor c = { .next = four, .left = sizeof(four) };

	ck_assert(cursor_slice(&c, 2, SIZE_MAX).bad);
	ck_assert_uint_eq(cursor_le32(&c), 0x44332211);
}
END_TEST

START_TEST(a_cursor_stays_bad_once_it_ran_dry)
{
	const uint8_t three[] = { 1, 2, 3 };
	struct cursor c = cursor_of(three, sizeof(three));

	ck_assert_uint_eq(cursor_le32(&c), 0);
	ck_assert(c.bad);
	ck_assert_uint_eq(cursor_u8(&c), 0);
	ck_assert_uint_eq(c.left, 3);
}
END_TEST

START_TEST(numbers_are_read_in_the_order_their_names_say)
{
	const uint8_t b[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct cursor le = cursor_of(b, 8);
	struct cursor be = cursor_of(b, 8);

	ck_assert_uint_eq(cursor_le64(&le), 0x0807060504030201);
	ck_assert_uint_eq(cursor_be64(&be), 0x0102030405060708);
}
END_TEST

START_TEST(taking_a_window_moves_the_parent_behind_it)
{
	const uint8_t b[] = { 1, 2, 3, 4 };
	struct cursor parent = cursor_of(b, 4);
	struct cursor child = cursor_take(&parent, 3);

	ck_assert_uint_eq(child.left, 3);
	ck_assert_uint_eq(cursor_u8(&parent), 4);
	ck_assert(cursor_take(&parent, 1).bad);
}
END_TEST

START_TEST(hex_refuses_what_is_not_exactly_n_bytes)
{
	uint8_t out[2] = { 0xee, 0xee };

	ck_assert(!hex_decode("123", out, 2));
	ck_assert(!hex_decode("12345", out, 2));
	ck_assert(!hex_decode("12g4", out, 2));
	ck_assert_uint_eq(out[0], 0xee);
	ck_assert(hex_decode("aBcD", out, 2));
	ck_assert_uint_eq(out[0], 0xab);
	ck_assert_uint_eq(out[1], 0xcd);
}
END_TEST

START_TEST(ranges_do_not_wrap)
{
	ck_assert(range_overlap(0, 10, 9, 1));
	ck_assert(!range_overlap(0, 10, 10, 1));
	ck_assert(!range_overlap(5, 0, 0, 10));
	ck_assert(range_overlap(UINT64_MAX - 1, 1, 0, UINT64_MAX));
	ck_assert(!range_fits(UINT64_MAX, 1));
	ck_assert(!range_within(8, UINT64_MAX, 16));
}
END_TEST

/* FIPS 180-4's "abc", as printed by: printf abc | sha384sum */
#define ABC                                                                \
	"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed" \
	"8086072ba1e7cc2358baeca134c825a7"

START_TEST(sha384_of_abc)
{
	uint8_t digest[SHA384_SIZE];
	struct tdl_error err = { 0 };

	test_rc(sha384("abc", 3, digest, &err), 0, &err);
	test_hex(digest, sizeof(digest), ABC);
}
END_TEST

START_TEST(a_saved_stream_goes_on_where_it_stopped)
{
	uint8_t bytes[5 * SHA384_BLOCK];
	uint8_t state[SHA384_STATE_SIZE];
	uint8_t whole[SHA384_SIZE];
	uint8_t parts[SHA384_SIZE];
	struct sha384_stream a, b;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	ck_assert_int_eq(sha384(bytes, sizeof(bytes), whole, NULL), 0);
	sha384_stream_start(&a);
	sha384_stream_update(&a, bytes, 2 * SHA384_BLOCK);
	sha384_stream_save(&a, state);
	sha384_stream_restore(&b, state, a.length);
	sha384_stream_update(&b, bytes + 2 * SHA384_BLOCK, 3 * SHA384_BLOCK);
	sha384_stream_digest(&b, parts);
	ck_assert_mem_eq(whole, parts, sizeof(whole));
}
END_TEST

START_TEST(peeking_leaves_the_digest_running)
{
	struct sha384 h = { 0 };
	uint8_t digest[SHA384_SIZE];

	ck_assert_int_eq(sha384_start(&h, NULL), 0);
	ck_assert_int_eq(sha384_update(&h, "ab", 2, NULL), 0);
	ck_assert_int_eq(sha384_peek(&h, digest, NULL), 0);
	ck_assert_int_eq(sha384_update(&h, "c", 1, NULL), 0);
	ck_assert_int_eq(sha384_final(&h, digest, NULL), 0);
	test_hex(digest, sizeof(digest), ABC);
}
END_TEST

START_TEST(context_stands_in_front_of_the_cause)
{
	struct tdl_error err = { 0 };
	char line[1200];

	tdl_fail(&err, -ENODATA, "BFV data ends past byte %d", 4096);
	ck_assert_int_eq(tdl_while(&err, -ENODATA, "section %d of %s", 3, "OVMF.fd"), -ENODATA);
	ck_assert_str_eq(tdl_error_text(&err, line, sizeof(line)),
			 "section 3 of OVMF.fd: BFV data ends past byte 4096 (ENODATA)");
	tdl_fail_hw(&err, -EIO, 0xc000010000000001, "TDH.MEM.PAGE.ADD failed");
	ck_assert_ptr_nonnull(strstr(tdl_error_text(&err, line, sizeof(line)),
				     "TDX module status 0xc000010000000001"));
}
END_TEST

START_TEST(a_directory_is_not_a_file)
{
	struct tdl_error err = { 0 };
	struct file_map map;

	ck_assert_int_eq(file_map("/", 10, &map, &err), -EISDIR);
	ck_assert_int_eq(file_map("/dev/null", 10, &map, &err), -ESPIPE);
	ck_assert_int_eq(file_map("/nonexistent", 10, &map, &err), -ENOENT);
}
END_TEST

START_TEST(a_file_appears_whole_or_not_at_all)
{
	char path[4200];
	struct tdl_error err = { 0 };
	struct file_map map;

	snprintf(path, sizeof(path), "%s/out", test_folder());
	test_rc(file_write(path, "hello", 5, &err), 0, &err);
	test_rc(file_map(path, 5, &map, &err), 0, &err);
	ck_assert_mem_eq(map.bytes, "hello", 5);
	file_unmap(&map);
	ck_assert_int_eq(file_map(path, 4, &map, &err), -E2BIG);
	ck_assert_int_eq(file_write("/dev/full", "hello", 5, &err), -ENOSPC);
	ck_assert_int_eq(file_write(test_folder(), "hello", 5, &err), -EISDIR);
}
END_TEST

START_TEST(a_folder_appears_whole_or_not_at_all)
{
	struct tdl_error err = { 0 };
	struct folder kept = { 0 };
	struct folder dropped = { 0 };
	struct folder late = { 0 };
	char path[4096];
	char file[4200];
	size_t size = 0;

	snprintf(path, sizeof(path), "%s/evidence", test_folder());
	snprintf(file, sizeof(file), "%s/one", path);
	test_rc(folder_begin(path, &dropped, &err), 0, &err);
	test_rc(folder_write(&dropped, "one", "1", 1, &err), 0, &err);
	ck_assert_int_eq(access(path, F_OK), -1);
	folder_end(&dropped);
	ck_assert_int_eq(access(path, F_OK), -1);

	test_rc(folder_begin(path, &kept, &err), 0, &err);
	test_rc(folder_begin(path, &late, &err), 0, &err);
	test_rc(folder_write(&kept, "one", "1", 1, &err), 0, &err);
	test_rc(folder_write(&late, "one", "2", 1, &err), 0, &err);
	test_rc(folder_commit(&kept, &err), 0, &err);
	/* Somebody took the name meanwhile: what is there stays. */
	ck_assert_int_eq(folder_commit(&late, &err), -EEXIST);
	folder_end(&kept);
	folder_end(&late);
	uint8_t *bytes = test_read(file, &size);
	ck_assert_uint_eq(size, 1);
	ck_assert_uint_eq(bytes[0], '1');
	free(bytes);
	ck_assert_int_eq(folder_begin(path, &late, &err), -EEXIST);
	ck_assert_int_eq(folder_begin(file, &late, &err), -EEXIST);
	unlink(file);
	rmdir(path);
}
END_TEST

START_TEST(a_folder_of_known_files_is_replaced_whole)
{
	static const char *const names[] = { "one", "two", NULL };
	struct tdl_error err = { 0 };
	struct folder f = { 0 };
	char path[4096], one[4200], two[4200], other[4200];

	snprintf(path, sizeof(path), "%s/evidence", test_folder());
	snprintf(one, sizeof(one), "%s/one", path);
	snprintf(two, sizeof(two), "%s/two", path);
	snprintf(other, sizeof(other), "%s/other", path);
	test_rc(folder_begin_over(path, names, &f, &err), 0, &err); /* a free name will do too */
	test_rc(folder_write(&f, "one", "1", 1, &err), 0, &err);
	test_rc(folder_commit(&f, &err), 0, &err);
	folder_end(&f);

	test_rc(folder_begin_over(path, names, &f, &err), 0, &err);
	test_rc(folder_write(&f, "two", "2", 1, &err), 0, &err);
	test_write(other, "x", 1); /* came meanwhile: it must not be lost */
	ck_assert_int_eq(folder_commit(&f, &err), -EEXIST);
	ck_assert_int_eq(access(one, F_OK), 0);
	unlink(other);
	test_rc(folder_commit(&f, &err), 0, &err);
	folder_end(&f);
	ck_assert_int_eq(access(one, F_OK), -1);
	ck_assert_int_eq(access(two, F_OK), 0);

	test_write(other, "x", 1);
	ck_assert_int_eq(folder_begin_over(path, names, &f, &err), -EEXIST);
	unlink(other);
	unlink(two);
	rmdir(path);
}
END_TEST

START_TEST(functions_of_a_library_are_found_by_name)
{
	struct {
		double (*cos)(double);
	} maths = { 0 };
	const struct symbol there = { "cos", 0 }, nowhere = { "no_such_function", 0 };
	struct tdl_error err = { 0 };

	test_rc(symbols_load("libm.so.6", &there, 1, &maths, &err), 0, &err);
	ck_assert_double_eq(maths.cos(0), 1);
	ck_assert_int_eq(symbols_load("libm.so.6", &nowhere, 1, &maths, &err), -EOPNOTSUPP);
	ck_assert_str_eq(err.text, "libm.so.6 has no no_such_function");
	ck_assert_int_eq(symbols_load("libnone.so.9", &there, 1, &maths, &err), -EOPNOTSUPP);
}
END_TEST

START_TEST(a_pipe_larger_than_the_limit_is_refused)
{
	struct tdl_error err = { 0 };
	uint8_t *bytes = NULL;
	size_t size;

	ck_assert_int_eq(file_read("/dev/zero", 100000, &bytes, &size, &err), -E2BIG);
	ck_assert_ptr_null(bytes);
	test_rc(file_read("/dev/null", 0, &bytes, &size, &err), 0, &err);
	ck_assert_uint_eq(size, 0);
	free(bytes);
}
END_TEST

struct seen {
	cpu_set_t cpus;
	sigset_t blocked;
};

static void *look_around(void *ctx)
{
	struct seen *seen = ctx;

	sched_getaffinity(0, sizeof(seen->cpus), &seen->cpus);
	pthread_sigmask(SIG_SETMASK, NULL, &seen->blocked);
	return seen;
}

static void check_helper(const cpu_set_t *allowed)
{
	struct seen seen = { 0 };
	sigset_t ours;
	pthread_t thread;
	void *result = NULL;

	ck_assert_int_eq(thread_start(&thread, look_around, &seen), 0);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	ck_assert_ptr_eq(result, &seen);
	ck_assert(CPU_EQUAL(&seen.cpus, allowed));
	ck_assert_int_eq(sigismember(&seen.blocked, SIGINT), 1);
	ck_assert_int_eq(sigismember(&seen.blocked, SIGPIPE), 1);
	pthread_sigmask(SIG_SETMASK, NULL, &ours);
	ck_assert_int_eq(sigismember(&ours, SIGINT), 0);
}

/* Wherever it begins; and where there is one CPU alone. */
START_TEST(a_helping_thread_may_run_where_its_process_may)
{
	cpu_set_t all, one;

	ck_assert_int_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	check_helper(&all);
	CPU_ZERO(&one);
	for (size_t i = 0; CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	check_helper(&one);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base");
	TCase *all = tcase_create("base");

	tcase_add_test(all, slice_refuses_a_length_that_wraps);
	tcase_add_test(all, a_cursor_stays_bad_once_it_ran_dry);
	tcase_add_test(all, numbers_are_read_in_the_order_their_names_say);
	tcase_add_test(all, taking_a_window_moves_the_parent_behind_it);
	tcase_add_test(all, hex_refuses_what_is_not_exactly_n_bytes);
	tcase_add_test(all, ranges_do_not_wrap);
	tcase_add_test(all, sha384_of_abc);
	tcase_add_test(all, a_saved_stream_goes_on_where_it_stopped);
	tcase_add_test(all, peeking_leaves_the_digest_running);
	tcase_add_test(all, context_stands_in_front_of_the_cause);
	tcase_add_test(all, a_directory_is_not_a_file);
	tcase_add_test(all, a_file_appears_whole_or_not_at_all);
	tcase_add_test(all, a_folder_appears_whole_or_not_at_all);
	tcase_add_test(all, a_folder_of_known_files_is_replaced_whole);
	tcase_add_test(all, functions_of_a_library_are_found_by_name);
	tcase_add_test(all, a_pipe_larger_than_the_limit_is_refused);
	tcase_add_test(all, a_helping_thread_may_run_where_its_process_may);
	suite_add_tcase(suite, all);
	return test_run(suite);
}
