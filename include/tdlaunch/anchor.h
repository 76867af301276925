/* SPDX-License-Identifier: BSD-2-Clause */
/* Launch logs anchored in a TPM: each record of a log is extended into a register, a PCR or an NV
 * index, and a quote over the register then tells whether a log is the one that was written. What
 * was done is in a journal beside each log; docs/design/anchor.md has both formats. Extending and
 * quoting need a TPM and tpm2-tss, which is loaded when it is first asked for; verifying needs
 * OpenSSL alone. */
#ifndef TDLAUNCH_ANCHOR_H
#define TDLAUNCH_ANCHOR_H

#include <tdlaunch/log.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_anchor; /* a register of a TPM that records go into; opaque */

#define TDL_ANCHOR_JOURNAL ".anchor" /* what a journal's name adds to its log's */
#define TDL_ANCHOR_NONCE_MIN 8	     /* bytes */
#define TDL_ANCHOR_NONCE_MAX 64

/* What a TPM asks an authorisation value for. */
enum tdl_tpm_auth {
	TDL_TPM_AUTH_OWNER = 0,	  /* the owner hierarchy: define an index, keep a key */
	TDL_TPM_AUTH_ENDORSEMENT, /* the endorsement hierarchy: make keys */
	TDL_TPM_AUTH_INDEX,	  /* the NV index */
	TDL_TPM_AUTH_KEY,	  /* the attestation key */
	TDL_TPM_AUTHS,
};

/**
 * struct tdl_tpm - how to reach a TPM; everything is borrowed
 * @tcti: transport as tpm2-tss writes it, "swtpm:path=sock"; NULL lets its loader choose
 * @auth: authorisation values by enum tdl_tpm_auth, empty when zeroed
 */
struct tdl_tpm {
	const char *tcti;
	struct {
		const void *bytes;
		size_t size;
	} auth[TDL_TPM_AUTHS];
};

/**
 * struct tdl_anchor_options - which register, and where its journal goes
 * @tpm:     how to reach the TPM, borrowed until tdl_anchor_close()
 * @kind:    PCR or NV index
 * @index:   its number; ignored for TDL_LOG_REGISTER_DEFAULT
 * @define:  define the NV index when the TPM has none
 * @journal: file to write, copied
 * @again:   replace a journal that is there; without, it is taken up where it ends
 * @cancel:  when it turns non-zero tdl_anchor_log() stops between two records; NULL for never
 */
struct tdl_anchor_options {
	struct tdl_tpm tpm;
	enum tdl_log_register kind;
	uint32_t index;
	bool define;
	const char *journal;
	bool again;
	const volatile int *cancel;
};

/**
 * tdl_anchor_open() - reach the TPM and begin, or take up, the journal of one log
 * @opt:        which register
 * @ret_anchor: the register, to be closed with tdl_anchor_close()
 * @err:        why not
 *
 * The journal names the register, its value before the first record in every active bank, the TPM
 * and its clock. One that is there already is taken up: the register tells how far it came.
 *
 * Return: 0; -ENODEV when no TPM answers; -EOPNOTSUPP without tpm2-tss; -EACCES when an
 * authorisation is wrong; -ESTALE when a journal cannot be taken up, since the TPM was reset or
 * somebody else extended the register; -EALREADY when it is complete; -EIO what else the TPM says.
 */
TDL_API int tdl_anchor_open(const struct tdl_anchor_options *opt, struct tdl_anchor **ret_anchor,
			    struct tdl_error *err);

/**
 * tdl_anchor_value() - the register before the first record
 * @anchor:     the register
 * @ret_digest: its value in the SHA-384 bank, 48 bytes
 *
 * Return: false when that bank is not active.
 */
TDL_API bool tdl_anchor_value(const struct tdl_anchor *anchor, uint8_t *ret_digest);

/**
 * tdl_anchor_record() - extend the register by one record
 * @anchor: a struct tdl_anchor; the type is that of tdl_log_options.record
 * @record: the record, numbered one above the last
 * @err:    why not
 *
 * Each active bank is extended by the digest of the record's content in the bank's algorithm. The
 * journal then says so. Records that a journal taken up has already are passed over.
 *
 * Return: 0; -EINVAL when the record names another register or is not the next; -ESTALE when it was
 * the last and the register is not where the records lead; else as tdl_anchor_open().
 */
TDL_API int tdl_anchor_record(void *anchor, const struct tdl_log_record *record,
			      struct tdl_error *err);

