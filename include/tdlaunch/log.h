/* SPDX-License-Identifier: BSD-2-Clause */
/* The measurement log of a launch: every operation that feeds MRTD, in order, as TCG Canonical
 * Event Log records in deterministic CBOR. A writer is fed while a TD is built; a reader checks
 * every byte; verification rebuilds MRTD from the firmware with OpenSSL and names the first record
 * that is wrong. The format is specified in docs/design/log.md. */
#ifndef TDLAUNCH_LOG_H
#define TDLAUNCH_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_image;
struct tdl_mrtd_run;
struct tdl_plan;
struct tdl_log_writer; /* a log being written; opaque */
struct tdl_log;	       /* a log being read; opaque */

/* Numbers below are also the numbers on disk. */

/* How much is written: what a page costs on disk against what a reader can name. */
enum tdl_log_detail {
	TDL_LOG_DETAIL_PAGE = 0, /* a record a page */
	TDL_LOG_DETAIL_REGION,	 /* a record for up to TDL_LOG_REGION_PAGES pages */
	TDL_LOG_DETAIL_CALL,	 /* a record for each TDH.MEM.PAGE.ADD and TDH.MR.EXTEND */
};

/* The CEL register of the records: the TPM register that anchors the log. */
enum tdl_log_register {
	TDL_LOG_REGISTER_DEFAULT = 0, /* PCR TDL_LOG_DEFAULT_PCR; never on disk */
	TDL_LOG_REGISTER_PCR,
	TDL_LOG_REGISTER_NV,
};

/* The order of operations in a region. On disk a region of ADD_THEN_EXTEND becomes regions of ADD
 * followed by regions of EXTEND. */
enum tdl_log_pattern {
	TDL_LOG_ADD = 0,	 /* each page is added */
	TDL_LOG_ADD_EXTEND,	 /* each page is added, then extended in 16 chunks */
	TDL_LOG_ADD_THEN_EXTEND, /* all pages are added, then all extended; writer only */
	TDL_LOG_EXTEND,		 /* each page, added earlier, is extended in 16 chunks */
};

/* Where the bytes of a region's pages come from. */
enum tdl_log_origin {
	TDL_LOG_ORIGIN_ZERO = 0, /* all zero */
	TDL_LOG_ORIGIN_FILE,	 /* the firmware image, then zeros up to the end of the region */
	TDL_LOG_ORIGIN_HOB,	 /* the TD HOB made by the launcher */
};

enum tdl_log_event {
	TDL_LOG_EVENT_INIT = 0,
	TDL_LOG_EVENT_REGION,
	TDL_LOG_EVENT_PAGE_ADD,
	TDL_LOG_EVENT_MR_EXTEND,
	TDL_LOG_EVENT_FINALIZE,
	TDL_LOG_EVENT_PAGE,
	TDL_LOG_EVENT_CEL_VERSION = 255, /* CEL management, always record 0 */
};

struct tdl_log_record;

#define TDL_LOG_DEFAULT_PCR  14	 /* when nobody chose a register */
#define TDL_LOG_REGION_PAGES 256 /* pages in one region record, at most */
#define TDL_LOG_TEXT_MAX     255 /* bytes in any text of a log */
#define TDL_LOG_CONTENT_TYPE 201 /* CEL content type "tdx-launch", private use */

/**
 * struct tdl_log_options - what kind of log to write
 * @image:          firmware the pages come from, borrowed until tdl_log_close(); required
 * @detail:         how much is written
 * @embed:          put the bytes of pages that are not zero into the log; not with detail region
 * @anchor:         kind of TPM register that anchors the log
 * @anchor_index:   PCR number, or NV index (0x1000000 ... 0x1ffffff); ignored for the default
 * @record:         told of each record, in order, once it is in the file; called on the thread that
 *                  writes. What it returns below 0 ends the writing. NULL for nobody
 * @record_ctx:     for @record
 * @computation:    the computation of MRTD for the plan that is launched, with a state every
 *                  TDL_LOG_REGION_PAGES, or NULL; borrowed until tdl_log_close(). The log's hash states
 *                  are then its, and nothing is hashed twice. Every operation is held against that
 *                  plan: one that is not the plan's next is refused with -EINVAL
 */
