/* SPDX-License-Identifier: BSD-2-Clause */
/* A table a library, and where each function's pointer goes. */
#include "anchor/tss.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/symbols.h"

#define FUNCTION(name)                            \
	{                                         \
#name, offsetof(struct tss, name) \
	}
static const struct symbol tctildr[] = {
	FUNCTION(Tss2_TctiLdr_Initialize),
	FUNCTION(Tss2_TctiLdr_Finalize),
};
static const struct symbol rc[] = {
	FUNCTION(Tss2_RC_Decode),
};
static const struct symbol mu[] = {
	FUNCTION(Tss2_MU_TPMT_SIGNATURE_Marshal),
	FUNCTION(Tss2_MU_TPMS_NV_PUBLIC_Marshal),
	FUNCTION(Tss2_MU_TPMS_CONTEXT_Marshal),
	FUNCTION(Tss2_MU_TPMS_CONTEXT_Unmarshal),
};
static const struct symbol sys[] = {
	FUNCTION(Tss2_Sys_StartAuthSession),   FUNCTION(Tss2_Sys_FlushContext),
	FUNCTION(Tss2_Sys_PCR_Extend_Prepare), FUNCTION(Tss2_Sys_NV_Extend_Prepare),
	FUNCTION(Tss2_Sys_GetDecryptParam),    FUNCTION(Tss2_Sys_SetDecryptParam),
	FUNCTION(Tss2_Sys_GetCommandCode),     FUNCTION(Tss2_Sys_GetCpBuffer),
	FUNCTION(Tss2_Sys_SetCmdAuths),	       FUNCTION(Tss2_Sys_Execute),
	FUNCTION(Tss2_Sys_GetRspAuths),	       FUNCTION(Tss2_Sys_GetRpBuffer),
};
static const struct symbol esys[] = {
	FUNCTION(Esys_Initialize),
	FUNCTION(Esys_Finalize),
	FUNCTION(Esys_Free),
	FUNCTION(Esys_StartAuthSession),
	FUNCTION(Esys_TRSess_SetAttributes),
	FUNCTION(Esys_TR_SetAuth),
	FUNCTION(Esys_TR_FromTPMPublic),
	FUNCTION(Esys_TR_GetTpmHandle),
	FUNCTION(Esys_GetSysContext),
	FUNCTION(Esys_FlushContext),
	FUNCTION(Esys_GetCapability),
	FUNCTION(Esys_ReadClock),
	FUNCTION(Esys_PCR_Read),
	FUNCTION(Esys_CreatePrimary),
	FUNCTION(Esys_ReadPublic),
	FUNCTION(Esys_EvictControl),
	FUNCTION(Esys_ContextSave),
	FUNCTION(Esys_ContextLoad),
	FUNCTION(Esys_Quote),
	FUNCTION(Esys_NV_DefineSpace),
	FUNCTION(Esys_NV_ReadPublic),
	FUNCTION(Esys_NV_Read),
	FUNCTION(Esys_NV_Write),
	FUNCTION(Esys_NV_Certify),
};

/* Versions of the interface, which tpm2-tss 3 and 4 share. */
static const struct {
	const char *name;
	const struct symbol *functions;
	size_t count;
} libraries[] = {
	{ "libtss2-tctildr.so.0", tctildr, ARRAY_SIZE(tctildr) },
	{ "libtss2-rc.so.0", rc, ARRAY_SIZE(rc) },
	{ "libtss2-mu.so.0", mu, ARRAY_SIZE(mu) },
	{ "libtss2-sys.so.1", sys, ARRAY_SIZE(sys) },
	{ "libtss2-esys.so.0", esys, ARRAY_SIZE(esys) },
};

static struct tss loaded;
static int load_rc;
static struct tdl_error load_err;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(libraries) && load_rc == 0; i++)
		load_rc = symbols_load(libraries[i].name, libraries[i].functions,
				       libraries[i].count, &loaded, &load_err);
	if (load_rc < 0)
		tdl_while(&load_err, load_rc, "tpm2-tss is needed to talk to a TPM");
}

int tss_load(const struct tss **ret, struct tdl_error *err)
{
	pthread_once(&once, load);
	if (load_rc < 0) {
		if (err)
			*err = load_err;
		return load_rc;
	}
	*ret = &loaded;
	return 0;
}
