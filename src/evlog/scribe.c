/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations to records. A region whose pages have records of their own is written before them;
 * one whose pages are only summed up is written when the last of them has been seen. */
#include "evlog/scribe.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <tdlaunch/image.h>

#include "base/bytes.h"
#include "base/file.h"
#include "measure/run.h"

void scribe_start(struct scribe *s, int fd, const struct tdl_log_options *opt)
{
	s->fd = fd;
	s->opt = *opt;
	sha384_stream_start(&s->stream);
}

struct tdl_log_text scribe_text(const char *text, char buf[TDL_LOG_TEXT_MAX])
{
	size_t n = strnlen(text, TDL_LOG_TEXT_MAX);

	for (size_t i = 0; i < n; i++)
		buf[i] = text[i] < 0x20 || text[i] > 0x7e ? '?' : text[i];
	return (struct tdl_log_text){ .text = buf, .length = n };
}

int scribe_flush(struct scribe *s, struct tdl_error *err)
{
	int rc = write_all(s->fd, s->buffer, s->used);

	if (rc < 0)
		return tdl_fail(err, rc, "cannot write the log: %s", strerror(-rc));
	s->used = 0;
	return 0;
}

/* Somebody wants each record once it is out of this process's hands. */
static int show(struct scribe *s, const struct tdl_log_record *r, struct tdl_error *err)
{
	int rc = scribe_flush(s, err);

	return rc < 0 ? rc : s->opt.record(s->opt.record_ctx, r, err);
}

static int emit(struct scribe *s, struct tdl_log_record *r, struct tdl_error *err)
{
	int rc = 0;

	if (SCRIBE_BUFFER - s->used < RECORD_MAX)
		rc = scribe_flush(s, err);
	if (rc < 0)
		return rc;
	r->number = s->number;
	r->anchor = s->opt.anchor;
	r->anchor_index = s->opt.anchor_index;
	rc = record_encode(r, s->buffer + s->used, err);
	if (rc < 0)
		return rc;
	s->used += (size_t)r->size;
	s->number++;
	return s->opt.record ? show(s, r, err) : 0;
}

int scribe_init(struct scribe *s, const struct tdl_log_init_event *init, uint32_t present,
		struct tdl_error *err)
{
	struct tdl_log_record version = { .event = TDL_LOG_EVENT_CEL_VERSION, .cel = { 1, 0 } };
	struct tdl_log_record r = { .event = TDL_LOG_EVENT_INIT, .present = present };
	int rc = emit(s, &version, err);

	if (rc < 0)
		return rc;
	r.init = *init;
	rc = emit(s, &r, err);
	return rc < 0 ? rc : scribe_flush(s, err);
}

static bool summed_up(const struct scribe *s)
{
	return s->opt.detail == TDL_LOG_DETAIL_REGION ||
	       (s->opt.detail == TDL_LOG_DETAIL_PAGE && s->region.region.pattern == TDL_LOG_EXTEND);
}

static int name_source(struct scribe *s, struct tdl_log_source *source, char *buf,
		       struct tdl_error *err)
{
	const char *name;
	int rc;

	if (!s->file_digested) {
		rc = tdl_image_digest(s->opt.image, s->file_digest, err);
		if (rc < 0)
			return tdl_while(err, rc, "digest of the firmware for the log");
		s->file_digested = true;
	}
	memcpy(source->digest, s->file_digest, SHA384_SIZE);
	name = strrchr(tdl_image_name(s->opt.image), '/');
	source->name = scribe_text(name ? name + 1 : tdl_image_name(s->opt.image), buf);
	return 0;
}

static int emit_region(struct scribe *s, struct tdl_error *err)
{
	struct tdl_log_record *r = &s->region;
	char name[TDL_LOG_TEXT_MAX];
	int rc = 0;

	if (r->region.origin == TDL_LOG_ORIGIN_FILE) {
		r->present |= 1u << 4;
		rc = name_source(s, &r->region.source, name, err);
	}
	return rc < 0 ? rc : emit(s, r, err);
}

