/* SPDX-License-Identifier: BSD-2-Clause */
#include "anchor/ek.h"

#include "anchor/nv.h"

/* Where EK certificates are: RSA-2048, ECC P-256, ECC P-384. Source: TCG EK Credential Profile for
 * TPM Family 2.0, NV index assignments. */
static const uint32_t ek_indices[EK_CERTS_MAX] = { 0x01c00002, 0x01c0000a, 0x01c00016 };

/* The certificate is DER, with padding behind it perhaps. */
void ek_read(struct tpm *t, struct quotefile *q)
{
	for (size_t i = 0; i < EK_CERTS_MAX; i++) {
		struct blob *b = &q->ek[q->ek_count];

		if (nv_read(t, ek_indices[i], b->bytes, sizeof(b->bytes), &b->size, NULL) == 0 &&
		    b->size)
			q->ek_count++;
		else
			b->size = 0;
	}
}
