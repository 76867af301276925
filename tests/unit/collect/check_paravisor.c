/* SPDX-License-Identifier: BSD-2-Clause */
/* Collecting under a paravisor that makes a new HCL report when it pleases, and a device that says no. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rsa.h>
#include <tdlaunch/azure.h>

#include "base/attr.h"
#include "collect/collect.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/vtpm.h"

enum { REPORT = 0x01400001, USER_DATA = 0x01400002, AK = 0x81000003 };

/* A guest on Azure. Reading the report gives the fresh one after so many seconds. */
struct guest {
	unsigned late, waited, reads, posts;
	unsigned torn, torn_at; /* so many readings, from that byte on, are of the fresh one already */
	int write_rc, quote_rc, host_rc, device_rc;
	uint8_t user_data[64];
	uint8_t nonce[64];
	size_t nonce_size;
	bool td; /* it sees TDX itself, and has no paravisor */
};

static struct vtpm_world stale, fresh;
static const uint8_t nonce[] = { 0x5f, 0x2c, 0x11 };

static void once(void)
{
	static uint8_t user_data[64];
	EVP_PKEY *key = EVP_RSA_gen(2048);

	vtpm_make_for(&(struct pki_knobs){ 0 }, key, user_data, &stale);
	memcpy(user_data, nonce, sizeof(nonce));
	vtpm_make_for(&(struct pki_knobs){ 0 }, key, user_data, &fresh);
	EVP_PKEY_free(key);
}

static bool exists(void *ctx, const char *path)
{
	const struct guest *g = ctx;

	return strcmp(path, g->td ? "/dev/tdx_guest" : "/sys/class/tpm/tpm0") == 0;
}

static int read_file(void *ctx, const char *path, size_t max, uint8_t **ret_bytes, size_t *ret_size)
{
	const struct guest *g = ctx;

	(void)max;
	if (g->td || strcmp(path, "/sys/class/dmi/id/chassis_asset_tag") != 0)
		return -ENOENT;
	*ret_bytes = (uint8_t *)strdup("7783-7084-3265-9085-8269-3286-77\n");
	*ret_size = 33;
	return 0;
}

static int no_folder(void *ctx, const char *path)
{
	(void)ctx;
	(void)path;
	return -ENOENT;
}

static int device(void *ctx, const char *path, const uint8_t report_data[64],
		  uint8_t ret_report[1024])
{
	const struct guest *g = ctx;

	(void)path;
	(void)report_data;
	(void)ret_report;
	return g->td ? g->device_rc : -ENOENT;
}

static int nv_read(void *ctx, uint32_t index, uint8_t ret_bytes[VTPM_NV_MAX], size_t *ret_size,
		   struct tdl_error *err)
{
	struct guest *g = ctx;

	if (index != REPORT)
		return tdl_fail(err, -ENOENT, "no such index");
	g->reads++;
	const struct vtpm_world *now = g->nonce_size || g->waited >= g->late ? &fresh : &stale;
	memcpy(ret_bytes, now->hcl, sizeof(now->hcl));
	if (g->reads <= g->torn) {
		memcpy(ret_bytes, stale.hcl, g->torn_at);
		memcpy(ret_bytes + g->torn_at, fresh.hcl + g->torn_at, sizeof(now->hcl) - g->torn_at);
	}
	*ret_size = sizeof(now->hcl);
	return 0;
}

static int nv_write(void *ctx, uint32_t index, const void *bytes, size_t size, struct tdl_error *err)
{
	struct guest *g = ctx;

	ck_assert_uint_eq(index, USER_DATA);
	ck_assert_uint_eq(size, 64);
	ck_assert_uint_eq(g->reads, 0);
	if (g->write_rc < 0)
		return tdl_fail(err, g->write_rc, "not to be written");
	memcpy(g->user_data, bytes, size);
	return 0;
}

static int tpm_quote(void *ctx, uint32_t key, const void *bytes, size_t size, struct vtpm_quote *ret,
		     struct tdl_error *err)
{
	struct guest *g = ctx;

	ck_assert_uint_eq(key, AK);
	if (g->quote_rc < 0)
		return tdl_fail(err, g->quote_rc, "no quote of the TPM");
	memcpy(g->nonce, bytes, size);
	g->nonce_size = size;
	*ret = (struct vtpm_quote){ .message = "TPMS_ATTEST", .message_size = 11,
				    .signature = "TPMT_SIGNATURE", .signature_size = 14 };
	for (size_t i = 0; i < sizeof(ret->pcrs); i++)
		ret->pcrs[i] = (uint8_t)(i / 32);
	return 0;
}

static int host_quote(void *ctx, const uint8_t report[1024], uint8_t **ret_quote, size_t *ret_size,
		      struct tdl_error *err)
{
	struct guest *g = ctx;
	bool is_fresh = memcmp(report, fresh.hcl + 32, 1024) == 0;
	const struct vtpm_world *v = is_fresh ? &fresh : &stale;