struct tdl_log_options {
	const struct tdl_image *image;
	enum tdl_log_detail detail;
	bool embed;
	enum tdl_log_register anchor;
	uint32_t anchor_index;
	int (*record)(void *ctx, const struct tdl_log_record *record, struct tdl_error *err);
	void *record_ctx;
	struct tdl_mrtd_run *computation;
};

/**
 * struct tdl_log_td - the TD that is launched, for the init record; texts are copied
 * @attributes:    ATTRIBUTES of TD_PARAMS
 * @xfam:          XFAM of TD_PARAMS
 * @mrconfigid:    48 bytes
 * @mrowner:       48 bytes
 * @mrownerconfig: 48 bytes
 * @config_digest: SHA-384 over the CPUID and TSC configuration, borrowed; NULL when not known
 * @flow:          name of the flow of the launch plan
 * @host:          what ran the launch, for example "embedded" or "/dev/kvm"; "" when nothing did
 * @memory:        guest memory, bytes
 * @cpus:          number of vCPUs
 * @anchor_value:  SHA-384 value of the anchor register before record 0, borrowed; NULL when no
 *                 register is extended
 */
struct tdl_log_td {
	uint64_t attributes, xfam;
	uint8_t mrconfigid[48], mrowner[48], mrownerconfig[48];
	const uint8_t *config_digest;
	const char *flow, *host;
	uint64_t memory, cpus;
	const uint8_t *anchor_value;
};

/**
 * struct tdl_log_range - pages that come next
 * @name:        for readers, for example "BFV"
 * @section:     index of the section in the firmware's metadata
 * @gpa:         guest physical address of the first page, bytes, 4 KiB aligned
 * @pages:       number of 4 KiB pages, at least one
 * @pattern:     order of the operations
 * @origin:      where the bytes come from
 * @file_offset: first byte in the image, for TDL_LOG_ORIGIN_FILE
 * @file_length: bytes from the image, for TDL_LOG_ORIGIN_FILE; zeros follow them
 */
struct tdl_log_range {
	const char *name;
	uint64_t section;
	uint64_t gpa, pages;
	enum tdl_log_pattern pattern;
	enum tdl_log_origin origin;
	uint64_t file_offset, file_length;
};

/**
 * tdl_log_create() - start a log
 * @path:       file to write, created or emptied; "-" is standard output
 * @opt:        what kind of log, copied
 * @ret_writer: the writer, to be closed with tdl_log_close()
 * @err:        why not
 *
 * Records go out in order while the launch runs, so that whatever ends the process leaves a whole
 * prefix of the log under @path. A thread of the library hashes and writes; it blocks all signals,
 * so that a closed pipe is -EPIPE and not SIGPIPE. Errors of that thread come back from the next
 * call and from every one after it. A writer belongs to one thread at a time.
 *
 * Return: 0; -EINVAL for options that do not fit together; else why @path cannot be written.
 */
TDL_API int tdl_log_create(const char *path, const struct tdl_log_options *opt,
			   struct tdl_log_writer **ret_writer, struct tdl_error *err);

/**
 * tdl_log_init() - write the head: CEL version and init records
 * @w:   the writer
 * @td:  the TD, copied
 * @err: why not
 *
 * Return: 0; -EALREADY on a second call; or the first error of writing.
 */
TDL_API int tdl_log_init(struct tdl_log_writer *w, const struct tdl_log_td *td,
			 struct tdl_error *err);

