/* SPDX-License-Identifier: BSD-2-Clause */
/* TCB matching. Source: Intel, TDX TCB info version 3, and the convergence of Intel's quote
 * verification library. */
#include "attest/tcb_match.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* SVN[0] and SVN[1] belong to the module and are judged by its identity, unless its version is 0. */
static int first_tdx_component(const uint8_t svn[16])
{
	return svn[1] > 0 ? 2 : 0;
}

bool tcb_level_reached(const struct tcb_level *level, const struct pck *pck, const uint8_t svn[16])
{
	bool reached = pck->pcesvn >= level->pcesvn;

	for (int i = 0; i < TCB_COMPONENTS; i++)
		reached &= pck->components[i] >= level->sgx[i].svn;
	for (int i = first_tdx_component(svn); i < TCB_COMPONENTS; i++)
		reached &= svn[i] >= level->tdx[i].svn;
	return reached;
}

/* Source: the components' own category and type; the TDX module's two have none in old documents. */
static const char *raised_by(const struct tcb_component *c, bool module)
{
	if (strstr(c->type, "TDX Module") || (module && !*c->category))
		return ", raised by a TDX module update,";
	if (strstr(c->type, "Late Microcode"))
		return ", raised by a microcode update,";
	if (strcmp(c->category, "BIOS") == 0)
		return ", raised by a BIOS update,";
	return *c->category ? ", raised by a microcode or OS update," : "";
}

static void describe(char *ret_text, size_t size, const char *what, int i,
		     const struct tcb_component *need, bool module, unsigned have)
{
	snprintf(ret_text, size, "%s component %d%s%s%s%s is SVN %u, the level needs %u", what, i + 1,
		 *need->type ? " (" : "", need->type, *need->type ? ")" : "",
		 raised_by(need, module), have, need->svn);
}

bool tcb_level_lacks(const struct tcb_level *level, const struct pck *pck, const uint8_t svn[16],
		     int index, char *ret_text, size_t size)
{
	int tdx = index - TCB_COMPONENTS - 1;

	if (index < TCB_COMPONENTS) {
		if (pck->components[index] >= level->sgx[index].svn)
			return false;
		describe(ret_text, size, "SGX", index, &level->sgx[index], false,
			 pck->components[index]);
	} else if (index == TCB_COMPONENTS) {
		if (pck->pcesvn >= level->pcesvn)
			return false;
		snprintf(ret_text, size, "PCE SVN is %u, the level needs %u; an update of the SGX "
			 "enclaves raises it", pck->pcesvn, level->pcesvn);
	} else {
		if (tdx < first_tdx_component(svn) || svn[tdx] >= level->tdx[tdx].svn)
			return false;
		describe(ret_text, size, "TDX", tdx, &level->tdx[tdx], tdx < 2, svn[tdx]);
	}
	return true;
}

const struct tcb_level *tcb_match_platform(const struct tcb_info *info, const struct pck *pck,
					   const uint8_t svn[16])
{
	for (unsigned i = 0; i < info->n_levels; i++)
		if (tcb_level_reached(&info->levels[i], pck, svn))
			return &info->levels[i];
	return NULL;
}

const struct tcb_module *tcb_match_module(const struct tcb_info *info, const uint8_t svn[16])
{
	char id[16];

	if (svn[1] == 0)
		return &info->base;
	snprintf(id, sizeof(id), "TDX_%02X", svn[1]);
	for (unsigned i = 0; i < info->n_modules; i++)
		if (strcasecmp(info->modules[i].id, id) == 0)
			return &info->modules[i];
	return NULL;
}

const struct svn_level *svn_match(const struct svn_levels *levels, uint16_t isvsvn)
{
	for (unsigned i = 0; i < levels->count; i++)
		if (isvsvn >= levels->level[i].isvsvn)
			return &levels->level[i];
	return NULL;
}

static bool is_configuration(enum tcb_status s)
{
	return s == TCB_CONFIGURATION_NEEDED || s == TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED;
}

enum tcb_status tcb_converge(enum tcb_status platform, enum tcb_status module, enum tcb_status qe)
{
	if (platform == TCB_NOT_SUPPORTED || module == TCB_NOT_SUPPORTED || qe == TCB_NOT_SUPPORTED)
		return TCB_NOT_SUPPORTED;
	if (platform == TCB_REVOKED || module == TCB_REVOKED || qe == TCB_REVOKED)
		return TCB_REVOKED;
	if (module == TCB_UP_TO_DATE && qe == TCB_UP_TO_DATE)
		return platform;
	if (is_configuration(platform) || platform == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED)
		return TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
	return TCB_OUT_OF_DATE;
}

enum tcb_status tcb_relaunch(enum tcb_status launch, enum tcb_status current)
{
	bool launch_old =
		launch == TCB_OUT_OF_DATE || launch == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
	bool current_good = current == TCB_UP_TO_DATE || current == TCB_SW_HARDENING_NEEDED ||
			    is_configuration(current);

	if (!launch_old || !current_good)
		return launch;
	if (is_configuration(current) || launch == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED)
		return TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED;
	return TCB_RELAUNCH_ADVISED;
}

static enum tcb_status status_of(const struct svn_level *level)
{
	return level ? level->verdict.status : TCB_NOT_SUPPORTED;
}

void tcb_match(const struct tcb_info *info, const struct qe_identity *qe, const struct pck *pck,
	       const uint8_t svn[16], uint16_t qe_isvsvn, struct tcb_match *ret_match)
{
	struct tcb_match m = { .needs_module = svn[1] > 0 };
	enum tcb_status module = TCB_UP_TO_DATE, qe_status = TCB_UP_TO_DATE;

	m.platform = tcb_match_platform(info, pck, svn);
	m.identity = tcb_match_module(info, svn);
	if (m.needs_module) {
		if (m.identity)
			m.module = svn_match(&m.identity->levels, svn[0]);
		module = status_of(m.module);
	}
	if (qe) {
		m.qe = svn_match(&qe->levels, qe_isvsvn);
		qe_status = status_of(m.qe);
	}
	m.status = tcb_converge(m.platform ? m.platform->verdict.status : TCB_NOT_SUPPORTED,
				module, qe_status);
	*ret_match = m;
}
