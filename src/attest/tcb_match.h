/* SPDX-License-Identifier: BSD-2-Clause */
/* From SVNs to a status: which level of each document fits, and what they mean together. */
#ifndef ATTEST_TCB_MATCH_H
#define ATTEST_TCB_MATCH_H

#include "attest/pck.h"
#include "attest/tcb.h"

/* Each level is borrowed from its document, NULL when none fits. */
struct tcb_match {
	const struct tcb_level *platform;
	const struct tcb_module *identity; /* of the TDX module; NULL when its version has none */
	const struct svn_level *module;	   /* NULL also when SVN[1] is 0 and no level applies */
	bool needs_module;		   /* SVN[1] is not 0 */
	const struct svn_level *qe;
	enum tcb_status status;
};

/* The platform level for a PCK and a TEE TCB SVN; NULL when none matches. */
const struct tcb_level *tcb_match_platform(const struct tcb_info *info, const struct pck *pck,
					   const uint8_t svn[16]);
bool tcb_level_reached(const struct tcb_level *level, const struct pck *pck,
		       const uint8_t svn[16]);

enum { TCB_LACKS = 2 * TCB_COMPONENTS + 1 };
/* Does this one of TCB_LACKS numbers fall short of the level? If so, say what it is, what it has,
 * what it needs, and which update raises it. */
bool tcb_level_lacks(const struct tcb_level *level, const struct pck *pck, const uint8_t svn[16],
		     int index, char *ret_text, size_t size);
/* The identity for SVN[1], "TDX_03"; the base one for 0; NULL when there is none. */
const struct tcb_module *tcb_match_module(const struct tcb_info *info, const uint8_t svn[16]);
const struct svn_level *svn_match(const struct svn_levels *levels, uint16_t isvsvn);

/* All of it for one SVN. qe may be NULL, which leaves its part out. */
void tcb_match(const struct tcb_info *info, const struct qe_identity *qe, const struct pck *pck,
	       const uint8_t svn[16], uint16_t qe_isvsvn, struct tcb_match *ret_match);

/* One status out of the platform's and those of module and QE. */
enum tcb_status tcb_converge(enum tcb_status platform, enum tcb_status module,
			     enum tcb_status qe);
/* TD report 1.5: the status at launch and by the module that runs now. */
enum tcb_status tcb_relaunch(enum tcb_status launch, enum tcb_status current);

#endif