/**
 * tdl_log_region_begin() - say which pages come next
 * @w:     the writer
 * @range: the pages, copied
 * @err:   why not
 *
 * Every operation of the pattern must follow, in its order, before the next region begins.
 *
 * Return: 0; -EINVAL for a range that is not one, or before tdl_log_init(), or while operations of
 * the region before are missing; or the first error of writing.
 */
TDL_API int tdl_log_region_begin(struct tdl_log_writer *w, const struct tdl_log_range *range,
				 struct tdl_error *err);

/**
 * tdl_log_add() - a page has been added (TDH.MEM.PAGE.ADD)
 * @w:     the writer
 * @gpa:   guest physical address of the page, bytes
 * @bytes: its 4096 bytes, copied
 * @err:   why not
 *
 * Return: 0; -EINVAL when this is not what the pattern of the region says comes next; or the first
 * error of writing.
 */
TDL_API int tdl_log_add(struct tdl_log_writer *w, uint64_t gpa, const uint8_t *bytes,
			struct tdl_error *err);

/**
 * tdl_log_extend() - all 16 chunks of a page have been extended (TDH.MR.EXTEND)
 * @w:     the writer
 * @gpa:   guest physical address of the page, bytes
 * @bytes: its 4096 bytes, copied
 * @err:   why not
 *
 * Return: as tdl_log_add().
 */
TDL_API int tdl_log_extend(struct tdl_log_writer *w, uint64_t gpa, const uint8_t *bytes,
			   struct tdl_error *err);

/**
 * tdl_log_finalize() - write the last record
 * @w:        the writer
 * @mrtd:     48 bytes that the TDX module reported, or NULL when nobody can tell
 * @ret_mrtd: MRTD of the operations logged, 48 bytes; may be NULL
 * @err:      why not
 *
 * Waits until everything has been handed to the operating system.
 *
 * Return: 0; -EKEYREJECTED, and nothing written, when @mrtd is not the MRTD of the operations
 * logged; -EINVAL when operations are missing; or the first error of writing.
 */
TDL_API int tdl_log_finalize(struct tdl_log_writer *w, const uint8_t *mrtd, uint8_t *ret_mrtd,
			     struct tdl_error *err);

/**
 * tdl_log_close() - write out what is there and free the writer
 * @w:   the writer, gone afterwards; NULL is fine
 * @err: why the log is not all there
 *
 * A log closed without tdl_log_finalize() stays, and reads as one that ends early.
 *
 * Return: 0 or the first error of writing.
 */
TDL_API int tdl_log_close(struct tdl_log_writer *w, struct tdl_error *err);

/**
 * tdl_log_from_plan() - the log that a launch of this plan writes, without a launch
 * @path: as for tdl_log_create()
 * @opt:  as for tdl_log_create(); without an image the one of the plan
 * @plan: the launch plan, borrowed
 * @td:   the TD; its flow, memory and cpus are taken from the plan instead
 * @err:  why not
 *
 * Return: 0 or the first error.
 */
TDL_API int tdl_log_from_plan(const char *path, const struct tdl_log_options *opt,
			      const struct tdl_plan *plan, const struct tdl_log_td *td,
			      struct tdl_error *err);

/**
 * tdl_log_plan_region() - tdl_log_region_begin() for a region of a launch plan
 * @w:      the writer
 * @plan:   the plan, borrowed
 * @region: index of the region
 * @err:    why not
 *
 * Return: as tdl_log_region_begin().
 */
TDL_API int tdl_log_plan_region(struct tdl_log_writer *w, const struct tdl_plan *plan,
				size_t region, struct tdl_error *err);

/**
 * tdl_log_detail_parse() - a detail by its name
 * @name:       "region", "page" or "call"
 * @ret_detail: the detail
 * @err:        why not
 *
 * Return: 0 or -EINVAL.
 */
TDL_API int tdl_log_detail_parse(const char *name, enum tdl_log_detail *ret_detail,
				 struct tdl_error *err);

