/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of journals and quotes: what is read, and what is not. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/quotefile.h"
#include "base/attr.h"
#include "tests/lib/test.h"
#include "tests/unit/anchor/paper.h"

static struct tdl_error err;

#define ZEROS_20 "0000000000000000000000000000000000000000"
#define HEAD                                                                                       \
	"tdlaunch-anchor 1\nregister pcr:14\ntpm A TPM\nclock 5 6 7 1\n"                           \
	"before sha1 " ZEROS_20 "\n"

static const struct {
	const char *name;
	int rc;
	enum tdl_log_register kind;
	uint32_t index;
} registers[] = {
	{ "pcr:0", 0, TDL_LOG_REGISTER_PCR, 0 },
	{ "pcr:23", 0, TDL_LOG_REGISTER_PCR, 23 },
	{ "pcr:0x0e", 0, TDL_LOG_REGISTER_PCR, 14 },
	{ "nv:0x1000000", 0, TDL_LOG_REGISTER_NV, 0x1000000 },
	{ "nv:0x1ffffff", 0, TDL_LOG_REGISTER_NV, 0x1ffffff },
	{ "pcr:24", -EINVAL, 0, 0 },
	{ "pcr:-1", -EINVAL, 0, 0 },
	{ "pcr: 1", -EINVAL, 0, 0 },
	{ "pcr:", -EINVAL, 0, 0 },
	{ "pcr:1x", -EINVAL, 0, 0 },
	{ "pcr:18446744073709551630", -EINVAL, 0, 0 },
	{ "nv:0x2000000", -EINVAL, 0, 0 },
	{ "nv:0x101800001", -EINVAL, 0, 0 },
	{ "14", -EINVAL, 0, 0 },
	{ "", -EINVAL, 0, 0 },
};

START_TEST(a_register_has_one_name)
{
	enum tdl_log_register kind = TDL_LOG_REGISTER_DEFAULT;
	uint32_t index = 0;

	test_rc(tdl_anchor_register_parse(registers[_i].name, &kind, &index, &err),
		registers[_i].rc, &err);
	ck_assert_int_eq(kind, registers[_i].kind);
	ck_assert_uint_eq(index, registers[_i].index);
}
END_TEST

static const struct {
	const char *text;
	int rc;
	uint64_t records;
	bool complete, failed;
} journals[] = {
	{ HEAD, 0, 0, false, false },
	{ HEAD "extended 1\nextended 2\n", 0, 2, false, false },
	{ HEAD "extended 1\nfailed the TPM is gone\n", 0, 1, false, true },
	{ HEAD "extended 1\nfailed x\nextended 2\ncomplete\n", 0, 2, true, false },
	{ HEAD "before sha256 " ZEROS_20 "000000000000000000000000\nextended 1\n", 0, 1, false, false },
	/* A line that was being written when the process ended. */
	{ HEAD "extended 1\nexten", 0, 1, false, false },
	{ HEAD "extended 1\nextended 2", 0, 1, false, false },
	{ "", -EBADMSG, 0, false, false },
	{ "tdlaunch-anchor 1", -EBADMSG, 0, false, false },
	{ "tdlaunch-anchor 2\n", -EBADMSG, 0, false, false },
	{ "tdlaunch-anchor 1\n", -ENODATA, 0, false, false },
	{ "tdlaunch-anchor 1\nregister pcr:14\ntpm A TPM\nclock 5 6 7 1\n", -ENODATA, 0, false, false },
	{ "tdlaunch-anchor 1\nregister pcr:14\ntpm A TPM\nclock 5 6 7 1\nbefo", -ENODATA, 0, false,
	  false },
	{ "tdlaunch-anchor 1\ntpm A TPM\nregister pcr:14\nclock 5 6 7 1\n", -EBADMSG, 0, false, false },
	{ "tdlaunch-anchor 1\nregister pcr:014\ntpm A TPM\nclock 5 6 7 1\n", -EBADMSG, 0, false, false },
	{ "tdlaunch-anchor 1\nregister pcr:14 \ntpm A TPM\nclock 5 6 7 1\n", -EBADMSG, 0, false, false },
	{ "tdlaunch-anchor 1\nregister pcr:14\ntpm A TPM\nclock 5 6 7 2\n", -EBADMSG, 0, false, false },
	{ "tdlaunch-anchor 1\nregister pcr:14\ntpm A TPM\nclock 5 6 7\n", -EBADMSG, 0, false, false },
	{ "tdlaunch-anchor 1\nregister pcr:14\ntpm A TPM\nclock 5 4294967296 7 1\n", -EBADMSG, 0,
	  false, false },
	{ "tdlaunch-anchor 1\nregister pcr:14\ntpm A TPM\nclock 18446744073709551616 6 7 1\n",
	  -EBADMSG, 0, false, false },
	{ HEAD "before sha1 " ZEROS_20 "\n", -EBADMSG, 0, false, false },
	{ HEAD "before sha256 " ZEROS_20 "\n", -EBADMSG, 0, false, false },
	{ HEAD "before md5 " ZEROS_20 "\n", -EBADMSG, 0, false, false },
	{ HEAD "extended 2\n", -EBADMSG, 0, false, false },
	{ HEAD "extended 01\n", -EBADMSG, 0, false, false },
	{ HEAD "extended 1 \n", -EBADMSG, 0, false, false },
	{ HEAD "extended\n", -EBADMSG, 0, false, false },
	{ HEAD "extended 1\nextended 1\n", -EBADMSG, 0, false, false },
	{ HEAD "complete\nextended 1\n", -EBADMSG, 0, false, false },
	{ HEAD "extended 1\nbefore sha256 " ZEROS_20 "000000000000000000000000\n", -EBADMSG, 0, false,
	  false },
	{ HEAD "perhaps 1\n", -EBADMSG, 0, false, false },
	{ HEAD "failed \x1b[1m\n", -EBADMSG, 0, false, false },
	{ HEAD "\n", -EBADMSG, 0, false, false },
};