	g->posts++;
	ck_assert_mem_eq(report, v->hcl + 32, 1024);
	if (g->host_rc < 0)
		return tdl_fail(err, g->host_rc, "no quote of the host");
	*ret_quote = malloc(v->w.quote_size);
	memcpy(*ret_quote, v->w.quote, v->w.quote_size);
	*ret_size = v->w.quote_size;
	return 0;
}

static void pass_time(void *ctx, unsigned seconds)
{
	struct guest *g = ctx;

	g->waited += seconds;
}

static struct tdl_collection *collect(struct guest *g, size_t nonce_size)
{
	const struct collect_system sys = {
		.ctx = g,
		.exists = exists,
		.read = read_file,
		.make_folder = no_folder,
		.report = device,
		.nv_read = nv_read,
		.nv_write = nv_write,
		.tpm_quote = tpm_quote,
		.host_quote = host_quote,
		.wait = pass_time,
	};
	struct tdl_collection *c = NULL;
	struct tdl_error err = { 0 };

	test_rc(collect_from(&sys, nonce, nonce_size, &c, &err), 0, &err);
	return c;
}

static bool has_note(const struct tdl_collection *c, const char *words)
{
	for (size_t i = 0; tdl_collection_note(c, i); i++)
		if (strstr(tdl_collection_note(c, i), words))
			return true;
	return false;
}

START_TEST(a_report_is_waited_for_until_it_is_for_the_nonce)
{
	struct guest g = { .late = 3 };
	struct tdl_collection *c = collect(&g, sizeof(nonce));

	ck_assert_mem_eq(g.user_data, "\x5f\x2c\x11\0\0\0\0", 7);
	ck_assert_uint_eq(g.waited, 3);
	ck_assert_uint_eq(g.reads, 4);
	ck_assert_mem_eq(collect_find(c, "hcl.bin")->bytes, fresh.hcl, sizeof(fresh.hcl));
	ck_assert(!has_note(c, "old one"));
	/* The TPM's quote is over the nonce alone. */
	ck_assert_uint_eq(g.nonce_size, sizeof(nonce));
	ck_assert_mem_eq(g.nonce, nonce, sizeof(nonce));
	tdl_collection_free(c);
}
END_TEST

START_TEST(a_report_that_stays_old_is_taken_and_noted)
{
	struct guest g = { .late = 1000 };
	struct tdl_collection *c = collect(&g, sizeof(nonce));

	ck_assert_uint_eq(g.waited, 10);
	ck_assert_mem_eq(collect_find(c, "hcl.bin")->bytes, stale.hcl, sizeof(stale.hcl));
	ck_assert(has_note(c, "none with the user data asked for came within 10 seconds"));
	tdl_collection_free(c);

	g = (struct guest){ .late = 1000, .write_rc = -EACCES };
	c = collect(&g, sizeof(nonce));
	ck_assert_uint_eq(g.waited, 0);
	ck_assert(has_note(c, "could not be written: not to be written"));
	ck_assert_int_eq(collect_find(c, "vtpm.json")->item.state, TDL_COLLECTED);
	tdl_collection_free(c);
}
END_TEST

/* Changed while it is read, it has the user data asked for and another TDREPORT. */
START_TEST(a_report_of_two_halves_is_read_again)
{
	static const unsigned cuts[] = { 1024, 1240, 200 };

	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		struct guest g = { .torn = 1, .torn_at = cuts[i] };
		struct tdl_collection *c = collect(&g, sizeof(nonce));

		ck_assert_uint_eq(g.waited, 0);
		ck_assert_uint_eq(g.reads, 2);
		ck_assert_mem_eq(collect_find(c, "hcl.bin")->bytes, fresh.hcl, sizeof(fresh.hcl));
		ck_assert(!has_note(c, "old one"));
		tdl_collection_free(c);
	}
	/* It does not change any more: what there is is taken. */
	struct guest g = { .torn = 1000, .torn_at = 1024 };
	struct tdl_collection *c = collect(&g, sizeof(nonce));

	ck_assert_uint_eq(g.reads, 2);
	ck_assert_int_eq(collect_find(c, "hcl.bin")->item.state, TDL_COLLECTED);
	tdl_collection_free(c);
}
END_TEST

START_TEST(without_a_nonce_nothing_is_written_or_waited_for)
{
	struct guest g = { .late = 1000, .write_rc = -EACCES };
	struct tdl_collection *c = collect(&g, 0);

	ck_assert_uint_eq(g.waited, 0);
	ck_assert_uint_eq(g.reads, 1);
	ck_assert(!has_note(c, "old one"));
	ck_assert_uint_eq(g.nonce_size, 0);
	tdl_collection_free(c);
}
END_TEST

