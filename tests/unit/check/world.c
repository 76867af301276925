/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/check/world.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <tdlaunch/log.h>
#include <tdlaunch/manifest.h>
#include <tdlaunch/mrtd.h>

#include "base/bytes.h"
#include "tests/lib/tdvf_builder.h"
#include "tests/lib/test.h"
#include "tests/unit/refval/pki_make.h"

static struct tdl_error err;

void world_report(const struct td *td, uint8_t r[1024])
{
	memset(r, 0, 1024);
	r[0] = 0x81;
	r[3] = 0;
	memcpy(r + 128, td->data, 64);
	put_le64(r + 256, 0x1ff);
	r[264] = 6; /* TEE TCB SVN: module TDX_01, SVN 6 */
	r[265] = 1;
	memset(r + 280, 0x5e, 48);
	put_le64(r + 512, td->attributes);
	put_le64(r + 520, 0x600e7);
	memcpy(r + 528, td->mrtd, 48);
	for (int i = 0; i < 4; i++)
		memcpy(r + 720 + 48 * i, td->rtmr[i], 48);
	SHA384(r + 256, 239, r + 32);
	SHA384(r + 512, 512, r + 80);
}

static void extend(uint8_t rtmr[48], const uint8_t digest[48])
{
	uint8_t both[96];

	memcpy(both, rtmr, 48);
	memcpy(both + 48, digest, 48);
	SHA384(both, sizeof(both), rtmr);
}

/* TCG_PCR_EVENT2 with one SHA-384. Returns its end. */
static uint8_t *put_event(uint8_t *at, uint32_t mr, uint32_t type, const uint8_t digest[48],
			  const char *data, size_t size)
{
	put_le32(at, mr);
	put_le32(at + 4, type);
	put_le32(at + 8, 1);
	put_le16(at + 12, 0x000c);
	memcpy(at + 14, digest, 48);
	put_le32(at + 62, (uint32_t)size);
	memcpy(at + 66, data, size);
	return at + 66 + size;
}

static uint8_t *put_spec_id(uint8_t *at)
{
	put_le32(at, 1);
	put_le32(at + 4, 3); /* EV_NO_ACTION, digest of zeros */
	put_le32(at + 28, 33);
	memcpy(at + 32, "Spec ID Event03", 16);
	put_le32(at + 48, 0);
	at[52] = 0;
	at[53] = 2;
	at[54] = 0;
	at[55] = 2;
	put_le32(at + 56, 1);
	put_le16(at + 60, 0x000c);
	put_le16(at + 62, 48);
	at[64] = 0;
	return at + 65;
}

struct piece world_ccel(const struct ccel_knobs *knobs, uint8_t ret_rtmr[4][48])
{
	static const struct {
		uint32_t mr, type;
		const char *data;
		size_t size;
	} events[] = {
		{ 1, 4, "\0\0\0", 4 },	   { 2, 0x80000007, "Calling EFI Application", 23 },
		{ 2, 4, "\0\0\0", 4 },	   { 3, 13, "kernel and command line", 23 },
	};
	struct piece p = { calloc(1, 4096), 4096 };
	uint8_t *at = put_spec_id(p.bytes), digest[48], rtmr[4][48] = { { 0 } };

	for (size_t i = 0; i < 4; i++) {
		const char *data = events[i].data;

		SHA384((const uint8_t *)data, events[i].size, digest);
		if ((knobs->drop && i == 2) || (knobs->only_rtmr0 && i > 0))
			continue;
		if (knobs->contradict && i == 1)
			data = "Calling EFI application";
		extend(rtmr[events[i].mr - 1], digest);
		at = put_event(at, events[i].mr, events[i].type, digest, data, events[i].size);
	}
	memset(at, 0xff, (size_t)(p.bytes + p.size - at));
	if (ret_rtmr)
		memcpy(ret_rtmr, rtmr, sizeof(rtmr));
	return p;
}

struct piece world_log(const char *firmware, struct tdl_image **ret_image, uint8_t ret_mrtd[48])
{
	const struct tdl_plan_options how = { .memory = TDL_PLAN_MEMORY_DEFAULT, .cpus = 1 };
	struct tdl_log_td td = { .attributes = 1u << 28, .xfam = 0x600e7, .host = "" };
	struct tdl_image *image = NULL;
	struct tdl_plan *plan = NULL;
	struct tdl_mrtd *mrtd = NULL;
	struct piece p;
	char path[400];

	test_rc(tdl_image_open(firmware, NULL, &image, &err), 0, &err);
	test_rc(tdl_plan_build(image, &how, &plan, &err), 0, &err);
	test_rc(tdl_mrtd_compute(plan, &mrtd, &err), 0, &err);
	const struct tdl_log_options opt = { .image = image };
	snprintf(path, sizeof(path), "%s.log", firmware);
	test_rc(tdl_log_from_plan(path, &opt, plan, &td, &err), 0, &err);
	p.bytes = test_read(path, &p.size);
	if (ret_mrtd)
		memcpy(ret_mrtd, tdl_mrtd_value(mrtd), 48);
	tdl_mrtd_free(mrtd);
	tdl_plan_free(plan);
	if (ret_image)
		*ret_image = image;
	else
		tdl_image_free(image);
	return p;
}

struct tdl_reference world_reference(const struct world *w, const char *name, unsigned has)
{
	struct tdl_reference r = {
		.name = name, .version = "1", .size = tdl_image_size(w->image), .flow = "qemu",
		.has_rtmr = has, .computed = { .by = "the test", .tool = "none", .version = "0" },
	};

