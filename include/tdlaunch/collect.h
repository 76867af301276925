/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence collected inside a guest: what the machine offers, taken into one folder, and for what
 * it does not offer, why not and what to do. Collecting judges nothing. */
#ifndef TDLAUNCH_COLLECT_H
#define TDLAUNCH_COLLECT_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_tpm;	       /* see tdlaunch/anchor.h */
struct tdl_collection; /* what was found, opaque; owns its bytes */

/**
 * enum tdl_place - where this runs, as far as the machine says; nothing of it is attested
 */
enum tdl_place {
	TDL_PLACE_OTHER,     /* no TDX guest */
	TDL_PLACE_TD,	     /* a TD that sees TDX itself */
	TDL_PLACE_PARAVISOR, /* a TD under Azure's paravisor: evidence comes through its vTPM */
};

/**
 * enum tdl_collected - what became of an item
 */
enum tdl_collected {
	TDL_COLLECTED, /* taken */
	TDL_NOT_THERE, /* this machine does not have it */
	TDL_NOT_READ,  /* it is there, and could not be taken */
};

/**
 * struct tdl_collect_item - one piece of evidence
 * @name:   what it is, for example "TD quote", static
 * @file:   its name in the folder, static
 * @source: where it was looked for, static
 * @state:  what became of it
 * @bytes:  the evidence when @state is TDL_COLLECTED, else NULL
 * @size:   bytes there
 * @why:    why it was not taken, one sentence without a full stop; NULL when it was
 * @advice: what to do about it; NULL when there is nothing to do
 */
struct tdl_collect_item {
	const char *name, *file, *source;
	enum tdl_collected state;
	const uint8_t *bytes;
	size_t size;
	const char *why, *advice;
};

/**
 * struct tdl_collect_options - what to collect
 * @sysroot:    folder with a recorded copy of a machine's files, whose paths are looked up below
 * it; NULL or "" is this machine. In a copy nothing is asked anew: a quote and a TDREPORT are the
 * recorded ones (sys/kernel/config/tsm/report/NAME/outblob, dev/tdx_guest).
 * @nonce:      what report data begins with, zeros follow; borrowed
 * @nonce_size: 1 to 64 bytes; 0 is report data of zeros
 * @tpm:        how to reach the vTPM of a paravisor; NULL lets tpm2-tss look where TPMs usually are.
 * It is asked under a paravisor, and anywhere when @tpm names a transport; borrowed
 * @quote_service: URL of the service that makes TD quotes for the TDREPORT in an HCL report; NULL
 * for that of Azure's hosts, which is not asked when a copy is collected from; borrowed
 * @cancel:     when it turns non-zero nothing is waited for any more; NULL for never
 *
 * Under a paravisor the nonce becomes the user data of the HCL report and the nonce of the vTPM's
 * quote: report data there is the hash of the vTPM's keys.
 */
struct tdl_collect_options {
	const char *sysroot;
	const uint8_t *nonce;
	size_t nonce_size;
	const struct tdl_tpm *tpm;
	const char *quote_service;
	const volatile int *cancel;
};

/**
 * tdl_collect() - take what the machine offers
 * @options:        what to collect; NULL is this machine, report data of zeros
 * @ret_collection: to be freed with tdl_collection_free()
 * @err:            why nothing could be collected; NULL is fine
 *
 * An item that is missing is not an error: it is in the collection with its reason. A quote takes
 * as long as the host's quoting service, at most 30 seconds, and an HCL report for a nonce some more,
 * at most 10.
 *
 * Return: 0; -EINVAL for options that cannot be; -ENOENT for a sysroot that is not there; -ENOMEM.
 */
TDL_API int tdl_collect(const struct tdl_collect_options *options,
			struct tdl_collection **ret_collection, struct tdl_error *err);

/**
 * tdl_collection_free() - free a collection and the bytes of its items
 * @collection: NULL is fine
 */
TDL_API void tdl_collection_free(struct tdl_collection *collection);

/**
 * tdl_collection_place() - where it was collected
 * @collection: a collection
 *
 * Return: the place.
 */
TDL_API enum tdl_place tdl_collection_place(const struct tdl_collection *collection);

/**
 * tdl_collection_count() - number of items
 * @collection: a collection
 *
 * Return: the number, the same for every machine.
 */
TDL_API size_t tdl_collection_count(const struct tdl_collection *collection);

/**
 * tdl_collection_item() - an item by position
 * @collection: a collection
 * @index:      below tdl_collection_count()
 *
 * Return: the item, owned by the collection; NULL when @index is too large.
 */
TDL_API const struct tdl_collect_item *tdl_collection_item(const struct tdl_collection *collection,
							   size_t index);

/**
 * tdl_collection_note() - what is odd about the whole, by position
 * @collection: a collection
 * @index:      from 0
 *
 * Notes say what no single item can: a register that changed between two readings, a quote with
 * other report data than was asked for, a vTPM beside a TD.
 *
 * Return: a sentence, owned by the collection; NULL when @index is past the last one.
 */
TDL_API const char *tdl_collection_note(const struct tdl_collection *collection, size_t index);

/**
 * tdl_collection_write() - write the items that were taken to a folder
 * @collection: a collection
 * @path:       the folder, which must not exist or be empty; it appears whole or not at all
 * @err:        why it could not be written; NULL is fine
 *
 * Beside the items' files it has "collection.json", the list of them with their SHA-384 and of what
 * is missing.
 *
 * Return: 0; -EEXIST when there is something under that name; else what writing said.
 */
TDL_API int tdl_collection_write(const struct tdl_collection *collection, const char *path,
				 struct tdl_error *err);

/**
 * tdl_collection_json() - the collection as JSON, without the items' bytes
 * @collection: a collection
 * @ret_text:   to be freed by the caller
 * @err:        NULL is fine
 *
 * Return: 0; -ENOMEM.
 */
TDL_API int tdl_collection_json(const struct tdl_collection *collection, char **ret_text,
				struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