START_TEST(a_journal_has_these_lines_in_this_order)
{
	struct journal j = { 0 };

	test_rc(journal_read(journals[_i].text, strlen(journals[_i].text), &j, &err),
		journals[_i].rc, &err);
	if (journals[_i].rc < 0)
		return;
	ck_assert_uint_eq(j.records, journals[_i].records);
	ck_assert_int_eq(j.complete, journals[_i].complete);
	ck_assert_int_eq(j.failed, journals[_i].failed);
	ck_assert_int_eq(j.kind, TDL_LOG_REGISTER_PCR);
	ck_assert_uint_eq(j.index, 14);
	ck_assert_uint_eq(j.clock.time, 5);
	ck_assert_uint_eq(j.clock.resets, 6);
	ck_assert_uint_eq(j.clock.restarts, 7);
	ck_assert_uint_eq(j.clock.safe, 1);
}
END_TEST

START_TEST(the_head_that_is_written_is_the_one_described)
{
	struct journal j = {
		.kind = TDL_LOG_REGISTER_NV,
		.index = 0x1800001,
		.clock = { 12, 3, 4, 0 },
		.before = { .of = { { bank_of(0x0004), { 0xab } } }, .count = 1 },
	};
	size_t size = 0;
	char *text = journal_head(&j, "A TPM", &size);

	ck_assert_str_eq(text, "tdlaunch-anchor 1\nregister nv:0x1800001\ntpm A TPM\n"
			       "clock 12 3 4 0\nbefore sha1 ab00000000000000000000000000000000000000\n");
	ck_assert_uint_eq(size, strlen(text));
	free(text);
}
END_TEST

/* One line of a good quote replaced; "" removes it. */
static const struct {
	const char *word, *line;
	bool nv;
	int rc;
	const char *text;
} lines[] = {
	{ "register", "register pcr:24\n", false, -EBADMSG, "line 2" },
	{ "register", "", false, -ENODATA, "is missing" },
	{ "register", "register pcr:14\nregister pcr:14\n", false, -EBADMSG, "line 3" },
	{ "tpm", "", false, -ENODATA, "is missing" },
	{ "tpm", "tpm \n", false, -EBADMSG, "line 3" },
	{ "tpm", "tpm x\ntpm y\n", false, -EBADMSG, "line 4" },
	{ "attest", "", false, -ENODATA, "is missing" },
	{ "attest", "attest\n", false, -EBADMSG, "line 4" },
	{ "attest", "attest 0\n", false, -EBADMSG, "line 4" },
	{ "attest", "attest 0G\n", false, -EBADMSG, "line 4" },
	{ "attest", "attest AB\n", false, -EBADMSG, "line 4" },
	{ "attest", "attest ab cd\n", false, -EBADMSG, "line 4" },
	{ "attest", "attest ab\nattest ab\n", false, -EBADMSG, "line 5" },
	{ "signature", "", false, -ENODATA, "is missing" },
	{ "key", "", false, -ENODATA, "is missing" },
	{ "key", "key 00\nek-certificate 00\nek-certificate 00\nek-certificate 00\n", false, 0, "" },
	{ "key", "key 00\nek-certificate 0\n", false, -EBADMSG, "line 7" },
	{ "key",
	  "key 00\nek-certificate 00\nek-certificate 00\nek-certificate 00\nek-certificate 00\n",
	  false, -EBADMSG, "line 10" },
	{ "key", "key 00\nnv-public 00\n", false, -EBADMSG, "nv-public belongs" },
	{ "nv-public", "", true, -EBADMSG, "nv-public belongs" },
	{ "value sha1 ", "value sha1 00\n", false, -EBADMSG, "line 7" },
	{ "value sha1 ", "value sha1 " ZEROS_20 "\nvalue sha1 " ZEROS_20 "\n", false, -EBADMSG, "line 8" },
	{ "value sha1 ", "surprise 1\n", false, -EBADMSG, "line 7" },
	{ "value sha1 ", "value sha1 " ZEROS_20 "\n", false, 0, "" },
};

