/* SPDX-License-Identifier: BSD-2-Clause */
/* Logs of the tiny launch anchored in a TPM on paper, and what a verifier makes of them. */
#ifndef TESTS_ANCHOR_SCENE_H
#define TESTS_ANCHOR_SCENE_H

#include <tdlaunch/anchor.h>

#include "tests/unit/anchor/paper.h"

#define SCENE_LOGS 3

extern const uint8_t scene_nonce[16];

struct scene {
	struct paper tpm;
	size_t count;
	uint8_t *logs[SCENE_LOGS];
	size_t sizes[SCENE_LOGS];
	char *journals[SCENE_LOGS];
	char *quote, *pem;
	/* Made of them, and free to be changed until the verdict. */
	struct tdl_anchored_log list[SCENE_LOGS];
	struct tdl_anchor_evidence evidence;
	struct tdl_anchor_verdict verdict;
};

/* A TPM, which is the scene's afterwards. */
struct scene scene_of(struct paper tpm);
void scene_free(struct scene *s);
/* Log of the tiny launch that names the TPM's register, with that many regions: 4 are all. Caller
 * frees. */
uint8_t *scene_log(const struct paper *tpm, size_t regions, size_t *ret_size);
/* One more log, anchored but for its last records. */
void scene_anchor(struct scene *s, uint64_t but);
/* Quote; the evidence is then good. */
void scene_quote(struct scene *s, enum spoil spoil);
/* A scene with that many logs, all anchored and quoted. */
void scene_good(struct scene *s, struct paper tpm, size_t logs);
/* Replace text in the journal of a log, once. */
void scene_edit(struct scene *s, size_t i, const char *from, const char *to);
/* The verdict of the evidence as it now is. */
void scene_verify(struct scene *s);

/* Fail unless this check has this status and a text with this in it. */
void scene_says(const struct scene *s, enum tdl_anchor_check_id id, enum tdl_log_status status,
		const char *text);
/* Fail unless all checks passed but one; -1 for none. The one of the firmware does not count. */
void scene_all_but(const struct scene *s, int id);

#endif
