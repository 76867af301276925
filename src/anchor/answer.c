/* SPDX-License-Identifier: BSD-2-Clause */
/* What the response codes of a TPM and of tpm2-tss mean for who asked, and what to do about them.
 * Source: TPM 2.0 Library, Part 2, TPM_RC; TCG TSS 2.0 Overview and Common Structures. */
#include <errno.h>

#include "anchor/tpm.h"
#include "base/attr.h"

/* Whatever session, parameter or handle they are about. */
static const struct {
	TSS2_RC code;
	int rc;
	const char *advice;
} answers[] = {
	{ TPM2_RC_INITIALIZE, -ENODEV, "the TPM was not started: tpm2_startup -c" },
	{ TPM2_RC_FAILURE, -EIO, "the TPM is in failure mode: restart the machine" },
	{ TPM2_RC_OBJECT_MEMORY, -EBUSY,
	  "others keep keys in it: go through its resource manager (device:/dev/tpmrm0, tabrmd:), or "
	  "tpm2_flushcontext -t" },
	{ TPM2_RC_SESSION_MEMORY, -EBUSY,
	  "others keep sessions in it: go through its resource manager (device:/dev/tpmrm0, tabrmd:), "
	  "or tpm2_flushcontext -l" },
	{ TPM2_RC_SESSION_HANDLES, -EBUSY,
	  "others have begun too many sessions: tpm2_flushcontext -l and -s" },
	{ TPM2_RC_LOCKOUT, -EBUSY,
	  "too many wrong authorisation values were given: wait, or tpm2_dictionarylockout -c with the "
	  "lockout's own" },
	{ TPM2_RC_NV_RATE, -EBUSY, "the TPM wants a pause: try again" },
	{ TPM2_RC_NV_UNAVAILABLE, -EBUSY, "the TPM's memory is not ready: try again" },
	{ TPM2_RC_NV_SPACE, -ENOSPC,
	  "the TPM's NV memory is full: tpm2_nvundefine what is not needed" },
};

static TSS2_RC base_of(TSS2_RC code)
{
	return code & TPM2_RC_FMT1 ? code & (TPM2_RC_FMT1 | 0x3f) : code;
}

static bool is_authorisation(TSS2_RC code)
{
	TSS2_RC base = base_of(code);

	return (code & TSS2_RC_LAYER_MASK) == 0 &&
	       (base == TPM2_RC_AUTH_FAIL || base == TPM2_RC_BAD_AUTH);
}

int tpm_check(const struct tpm *t, TSS2_RC code, const char *doing, struct tdl_error *err)
{
	const char *words;

	if (code == TSS2_RC_SUCCESS)
		return 0;
	words = t->tss->Tss2_RC_Decode(code);
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
		if ((code & 0xffff) == answers[i].code)
			return tdl_fail(err, answers[i].rc, "%s: %s (%s, 0x%x)", doing,
					answers[i].advice, words, code);
	if (is_authorisation(code))
		return tdl_fail(err, -EACCES, "%s: the authorisation value is wrong (%s, 0x%x)",
				doing, words, code);
	if ((code & TSS2_RC_LAYER_MASK) == TSS2_TCTI_RC_LAYER ||
	    (code & 0xffff) == TSS2_BASE_RC_IO_ERROR)
		return tdl_fail(err, -ENODEV, "%s: the TPM does not answer (%s, 0x%x)", doing,
				words, code);
	return tdl_fail(err, -EIO, "%s: %s (0x%x)", doing, words, code);
}

int tpm_absent(const struct tpm *t, TSS2_RC code, struct tdl_error *err)
{
	const char *tcti = t->how->tcti;
	const char *words = t->tss->Tss2_RC_Decode(code);

	if (!tcti || !*tcti)
		return tdl_fail(err, -ENODEV,
				"no TPM at any of the usual places: say where it is "
				"(--tcti device:/dev/tpmrm0) (%s, 0x%x)",
				words, code);
	if ((code & 0xffff) == TSS2_BASE_RC_NOT_SUPPORTED)
		return tdl_fail(err, -ENODEV,
				"no TPM at %s: tpm2-tss has no such transport, or it is "
				"not installed (Debian packages libtss2-tcti-*) (%s, 0x%x)",
				tcti, words, code);
	return tdl_fail(err, -ENODEV,
			"no TPM at %s: nothing answers there, or this user may not ask "
			"it; a device wants root or the group tss (%s, 0x%x)",
			tcti, words, code);
}