/* Text inside a log: printable ASCII, not NUL-terminated, borrowed from the log. */
struct tdl_log_text {
	const char *text;
	size_t length; /* bytes */
};

/* The contents of the events; member by member what docs/design/log.md says. */
struct tdl_log_cel_version {
	uint64_t major, minor;
};

struct tdl_log_init_event {
	uint64_t attributes, xfam;
	uint8_t mrconfigid[48], mrowner[48], mrownerconfig[48];
	uint8_t config_digest[48]; /* present bit 6 */
	struct tdl_log_text tool, measured, flow, host;
	uint64_t memory, cpus; /* bytes; number */
	uint64_t detail;       /* enum tdl_log_detail */
	uint64_t embed;	       /* 0 or 1 */
	uint8_t anchor_value[48]; /* present bit 15 */
	struct tdl_log_text page_hash; /* of pages and chunks: "sha256" */
};

struct tdl_log_source {
	uint8_t digest[48];	 /* SHA-384 of the whole file */
	uint64_t offset, length; /* bytes */
	struct tdl_log_text name;
};

struct tdl_log_region_event {
	uint64_t gpa, pages;
	uint64_t pattern;	      /* enum tdl_log_pattern */
	struct tdl_log_source source; /* present bit 4: origin is file */
	uint8_t pages_digest[48];     /* present bit 5: SHA-384 over the pages' digests */
	uint64_t stream_length;	      /* bytes that MRTD has hashed before this region */
	uint8_t stream_state[64];     /* and the state of SHA-384 then */
	uint64_t section;
	struct tdl_log_text name;
	uint64_t first_page; /* number of the first page within its section */
	uint64_t origin;     /* enum tdl_log_origin */
};

struct tdl_log_page_event {
	uint64_t gpa;
	uint64_t added, extended; /* 0 or 1; chunks, 0 or 16 */
	uint8_t digest[32];	  /* SHA-256 of the page */
	const uint8_t *bytes;	  /* present bit 6: its 4096 bytes, borrowed */
};

struct tdl_log_add_event {
	uint64_t gpa;
	uint8_t digest[32];	/* SHA-256 of the page */
	uint64_t stream_length; /* before this call */
	const uint8_t *bytes;	/* present bit 7: its 4096 bytes, borrowed */
};

struct tdl_log_extend_event {
	uint64_t gpa;
	uint8_t digest[32]; /* SHA-256 of the 256 bytes */
};

struct tdl_log_finalize_event {
	uint8_t mrtd[48];
	uint64_t stream_length;
	uint64_t calls; /* number of TDH.MEM.PAGE.ADD and TDH.MR.EXTEND */
};

/**
 * struct tdl_log_record - one record, decoded
 * @number:       record number, counted from 0
 * @offset:       where it starts in the log, bytes
 * @size:         bytes it takes there
 * @anchor:       kind of the register
 * @anchor_index: PCR number or NV index (a TPM handle)
 * @digest:       SHA-384 that the record claims for its content
 * @content:      the CBOR item that @digest covers, borrowed from the log
 * @content_size: its bytes
 * @event:        which of the members below is meant
 * @present:      bit k is set when the content has the key k
 */
struct tdl_log_record {
	uint64_t number, offset, size;
	enum tdl_log_register anchor;
	uint32_t anchor_index;
	uint8_t digest[48];
	const uint8_t *content;
	size_t content_size;
	enum tdl_log_event event;
	uint32_t present;
	union {
		struct tdl_log_cel_version cel;
		struct tdl_log_init_event init;
		struct tdl_log_region_event region;
		struct tdl_log_page_event page;
		struct tdl_log_add_event add;
		struct tdl_log_extend_event extend;
		struct tdl_log_finalize_event finalize;
	};
};

/**
 * tdl_log_open() - open a log for reading
 * @path:    a file, or "-" for standard input
 * @ret_log: the log, to be freed with tdl_log_free()
 * @err:     why not
 *
 * Return: 0; -E2BIG above 1 GiB; else why @path cannot be read.
 */
