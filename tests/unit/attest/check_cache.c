/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache of what was verified: it saves work, forgets what is old, and is never fooled by bytes
 * that differ. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/facts.h"
#include "base/attr.h"
#include "tdlaunch/verdict.h"
#include "tests/lib/test.h"
#include "tests/unit/attest/pki.h"

static struct tdl_attest_cache *new_cache(size_t limit)
{
	struct tdl_attest_cache *cache = NULL;
	struct tdl_error err = { 0 };

	test_rc(tdl_attest_cache_new(limit, &cache, &err), 0, &err);
	return cache;
}

static struct tdl_attest_cache_counts counts_of(struct tdl_attest_cache *cache)
{
	struct tdl_attest_cache_counts counts;

	tdl_attest_cache_count(cache, &counts);
	return counts;
}

static struct fact_key key_of(unsigned n)
{
	struct fact_key key = { .kind = FACT_CRL };

	sha256(&n, sizeof(n), key.digest[0]);
	return key;
}

START_TEST(what_is_used_stays_and_the_rest_goes)
{
	struct tdl_attest_cache *cache = new_cache(8);

	for (unsigned n = 0; n < 100; n++) {
		struct fact_key often = key_of(0), key = key_of(n);

		facts_mark(cache, &key);
		ck_assert_msg(facts_has(cache, &often), "lost after %u", n);
		ck_assert_uint_le(counts_of(cache).entries, 8);
	}
	struct fact_key early = key_of(50), late = key_of(99);
	ck_assert(!facts_has(cache, &early));
	ck_assert(facts_has(cache, &late));
	tdl_attest_cache_free(cache);
}
END_TEST

START_TEST(each_part_of_a_key_matters)
{
	struct tdl_attest_cache *cache = new_cache(0);
	struct fact_key key = key_of(1);

	facts_mark(cache, &key);
	for (size_t i = 0; i < sizeof(key); i++) {
		((uint8_t *)&key)[i] ^= 1;
		ck_assert_msg(!facts_has(cache, &key), "byte %zu", i);
		((uint8_t *)&key)[i] ^= 1;
	}
	ck_assert(facts_has(cache, &key));
	tdl_attest_cache_free(cache);
}
END_TEST

START_TEST(no_cache_knows_nothing)
{
	struct fact_key key = key_of(1);

	facts_mark(NULL, &key);
	ck_assert(!facts_has(NULL, &key));
	tdl_attest_cache_free(NULL);
}
END_TEST

static int64_t pki_time(void)
{
	int64_t at = 0;

	ck_assert_int_eq(tdl_time_parse(PKI_TIME, &at), 0);
	return at;
}

static enum tdl_answer answer_of(const struct pki_world *w, struct tdl_attest_cache *cache,
				 const struct tdl_collateral *collateral)
{
	struct tdl_verify_options opt = { .collateral = collateral, .at = pki_time(),
					  .root = w->root, .root_size = w->root_size,
					  .cache = cache };
	struct tdl_verdict *v = NULL;
	struct tdl_error err = { 0 };

	test_rc(tdl_verify(w->quote, w->quote_size, &opt, &v, &err), 0, &err);
	enum tdl_answer answer = tdl_verdict_answer(v);
	tdl_verdict_free(v);
	return answer;
}

START_TEST(a_second_verification_finds_all_there_is_to_know)
{
	struct tdl_attest_cache *cache = new_cache(0);
	struct tdl_collateral *first = NULL, *second = NULL;
	static struct pki_world w;
	struct tdl_error err = { 0 };

	pki_make(&(struct pki_knobs){ 0 }, &w);
	test_rc(tdl_attest_cache_collateral(cache, w.folder, &first, &err), 0, &err);
	ck_assert_int_eq(answer_of(&w, cache, first), TDL_ANSWER_YES);
	struct tdl_attest_cache_counts cold = counts_of(cache);
	ck_assert_uint_eq(cold.hits, 0);
	test_rc(tdl_attest_cache_collateral(cache, w.folder, &second, &err), 0, &err);
	ck_assert_ptr_eq(first, second);
	ck_assert_int_eq(answer_of(&w, cache, second), TDL_ANSWER_YES);
	struct tdl_attest_cache_counts warm = counts_of(cache);
	ck_assert_uint_eq(warm.misses, cold.misses);
	/* bundle, root, chain, enclave, two lists, two documents */
	ck_assert_uint_eq(warm.hits, 8);
	ck_assert_uint_eq(warm.entries, 8);
	tdl_attest_cache_free(cache);
	ck_assert_int_eq(answer_of(&w, NULL, first), TDL_ANSWER_YES); /* outlives the cache */
	tdl_collateral_free(first);
	tdl_collateral_free(second);
}
END_TEST

