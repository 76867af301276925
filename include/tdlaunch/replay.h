/* SPDX-License-Identifier: BSD-2-Clause */
/* Replaying event logs against registers, and finding out why they differ. */
#ifndef TDLAUNCH_REPLAY_H
#define TDLAUNCH_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/ccel.h>
#include <tdlaunch/decode.h>
#include <tdlaunch/error.h>
#include <tdlaunch/export.h>
#include <tdlaunch/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct tdl_replay_options - what to replay against
 * @rtmr:         48 bytes for each register that is known, borrowed; NULL where none is
 * @source:       where each came from, borrowed: "quote q.bin (signatures not checked here)"
 * @runtime:      a further log, an IMA ASCII log, dstack list or canonical event log, extended behind the first;
 *                borrowed; NULL for none
 * @runtime_size: bytes there
 */
struct tdl_replay_options {
	const uint8_t *rtmr[TDL_RTMR_COUNT];
	const char *source[TDL_RTMR_COUNT];
	const void *runtime;
	size_t runtime_size;
};

/**
 * tdl_replay() - replay a log and compare
 * @log:        CCEL area or dstack event list, borrowed for the call
 * @size:       bytes there
 * @options:    what to compare with
 * @flags:      TDL_RENDER_...
 * @ret_text:   events, registers and findings, to be freed by the caller
 * @ret_answer: yes when every known register matches and no event contradicts its data; no when one
 *              differs or one does; unknown when there was nothing to compare with
 * @err:        why the log cannot be replayed; NULL is fine
 *
 * Where a register differs, the findings say what would explain it: events after the evidence was
 * made, one event dropped, doubled or meant for another register, an EV_NO_ACTION that was
 * extended, a log cut off, a register that user space extended without a log, another boot.
 *
 * Return: 0; what the log's parser says; -EIO when hashing fails; -ENOMEM.
 */
TDL_API int tdl_replay(const void *log, size_t size, const struct tdl_replay_options *options,
		       unsigned flags, char **ret_text, enum tdl_answer *ret_answer,
		       struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
