/* SPDX-License-Identifier: BSD-2-Clause */
/* Any line gets one line of JSON as its verdict, and is never answered yes: these rules trust no root
 * that is at hand. Names lead nowhere: the root is an empty directory. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include <tdlaunch/check.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct tdl_rules *rules(void)
{
	static const uint8_t mrtd[48];
	static const struct tdl_expected expected = { "mrtd", mrtd, sizeof(mrtd), "fuzz" };
	static struct tdl_rules *made;
	const struct tdl_rules_options options = { .at = 1780000000, .expected = &expected,
						   .n_expected = 1 };

	if (!made && tdl_rules_new(&options, &made, NULL) < 0)
		abort();
	return made;
}

/* An empty directory, for as long as this runs. */
static const char *nowhere(void)
{
	static char path[] = "/tmp/tdlaunch-fuzz-XXXXXX";
	static int made;

	if (!made && !mkdtemp(path))
		abort();
	made = 1;
	return path;
}

static void leave(void)
{
	rmdir(nowhere());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int first = 1;
	enum tdl_answer answer = TDL_ANSWER_YES;
	char *line = NULL;

	if (first)
		atexit(leave);
	first = 0;
	if (tdl_check_request(rules(), NULL, nowhere(), (const char *)data, size, 1, &line, &answer,
			      NULL) < 0)
		abort();
	struct json_object *o = json_tokener_parse(line);
	struct json_object *claims = NULL;
	if (answer == TDL_ANSWER_YES || strchr(line, '\n') != line + strlen(line) - 1 ||
	    !json_object_object_get_ex(o, "claims", &claims) ||
	    json_object_array_length(claims) == 0)
		abort();
	json_object_put(o);
	free(line);
	return 0;
}