TDL_API int tdl_log_open(const char *path, struct tdl_log **ret_log, struct tdl_error *err);

/**
 * tdl_log_open_bytes() - read a log that is in memory
 * @bytes:   the log, borrowed until tdl_log_free()
 * @size:    bytes
 * @ret_log: the log
 * @err:     why not
 *
 * Return: 0; -ENOMEM.
 */
TDL_API int tdl_log_open_bytes(const void *bytes, size_t size, struct tdl_log **ret_log,
			       struct tdl_error *err);

/**
 * tdl_log_free() - free a log
 * @log: the log; NULL is fine
 */
TDL_API void tdl_log_free(struct tdl_log *log);

/**
 * tdl_log_rewind() - go back to record 0
 * @log: the log
 */
TDL_API void tdl_log_rewind(struct tdl_log *log);

/**
 * tdl_log_next() - the next record
 * @log:        the log
 * @ret_record: the record; borrows from the log
 * @err:        why not, with the record's number and the byte offset
 *
 * Checks the encoding and the record number. Does not compare the digest, nor look at the order of
 * events: that is tdl_log_verify().
 *
 * Return: 1 with a record; 0 at the end; -ENODATA when the log ends inside this record; -EBADMSG
 * when it is not a record of this format; -EOPNOTSUPP for a CEL version that is not 1.0.
 */
TDL_API int tdl_log_next(struct tdl_log *log, struct tdl_log_record *ret_record,
			 struct tdl_error *err);

/**
 * tdl_log_record_json() - a record in CEL's JSON encoding, with names for the keys
 * @record: the record
 *
 * Return: one line without a newline, to be freed by the caller; NULL when there is no memory.
 */
TDL_API char *tdl_log_record_json(const struct tdl_log_record *record);

/**
 * tdl_log_record_text() - what a record says, for people
 * @record: the record
 * @buf:    where the line goes, NUL-terminated when @size > 0
 * @size:   bytes at @buf
 *
 * Return: @buf.
 */
TDL_API char *tdl_log_record_text(const struct tdl_log_record *record, char *buf, size_t size);

/**
 * tdl_log_event_name() - "region", "page.add" and so on
 * @event: the event
 *
 * Return: a static string.
 */
TDL_API const char *tdl_log_event_name(enum tdl_log_event event);

enum tdl_log_answer {
	TDL_LOG_YES = 0,     /* everything was checked and is right */
	TDL_LOG_NO,	     /* something is wrong */
	TDL_LOG_CANNOT_TELL, /* nothing is wrong, but something could not be checked */
};

enum tdl_log_status {
	TDL_LOG_PASSED = 0,
	TDL_LOG_FAILED,
	TDL_LOG_NOT_DONE,
};

/* What is checked, in this order. */
enum tdl_log_check_id {
	TDL_LOG_CHECK_RECORDS = 0, /* every byte belongs to a well-formed record, numbered in order */
	TDL_LOG_CHECK_ORDER,	   /* events, regions and pages are where they belong; it is finalized */
	TDL_LOG_CHECK_DIGESTS,	   /* each record's digest is that of its content */
	TDL_LOG_CHECK_SOURCES,	   /* the file that the log names is the firmware given */
	TDL_LOG_CHECK_PAGES,	   /* page digests are those of the firmware's or embedded bytes */
	TDL_LOG_CHECK_STATES,	   /* each region takes the hash from its state to the next one's */
	TDL_LOG_CHECK_MRTD,	   /* the rebuilt MRTD is the one in the log */
	TDL_LOG_CHECK_EXPECTED,	   /* the log's MRTD is the one expected */
	TDL_LOG_CHECKS,
};

#define TDL_LOG_NO_RECORD UINT64_MAX

