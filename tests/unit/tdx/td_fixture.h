/* SPDX-License-Identifier: BSD-2-Clause */
/* A TD on an embedded kernel, for tests that also look behind the door. */
#ifndef TESTS_UNIT_TDX_TD_FIXTURE_H
#define TESTS_UNIT_TDX_TD_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/kernel.h"
#include "kernel/seam/seam.h"
#include "uapi/kvm.h"

#define TD_SIZE 0x200000u /* bytes of each of its two slots: at 0, and below 4 GiB */
#define TD_TOP	(0x100000000ull - TD_SIZE)

struct td_fixture {
	struct kernel *kernel;
	struct seam *seam;
	int sys, vm, vcpu;
	int gmem[2];
	uint8_t *memory; /* source of both slots */
	uint64_t tdr;	 /* of the TD made last */
	/* Called after each SEAMCALL, by its name. */
	void (*on_seamcall)(struct td_fixture *f, const char *name);
};

/* A kernel like that Linux version (NULL: 7.2) with that many key ids. */
void tf_kernel(struct td_fixture *f, const char *linux_version, unsigned hkids);
void tf_vm(struct td_fixture *f);	 /* VM, split irqchip */
long tf_init_vm(struct td_fixture *f);	 /* what KVM_TDX_INIT_VM says */
void tf_vcpu(struct td_fixture *f);	 /* vCPU, initialised */
void tf_slots(struct td_fixture *f);	 /* both slots, private */
void tf_ready(struct td_fixture *f);	 /* all of that */
long tf_add(struct td_fixture *f, const void *source, uint64_t gpa, uint64_t pages, bool measure);
long tf_finalize(struct td_fixture *f, uint64_t *ret_hw_error);
void tf_private(struct td_fixture *f, uint64_t gpa, uint64_t size, bool is_private);
/* The rule of the last refusal. */
const char *tf_rule(struct td_fixture *f);
void tf_close(struct td_fixture *f);   /* the VM and all that belongs to it */
void tf_is_empty(struct td_fixture *f); /* nothing is left of it: pages, key ids */
void tf_end(struct td_fixture *f);

#endif
