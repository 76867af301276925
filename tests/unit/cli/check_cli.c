/* SPDX-License-Identifier: BSD-2-Clause */
/* Values on the command line, and the reading of a line. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/nearest.h"
#include "cli/cli.h"

static const struct {
	const char *text;
	uint64_t bytes;
} sizes[] = {
	{ "512M", 512ull << 20 }, { "2G", 2ull << 30 },	     { "2g", 2ull << 30 },
	{ "64", 64ull << 20 },	  { "4096B", 4096 },	     { "1k", 1024 },
	{ "1T", 1ull << 40 },	  { "size=1G", 1ull << 30 }, { "0", 0 },
};

START_TEST(sizes_are_read_as_qemu_reads_them)
{
	struct tdl_error err = { 0 };
	uint64_t bytes = 1;

	test_rc(cli_parse_memory(sizes[_i].text, &bytes, &err), 0, &err);
	ck_assert_uint_eq(bytes, sizes[_i].bytes);
}
END_TEST

static const char *const not_sizes[] = {
	"",	     "G", "-1G", "+1G", " 1G", "1GB", "1 G", "1.5G", "0x10", "99999999999999999999",
	"16777216T",
};

START_TEST(what_is_not_a_size_is_refused)
{
	struct tdl_error err = { 0 };
	uint64_t bytes = 77;

	ck_assert_int_eq(cli_parse_memory(not_sizes[_i], &bytes, &err), -EINVAL);
	ck_assert_uint_eq(bytes, 77);
}
END_TEST

START_TEST(numbers_stay_between_their_limits)
{
	uint64_t n = 5;

	ck_assert_int_eq(cli_parse_number("0x1F", 0, 31, &n, NULL), 0);
	ck_assert_uint_eq(n, 31);
	ck_assert_int_eq(cli_parse_number("32", 0, 31, &n, NULL), -EINVAL);
	ck_assert_int_eq(cli_parse_number("-1", 0, UINT64_MAX, &n, NULL), -EINVAL);
	ck_assert_int_eq(cli_parse_number("1f", 0, 31, &n, NULL), -EINVAL);
	ck_assert_uint_eq(n, 31);
}
END_TEST

START_TEST(bytes_are_hex_or_base64_by_their_length)
{
	uint8_t out[48] = { 0 };
	char text[CLI_BYTES_TEXT];

	for (size_t n = 1; n <= sizeof(out); n++) {
		uint8_t in[48];

		for (size_t i = 0; i < n; i++)
			in[i] = (uint8_t)(i * 37 + n);
		ck_assert_int_eq(cli_parse_bytes(cli_bytes(in, n, true, text), out, n, NULL), 0);
		ck_assert_mem_eq(in, out, n);
		ck_assert_int_eq(cli_parse_bytes(cli_bytes(in, n, false, text), out, n, NULL), 0);
		ck_assert_mem_eq(in, out, n);
	}
	/* RFC 4648, section 10 */
	ck_assert_str_eq(cli_bytes("foob", 4, true, text), "Zm9vYg==");
}
END_TEST

static const char *const not_four_bytes[] = {
	"",	    "Zm9vYg=",	 "Zm9vYg=A", "Zm9vYh==", "Zm9v====",
	"====Zm9v", "Zm9vYg==x", "666f6f6",  "666f6f6x",
};

START_TEST(bytes_that_are_not_quite_right_are_refused)
{
	uint8_t out[4] = { 0xee, 0xee, 0xee, 0xee };

	ck_assert_int_eq(cli_parse_bytes(not_four_bytes[_i], out, 4, NULL), -EINVAL);
	ck_assert_uint_eq(out[0], 0xee);
}
END_TEST

