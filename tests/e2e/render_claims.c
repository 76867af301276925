/* SPDX-License-Identifier: BSD-2-Clause */
/* Claims from standard input, rendered: "render_claims FORMAT...", a NUL behind each. A claim is its
 * kind and state as digits, then name, subject, source, reason, advice, each ending with a NUL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tdlaunch/check.h>
#include <tdlaunch/ear.h>

static char *next(void)
{
	char *text = NULL;
	size_t room = 0;

	if (getdelim(&text, &room, '\0', stdin) > 0)
		return text;
	free(text); /* getdelim() allocates at the end of a file too */
	return NULL;
}

static bool read_claim(struct tdl_claims *claims)
{
	char *head = next(), *text[5];
	struct tdl_claim c = { 0 };
	unsigned kind = 0, state = 0;

	if (!head)
		return false;
	for (int i = 0; i < 5; i++)
		text[i] = next();
	if (!text[4] || sscanf(head, "%u %u", &kind, &state) != 2)
		exit(2);
	c.kind = (enum tdl_claim_kind)kind;
	c.state = (enum tdl_state)state;
	c.name = text[0];
	c.subject = text[1];
	c.source = text[2];
	c.reason = text[3];
	c.advice = text[4];
	if (tdl_claims_add(claims, &c, NULL) < 0)
		exit(2);
	for (int i = 0; i < 5; i++)
		free(text[i]);
	free(head);
	return true;
}

static int render(const struct tdl_claims *claims, const char *format, char **ret_text,
		  struct tdl_error *err)
{
	const struct tdl_ear_options options = { .issued = 1700000000, .at = 86400,
						 .policy = "a \"policy\"" };

	if (strcmp(format, "ear") == 0)
		return tdl_ear_write(claims, &options, ret_text, err);
	return tdl_claims_render(claims, format, ret_text, err);
}

int main(int argc, char **argv)
{
	struct tdl_claims *claims = NULL;
	struct tdl_error err = { 0 };

	if (tdl_claims_new(&claims, &err) < 0)
		return 2;
	while (read_claim(claims))
		;
	for (int i = 1; i < argc; i++) {
		char *text = NULL;

		if (render(claims, argv[i], &text, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			return 2;
		}
		fwrite(text, 1, strlen(text) + 1, stdout);
		free(text);
	}
	tdl_claims_free(claims);
	return 0;
}
