/* SPDX-License-Identifier: BSD-2-Clause */
/* A VM of the embedded kernel with nothing in it but one large slot, for benchmarks and for tests
 * with several threads. Whatever fails ends the program. */
#ifndef TESTS_BENCH_VM_H
#define TESTS_BENCH_VM_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/kernel-test.h"
#include "kernel/kernel.h"
#include "uapi/kvm.h"

#define BENCH_GPA	((uint64_t)1 << 32) /* of the slot */
#define BENCH_VCPUS_MAX 256u

enum bench_kind { BENCH_ORDINARY, BENCH_PRIVATE, BENCH_TD };

struct bench_vm {
	struct kernel *kernel;
	uint64_t size; /* of the slot, bytes */
	struct kvm_userspace_memory_region2 slot;
	int vm, vcpus[BENCH_VCPUS_MAX];
	unsigned vcpu_count;
};

const char *bench_kind_name(enum bench_kind kind);

/* A VM of that kind, ready to be pre-faulted; with is_huge the host maps pages of 2 MiB. */
void bench_vm_open(struct bench_vm *vm, enum bench_kind kind, bool is_huge, uint64_t size,
		   unsigned vcpus);

/* Pre-fault [BENCH_GPA + offset, + size). */
void bench_pre_fault(const struct bench_vm *vm, unsigned vcpu, uint64_t offset, uint64_t size);

/* Resident memory of this process that is no file's, bytes: the program's own text, which comes in
 * page by page when it first runs, is not what a population costs. */
uint64_t bench_resident(uint64_t *ret_files);

void bench_fail(const char *what, long rc);

#endif