static int check_length(const struct scribe *s, uint64_t computed, struct tdl_error *err)
{
	if (computed == s->stream.length)
		return 0;
	return tdl_fail(err, -EIO,
			"MRTD is computed from %llu bytes where the operations logged give %llu",
			(unsigned long long)computed, (unsigned long long)s->stream.length);
}

/* The state that the computation had here. */
static int take_state(struct scribe *s, struct tdl_error *err)
{
	struct sha384_stream state = { 0 };
	int rc = mrtd_run_state(s->opt.computation, s->states++, &state, err);

	if (rc == 0)
		rc = check_length(s, state.length, err);
	if (rc == 0)
		s->stream = state;
	return rc;
}

int scribe_region(struct scribe *s, const struct tdl_log_region_event *region,
		  struct tdl_error *err)
{
	struct tdl_log_record r = { .event = TDL_LOG_EVENT_REGION };
	int rc = scribe_flush(s, err);

	if (rc == 0 && s->opt.computation)
		rc = take_state(s, err);
	if (rc < 0)
		return rc;
	r.region = *region;
	memcpy(s->region_name, region->name.text, region->name.length);
	r.region.name.text = s->region_name;
	r.region.stream_length = s->stream.length;
	sha384_stream_save(&s->stream, r.region.stream_state);
	s->region = r;
	s->seen = 0;
	return summed_up(s) ? 0 : emit_region(s, err);
}

/* The region is complete at region detail. */
static int sum_up(struct scribe *s, struct tdl_error *err)
{
	struct tdl_log_record *r = &s->region;
	int rc;

	if (r->region.pattern != TDL_LOG_EXTEND) {
		rc = sha384(s->page_digests, (size_t)s->seen * PAGE_DIGEST_SIZE, r->region.pages_digest,
			    err);
		if (rc < 0)
			return rc;
		r->present |= 1u << 5;
	}
	return emit_region(s, err);
}

static int emit_page(struct scribe *s, enum scribe_op op, uint64_t gpa, const uint8_t *bytes,
		     const uint8_t digest[PAGE_DIGEST_SIZE], struct tdl_error *err)
{
	struct tdl_log_record r = { .event = TDL_LOG_EVENT_PAGE };

	r.page = (struct tdl_log_page_event){
		.gpa = gpa,
		.added = 1,
		.extended = op == SCRIBE_ADD_EXTEND ? 16 : 0,
		.bytes = bytes,
	};
	memcpy(r.page.digest, digest, PAGE_DIGEST_SIZE);
	if (s->opt.embed && s->region.region.origin != TDL_LOG_ORIGIN_ZERO)
		r.present = 1u << 6;
	return emit(s, &r, err);
}

static int emit_add(struct scribe *s, uint64_t gpa, const uint8_t *bytes,
		    const uint8_t digest[PAGE_DIGEST_SIZE], uint64_t stream_length,
		    struct tdl_error *err)
{
	struct tdl_log_record r = { .event = TDL_LOG_EVENT_PAGE_ADD };

	r.add = (struct tdl_log_add_event){
		.gpa = gpa,
		.stream_length = stream_length,
		.bytes = bytes,
	};
	memcpy(r.add.digest, digest, PAGE_DIGEST_SIZE);
	if (s->opt.embed && s->region.region.origin != TDL_LOG_ORIGIN_ZERO)
		r.present = 1u << 7;
	return emit(s, &r, err);
}

