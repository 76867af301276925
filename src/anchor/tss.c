/* SPDX-License-Identifier: BSD-2-Clause */
/* A row a function: which library has it, and where its pointer goes. */
#include "anchor/tss.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "base/attr.h"

enum { TCTILDR, RC, MU, SYS, ESYS, LIBRARIES };

/* Versions of the interface, which tpm2-tss 3 and 4 share. */
static const char *const libraries[LIBRARIES] = {
	[TCTILDR] = "libtss2-tctildr.so.0", [RC] = "libtss2-rc.so.0",	  [MU] = "libtss2-mu.so.0",
	[SYS] = "libtss2-sys.so.1",	    [ESYS] = "libtss2-esys.so.0",
};

#define FUNCTION(library, name)                            \
	{                                                  \
		library, #name, offsetof(struct tss, name) \
	}
static const struct {
	int library;
	const char *name;
	size_t offset;
} functions[] = {
	FUNCTION(TCTILDR, Tss2_TctiLdr_Initialize),
	FUNCTION(TCTILDR, Tss2_TctiLdr_Finalize),
	FUNCTION(RC, Tss2_RC_Decode),
	FUNCTION(MU, Tss2_MU_TPMT_SIGNATURE_Marshal),
	FUNCTION(MU, Tss2_MU_TPMS_NV_PUBLIC_Marshal),
	FUNCTION(MU, Tss2_MU_TPMS_CONTEXT_Marshal),
	FUNCTION(MU, Tss2_MU_TPMS_CONTEXT_Unmarshal),
	FUNCTION(ESYS, Esys_Initialize),
	FUNCTION(ESYS, Esys_Finalize),
	FUNCTION(ESYS, Esys_Free),
	FUNCTION(ESYS, Esys_StartAuthSession),
	FUNCTION(ESYS, Esys_TRSess_SetAttributes),
	FUNCTION(ESYS, Esys_TR_SetAuth),
	FUNCTION(ESYS, Esys_TR_FromTPMPublic),
	FUNCTION(ESYS, Esys_TR_GetTpmHandle),
	FUNCTION(ESYS, Esys_GetSysContext),
	FUNCTION(ESYS, Esys_FlushContext),
	FUNCTION(ESYS, Esys_GetCapability),
	FUNCTION(ESYS, Esys_ReadClock),
	FUNCTION(ESYS, Esys_PCR_Read),
	FUNCTION(ESYS, Esys_CreatePrimary),
	FUNCTION(ESYS, Esys_ReadPublic),
	FUNCTION(ESYS, Esys_EvictControl),
	FUNCTION(ESYS, Esys_ContextSave),
	FUNCTION(ESYS, Esys_ContextLoad),
	FUNCTION(ESYS, Esys_Quote),
	FUNCTION(ESYS, Esys_NV_DefineSpace),
	FUNCTION(ESYS, Esys_NV_ReadPublic),
	FUNCTION(ESYS, Esys_NV_Read),
	FUNCTION(ESYS, Esys_NV_Write),
	FUNCTION(ESYS, Esys_NV_Certify),
	FUNCTION(SYS, Tss2_Sys_StartAuthSession),
	FUNCTION(SYS, Tss2_Sys_FlushContext),
	FUNCTION(SYS, Tss2_Sys_PCR_Extend_Prepare),
	FUNCTION(SYS, Tss2_Sys_NV_Extend_Prepare),
	FUNCTION(SYS, Tss2_Sys_GetDecryptParam),
	FUNCTION(SYS, Tss2_Sys_SetDecryptParam),
	FUNCTION(SYS, Tss2_Sys_GetCommandCode),
	FUNCTION(SYS, Tss2_Sys_GetCpBuffer),
	FUNCTION(SYS, Tss2_Sys_SetCmdAuths),
	FUNCTION(SYS, Tss2_Sys_Execute),
	FUNCTION(SYS, Tss2_Sys_GetRspAuths),
	FUNCTION(SYS, Tss2_Sys_GetRpBuffer),
};

static struct tss loaded;
static int load_rc;
static struct tdl_error load_err;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
	void *handle[LIBRARIES];

	for (size_t i = 0; i < LIBRARIES; i++) {
		handle[i] = dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL);
		if (!handle[i]) {
			load_rc = tdl_fail(&load_err, -EOPNOTSUPP,
					   "tpm2-tss is needed to talk to a TPM: %s", dlerror());
			return;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		void *at = dlsym(handle[functions[i].library], functions[i].name);

		if (!at) {
			load_rc = tdl_fail(&load_err, -EOPNOTSUPP, "tpm2-tss has no %s",
					   functions[i].name);
			return;
		}
		memcpy((char *)&loaded + functions[i].offset, &at, sizeof(at));
	}
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
