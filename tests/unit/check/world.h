/* SPDX-License-Identifier: BSD-2-Clause */
/* A TD of our own with all evidence about it, every piece right: firmware, launch log, TDREPORT,
 * event log, quote with collateral and root, a signed manifest. Its registers are computed here with
 * OpenSSL, its MRTD by the project's measure room, whose own tests have values of others. */
#ifndef TESTS_UNIT_CHECK_WORLD_H
#define TESTS_UNIT_CHECK_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/check.h>
#include <tdlaunch/image.h>

#include "tests/unit/attest/pki.h"

struct piece {
	uint8_t *bytes; /* owned, for as long as the process */
	size_t size;
};

/* What a TDREPORT says. */
struct td {
	uint8_t mrtd[48], rtmr[4][48], data[64];
	uint64_t attributes;
};

struct world {
	const char *folder;	/* everything that is a file */
	const char *collateral; /* a folder in it, made by pki_make() */
	char firmware[300], manifest[300], trust[300];
	struct tdl_image *image;
	struct pki_world pki;
	struct td td;
	struct piece quote, report, log, ccel;
};

/* What is different in a log of events; zero is right. */
struct ccel_knobs {
	bool drop;	 /* the second event of RTMR1 is missing */
	bool contradict; /* a text is not that of its digest */
	bool only_rtmr0; /* nothing else is logged */
};

void world_make(struct world *w);

/* A TDREPORT that is consistent. */
void world_report(const struct td *td, uint8_t ret[1024]);
/* The events of the world; the registers they give go to ret_rtmr unless it is NULL. */
struct piece world_ccel(const struct ccel_knobs *knobs, uint8_t ret_rtmr[4][48]);
/* The log of a launch of an image file. */
struct piece world_log(const char *firmware, struct tdl_image **ret_image, uint8_t ret_mrtd[48]);
/* A manifest at path. has is a bit for each RTMR to be in it. */
struct tdl_reference world_reference(const struct world *w, const char *name, unsigned has);
void world_manifest(const char *path, const struct tdl_reference *references, size_t n);
/* Its signature beside it, by a signer that the world's trust vouches for. */
void world_sign(const struct world *w, const char *path);

/* Options under which the world is good in every respect. */
struct tdl_rules_options world_options(const struct world *w);
/* Judge pieces; a case with what is not NULL. */
struct tdl_claims *world_judge(const struct tdl_rules_options *options, const struct tdl_case *c);
struct tdl_case *world_case(const struct world *w);
void case_add(struct tdl_case *c, const char *name, const struct piece *piece);

/* The first claim of this name that says so much about itself; fails the test when there is none. */
const struct tdl_claim *find_claim(const struct tdl_claims *claims, const char *name,
				   enum tdl_state state);
bool has_claim(const struct tdl_claims *claims, const char *name, enum tdl_state state);
size_t count_state(const struct tdl_claims *claims, enum tdl_state state);

#endif