/**
 * tdl_anchor_log() - extend the register by the rest of a log
 * @anchor: the register
 * @log:    the log; is rewound
 * @err:    why not
 *
 * Return: 0; -ENODATA when the log is not finalized, with what there is extended; -ECANCELED; else as
 * tdl_anchor_record() and tdl_log_next().
 */
TDL_API int tdl_anchor_log(struct tdl_anchor *anchor, struct tdl_log *log, struct tdl_error *err);

/**
 * tdl_anchor_progress() - how far it came
 * @anchor: the register
 *
 * Return: number of records that the TPM has confirmed.
 */
TDL_API uint64_t tdl_anchor_progress(const struct tdl_anchor *anchor);

/**
 * tdl_anchor_close() - let go of the TPM and free
 * @anchor: gone afterwards; NULL is fine
 * @err:    why the journal is not all there
 *
 * Return: 0 or why the journal could not be written.
 */
TDL_API int tdl_anchor_close(struct tdl_anchor *anchor, struct tdl_error *err);

/**
 * struct tdl_quote_options - what to quote, and with which key
 * @tpm:        how to reach the TPM
 * @kind:       PCR or NV index
 * @index:      its number; ignored for TDL_LOG_REGISTER_DEFAULT
 * @nonce:      8 to 64 bytes from whoever will verify
 * @nonce_size: bytes
 * @key_handle: persistent handle of the attestation key, made when there is none; 0 for none
 * @key_file:   file with the key's context, made when there is none; NULL for none
 * @file:       where the quote goes
 * @key_pem:    where the key's public half goes, as PEM; NULL for nowhere
 *
 * Without a handle and a file the key is derived from the TPM's endorsement seed each time: the
 * same key until the TPM is cleared.
 */
struct tdl_quote_options {
	struct tdl_tpm tpm;
	enum tdl_log_register kind;
	uint32_t index;
	const uint8_t *nonce;
	size_t nonce_size;
	uint32_t key_handle;
	const char *key_file;
	const char *file;
	const char *key_pem;
};

/**
 * tdl_anchor_quote() - have the TPM sign what a register holds
 * @opt: what to quote
 * @err: why not
 *
 * TPM2_Quote over the PCR in every active bank, or TPM2_NV_Certify of the index, by a restricted
 * ECDSA key on P-256. The file has the TPM's words, the signature, the public key and, when the TPM
 * has one, its EK certificate.
 *
 * Return: 0; -EINVAL for options that make no sense or a key that is not one for this; else as
 * tdl_anchor_open().
 */
TDL_API int tdl_anchor_quote(const struct tdl_quote_options *opt, struct tdl_error *err);

/* What kind of TPM it was. */
enum tdl_tpm_kind {
	TDL_TPM_UNKNOWN = 0, /* nothing that can be relied on says */
	TDL_TPM_SOFTWARE,    /* a program of the host */
	TDL_TPM_HARDWARE,    /* its EK certificate is vouched for by a root that was given */
};

/* What is checked, in this order. */
enum tdl_anchor_check_id {
	TDL_ANCHOR_CHECK_QUOTE = 0, /* the quote is well-formed and about this register */
	TDL_ANCHOR_CHECK_SIGNATURE, /* by the key in it */
	TDL_ANCHOR_CHECK_KEY,	    /* which is the one expected */
	TDL_ANCHOR_CHECK_NONCE,	    /* is the one given */
	TDL_ANCHOR_CHECK_REGISTER,  /* nobody can take it back without that being seen */
	TDL_ANCHOR_CHECK_START,	    /* where the first log starts is known */
	TDL_ANCHOR_CHECK_LOGS,	    /* records have the digests they claim, each log is complete */
	TDL_ANCHOR_CHECK_CHAIN,	    /* each log starts where the one before ends */
	TDL_ANCHOR_CHECK_VALUE,	    /* the records replayed give what the TPM signed */
	TDL_ANCHOR_CHECK_CLOCK,	    /* clock and reset counters agree with the journals */
	TDL_ANCHOR_CHECK_TPM,	    /* it is a TPM of the kind asked for */
	TDL_ANCHOR_CHECK_FIRMWARE,  /* logs verify against the firmware */
	TDL_ANCHOR_CHECKS,
};

/**
 * struct tdl_anchor_check - the outcome of one check
 * @name:   a word, static
 * @status: the outcome
 * @text:   what was found, or why it was not done: one sentence without a full stop
 */
struct tdl_anchor_check {
	const char *name;
	enum tdl_log_status status;
	char text[400];
};

