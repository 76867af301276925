/* SPDX-License-Identifier: BSD-2-Clause */
/* What has been verified once, by content: certificate chains, the quoting enclaves they vouch for,
 * revocation lists, signatures over TCB info and QE identity, parsed bundles. A second quote of the
 * same platform then costs its own signature, one of another platform with the same collateral its
 * chain and its two signatures. Dates, revocation, the pinned root, TCB levels and the policy are
 * judged anew for every quote: they depend on what is asked. Only successes are remembered, each
 * under SHA-256 of every byte that it depends on. */
#ifndef TDLAUNCH_ATTEST_CACHE_H
#define TDLAUNCH_ATTEST_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/collateral.h>
#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Opaque; any number of threads may use one at once. */
struct tdl_attest_cache;

/**
 * struct tdl_attest_cache_counts - what a cache did so far
 * @hits:    questions that it could answer
 * @misses:  questions that it could not
 * @entries: facts that it holds now
 */
struct tdl_attest_cache_counts {
	uint64_t hits, misses;
	size_t entries;
};

/**
 * tdl_attest_cache_new() - an empty cache
 * @limit:     facts to keep at most; 0 for 4096. A chain takes about 20 KiB, the rest less. When
 *             full, what was not used for longest goes first, roughly
 * @ret_cache: the cache, to be freed
 * @err:       why not; NULL is fine
 *
 * Return: 0, or -ENOMEM.
 */
TDL_API int tdl_attest_cache_new(size_t limit, struct tdl_attest_cache **ret_cache,
				 struct tdl_error *err);

/**
 * tdl_attest_cache_free() - free a cache; no thread may be using it
 * @cache: NULL is fine. Bundles got from it stay valid until they are freed
 */
TDL_API void tdl_attest_cache_free(struct tdl_attest_cache *cache);

/**
 * tdl_attest_cache_collateral() - open a bundle, or get the one that was opened before
 * @cache:          the cache; NULL reads it anew
 * @path:           as for tdl_collateral_open()
 * @ret_collateral: the bundle, to be freed with tdl_collateral_free()
 * @err:            why not; NULL is fine
 *
 * Its files are read each time, so that a bundle that changed is noticed; they are parsed only when
 * a name or a byte in them is new.
 *
 * Return: as tdl_collateral_open().
 */
TDL_API int tdl_attest_cache_collateral(struct tdl_attest_cache *cache, const char *path,
					struct tdl_collateral **ret_collateral,
					struct tdl_error *err);

/**
 * tdl_attest_cache_count() - how it is doing
 * @cache:      the cache
 * @ret_counts: numbers since it was made
 */
TDL_API void tdl_attest_cache_count(struct tdl_attest_cache *cache,
				    struct tdl_attest_cache_counts *ret_counts);

#ifdef __cplusplus
}
#endif

#endif
