/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/anchor/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"
#include "tests/unit/evlog/fixture.h"

const uint8_t scene_nonce[16] = { 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 7, 7, 7, 7 };

struct scene scene_of(struct paper tpm)
{
	struct scene s = { .tpm = tpm, .pem = paper_pem(tpm.key) };

	return s;
}

void scene_free(struct scene *s)
{
	for (size_t i = 0; i < SCENE_LOGS; i++) {
		tdl_log_free(s->list[i].log);
		free(s->logs[i]);
		free(s->journals[i]);
	}
	free(s->quote);
	free(s->pem);
	paper_free(&s->tpm);
}

uint8_t *scene_log(const struct paper *tpm, size_t regions, size_t *ret_size)
{
	struct tdl_log_options opt = {
		.detail = TDL_LOG_DETAIL_PAGE,
		.embed = true,
		.anchor = tpm->nv ? TDL_LOG_REGISTER_NV : TDL_LOG_REGISTER_PCR,
		.anchor_index = tpm->index,
	};
	char path[4096];

	snprintf(path, sizeof(path), "%s/anchored.log", test_folder());
	fixture_write(path, &opt, FIXTURE_BY_PAGE, regions);
	return test_read(path, ret_size);
}

void scene_anchor(struct scene *s, uint64_t but)
{
	size_t i = s->count++;

	s->logs[i] = scene_log(&s->tpm, 4, &s->sizes[i]);
	s->journals[i] = paper_anchor(&s->tpm, s->logs[i], s->sizes[i], but);
}

void scene_quote(struct scene *s, enum spoil spoil)
{
	s->quote = paper_quote(&s->tpm, scene_nonce, sizeof(scene_nonce), spoil, NULL);
	for (size_t i = 0; i < s->count; i++)
		s->list[i] = (struct tdl_anchored_log){
			.name = "tiny.log",
			.journal = s->journals[i],
			.journal_size = strlen(s->journals[i]),
		};
	s->evidence = (struct tdl_anchor_evidence){
		.quote = s->quote,
		.quote_size = strlen(s->quote),
		.logs = s->list,
		.count = s->count,
		.rules = {
			.nonce = scene_nonce,
			.nonce_size = sizeof(scene_nonce),
			.key_pem = s->pem,
			.key_size = strlen(s->pem),
		},
	};
}

void scene_good(struct scene *s, struct paper tpm, size_t logs)
{
	*s = scene_of(tpm);
	for (size_t i = 0; i < logs; i++)
		scene_anchor(s, 0);
	scene_quote(s, SPOIL_NOTHING);
}

void scene_edit(struct scene *s, size_t i, const char *from, const char *to)
{
	char *at = strstr(s->journals[i], from);
	char *text = NULL;

	ck_assert_ptr_nonnull(at);
	ck_assert_int_gt(asprintf(&text, "%.*s%s%s", (int)(at - s->journals[i]), s->journals[i], to,
				  at + strlen(from)),
			 0);
	free(s->journals[i]);
	s->journals[i] = text;
	s->list[i].journal = text;
	s->list[i].journal_size = strlen(text);
}

void scene_verify(struct scene *s)
{
	struct tdl_error err = { 0 };

	for (size_t i = 0; i < s->count; i++) {
		tdl_log_free(s->list[i].log);
		test_rc(tdl_log_open_bytes(s->logs[i], s->sizes[i], &s->list[i].log, &err), 0, &err);
	}
	memset(&s->verdict, 0, sizeof(s->verdict));
	test_rc(tdl_anchor_verify(&s->evidence, &s->verdict, &err), 0, &err);
}

void scene_says(const struct scene *s, enum tdl_anchor_check_id id, enum tdl_log_status status,
		const char *text)
{
	const struct tdl_anchor_check *c = &s->verdict.checks[id];

	ck_assert_msg(c->status == status && strstr(c->text, text), "%s: %d, \"%s\"; want %d, \"%s\"",
		      c->name, c->status, c->text, status, text);
}

void scene_all_but(const struct scene *s, int id)
{
	for (int i = 0; i < TDL_ANCHOR_CHECKS; i++) {
		const struct tdl_anchor_check *c = &s->verdict.checks[i];
		bool passed = c->status == TDL_LOG_PASSED;

		if (i == TDL_ANCHOR_CHECK_FIRMWARE && !s->evidence.image)
			continue;
		ck_assert_msg(passed == (i != id), "%s: %d, \"%s\"", c->name, c->status, c->text);
	}
}
