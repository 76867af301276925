/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache: two generations of a hash table. What is used moves to the young one; when that is
 * full, the old one is dropped and the young one grows old. */
#include "attest/facts.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/scope.h"

enum { BUCKETS = 4096, LIMIT_DEFAULT = 4096 };

struct fact {
	struct fact *next;
	struct fact_key key;
	struct known *known; /* a reference */
};

struct generation {
	struct fact *bucket[BUCKETS];
	size_t count;
};

struct tdl_attest_cache {
	pthread_mutex_t lock; /* of everything below */
	struct generation generation[2];
	unsigned young;	/* index */
	size_t limit;	/* facts of one generation */
	uint64_t hits, misses;
};

struct known *known_new(void)
{
	struct known *known = calloc(1, sizeof(*known));

	if (known)
		atomic_init(&known->refs, 1);
	return known;
}

void known_unref(struct known **known)
{
	struct known *k = *known;

	*known = NULL;
	if (!k || atomic_fetch_sub(&k->refs, 1) != 1)
		return;
	certs_free(&k->certs);
	tdl_collateral_free(k->collateral);
	free(k);
}

int tdl_attest_cache_new(size_t limit, struct tdl_attest_cache **ret_cache, struct tdl_error *err)
{
	struct tdl_attest_cache *c = calloc(1, sizeof(*c));

	if (!c || pthread_mutex_init(&c->lock, NULL) != 0) {
		free(c);
		return tdl_fail(err, -ENOMEM, "no memory for a cache");
	}
	c->limit = ((limit ? limit : LIMIT_DEFAULT) + 1) / 2;
	*ret_cache = c;
	return 0;
}

static void drop(struct generation *g)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (g->bucket[i]) {
			struct fact *fact = g->bucket[i];

			g->bucket[i] = fact->next;
			known_unref(&fact->known);
			free(fact);
		}
	g->count = 0;
}

void tdl_attest_cache_free(struct tdl_attest_cache *cache)
{
	if (!cache)
		return;
	drop(&cache->generation[0]);
	drop(&cache->generation[1]);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

void tdl_attest_cache_count(struct tdl_attest_cache *cache,
			    struct tdl_attest_cache_counts *ret_counts)
{
	pthread_mutex_lock(&cache->lock);
	*ret_counts = (struct tdl_attest_cache_counts){
		.hits = cache->hits,
		.misses = cache->misses,
		.entries = cache->generation[0].count + cache->generation[1].count,
	};
	pthread_mutex_unlock(&cache->lock);
}

/* Where the fact hangs, or the end of its list. Digests are spread evenly as they are. */
static struct fact **place(struct generation *g, const struct fact_key *key)
{
	uint32_t hash;

	memcpy(&hash, key->digest[0], sizeof(hash));
	for (int i = 1; i < 3; i++) {
		uint32_t more;

		memcpy(&more, key->digest[i], sizeof(more));
		hash ^= more >> i;
	}
	struct fact **at = &g->bucket[(hash ^ key->kind) % BUCKETS];
	while (*at && memcmp(&(*at)->key, key, sizeof(*key)) != 0)
		at = &(*at)->next;
	return at;
}

/* Put a fact among the young, which may make a generation. Takes fact. */
static void put(struct tdl_attest_cache *c, struct fact *fact)
{
	if (c->generation[c->young].count >= c->limit) {
		c->young ^= 1;
		drop(&c->generation[c->young]);
	}
	struct generation *g = &c->generation[c->young];
	struct fact **at = place(g, &fact->key);
	fact->next = *at;
	*at = fact;
	g->count++;
}

static struct fact *find(struct tdl_attest_cache *c, const struct fact_key *key)
{
	struct fact **at = place(&c->generation[c->young], key);

	if (*at)
		return *at;
	at = place(&c->generation[!c->young], key);
	struct fact *fact = *at;
	if (fact) {
		*at = fact->next;
		c->generation[!c->young].count--;
		put(c, fact);
	}
	return fact;
}

struct known *facts_find(struct tdl_attest_cache *cache, const struct fact_key *key)
{
	struct known *known = NULL;

	if (!cache)
		return NULL;
	pthread_mutex_lock(&cache->lock);
	struct fact *fact = find(cache, key);
	if (fact) {
		known = fact->known;
		atomic_fetch_add(&known->refs, 1);
		cache->hits++;
	} else {
		cache->misses++;
	}
	pthread_mutex_unlock(&cache->lock);
	return known;
}

void facts_keep(struct tdl_attest_cache *cache, const struct fact_key *key, struct known *known)
{
	AUTO_FREE struct fact *fact = cache && known ? calloc(1, sizeof(*fact)) : NULL;

	if (!fact)
		return;
	fact->key = *key;
	fact->known = known;
	pthread_mutex_lock(&cache->lock);
	if (!find(cache, key)) { /* else another thread was faster */
		atomic_fetch_add(&known->refs, 1);
		put(cache, steal(fact));
	}
	pthread_mutex_unlock(&cache->lock);
}

bool facts_has(struct tdl_attest_cache *cache, const struct fact_key *key)
{
	AUTO_KNOWN struct known *known = facts_find(cache, key);

	return known != NULL;
}

void facts_mark(struct tdl_attest_cache *cache, const struct fact_key *key)
{
	AUTO_KNOWN struct known *known = cache ? known_new() : NULL;

	facts_keep(cache, key, known);
}
