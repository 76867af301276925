/* SPDX-License-Identifier: BSD-2-Clause */
/* EK certificates out of a TPM's NV memory. */
#ifndef ANCHOR_EK_H
#define ANCHOR_EK_H

#include "anchor/quotefile.h"
#include "anchor/tpm.h"

/* Those that are there and can be read; none is no failure. */
void ek_read(struct tpm *t, struct quotefile *q);

#endif
