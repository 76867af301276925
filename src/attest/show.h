/* SPDX-License-Identifier: BSD-2-Clause */
/* One function per kind of evidence that writes it into a document. */
#ifndef ATTEST_SHOW_H
#define ATTEST_SHOW_H

#include <openssl/x509.h>

#include <tdlaunch/evidence.h>

#include "attest/ccel.h"
#include "attest/cert.h"
#include "attest/doc.h"
#include "attest/runtime.h"

/* Text that encodes evidence: the decoded bytes, to be freed, or NULL when it is not such text. */
uint8_t *evidence_unwrap(const uint8_t *bytes, size_t size, size_t *ret_size);

int show_quote(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
int show_report(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
int show_ccel(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
int show_ccel_table(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
int show_runtime_log(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
int show_tcb_info(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
int show_qe_identity(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
int show_tcb_numbers(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
int show_collateral(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
int show_certificates(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
int show_crl(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
int show_azure(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);
int show_hcl(struct doc *doc, const uint8_t *bytes, size_t size, struct tdl_error *err);

/* Parts that several of them share. */
void show_chain(struct doc *doc, const char *name, const struct certs *chain);
void show_event(struct doc *doc, size_t index, const struct tdl_event *event);

#endif
