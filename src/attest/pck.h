/* SPDX-License-Identifier: BSD-2-Clause */
/* What a PCK certificate says about its platform: Intel's SGX extension, 1.2.840.113741.1.13.1. */
#ifndef ATTEST_PCK_H
#define ATTEST_PCK_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/x509.h>
#include <tdlaunch/error.h>

enum { PCK_COMPONENTS = 16 };

struct pck {
	uint8_t ppid[16];
	uint8_t components[PCK_COMPONENTS]; /* SGX TCB component SVNs, from .2.1 to .2.16 */
	uint16_t pcesvn;
	uint8_t cpusvn[16];
	uint8_t pceid[2];
	uint8_t fmspc[6];
	uint8_t sgx_type; /* 0 standard, 1 scalable, 2 scalable with integrity */
	bool has_instance;
	uint8_t instance[16]; /* platform instance id */
	bool has_configuration;
	bool dynamic_platform, cached_keys, smt;
};

/* The extension's value. -EBADMSG for anything missing, doubled, of the wrong type or size, or left
 * over. Source: Intel SGX PCK Certificate and CRL Profile Specification. */
int pck_parse(const uint8_t *der, size_t size, struct pck *ret_pck, struct tdl_error *err);

/* The same from a certificate; -ENOENT when it has no such extension. */
int pck_from_cert(const X509 *cert, struct pck *ret_pck, struct tdl_error *err);

const char *pck_type_name(uint8_t sgx_type);

#endif
