/* SPDX-License-Identifier: BSD-2-Clause */
/* Who takes what. */
#ifndef COLLECT_SOURCES_H
#define COLLECT_SOURCES_H

#include "collect/collect.h"

typedef void collect_taker(const struct collect_source *source, const struct collect_system *sys,
			   const struct tdl_collection *collection, struct entry *entry);

collect_taker device_take;    /* the TDREPORT of /dev/tdx_guest */
collect_taker hcl_take;	      /* the HCL report of a paravisor, from its vTPM */
collect_taker tsm_take;	      /* a quote through configfs-tsm */
collect_taker quote_take;     /* the same, or by a service of the host for the HCL report */
collect_taker vtpm_take;      /* the vTPM's quote in a document with all that vouches for it */
collect_taker ak_take;	      /* the certificate of the key that signs that */
collect_taker registers_take; /* the register files, as JSON */
collect_taker file_take;      /* a file, as it is */

/* What it means for the entry that a TPM said no; absent is the advice when what was asked for is not
 * there, or is something else. */
void collect_unanswered(struct entry *entry, int code, const char *absent,
			const struct tdl_error *why);

/* Where the machine says it is. */
enum tdl_place collect_place(const struct collect_system *sys);

/* Look at the whole, and say what is odd. */
void collect_notes(const struct collect_system *sys, struct tdl_collection *collection);

#endif