/**
 * struct tdl_anchor_verdict - what is to be thought of an anchor
 * @answer:     yes when every check passed; the one of the firmware may be left out
 * @checks:     how it came about, by enum tdl_anchor_check_id
 * @kind:       of the TPM
 * @records:    replayed, of all logs
 * @register_kind: PCR or NV index
 * @index:      its number
 * @has_value:  @value is meant: the SHA-384 bank is in the quote
 * @value:      what the records give in that bank
 */
struct tdl_anchor_verdict {
	enum tdl_log_answer answer;
	struct tdl_anchor_check checks[TDL_ANCHOR_CHECKS];
	enum tdl_tpm_kind kind;
	uint64_t records;
	enum tdl_log_register register_kind;
	uint32_t index;
	bool has_value;
	uint8_t value[48];
};

/**
 * struct tdl_anchored_log - a log and its journal; both borrowed
 * @name:         for the report
 * @log:          the log; is rewound
 * @journal:      bytes of its journal
 * @journal_size: bytes
 */
struct tdl_anchored_log {
	const char *name;
	struct tdl_log *log;
	const void *journal;
	size_t journal_size;
};

/**
 * struct tdl_anchor_rules - what to compare an anchor with; everything is borrowed
 * @nonce:      the nonce that was given out; NULL when there was none
 * @nonce_size: bytes, at least TDL_ANCHOR_NONCE_MIN
 * @key_pem:    PEM of the attestation key that is trusted; NULL when none is
 * @key_size:   bytes
 * @roots_pem:  PEM of certificates that may vouch for an EK certificate; NULL for none
 * @roots_size: bytes
 * @start:      value of the register before the first log, in the SHA-384 bank, when that is not
 *              zero; NULL
 * @lowest:     the least kind of TPM to be content with
 * @resettable: be content with a PCR that can be reset while the TPM runs (16 to 23)
 */
struct tdl_anchor_rules {
	const uint8_t *nonce;
	size_t nonce_size;
	const void *key_pem;
	size_t key_size;
	const void *roots_pem;
	size_t roots_size;
	const uint8_t *start;
	enum tdl_tpm_kind lowest;
	bool resettable;
};

/**
 * struct tdl_anchor_evidence - what to verify; everything is borrowed
 * @quote:      bytes of the quote file
 * @quote_size: bytes
 * @logs:       in the order in which they were anchored
 * @count:      of them
 * @rules:      what to compare with; nothing in it may come from where the rest comes from
 * @image:      firmware of all the logs; NULL when they are not compared with it
 */
struct tdl_anchor_evidence {
	const void *quote;
	size_t quote_size;
	const struct tdl_anchored_log *logs;
	size_t count;
	struct tdl_anchor_rules rules;
	const struct tdl_image *image;
};

/**
 * tdl_anchor_verify() - are these logs the ones that were anchored?
 * @evidence:    what to verify
 * @ret_verdict: the outcome of every check
 * @err:         why there is none
 *
 * Needs no TPM. A check that could not be done never leads to yes.
 *
 * Return: 0 with a verdict, whatever it says; -ENOMEM; -EIO when hashing fails.
 */
TDL_API int tdl_anchor_verify(const struct tdl_anchor_evidence *evidence,
			      struct tdl_anchor_verdict *ret_verdict, struct tdl_error *err);

/* Files that belong to anchors. */
enum tdl_anchor_file {
	TDL_ANCHOR_FILE_OTHER = 0, /* none of them */
	TDL_ANCHOR_FILE_JOURNAL,   /* what lies beside a log as LOG.anchor */
	TDL_ANCHOR_FILE_QUOTE,	   /* what tdl_anchor_quote() wrote */
};

/**
 * tdl_anchor_recognise() - which of them a file is, by how it begins
 * @bytes: the file
 * @size:  bytes there
 *
 * Return: which; whether it is a good one is for tdl_anchor_verify().
 */
TDL_API enum tdl_anchor_file tdl_anchor_recognise(const void *bytes, size_t size);

/**
 * tdl_tpm_kind_name() - "hardware", "software" or "unknown"
 * @kind: the kind
 *
 * Return: a static string.
 */
TDL_API const char *tdl_tpm_kind_name(enum tdl_tpm_kind kind);

/**
 * tdl_anchor_register_parse() - a register by its name
 * @name:      "pcr:14" or "nv:0x1800001"
 * @ret_kind:  PCR or NV index
 * @ret_index: its number
 * @err:       why not
 *
 * Return: 0 or -EINVAL.
 */
TDL_API int tdl_anchor_register_parse(const char *name, enum tdl_log_register *ret_kind,
				      uint32_t *ret_index, struct tdl_error *err);
#ifdef __cplusplus
}
#endif

#endif
