/* SPDX-License-Identifier: BSD-2-Clause */
/* Names for the numbers that the TDX module speaks in. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include <stdint.h>

/* The name of a status word ("OPERAND_BUSY"), judged by bits 63:32; NULL when there is none. */
const char *tdl_status_name(uint64_t status);

/* The name of an operand id ("SEPT_TREE"), NULL when there is none. */
const char *tdl_operand_name(uint32_t id);

/* The names of leaf numbers as the ABI writes them ("TDH.MEM.PAGE.ADD"), NULL when unknown. */
const char *tdl_seamcall_name(uint64_t leaf);
const char *tdl_tdcall_name(uint64_t leaf);

#endif
