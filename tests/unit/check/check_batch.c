/* SPDX-License-Identifier: BSD-2-Clause */
/* Batches: every request gets one verdict, in order, whatever stands between; answers come while
 * questions still do; memory is bounded; who cannot write stops. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "base/file.h"
#include "check/request.h"
#include "tests/lib/test.h"
#include "tests/unit/check/platform.h"

/* A batch in a thread of its own, between two pipes. */
struct run {
	int in[2], out[2]; /* read end, write end */
	unsigned threads;
	int rc;
	struct tdl_batch_counts counts;
	struct tdl_error err;
	pthread_t thread;
};

static void *run_batch(void *arg)
{
	struct run *r = arg;
	const struct tdl_batch_options options = { .threads = r->threads };

	r->rc = tdl_check_batch(platform_rules, r->in[0], r->out[1], &options, &r->counts, &r->err);
	close(r->out[1]);
	return NULL;
}

static void start(struct run *r, unsigned threads)
{
	signal(SIGPIPE, SIG_IGN);
	*r = (struct run){ .threads = threads };
	ck_assert_int_eq(pipe2(r->in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(r->out, O_CLOEXEC), 0);
	ck_assert_int_eq(pthread_create(&r->thread, NULL, run_batch, r), 0);
}

static void stop(struct run *r)
{
	pthread_join(r->thread, NULL);
	close(r->in[0]);
	close(r->out[0]);
}

static void say(struct run *r, const char *text)
{
	ck_assert_int_eq(write_all(r->in[1], text, strlen(text)), 0);
}

/* The next verdict, parsed; waits at most ten seconds. */
static struct json_object *hear(FILE *from)
{
	char *line = NULL;
	size_t room = 0;

	ck_assert_int_gt(getline(&line, &room, from), 0);
	struct json_object *o = json_tokener_parse(line);
	ck_assert_msg(o != NULL, "%s", line);
	free(line);
	return o;
}

static void expect(FILE *from, int line, const char *id, const char *answer)
{
	struct json_object *o = hear(from), *value;

	ck_assert(json_object_object_get_ex(o, "line", &value));
	ck_assert_int_eq(json_object_get_int(value), line);
	ck_assert(json_object_object_get_ex(o, "id", &value));
	ck_assert_str_eq(value ? json_object_get_string(value) : "null", id);
	ck_assert(json_object_object_get_ex(o, "answer", &value));
	ck_assert_str_eq(json_object_get_string(value), answer);
	json_object_put(o);
}

/* A request with the quote, or with one that is not signed so. */
static char *request(int id, bool changed)
{
	char *quote = platform_quote(changed), *line = NULL;

	ck_assert_int_gt(asprintf(&line, "{\"id\":%d,\"evidence\":[{\"name\":\"q\",%s}]}\n", id,
				  quote), 0);
	free(quote);
	return line;
}

enum { MANY = 300 };

static bool is_bad(int i)
{
	return i % 7 == 3;
}

static bool is_no(int i)
{
	return i % 5 == 2;
}

static void *feed_many(void *arg)
{
	struct run *r = arg;

	for (int i = 1; i <= MANY; i++) {
		char *line = request(i, is_no(i));

		if (is_bad(i))
			line[strlen(line) / 2] = '\0';
		if (write_all(r->in[1], line, strlen(line)) < 0 ||
		    (is_bad(i) && write_all(r->in[1], "\0\n", 2) < 0))
			abort();
		free(line);
	}
	close(r->in[1]);
	return NULL;
}

static const unsigned pools[] = { 1, 2, 7 };

START_TEST(verdicts_come_in_order)
{
	struct run r;
	pthread_t feeder;
	struct tdl_batch_counts want = { .requests = MANY };

	start(&r, pools[_i]);
	ck_assert_int_eq(pthread_create(&feeder, NULL, feed_many, &r), 0);
	FILE *from = fdopen(dup(r.out[0]), "r");
	for (int i = 1; i <= MANY; i++) {
		char id[16];

		snprintf(id, sizeof(id), "%d", i);
		expect(from, i, is_bad(i) ? "null" : id,
		       is_bad(i) ? "cannot tell" : is_no(i) ? "no" : "yes");
		want.unknown += is_bad(i);
		want.no += !is_bad(i) && is_no(i);
		want.yes += !is_bad(i) && !is_no(i);
	}
	ck_assert_int_eq(fgetc(from), EOF);
	fclose(from);
	pthread_join(feeder, NULL);
	stop(&r);
	test_rc(r.rc, 0, &r.err);
	ck_assert_mem_eq(&r.counts, &want, sizeof(want));
}
END_TEST

/* A caller who asks only when it has been answered. */
START_TEST(an_answer_does_not_wait_for_the_next_question)
{
	struct run r;
	char *line = request(1, false);

	start(&r, 2);
	FILE *from = fdopen(dup(r.out[0]), "r");
	for (int i = 1; i < 5; i++) {
		say(&r, line);
		expect(from, 2 * i - 1, "1", "yes");
		say(&r, " \t\r\n"); /* a line that is passed over */
	}
	say(&r, "{\"id\":2,\"evidence\":[\"no-file\"]}"); /* a last line without its end */
	close(r.in[1]);
	expect(from, 9, "2", "cannot tell");
	fclose(from);
	stop(&r);
	test_rc(r.rc, 0, &r.err);
	ck_assert_uint_eq(r.counts.requests, 5);
	free(line);
}
END_TEST

static void *feed_long(void *arg)
{
	enum { CHUNK = 1 << 20, CHUNKS = 100 };
	struct run *r = arg;
	char *chunk = malloc(CHUNK);

	memset(chunk, 'x', CHUNK);
	for (int i = 0; i < CHUNKS; i++)
		if (write_all(r->in[1], chunk, CHUNK) < 0)
			abort();
	free(chunk);
	say(r, "\n{\"id\":2,\"evidence\":[\"no-file\"]}\n");
	close(r->in[1]);
	return NULL;
}

START_TEST(a_line_of_100_mb_is_one_bad_request)
{
	struct run r;
	pthread_t feeder;

	start(&r, 1);
	ck_assert_int_eq(pthread_create(&feeder, NULL, feed_long, &r), 0);
	FILE *from = fdopen(dup(r.out[0]), "r");
	struct json_object *o = hear(from);
	ck_assert_ptr_nonnull(strstr(json_object_to_json_string(o), "has more than 4 MiB"));
	json_object_put(o);
	expect(from, 2, "2", "cannot tell");
	fclose(from);
	pthread_join(feeder, NULL);
	stop(&r);
	test_rc(r.rc, 0, &r.err);
}
END_TEST

/* Nobody takes verdicts: after some requests no more are taken either. */
START_TEST(a_slow_reader_makes_all_wait)
{
	enum { MOST = 4 << 20 };
	static const char line[] = "{\"evidence\":[\"no-file\"]}\n";
	struct run r;
	size_t sent = 0;

	start(&r, 2);
	fcntl(r.in[1], F_SETFL, O_NONBLOCK);
	struct pollfd fd = { .fd = r.in[1], .events = POLLOUT };
	while (sent < MOST && poll(&fd, 1, 500) == 1) {
		ssize_t n = write(r.in[1], line, sizeof(line) - 1);

		if (n > 0)
			sent += (size_t)n;
	}
	ck_assert_uint_lt(sent, MOST);
	close(r.out[0]);
	pthread_join(r.thread, NULL);
	test_rc(r.rc, -EPIPE, &r.err);
	close(r.in[0]);
	close(r.in[1]);
}
END_TEST

/* The reader of verdicts has left while requests may still come: that is the end. */
START_TEST(a_reader_who_left_ends_the_batch)
{
	struct run r;

	start(&r, 2);
	close(r.out[0]);
	say(&r, "{\"evidence\":[\"no-file\"]}\n");
	pthread_join(r.thread, NULL);
	test_rc(r.rc, -EPIPE, &r.err);
	ck_assert_ptr_nonnull(strstr(r.err.text, "cannot write a verdict"));
	ck_assert_uint_eq(r.counts.requests, 0);
	close(r.in[0]);
	close(r.in[1]);
}
END_TEST

static int batch_of(const char *text, int out, struct tdl_batch_counts *ret_counts)
{
	struct tdl_error err = { 0 };
	int in[2];

	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(write_all(in[1], text, strlen(text)), 0);
	close(in[1]);
	int rc = tdl_check_batch(platform_rules, in[0], out, NULL, ret_counts, &err);
	close(in[0]);
	return rc;
}

START_TEST(what_cannot_be_written_is_an_error)
{
	struct tdl_batch_counts counts = { 0 };
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ck_assert_int_eq(batch_of("{}\n{}\n{}\n", full, &counts), -ENOSPC);
	ck_assert_uint_eq(counts.requests, 0);
	close(full);
	ck_assert_int_eq(batch_of("", STDOUT_FILENO, &counts), 0);
	ck_assert_uint_eq(counts.requests, 0);
	ck_assert_int_eq(batch_of(" \n\r\n", STDOUT_FILENO, &counts), 0);
	ck_assert_uint_eq(counts.requests, 0);
}
END_TEST

START_TEST(what_cannot_be_read_is_an_error)
{
	struct tdl_batch_counts counts = { 0 };
	struct tdl_error err = { 0 };
	const struct tdl_batch_options nowhere = { .root = "/nowhere" };
	int folder = open("/", O_RDONLY | O_CLOEXEC);

	test_rc(tdl_check_batch(platform_rules, folder, STDOUT_FILENO, NULL, &counts, &err), -EISDIR,
		&err);
	test_rc(tdl_check_batch(platform_rules, folder, STDOUT_FILENO, &nowhere, &counts, &err),
		-ENOENT, &err);
	close(folder);
	test_rc(tdl_check_batch(platform_rules, 1000, STDOUT_FILENO, NULL, &counts, &err), -EBADF,
		&err);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("batch");
	TCase *tc = tcase_create("batch");

	tcase_add_unchecked_fixture(tc, platform_make, platform_drop);
	tcase_add_loop_test(tc, verdicts_come_in_order, 0, sizeof(pools) / sizeof(pools[0]));
	tcase_add_test(tc, an_answer_does_not_wait_for_the_next_question);
	tcase_add_test(tc, a_line_of_100_mb_is_one_bad_request);
	tcase_add_test(tc, a_slow_reader_makes_all_wait);
	tcase_add_test(tc, a_reader_who_left_ends_the_batch);
	tcase_add_test(tc, what_cannot_be_written_is_an_error);
	tcase_add_test(tc, what_cannot_be_read_is_an_error);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
