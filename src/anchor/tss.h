/* SPDX-License-Identifier: BSD-2-Clause */
/* tpm2-tss, loaded when a TPM is first asked for: commands that want none pay nothing for it, and
 * the tool runs where it is not installed. */
#ifndef ANCHOR_TSS_H
#define ANCHOR_TSS_H

#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_sys.h>
#include <tss2/tss2_tctildr.h>

#include <tdlaunch/error.h>

#define TSS_FUNCTION(name) __typeof__(name) *name

/* Members have the names of the functions, so that a call reads like one. */
struct tss {
	TSS_FUNCTION(Tss2_TctiLdr_Initialize);
	TSS_FUNCTION(Tss2_TctiLdr_Finalize);
	TSS_FUNCTION(Tss2_RC_Decode);
	TSS_FUNCTION(Tss2_MU_TPMT_SIGNATURE_Marshal);
	TSS_FUNCTION(Tss2_MU_TPMS_NV_PUBLIC_Marshal);
	TSS_FUNCTION(Tss2_MU_TPMS_CONTEXT_Marshal);
	TSS_FUNCTION(Tss2_MU_TPMS_CONTEXT_Unmarshal);
	TSS_FUNCTION(Esys_Initialize);
	TSS_FUNCTION(Esys_Finalize);
	TSS_FUNCTION(Esys_Free);
	TSS_FUNCTION(Esys_StartAuthSession);
	TSS_FUNCTION(Esys_TRSess_SetAttributes);
	TSS_FUNCTION(Esys_TR_SetAuth);
	TSS_FUNCTION(Esys_TR_FromTPMPublic);
	TSS_FUNCTION(Esys_TR_GetTpmHandle);
	TSS_FUNCTION(Esys_GetSysContext);
	TSS_FUNCTION(Esys_FlushContext);
	TSS_FUNCTION(Esys_GetCapability);
	TSS_FUNCTION(Esys_ReadClock);
	TSS_FUNCTION(Esys_PCR_Read);
	TSS_FUNCTION(Esys_CreatePrimary);
	TSS_FUNCTION(Esys_ReadPublic);
	TSS_FUNCTION(Esys_EvictControl);
	TSS_FUNCTION(Esys_ContextSave);
	TSS_FUNCTION(Esys_ContextLoad);
	TSS_FUNCTION(Esys_Quote);
	TSS_FUNCTION(Esys_NV_DefineSpace);
	TSS_FUNCTION(Esys_NV_ReadPublic);
	TSS_FUNCTION(Esys_NV_Read);
	TSS_FUNCTION(Esys_NV_Write);
	TSS_FUNCTION(Esys_NV_Certify);
	TSS_FUNCTION(Tss2_Sys_StartAuthSession);
	TSS_FUNCTION(Tss2_Sys_FlushContext);
	TSS_FUNCTION(Tss2_Sys_PCR_Extend_Prepare);
	TSS_FUNCTION(Tss2_Sys_NV_Extend_Prepare);
	TSS_FUNCTION(Tss2_Sys_GetDecryptParam);
	TSS_FUNCTION(Tss2_Sys_SetDecryptParam);
	TSS_FUNCTION(Tss2_Sys_GetCommandCode);
	TSS_FUNCTION(Tss2_Sys_GetCpBuffer);
	TSS_FUNCTION(Tss2_Sys_SetCmdAuths);
	TSS_FUNCTION(Tss2_Sys_Execute);
	TSS_FUNCTION(Tss2_Sys_GetRspAuths);
	TSS_FUNCTION(Tss2_Sys_GetRpBuffer);
};

/* The functions; lives as long as the process. -EOPNOTSUPP when the libraries are not there. */
int tss_load(const struct tss **ret, struct tdl_error *err);

#endif