static int emit_extends(struct scribe *s, uint64_t gpa, const uint8_t *bytes,
			struct tdl_error *err)
{
	for (unsigned i = 0; i < PAGE_SIZE_4K / CHUNK_SIZE; i++) {
		struct tdl_log_record r = { .event = TDL_LOG_EVENT_MR_EXTEND };
		int rc;

		r.extend.gpa = gpa + i * CHUNK_SIZE;
		chunk_digest(bytes + i * CHUNK_SIZE, r.extend.digest);
		rc = emit(s, &r, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int emit_calls(struct scribe *s, enum scribe_op op, uint64_t gpa, const uint8_t *bytes,
		      const uint8_t *digest, uint64_t stream_length, struct tdl_error *err)
{
	int rc = 0;

	if (op != SCRIBE_EXTEND)
		rc = emit_add(s, gpa, bytes, digest, stream_length, err);
	if (rc == 0 && op != SCRIBE_ADD)
		rc = emit_extends(s, gpa, bytes, err);
	return rc;
}

static void measure(struct scribe *s, enum scribe_op op, uint64_t gpa, const uint8_t *bytes)
{
	bool add = op != SCRIBE_EXTEND;
	bool extend = op != SCRIBE_ADD;

	s->calls += add + (extend ? PAGE_SIZE_4K / CHUNK_SIZE : 0);
	if (s->opt.computation) {
		s->stream.length += (add ? STREAM_ADD_SIZE : 0) + (extend ? STREAM_EXTEND_SIZE : 0);
		return;
	}
	if (add)
		stream_add(&s->stream, gpa);
	if (extend)
		stream_extend(&s->stream, gpa, bytes);
}

int scribe_page(struct scribe *s, enum scribe_op op, uint64_t gpa, const uint8_t *bytes,
		const uint8_t known[PAGE_DIGEST_SIZE], struct tdl_error *err)
{
	uint64_t length = s->stream.length;
	const uint8_t *digest = NULL;

	measure(s, op, gpa, bytes);
	if (op != SCRIBE_EXTEND)
		digest = known ? known : page_memory_digest(&s->last, bytes);
	if (s->opt.detail == TDL_LOG_DETAIL_CALL)
		return emit_calls(s, op, gpa, bytes, digest, length, err);
	if (digest)
		memcpy(s->page_digests + s->seen * PAGE_DIGEST_SIZE, digest, PAGE_DIGEST_SIZE);
	s->seen++;
	if (!summed_up(s))
		return emit_page(s, op, gpa, bytes, digest, err);
	return s->seen == s->region.region.pages ? sum_up(s, err) : 0;
}

/* MRTD of the operations logged. */
static int final_value(const struct scribe *s, uint8_t ret_mrtd[SHA384_SIZE],
		       struct tdl_error *err)
{
	const struct tdl_mrtd *result = NULL;
	int rc;

	if (!s->opt.computation) {
		sha384_stream_digest(&s->stream, ret_mrtd);
		return 0;
	}
	rc = mrtd_run_result(s->opt.computation, &result, err);
	if (rc == 0)
		rc = check_length(s, tdl_mrtd_bytes(result), err);
	if (rc == 0)
		memcpy(ret_mrtd, tdl_mrtd_value(result), SHA384_SIZE);
	return rc;
}

int scribe_finalize(struct scribe *s, const uint8_t *mrtd, uint8_t ret_mrtd[SHA384_SIZE],
		    struct tdl_error *err)
{
	struct tdl_log_record r = { .event = TDL_LOG_EVENT_FINALIZE };
	char ours[2 * SHA384_SIZE + 1], theirs[2 * SHA384_SIZE + 1];
	int rc = final_value(s, r.finalize.mrtd, err);

	if (rc < 0)
		return rc;
	if (mrtd && memcmp(mrtd, r.finalize.mrtd, SHA384_SIZE) != 0)
		return tdl_fail(err, -EKEYREJECTED,
				"the TDX module reports MRTD %s, the operations logged give %s",
				hex_encode(mrtd, SHA384_SIZE, theirs),
				hex_encode(r.finalize.mrtd, SHA384_SIZE, ours));
	r.finalize.stream_length = s->stream.length;
	r.finalize.calls = s->calls;
	rc = emit(s, &r, err);
	if (rc == 0)
		rc = scribe_flush(s, err);
	if (rc == 0)
		memcpy(ret_mrtd, r.finalize.mrtd, SHA384_SIZE);
	return rc;
}

int scribe_end(struct scribe *s, struct tdl_error *err)
{
	int fd = s->fd;

	s->fd = -1;
	if (fd >= 0 && close(fd) < 0) {
		int rc = -errno;

		return tdl_fail(err, rc, "cannot close the log: %s", strerror(-rc));
	}
	return 0;
}
