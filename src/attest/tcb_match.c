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

bool tcb_level_reached(const struct tcb_level *level, const struct pck *pck,
		       const uint8_t svn[16], char *ret_where, size_t where_size)
{
	for (int i = 0; i < TCB_COMPONENTS; i++)
		if (pck->components[i] < level->sgx[i].svn) {
			snprintf(ret_where, where_size,
				 "SGX component %d%s%s%s%s is SVN %u, the level needs %u", i + 1,
				 *level->sgx[i].type ? " (" : "", level->sgx[i].type,
				 *level->sgx[i].type ? ")" : "",
				 strcmp(level->sgx[i].category, "BIOS") == 0
					 ? ", raised by a BIOS update,"
				 : *level->sgx[i].category ? ", raised by a microcode or OS update,"
							   : "",
				 pck->components[i], level->sgx[i].svn);
			return false;
		}
	if (pck->pcesvn < level->pcesvn) {
		snprintf(ret_where, where_size,
			 "PCE SVN is %u, the level needs %u; an update of the SGX enclaves raises "
			 "it", pck->pcesvn, level->pcesvn);
		return false;
	}
	for (int i = first_tdx_component(svn); i < TCB_COMPONENTS; i++)
		if (svn[i] < level->tdx[i].svn) {
			snprintf(ret_where, where_size,
				 "TDX component %d%s%s%s%s is SVN %u, the level needs %u", i + 1,
				 *level->tdx[i].type ? " (" : "", level->tdx[i].type,
				 *level->tdx[i].type ? ")" : "",
				 i < 2 ? ", raised by a TDX module update,"
				       : ", raised by a microcode update,",
				 svn[i], level->tdx[i].svn);
			return false;
		}
	return true;
}

const struct tcb_level *tcb_match_platform(const struct tcb_info *info, const struct pck *pck,
					   const uint8_t svn[16])
{
	char where[160];

	for (unsigned i = 0; i < info->n_levels; i++)
		if (tcb_level_reached(&info->levels[i], pck, svn, where, sizeof(where)))
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