/* A change that a warm cache must notice, at some byte of the quote. */
START_TEST(a_warm_cache_notices_any_changed_byte)
{
	struct tdl_attest_cache *cache = new_cache(0);
	struct tdl_collateral *collateral = NULL;
	static struct pki_world w;
	struct tdl_error err = { 0 };

	pki_make(&(struct pki_knobs){ 0 }, &w);
	test_rc(tdl_attest_cache_collateral(cache, w.folder, &collateral, &err), 0, &err);
	for (size_t at = 0; at < 632 + 4 + 616; at += 7) {
		ck_assert_int_eq(answer_of(&w, cache, collateral), TDL_ANSWER_YES);
		w.quote[at] ^= 0x40;
		ck_assert_msg(answer_of(&w, cache, collateral) == TDL_ANSWER_NO, "byte %zu", at);
		w.quote[at] ^= 0x40;
	}
	tdl_collateral_free(collateral);
	tdl_attest_cache_free(cache);
}
END_TEST

START_TEST(a_changed_file_makes_another_bundle)
{
	struct tdl_attest_cache *cache = new_cache(0);
	struct tdl_collateral *one = NULL, *two = NULL;
	static struct pki_world w;
	struct tdl_error err = { 0 };
	char path[512];

	pki_make(&(struct pki_knobs){ 0 }, &w);
	test_rc(tdl_attest_cache_collateral(cache, w.folder, &one, &err), 0, &err);
	snprintf(path, sizeof(path), "%s/root_ca.crl", w.folder);
	test_write(path, "", 0);
	test_rc(tdl_attest_cache_collateral(cache, w.folder, &two, &err), 0, &err);
	ck_assert_ptr_ne(one, two);
	ck_assert_int_eq(answer_of(&w, cache, one), TDL_ANSWER_YES);
	ck_assert_int_eq(answer_of(&w, cache, two), TDL_ANSWER_NO);
	tdl_collateral_free(one);
	tdl_collateral_free(two);
	tdl_attest_cache_free(cache);
}
END_TEST

struct crowd {
	const struct pki_world *w;
	struct tdl_attest_cache *cache;
	unsigned wrong; /* of one thread */
};

static void *many(void *arg)
{
	struct crowd *c = arg;

	for (int i = 0; i < 60; i++) {
		struct tdl_collateral *collateral = NULL;

		if (tdl_attest_cache_collateral(c->cache, c->w->folder, &collateral, NULL) < 0 ||
		    answer_of(c->w, c->cache, collateral) != TDL_ANSWER_YES)
			c->wrong++;
		tdl_collateral_free(collateral);
	}
	return NULL;
}

/* A limit this low makes the threads evict what others are using. */
START_TEST(threads_share_a_cache)
{
	static struct pki_world w;
	struct crowd crowd[4];
	pthread_t threads[4];
	struct tdl_attest_cache *cache = new_cache(_i);

	pki_make(&(struct pki_knobs){ 0 }, &w);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		crowd[i] = (struct crowd){ .w = &w, .cache = cache };
		ck_assert_int_eq(pthread_create(&threads[i], NULL, many, &crowd[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		pthread_join(threads[i], NULL);
		ck_assert_uint_eq(crowd[i].wrong, 0);
	}
	tdl_attest_cache_free(cache);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attest cache");
	TCase *tc = tcase_create("facts");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, what_is_used_stays_and_the_rest_goes);
	tcase_add_test(tc, each_part_of_a_key_matters);
	tcase_add_test(tc, no_cache_knows_nothing);
	tcase_add_test(tc, a_second_verification_finds_all_there_is_to_know);
	tcase_add_test(tc, a_warm_cache_notices_any_changed_byte);
	tcase_add_test(tc, a_changed_file_makes_another_bundle);
	tcase_add_loop_test(tc, threads_share_a_cache, 0, 6);
	suite_add_tcase(suite, tc);
	return test_run(suite);
}
