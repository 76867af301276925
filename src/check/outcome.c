/* SPDX-License-Identifier: BSD-2-Clause */
/* Many checks of one kind become one claim; and what to do about those that did not pass. */
#include "check/outcome.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"

static int badness(enum tdl_state state)
{
	return state == TDL_STATE_FAILED ? 2 : state == TDL_STATE_NOT_DONE ? 1 : 0;
}

void outcome_add(struct outcome *o, const char *name, enum tdl_state state, const char *reason,
		 const char *source, const char *advice)
{
	if (state == TDL_STATE_NOT_ASKED)
		return;
	if (o->checks++ == 0 || badness(state) > badness(o->state)) {
		o->state = state;
		o->name = name;
		o->advice = advice;
		snprintf(o->reason, sizeof(o->reason), "%s", reason);
		snprintf(o->source, sizeof(o->source), "%s", source);
		o->others[0] = '\0';
		return;
	}
	if (!o->source[0])
		snprintf(o->source, sizeof(o->source), "%s", source);
	size_t used = strlen(o->others);
	if (state == o->state && badness(state) > 0)
		snprintf(o->others + used, sizeof(o->others) - used, "%s%s", used ? ", " : "",
			 name);
}

int outcome_claim(const struct outcome *o, struct job *j, const struct tdl_claim *like,
		  const char *passed, struct tdl_error *err)
{
	struct tdl_claim c = *like;

	if (o->checks == 0)
		return 0;
	c.state = o->state;
	if (!c.source)
		c.source = o->source;
	if (!c.advice)
		c.advice = o->advice;
	if (o->state == TDL_STATE_PASSED)
		return claim(j, &c, err, "%s", passed);
	return claim(j, &c, err, "%s: %s%s%s", o->name, o->reason,
		     o->others[0] ? "; also " : "", o->others);
}

static const char other_td[] = "do not trust it: it was changed, or comes from no genuine platform";
static const char newer[] = "get newer collateral for this platform";
static const char complete[] = "give all of the platform's collateral with --collateral: TCB info, "
			       "QE identity, their chain, both revocation lists";
static const char measured[] = "find out what the TD runs; if it is meant, pin its value in the "
			       "policy";

/* The first row that fits. */
static const struct advice {
	const char *check;
	enum tdl_state state;
	const char *text;
} advices[] = {
	{ "quote-format", TDL_STATE_FAILED,
	  "give the quote as the platform made it, whole; tdlaunch attest show says what it is" },
	{ "pck-chain-format", TDL_STATE_FAILED,
	  "get a quote with its certificate chain, or add the chain to the collateral" },
	{ "root", TDL_STATE_FAILED,
	  "do not trust it; a platform under a root of your own is checked with --root" },
	{ "pck-chain", TDL_STATE_FAILED,
	  "do not trust it; if a certificate is out of date, say with --at when it was made" },
	{ "sgx-extension", TDL_STATE_FAILED, other_td },
	{ "qe-report-signature", TDL_STATE_FAILED, other_td },
	{ "key-binding", TDL_STATE_FAILED, other_td },
	{ "quote-signature", TDL_STATE_FAILED, other_td },
	{ "revocation", TDL_STATE_FAILED, "do not trust the platform any more" },
	{ "root-crl", TDL_STATE_FAILED, newer },
	{ "pck-crl", TDL_STATE_FAILED, newer },
	{ "tcb-info", TDL_STATE_FAILED, newer },
	{ "qe-identity", TDL_STATE_FAILED, newer },
	{ "fmspc", TDL_STATE_FAILED, "get the collateral of this platform" },
	{ "qe-identity-match", TDL_STATE_FAILED, "do not trust it: another enclave signed it" },
	{ "tdx-module", TDL_STATE_FAILED, "do not trust it: the TDX module is not Intel's" },
	{ "tdx-module-current", TDL_STATE_FAILED,
	  "do not trust it: the TDX module is not Intel's" },
	{ "tcb-status", TDL_STATE_FAILED,
	  "update the platform, or accept the status in the policy" },
	{ "advisories", TDL_STATE_FAILED,
	  "update the platform, or tolerate the advisory in the policy" },
	{ "tcb-evaluation", TDL_STATE_FAILED, newer },
	{ "tcb-date", TDL_STATE_FAILED, "update the platform" },
	{ "min-tee-tcb-svn", TDL_STATE_FAILED, "update the TDX module" },
	{ "min-pcesvn", TDL_STATE_FAILED, "update the platform" },
	{ "min-qe-isvsvn", TDL_STATE_FAILED, "update the quoting enclave" },
	{ "td-attributes", TDL_STATE_FAILED,
	  "start the TD with the attributes wanted, or allow these in the policy" },
	{ "xfam", TDL_STATE_FAILED, "start the TD with the features wanted" },
	{ "service-td", TDL_STATE_FAILED, "pin mrservicetd in the policy if it is meant" },
	{ "trailing-bytes", TDL_STATE_FAILED, "give the quote without what follows it" },
	{ "min-pcesvn", TDL_STATE_NOT_DONE, "give a quote: a TDREPORT does not show it" },
	{ "min-qe-isvsvn", TDL_STATE_NOT_DONE, "give a quote: a TDREPORT does not show it" },
	{ NULL, TDL_STATE_NOT_DONE, complete },
	{ NULL, TDL_STATE_FAILED, measured },
};

const char *advice_for(const char *check, enum tdl_state state)
{
	for (size_t i = 0; i < ARRAY_SIZE(advices); i++)
		if (advices[i].state == state &&
		    (!advices[i].check || strcmp(advices[i].check, check) == 0))
			return advices[i].text;
	return "";
}
