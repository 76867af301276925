/* SPDX-License-Identifier: BSD-2-Clause */
/* The platform, its quote, the rules. */
#include "tests/unit/check/platform.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "tests/lib/test.h"

enum { MRTD_AT = 48 + 136 /* in a quote of version 4 */ };

struct pki_world platform;
struct tdl_rules *platform_rules;

void platform_make(void)
{
	static const uint8_t mrtd[48] = "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM";
	const struct tdl_expected expected = { "mrtd", mrtd, sizeof(mrtd), "the test" };
	struct tdl_rules_options options = { .expected = &expected, .n_expected = 1 };
	struct tdl_error err = { 0 };

	pki_make(&(struct pki_knobs){ 0 }, &platform);
	tdl_time_parse(PKI_TIME, &options.at);
	options.root = platform.root;
	options.root_size = platform.root_size;
	options.collateral = platform.folder;
	test_rc(tdl_rules_new(&options, &platform_rules, &err), 0, &err);
}

void platform_drop(void)
{
	tdl_rules_free(platform_rules);
}

char *platform_quote(bool changed)
{
	char *text = malloc(base64_size(platform.quote_size) + 16);

	ck_assert_ptr_nonnull(text);
	platform.quote[MRTD_AT] ^= changed;
	strcpy(text, "\"base64\":\"");
	base64_encode(BASE64, platform.quote, platform.quote_size, text + strlen(text));
	platform.quote[MRTD_AT] ^= changed;
	return strcat(text, "\"");
}