/**
 * struct tdl_log_check - the outcome of one check
 * @name:   a word, for example "pages"
 * @status: the outcome
 * @record: number of the first record that is wrong, or TDL_LOG_NO_RECORD
 * @text:   what was found, or why it was not done: one sentence without a full stop
 */
struct tdl_log_check {
	const char *name;
	enum tdl_log_status status;
	uint64_t record;
	char text[400];
};

/**
 * struct tdl_log_verdict - what is to be thought of a log
 * @answer:    the answer
 * @checks:    how it came about, by enum tdl_log_check_id
 * @records:   records read
 * @pages:     pages added
 * @finalized: the log has its last record
 * @rebuilt:   @mrtd holds a value
 * @logged:    MRTD that the last record claims, when @finalized
 * @mrtd:      MRTD rebuilt from the operations and the firmware's or embedded bytes
 */
struct tdl_log_verdict {
	enum tdl_log_answer answer;
	struct tdl_log_check checks[TDL_LOG_CHECKS];
	uint64_t records, pages;
	bool finalized, rebuilt;
	uint8_t logged[48], mrtd[48];
};

/**
 * struct tdl_log_evidence - what a log is compared with; it never comes from the log
 * @image:     the firmware, borrowed; NULL when there is none
 * @mrtd:      expected MRTD, 48 bytes; NULL when there is none
 * @mrtd_from: where @mrtd comes from, for the report; NULL for "the caller"
 * @threads:   how many to use, 0 for one a core
 */
struct tdl_log_evidence {
	const struct tdl_image *image;
	const uint8_t *mrtd;
	const char *mrtd_from;
	unsigned threads;
};

/**
 * tdl_log_verify() - replay a log with OpenSSL
 * @log:         the log; is rewound
 * @evidence:    what to compare with
 * @ret_verdict: the outcome of every check
 * @err:         why there is none
 *
 * Regions are replayed in parallel, each from the hash state that the log has for it. The verdict
 * does not depend on the number of threads. A log that ends early is judged as far as it goes; the
 * answer is then never yes.
 *
 * Return: 0 with a verdict, whatever it says; -EBADMSG, -ENODATA or -EOPNOTSUPP when not even the
 * first record can be read; -ENOMEM; -EIO when hashing fails.
 */
TDL_API int tdl_log_verify(struct tdl_log *log, const struct tdl_log_evidence *evidence,
			   struct tdl_log_verdict *ret_verdict, struct tdl_error *err);

enum tdl_log_relation {
	TDL_LOG_SAME = 0,    /* the same operations on the same bytes, in the same order */
	TDL_LOG_REORDERED,   /* the same operations on the same bytes, in another order */
	TDL_LOG_DIFFERENT,   /* other operations, pages or bytes */
	TDL_LOG_UNDECIDED,   /* equal as far as one of them goes, which is not finalized */
};

/**
 * struct tdl_log_difference - how two logs compare
 * @relation: the answer
 * @by_page:  they were compared page by page; else region by region
 * @record_a: record of A where they part, or TDL_LOG_NO_RECORD
 * @record_b: the same for B
 * @text:     the answer in words: which page, operation and section
 */
struct tdl_log_difference {
	enum tdl_log_relation relation;
	bool by_page;
	uint64_t record_a, record_b;
	char text[600];
};

/**
 * tdl_log_diff() - where two logs part
 * @a:              a log; is rewound
 * @b:              another; is rewound
 * @ret_difference: how they compare
 * @err:            why that cannot be said
 *
 * Logs of different detail are compared at the coarser one. Digests of records are not looked at:
 * that is tdl_log_verify().
 *
 * Return: 0; -EBADMSG or -EOPNOTSUPP when one cannot be read, with "A" or "B" in the text; -ENOMEM.
 */
TDL_API int tdl_log_diff(struct tdl_log *a, struct tdl_log *b,
			 struct tdl_log_difference *ret_difference, struct tdl_error *err);
#ifdef __cplusplus
}
#endif

#endif
