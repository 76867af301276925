/* SPDX-License-Identifier: BSD-2-Clause */
/* A quote: parsed, each field taken, then verified without collateral. */
#include <stdint.h>
#include <stdlib.h>

#include "tdlaunch/quote.h"
#include "tdlaunch/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tdl_quote *quote = NULL;
	struct tdl_verdict *verdict = NULL;
	struct tdl_verify_options opt = { .at = 1772323200 };
	struct tdl_field field;

	if (tdl_quote_open(data, size, &quote, NULL) == 0)
		for (size_t i = 0; tdl_quote_field_at(quote, i, &field) == 0; i++)
			if (field.offset > size || field.size > size - field.offset)
				abort();
	tdl_quote_free(quote);
	if (tdl_verify(data, size, &opt, &verdict, NULL) == 0 &&
	    tdl_verdict_answer(verdict) == TDL_ANSWER_YES)
		abort(); /* nothing passes without collateral */
	tdl_verdict_free(verdict);
	return 0;
}