START_TEST(the_nearest_word_is_close)
{
	struct nearest near = { .word = "mesure" };

	ck_assert_uint_eq(word_distance("kitten", "sitting"), 3);
	ck_assert_uint_eq(word_distance("lgo", "log"), 1);
	ck_assert_uint_eq(word_distance("LOG", "log"), 0);
	nearest_offer(&near, "inspect");
	ck_assert_ptr_null(near.found);
	nearest_offer(&near, "measure");
	nearest_offer(&near, "launch");
	ck_assert_str_eq(near.found, "measure");
}
END_TEST

enum { OPT_FLOW = CLI_LONG };

static const struct cli_option options[] = {
	{ 'm', "memory", "SIZE", "memory" },
	{ OPT_FLOW, "flow", "FLOW", "flow" },
	{ OPT_FLOW, "order", "FLOW", NULL },
	{ 0 },
};

static const struct cli_spec spec = {
	.command = "try",
	.operands = "IMAGE",
	.summary = "Try.",
	.options = options,
	.common = CLI_JSON,
	.example = "tdlaunch try\n",
};

/* Read a line of at most seven words; returns how cli_next() ended. */
static int read_line(struct cli_args *args, const char **words, const char **flow,
		     const char **memory)
{
	int argc = 0;
	int opt;

	while (words[argc])
		argc++;
	cli_begin(args, &spec, argc, (char **)(uintptr_t)words);
	while ((opt = cli_next(args)) > 0) {
		if (opt == OPT_FLOW)
			*flow = args->value;
		else
			*memory = args->value;
	}
	return opt;
}

START_TEST(options_and_operands_may_be_mixed)
{
	const char *words[] = { "try", "a.fd", "--flow=x", "-m", "2G", "--json", "-q", NULL };
	const char *flow = NULL, *memory = NULL;
	struct cli_args args;

	ck_assert_int_eq(read_line(&args, words, &flow, &memory), 0);
	ck_assert_str_eq(flow, "x");
	ck_assert_str_eq(memory, "2G");
	ck_assert(args.json && args.quiet && !args.bare);
	ck_assert(cli_operands(&args, 1, 1));
	ck_assert_str_eq(args.operands[0], "a.fd");
}
END_TEST

START_TEST(an_alias_is_the_same_option)
{
	const char *words[] = { "try", "--order", "y", NULL };
	const char *flow = NULL, *memory = NULL;
	struct cli_args args;

	ck_assert_int_eq(read_line(&args, words, &flow, &memory), 0);
	ck_assert_str_eq(flow, "y");
	ck_assert(!cli_operands(&args, 1, 1));
	ck_assert_int_eq(args.exit, CLI_USAGE);
}
END_TEST

static const char *const bad_options[] = { "--flwo", "--json=1", "-x", "--flow", "--bare", "-v" };

START_TEST(an_option_that_is_not_there_is_a_usage_error)
{
	const char *words[] = { "try", bad_options[_i], NULL };
	const char *flow = NULL, *memory = NULL;
	struct cli_args args;

	ck_assert_int_eq(read_line(&args, words, &flow, &memory), -1);
	ck_assert_int_eq(args.exit, CLI_USAGE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cli");
	TCase *all = tcase_create("cli");

	tcase_add_loop_test(all, sizes_are_read_as_qemu_reads_them, 0, ARRAY_SIZE(sizes));
	tcase_add_loop_test(all, what_is_not_a_size_is_refused, 0, ARRAY_SIZE(not_sizes));
	tcase_add_test(all, numbers_stay_between_their_limits);
	tcase_add_test(all, bytes_are_hex_or_base64_by_their_length);
	tcase_add_loop_test(all, bytes_that_are_not_quite_right_are_refused, 0,
			    ARRAY_SIZE(not_four_bytes));
	tcase_add_test(all, the_nearest_word_is_close);
	tcase_add_test(all, options_and_operands_may_be_mixed);
	tcase_add_test(all, an_alias_is_the_same_option);
	tcase_add_loop_test(all, an_option_that_is_not_there_is_a_usage_error, 0,
			    ARRAY_SIZE(bad_options));
	suite_add_tcase(suite, all);
	return test_run(suite);
}
