/* SPDX-License-Identifier: BSD-2-Clause */
/* The SGX extension of a PCK certificate, and certificates and CRLs around it. */
#include <stdint.h>
#include <stdlib.h>

#include "attest/cert.h"
#include "attest/pck.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct certs certs = { 0 };
	X509_CRL *crl = NULL;
	struct pck pck;

	pck_parse(data, size, &pck, NULL);
	if (certs_parse(data, size, CERTS_LIMIT, &certs, NULL) == 0)
		pck_from_cert(certs.cert[0], &pck, NULL);
	certs_free(&certs);
	if (crl_parse(data, size, &crl, NULL) == 0)
		X509_CRL_free(crl);
	return 0;
}
