/* SPDX-License-Identifier: BSD-2-Clause */
/* A TD while it is being launched and afterwards: the descriptors, the memory, what was asked for.
 * Each file of this room is one stage of the launch and works on this structure:
 *
 *	machine.c -> init.c -> memory.c -> vcpu.c -> populate.c -> prefault.c
 *
 * run.c holds the order. Whatever a stage has made is undone by tdl_td_free(). */
#ifndef LAUNCH_TD_H
#define LAUNCH_TD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/launch.h>
#include <tdlaunch/plan.h>
#include <tdlaunch/rehearse.h>

#include "host/host.h"
#include "uapi/kvm.h"

/* Guest memory that is one memslot with a guest_memfd of its own. */
struct td_slot {
	uint64_t gpa, size; /* bytes */
	int gmem_fd;	    /* -1 before it is made */
	bool is_shared;	    /* ordinary memory, also in a VM with private memory */
	void *shared;	    /* what shared accesses reach, size bytes, reserved but not touched by
			     * a launch */
};

struct tdl_td {
	struct tdl_host *host;
	const struct tdl_plan *plan;		/* during the launch */
	const struct tdl_launch_options *opt;	/* during the launch */
	int sys_fd, vm_fd;
	bool is_private; /* its memory is guest_memfd, declared private; always in a TD */
	int *vcpu_fds; /* vcpu_count of them are open */
	unsigned int vcpu_count;
	struct td_slot *slots;
	size_t slot_count;
	struct kvm_tdx_capabilities *caps;
	struct kvm_cpuid2 *cpuid; /* what KVM_TDX_INIT_VM was given */
	uint64_t xfam;
	uint32_t tsc_khz;
	struct tdl_launch_result result;
	struct tdl_rehearsal *rehearsal; /* what one finds out; NULL in a launch */
	char detail[200]; /* of the stage that is running, for people */
};

/* One step of the list that a launch or a rehearsal is. */
struct stage {
	const char *name;
	int (*run)(struct tdl_td *td, struct tdl_error *err);
};

/* Where nothing has been done yet; NULL without memory. */
struct tdl_td *td_new(struct tdl_host *host, const struct tdl_plan *plan,
		      const struct tdl_launch_options *opt);
/* The stages of a list that ends with an empty row, each told to the observer. */
int td_run_stages(struct tdl_td *td, const struct stage *stages, struct tdl_error *err);
/* KVM performs the plan, and it has vCPUs. */
int td_check_plan(const struct tdl_plan *plan, struct tdl_error *err);

/* The stages. Each returns 0 or a negative errno. */
int stage_machine(struct tdl_td *td, struct tdl_error *err);
int stage_create_vm(struct tdl_td *td, struct tdl_error *err);
int stage_enable(struct tdl_td *td, struct tdl_error *err);
int stage_capabilities(struct tdl_td *td, struct tdl_error *err);
int stage_init_vm(struct tdl_td *td, struct tdl_error *err);
int stage_memory(struct tdl_td *td, struct tdl_error *err);
int stage_vcpus(struct tdl_td *td, struct tdl_error *err);
int stage_init_vcpus(struct tdl_td *td, struct tdl_error *err);
int stage_populate(struct tdl_td *td, struct tdl_error *err);
int stage_finalize(struct tdl_td *td, struct tdl_error *err);
int stage_prefault(struct tdl_td *td, struct tdl_error *err);

/* A VM of that type. */
int td_create_vm(struct tdl_td *td, unsigned int type, struct tdl_error *err);
/* The host allows so many vCPUs. */
int td_check_cpus(struct tdl_td *td, unsigned int cpus, struct tdl_error *err);
/* vCPUs 0 to cpus - 1, each prepared unless that is NULL. */
typedef int (*vcpu_step)(struct tdl_td *td, int fd, uint32_t id, struct tdl_error *err);
int td_make_vcpus(struct tdl_td *td, unsigned int cpus, vcpu_step prepare, struct tdl_error *err);
/* Map the RAM within [start, start + size) that the plan leaves empty, by all vCPUs. */
int td_fill(struct tdl_td *td, uint64_t start, uint64_t size,
	    struct tdl_prefault_result *ret_result, struct tdl_error *err);
/* The memslot of td->slots[number], whose shared side is there already. */
int td_make_slot(struct tdl_td *td, uint32_t number, struct tdl_error *err);

void td_detail(struct tdl_td *td, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