START_TEST(the_document_holds_what_was_collected)
{
	struct guest g = { 0 };
	struct tdl_collection *c = collect(&g, sizeof(nonce));
	const struct entry *e = collect_find(c, "vtpm.json");
	struct tdl_azure *azure = NULL;
	struct tdl_error err = { 0 };
	size_t size = 0;

	ck_assert_int_eq(e->item.state, TDL_COLLECTED);
	test_rc(tdl_azure_open((const char *)e->bytes, e->item.size, &azure, &err), 0, &err);
	const struct tdl_vtpm *v = tdl_azure_vtpm(azure);
	ck_assert_uint_eq(v->hcl_report_size, sizeof(fresh.hcl));
	ck_assert_mem_eq(v->hcl_report, fresh.hcl, sizeof(fresh.hcl));
	ck_assert_uint_eq(v->message_size, 11);
	ck_assert_mem_eq(v->message, "TPMS_ATTEST", 11);
	ck_assert_uint_eq(v->signature_size, 14);
	ck_assert_mem_eq(v->signature, "TPMT_SIGNATURE", 14);
	ck_assert_uint_eq(v->pcrs_size, 24 * 32);
	ck_assert_uint_eq(((const uint8_t *)v->pcrs)[23 * 32 + 31], 23);
	ck_assert_mem_eq(tdl_azure_quote(azure, &size), fresh.w.quote, fresh.w.quote_size);
	ck_assert_uint_eq(size, fresh.w.quote_size);
	/* What it calls a signature is none. */
	ck_assert(has_note(c, "is none by HCLAkPub"));
	tdl_azure_free(azure);
	tdl_collection_free(c);
}
END_TEST

static const struct {
	struct guest guest;
	const char *file, *advice;
	enum tdl_collected state;
} faults[] = {
	{ { .quote_rc = -EACCES }, "vtpm.json", "--auth owner=FILE, key=FILE", TDL_NOT_READ },
	{ { .quote_rc = -ENODEV }, "vtpm.json", "name the vTPM with --tcti", TDL_NOT_READ },
	{ { .quote_rc = -EOPNOTSUPP }, "vtpm.json", "install tpm2-tss", TDL_NOT_READ },
	{ { .quote_rc = -EBUSY }, "vtpm.json", "collect again", TDL_NOT_READ },
	{ { .quote_rc = -ENOENT }, "vtpm.json", "restart the guest", TDL_NOT_THERE },
	{ { .host_rc = -ETIMEDOUT }, "quote.bin", "inside of Azure's guests alone", TDL_NOT_READ },
	{ { .host_rc = -EOPNOTSUPP }, "quote.bin", "install libcurl", TDL_NOT_READ },
	{ { .host_rc = -EBUSY }, "quote.bin", "collect again", TDL_NOT_READ },
};

START_TEST(each_answer_has_its_advice)
{
	struct guest g = faults[_i].guest;
	struct tdl_collection *c = collect(&g, 0);
	const struct entry *e = collect_find(c, faults[_i].file);

	ck_assert_int_eq(e->item.state, faults[_i].state);
	ck_assert_ptr_nonnull(strstr(e->item.why, "no quote of the"));
	ck_assert_msg(strstr(e->item.advice, faults[_i].advice), "\"%s\" lacks \"%s\"",
		      e->item.advice, faults[_i].advice);
	ck_assert_int_eq(collect_find(c, "hcl.bin")->item.state, TDL_COLLECTED);
	tdl_collection_free(c);
}
END_TEST

static const struct {
	int rc;
	const char *why;
} devices[] = {
	{ -EIO, "the TDX module refused a report" },
	{ -ENOTTY, "does not know TDX_CMD_GET_REPORT0" },
	{ -ENXIO, "this is a TD, but there is no /dev/tdx_guest" },
	{ -EACCES, "Permission denied" },
	{ -EINTR, "Interrupted" },
};

START_TEST(each_answer_of_the_device_has_its_reason)
{
	struct guest g = { .td = true, .device_rc = devices[_i].rc };
	struct tdl_collection *c = collect(&g, sizeof(nonce));
	const struct entry *e = collect_find(c, "tdreport.bin");

	ck_assert_int_ne(e->item.state, TDL_COLLECTED);
	ck_assert_msg(strstr(e->item.why, devices[_i].why), "\"%s\" lacks \"%s\"", e->item.why,
		      devices[_i].why);
	/* Neither its host's TPM nor a service is asked. */
	ck_assert_int_eq(collect_find(c, "hcl.bin")->item.state, TDL_NOT_THERE);
	ck_assert_uint_eq(g.reads + g.posts, 0);
	tdl_collection_free(c);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("collect paravisor");
	TCase *tc = tcase_create("paravisor");

	tcase_add_unchecked_fixture(tc, once, NULL);
	tcase_add_test(tc, a_report_is_waited_for_until_it_is_for_the_nonce);
	tcase_add_test(tc, a_report_that_stays_old_is_taken_and_noted);
	tcase_add_test(tc, a_report_of_two_halves_is_read_again);
	tcase_add_test(tc, without_a_nonce_nothing_is_written_or_waited_for);
	tcase_add_test(tc, the_document_holds_what_was_collected);
	tcase_add_loop_test(tc, each_answer_has_its_advice, 0, ARRAY_SIZE(faults));
	tcase_add_loop_test(tc, each_answer_of_the_device_has_its_reason, 0, ARRAY_SIZE(devices));
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
