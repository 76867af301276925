/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest of a few instructions, to touch memory as guests do. */
#ifndef CONFORMANCE_GUEST_H
#define CONFORMANCE_GUEST_H

#include <stdbool.h>
#include <stdint.h>

/* Read or write one byte at a guest-physical address below 4 GiB on a vCPU of a VM whose slot 1000
 * the guest's code may take: conf_guest_code() must have been called for that VM.
 * Returns 0; 1 when the access left as MMIO; what KVM_RUN said otherwise. */
int guest_touch(void *ctx, int vcpu_fd, uint64_t gpa, bool is_write, bool is_private);

/* The code, and the guest-physical page it wants to be at. */
#define GUEST_CODE_GPA 0x1000u
extern const uint8_t guest_code[16];

#endif
