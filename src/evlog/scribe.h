/* SPDX-License-Identifier: BSD-2-Clause */
/* The scribe turns operations, already known to be in order, into hashes, records and bytes in a
 * file. It runs on one thread. Its memory is fixed: one buffer, one region, one page digest. */
#ifndef EVLOG_SCRIBE_H
#define EVLOG_SCRIBE_H

#include "base/hash.h"
#include "evlog/record.h"
#include "evlog/stream.h"

#define SCRIBE_BUFFER 65536 /* bytes collected before they are written */

struct scribe {
	int fd; /* owned */
	struct tdl_log_options opt;
	uint64_t number; /* of the next record */
	/* Of the operations so far. With opt.computation only the length is kept from page to page, and
	 * the state is taken from there at the start of a region. */
	struct sha384_stream stream;
	size_t states; /* taken */
	uint64_t calls;
	/* The region that is open, and how many of its pages have been seen. */
	struct tdl_log_record region;
	char region_name[TDL_LOG_TEXT_MAX];
	uint64_t seen;
	uint8_t page_digests[TDL_LOG_REGION_PAGES * PAGE_DIGEST_SIZE];
	struct page_memory last;
	uint8_t file_digest[SHA384_SIZE];
	bool file_digested;
	size_t used; /* bytes in buffer */
	uint8_t buffer[SCRIBE_BUFFER];
};

/* What happened to a page. */
enum scribe_op { SCRIBE_ADD, SCRIBE_ADD_EXTEND, SCRIBE_EXTEND };

/* s is zeroed; takes fd. */
void scribe_start(struct scribe *s, int fd, const struct tdl_log_options *opt);
int scribe_init(struct scribe *s, const struct tdl_log_init_event *init, uint32_t present,
		struct tdl_error *err);
/* At most TDL_LOG_REGION_PAGES pages. stream_length, stream_state and the source's name and digest
 * are filled in here; the name is copied. */
int scribe_region(struct scribe *s, const struct tdl_log_region_event *region,
		  struct tdl_error *err);
/* known: the digest of bytes, or NULL to have it computed. */
int scribe_page(struct scribe *s, enum scribe_op op, uint64_t gpa, const uint8_t *bytes,
		const uint8_t known[PAGE_DIGEST_SIZE], struct tdl_error *err);
/* mrtd may be NULL. */
int scribe_finalize(struct scribe *s, const uint8_t *mrtd, uint8_t ret_mrtd[SHA384_SIZE],
		    struct tdl_error *err);
int scribe_flush(struct scribe *s, struct tdl_error *err);
/* Close the file. */
int scribe_end(struct scribe *s, struct tdl_error *err);

/* A text for a log: what is not printable ASCII becomes '?', what is too long is cut. */
struct tdl_log_text scribe_text(const char *text, char buf[TDL_LOG_TEXT_MAX]);

#endif
