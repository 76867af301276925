/* SPDX-License-Identifier: BSD-2-Clause */
/* Exit 0 when standard input is one JSON value, strictly, and nothing else. */
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

static char text[1 << 26];

int main(void)
{
	struct json_tokener *tokener = json_tokener_new();
	size_t size = fread(text, 1, sizeof(text) - 1, stdin);
	struct json_object *root;
	int bad;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, text, (int)size + 1);
	bad = json_tokener_get_error(tokener) != json_tokener_success || !root ||
	      strlen(text) != size || text[size ? size - 1 : 0] != '\n';
	json_object_put(root);
	json_tokener_free(tokener);
	return bad;
}
