/* SPDX-License-Identifier: BSD-2-Clause */
/* Who takes what. */
#ifndef COLLECT_SOURCES_H
#define COLLECT_SOURCES_H

#include "collect/collect.h"

typedef void collect_taker(const struct collect_source *source, const struct collect_system *sys,
			   const struct tdl_collection *collection, struct entry *entry);

collect_taker device_take;    /* the TDREPORT of /dev/tdx_guest */
collect_taker tsm_take;	      /* a quote through configfs-tsm */
collect_taker registers_take; /* the register files, as JSON */
collect_taker file_take;      /* a file, as it is */

/* Where the machine says it is. */
enum tdl_place collect_place(const struct collect_system *sys);

/* Look at the whole, and say what is odd. */
void collect_notes(const struct collect_system *sys, struct tdl_collection *collection);

#endif