	test_rc(tdl_image_digest(w->image, r.firmware, &err), 0, &err);
	memcpy(r.mrtd, w->td.mrtd, 48);
	for (int i = 0; i < 4; i++)
		if (has >> i & 1)
			memcpy(r.rtmr[i], w->td.rtmr[i], 48);
	return r;
}

void world_manifest(const char *path, const struct tdl_reference *references, size_t n)
{
	struct tdl_manifest *m = NULL;

	test_rc(tdl_manifest_new(&m, &err), 0, &err);
	for (size_t i = 0; i < n; i++)
		test_rc(tdl_manifest_add(m, &references[i], &err), 0, &err);
	test_rc(tdl_manifest_write(m, path, &err), 0, &err);
	tdl_manifest_free(m);
}

void world_sign(const struct world *w, const char *path)
{
	char key[320], certificate[320];

	snprintf(key, sizeof(key), "%s/signer.key", w->folder);
	snprintf(certificate, sizeof(certificate), "%s/signer.pem", w->folder);
	test_rc(tdl_manifest_sign(path, key, certificate, NULL, &err), 0, &err);
}

static void make_signer(struct world *w)
{
	struct identity ca = identity_make((struct wish){ .name = "test CA", .ca = 1 });
	struct identity signer = identity_make((struct wish){ .name = "signer", .issuer = &ca });
	char path[300];

	snprintf(path, sizeof(path), "%s/ca", w->folder);
	identity_save(&ca, path);
	snprintf(w->trust, sizeof(w->trust), "%s/ca.pem", w->folder);
	snprintf(path, sizeof(path), "%s/signer", w->folder);
	identity_save(&signer, path);
	identity_free(&signer);
	identity_free(&ca);
}

void world_make(struct world *w)
{
	struct tdvf_built built = tdvf_small();
	const struct ccel_knobs right = { 0 };
	struct pki_knobs knobs = { 0 };

	memset(w, 0, sizeof(*w));
	w->folder = test_folder();
	w->collateral = w->folder;
	make_signer(w);
	snprintf(w->firmware, sizeof(w->firmware), "%s/small.fd", w->folder);
	test_write(w->firmware, built.bytes, built.size);
	tdvf_free(&built);
	w->log = world_log(w->firmware, &w->image, w->td.mrtd);
	w->ccel = world_ccel(&right, w->td.rtmr);
	w->td.attributes = 1u << 28;
	memset(w->td.data, 0xda, 20);
	w->report = (struct piece){ malloc(1024), 1024 };
	world_report(&w->td, w->report.bytes);
	knobs.report = w->report.bytes;
	pki_make(&knobs, &w->pki);
	w->quote = (struct piece){ w->pki.quote, w->pki.quote_size };
	snprintf(w->manifest, sizeof(w->manifest), "%s/manifest.json", w->folder);
	const struct tdl_reference whole = world_reference(w, "small", 7);
	world_manifest(w->manifest, &whole, 1);
	world_sign(w, w->manifest);
}

struct tdl_rules_options world_options(const struct world *w)
{
	static const char *manifests[1];
	static struct tdl_expected nonce;
	int64_t at = 0;

	ck_assert_int_eq(tdl_time_parse(PKI_TIME, &at), 0);
	manifests[0] = w->manifest;
	nonce = (struct tdl_expected){ "reportdata", w->td.data, 64, "the test's nonce" };
	return (struct tdl_rules_options){
		.at = at,
		.collateral = w->collateral,
		.root = w->pki.root,
		.root_size = w->pki.root_size,
		.image = w->image,
		.expected = &nonce,
		.n_expected = 1,
		.manifests = manifests,
		.n_manifests = 1,
		.accept = { .trust = w->trust },
	};
}

void case_add(struct tdl_case *c, const char *name, const struct piece *piece)
{
	test_rc(tdl_case_add_bytes(c, name, piece->bytes, piece->size, &err), 0, &err);
}

struct tdl_case *world_case(const struct world *w)
{
	struct tdl_case *c = NULL;

	test_rc(tdl_case_new(&c, &err), 0, &err);
	case_add(c, "quote.bin", &w->quote);
	case_add(c, "tdreport.bin", &w->report);
	case_add(c, "launch.log", &w->log);
	case_add(c, "ccel.bin", &w->ccel);
	return c;
}

struct tdl_claims *world_judge(const struct tdl_rules_options *options, const struct tdl_case *c)
{
	struct tdl_rules *rules = NULL;
	struct tdl_claims *claims = NULL;

	test_rc(tdl_rules_new(options, &rules, &err), 0, &err);
	test_rc(tdl_check(rules, c, NULL, &claims, &err), 0, &err);
	tdl_rules_free(rules);
	return claims;
}

bool has_claim(const struct tdl_claims *claims, const char *name, enum tdl_state state)
{
	const struct tdl_claim *c;

	for (size_t i = 0; (c = tdl_claims_at(claims, i)); i++)
		if (strcmp(c->name, name) == 0 && c->state == state)
			return true;
	return false;
}

const struct tdl_claim *find_claim(const struct tdl_claims *claims, const char *name,
				   enum tdl_state state)
{
	const struct tdl_claim *c;

	for (size_t i = 0; (c = tdl_claims_at(claims, i)); i++)
		if (strcmp(c->name, name) == 0 && c->state == state)
			return c;
	char *text = NULL;
	tdl_claims_render(claims, "text", &text, NULL);
	ck_abort_msg("no claim %s is in state %d:\n%s", name, state, text ? text : "");
	return NULL;
}

size_t count_state(const struct tdl_claims *claims, enum tdl_state state)
{
	const struct tdl_claim *c;
	size_t n = 0;

	for (size_t i = 0; (c = tdl_claims_at(claims, i)); i++)
		n += c->state == state;
	return n;
}
