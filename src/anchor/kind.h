/* SPDX-License-Identifier: BSD-2-Clause */
/* What kind of TPM it was, as far as anything can be relied on. */
#ifndef ANCHOR_KIND_H
#define ANCHOR_KIND_H

#include "anchor/quotefile.h"

#define KIND_TEXT 300

/* Judge by the EK certificates of a quote, and by certificates in PEM that may vouch for them (NULL
 * for none). The reason, in words, goes to text. */
enum tdl_tpm_kind kind_of(const struct quotefile *q, const void *roots, size_t roots_size,
			  char text[KIND_TEXT]);

#endif