START_TEST(a_quote_has_these_lines)
{
	struct paper tpm = lines[_i].nv ? paper_nv() : paper_pcr();
	char *text = paper_quote(&tpm, "12345678", 8, SPOIL_NOTHING, NULL);
	char *at = text, *changed = NULL;
	struct quotefile *q = calloc(1, sizeof(*q));

	while (strncmp(at, lines[_i].word, strlen(lines[_i].word)) != 0)
		at = strchr(at, '\n') + 1;
	ck_assert_int_gt(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, lines[_i].line,
				  strchr(at, '\n') + 1),
			 0);
	test_rc(quotefile_read(changed, strlen(changed), q, &err), lines[_i].rc, &err);
	if (lines[_i].rc < 0)
		ck_assert_msg(strstr(err.text, lines[_i].text), "%s", err.text);
	free(q);
	free(changed);
	free(text);
	paper_free(&tpm);
}
END_TEST

START_TEST(a_quote_that_is_written_reads_the_same)
{
	struct paper tpm = _i ? paper_nv() : paper_pcr();
	struct paper_bytes ek = { { 0x30, 0x00 }, 2 };
	char *text = paper_quote(&tpm, "12345678", 8, SPOIL_NOTHING, &ek);
	struct quotefile *q = calloc(1, sizeof(*q));
	char path[4096];
	uint8_t *again;
	size_t size = 0;

	snprintf(path, sizeof(path), "%s/quote", test_folder());
	test_rc(quotefile_read(text, strlen(text), q, &err), 0, &err);
	test_rc(quotefile_write(path, q, &err), 0, &err);
	again = test_read(path, &size);
	ck_assert_uint_eq(size, strlen(text));
	ck_assert_mem_eq(again, text, size);
	ck_assert_uint_eq(q->index, tpm.index);
	ck_assert_uint_eq(q->ek_count, 1);
	ck_assert_uint_eq(q->values.count, _i ? 1 : 4);
	free(again);
	free(q);
	free(text);
	paper_free(&tpm);
}
END_TEST

static const struct {
	const char *text;
	enum tdl_anchor_file file;
} files[] = {
	{ "tdlaunch-anchor 1\n", TDL_ANCHOR_FILE_JOURNAL },
	{ "tdlaunch-anchor 9", TDL_ANCHOR_FILE_JOURNAL },
	{ "tdlaunch-quote 1\n", TDL_ANCHOR_FILE_QUOTE },
	{ "tdlaunch-quote", TDL_ANCHOR_FILE_OTHER },
	{ "Tdlaunch-quote 1\n", TDL_ANCHOR_FILE_OTHER },
	{ "", TDL_ANCHOR_FILE_OTHER },
};

START_TEST(files_are_told_by_how_they_begin)
{
	ck_assert_int_eq(tdl_anchor_recognise(files[_i].text, strlen(files[_i].text)),
			 files[_i].file);
}
END_TEST

START_TEST(a_file_beyond_the_limit_is_not_read)
{
	static char big[LINES_MAX + 1] = "tdlaunch-anchor 1\n";
	struct journal j = { 0 };

	test_rc(journal_read(big, sizeof(big), &j, &err), -E2BIG, &err);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("anchor/text");
	TCase *t = tcase_create("text");

	tcase_add_loop_test(t, a_register_has_one_name, 0, (int)ARRAY_SIZE(registers));
	tcase_add_loop_test(t, a_journal_has_these_lines_in_this_order, 0,
			    (int)ARRAY_SIZE(journals));
	tcase_add_test(t, the_head_that_is_written_is_the_one_described);
	tcase_add_loop_test(t, a_quote_has_these_lines, 0, (int)ARRAY_SIZE(lines));
	tcase_add_loop_test(t, a_quote_that_is_written_reads_the_same, 0, 2);
	tcase_add_loop_test(t, files_are_told_by_how_they_begin, 0, (int)ARRAY_SIZE(files));
	tcase_add_test(t, a_file_beyond_the_limit_is_not_read);
	suite_add_tcase(suite, t);
	return test_run(suite);
}
