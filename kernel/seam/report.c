/* SPDX-License-Identifier: BSD-2-Clause */
/* TDREPORT_STRUCT. What the CPU would fill in says that it is this model's: CPUSVN spells it,
 * MRSEAM is the digest of a sentence, and the MAC is HMAC-SHA-256 under a key that anybody can
 * derive from the seed. Nothing here proves anything about real hardware. */
#include <string.h>

#include "base/bytes.h"
#include "kernel/seam/internal.h"

#define HMAC_BLOCK 64u
#define MAC_SIZE 32u

static const char key_label[] = "tdlaunch model of the TDX module, report key";
static const char seam_label[] = "tdlaunch model of the TDX module, MRSEAM";
static const char cpusvn_label[16] = "tdlaunch model";

/* RFC 2104, for a key of 32 bytes and a message of TDX_REPORT_MAC bytes. */
static void hmac(const uint8_t key[MAC_SIZE], const uint8_t message[TDX_REPORT_MAC],
		 uint8_t ret_mac[MAC_SIZE])
{
	uint8_t inner[HMAC_BLOCK + TDX_REPORT_MAC], outer[HMAC_BLOCK + MAC_SIZE];

	memset(inner, 0x36, HMAC_BLOCK);
	memset(outer, 0x5c, HMAC_BLOCK);
	for (unsigned i = 0; i < MAC_SIZE; i++) {
		inner[i] ^= key[i];
		outer[i] ^= key[i];
	}
	memcpy(inner + HMAC_BLOCK, message, TDX_REPORT_MAC);
	sha256(inner, sizeof(inner), outer + HMAC_BLOCK);
	sha256(outer, sizeof(outer), ret_mac);
}

int report_key(struct seam *s)
{
	uint8_t text[sizeof(key_label) + 8];
	uint8_t digest[64];
	size_t n = 0;
	int rc;

	memcpy(text, key_label, sizeof(key_label));
	put_le64(text + sizeof(key_label), s->config.seed);
	rc = hash_named("SHA256", text, sizeof(text), digest, &n, NULL);
	memcpy(s->report_key, digest, sizeof(s->report_key));
	return rc;
}

static void write_tcb(const struct seam *s, uint8_t *at)
{
	put_le64(at + TDX_TCB_VALID, TDX_TEE_TCB_VALID_SVN2);
	at[TDX_TCB_SVN] = (uint8_t)s->config.update;
	at[TDX_TCB_SVN + 1] = 1;
	memcpy(at + TDX_TCB_SVN2, at + TDX_TCB_SVN, 16);
	sha384(seam_label, sizeof(seam_label) - 1, at + TDX_TCB_MRSEAM, NULL);
}

static void write_tdinfo(const struct td *td, uint8_t *at)
{
	put_le64(at + TDX_TDINFO_ATTRIBUTES, td->attributes);
	put_le64(at + TDX_TDINFO_XFAM, td->xfam);
	memcpy(at + TDX_TDINFO_MRTD, td->mrtd, TDX_MR_SIZE);
	memcpy(at + TDX_TDINFO_MRCONFIGID, td->mrconfigid, TDX_MR_SIZE);
	memcpy(at + TDX_TDINFO_MROWNER, td->mrowner, TDX_MR_SIZE);
	memcpy(at + TDX_TDINFO_MROWNERCONFIG, td->mrownerconfig, TDX_MR_SIZE);
	for (unsigned i = 0; i < TDX_RTMRS; i++)
		memcpy(at + TDX_TDINFO_RTMR + i * TDX_MR_SIZE, td->rtmr[i], TDX_MR_SIZE);
	memcpy(at + TDX_TDINFO_SERVTD_HASH, td->servtd_hash, TDX_MR_SIZE);
}

void report_build(struct seam *s, const struct td *td, const uint8_t report_data[64],
		  uint8_t ret_report[TDX_REPORT_SIZE])
{
	uint8_t *tcb = ret_report + TDX_REPORT_TEE_TCB_INFO;
	uint8_t *info = ret_report + TDX_REPORT_TDINFO;

	memset(ret_report, 0, TDX_REPORT_SIZE);
	ret_report[TDX_REPORT_TYPE] = TDX_REPORT_TYPE_TDX;
	memcpy(ret_report + TDX_REPORT_CPUSVN, cpusvn_label, sizeof(cpusvn_label));
	write_tcb(s, tcb);
	write_tdinfo(td, info);
	sha384(tcb, TDX_TEE_TCB_INFO_SIZE, ret_report + TDX_REPORT_TEE_TCB_INFO_HASH, NULL);
	sha384(info, TDX_TDINFO_SIZE, ret_report + TDX_REPORT_TEE_INFO_HASH, NULL);
	memcpy(ret_report + TDX_REPORT_REPORTDATA, report_data, TDX_REPORTDATA_SIZE);
	hmac(s->report_key, ret_report, ret_report + TDX_REPORT_MAC);
}
