/* SPDX-License-Identifier: BSD-2-Clause */
/* Regions replayed, each on its own: digests of records, digests of pages, and the hash from the
 * state that the log has for a region to the one it has for the next. */
#ifndef EVLOG_REPLAY_H
#define EVLOG_REPLAY_H

#include "evlog/layout.h"

struct tdl_image;
struct tdl_plan;

enum { REPLAY_DIGEST, REPLAY_PAGE, REPLAY_STATE, REPLAY_FINDINGS };

/* The first thing in a region that is wrong, of one kind. */
struct replay_finding {
	const char *what; /* NULL when nothing is; static */
	uint64_t record;
	uint64_t page; /* in the region; UINT64_MAX when it is the region as a whole */
};

struct replay_region {
	struct replay_finding findings[REPLAY_FINDINGS];
	uint64_t unknown;	    /* pages whose bytes nobody has */
	uint64_t from_file;	    /* pages whose bytes came from the firmware */
	bool stream_unknown;	    /* one of those is extended */
	struct sha384_stream after; /* when the stream is known */
};

/* Work of somebody else that the threads do among their own, once. */
struct replay_beside {
	void (*run)(void *ctx);
	void *ctx;
	bool done;
};

struct replay {
	const struct tdl_log *log;
	const struct layout *layout;
	const struct tdl_image *image; /* NULL when there is none */
	const struct tdl_plan *plan;   /* for the TD HOB; NULL when there is none */
	struct replay_region *regions; /* layout->count, owned by the caller */
	struct replay_beside *beside;  /* NULL when there is none */
	/* Digest of the image, computed by the same threads. */
	uint8_t file_digest[SHA384_SIZE];
	int file_rc;
	struct tdl_error file_err;
};

/* Replay all regions on so many threads; 0 is one a core. */
void replay_run(struct replay *rp, unsigned threads);
/* All regions one after another from the start of the stream: what MRTD is, whatever states the log
 * has. False when bytes of an extended page are unknown. */
bool replay_mrtd(const struct replay *rp, uint8_t ret_mrtd[SHA384_SIZE]);
/* Is the state before region i, by the log, that of the stream? i may be the number of regions, for
 * the MRTD of finalize. */
bool replay_matches(const struct replay *rp, size_t i, const struct sha384_stream *stream);

#endif
