/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests of requests share: a platform of our own with a quote, and rules that it meets. */
#ifndef TESTS_CHECK_PLATFORM_H
#define TESTS_CHECK_PLATFORM_H

#include <tdlaunch/check.h>

#include "tests/unit/attest/pki.h"

extern struct pki_world platform;
extern struct tdl_rules *platform_rules; /* the quote's MRTD is expected */

/* Fixtures. */
void platform_make(void);
void platform_drop(void);

/* "base64":"..." of the quote, to be freed; changed: with another MRTD. */
char *platform_quote(bool changed);

#endif
