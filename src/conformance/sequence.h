/* SPDX-License-Identifier: BSD-2-Clause */
/* Random sequences of calls about guest memory: made from a seed, run on a host, told as one line
 * per call. Two hosts that are the same kernel tell the same lines. Each call stands for itself:
 * what it does is fixed when it is made, so any of them may be left out, which is how a sequence is
 * made shorter. */
#ifndef CONFORMANCE_SEQUENCE_H
#define CONFORMANCE_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct tdl_conformance_host;

#define SEQUENCE_CALLS_MAX 48u /* bits of a mask */
#define SEQUENCE_VCPUS	   2u
#define SEQUENCE_FILES	   3u /* guest_memfds that are open at a time */

/* Host memory of a sequence, at fixed addresses that no program uses of itself; behind each there
 * is nothing. */
#define SEQUENCE_MEMORY	     0x200000000000ull
#define SEQUENCE_MEMORY_SIZE 0x1000000ull
#define SEQUENCE_HUGE	     0x200010000000ull /* hugetlb, 2 MiB pages */
#define SEQUENCE_HUGE_SIZE   0x800000ull

enum sequence_kind {
	SEQUENCE_PRE_FAULT,
	SEQUENCE_SLOT,	/* KVM_SET_USER_MEMORY_REGION2 */
	SEQUENCE_SLOT1, /* the older KVM_SET_USER_MEMORY_REGION */
	SEQUENCE_CREATE_FILE,
	SEQUENCE_FALLOCATE,
	SEQUENCE_ATTRIBUTES,
	SEQUENCE_UNMAP,
	SEQUENCE_MAP,
	SEQUENCE_PROTECT,
	SEQUENCE_DISCARD, /* MADV_DONTNEED */
	SEQUENCE_WRITE,	  /* to host memory */
	SEQUENCE_GET_LOG,
	SEQUENCE_CLEAR_LOG,
	SEQUENCE_CAPABILITY,
	SEQUENCE_CLOSE,
	SEQUENCE_KINDS
};

struct sequence_call {
	enum sequence_kind kind;
	unsigned who;	/* vCPU, or the descriptor of CLOSE and CAPABILITY */
	unsigned slot;	/* with the address space in bits 31:16 */
	unsigned file;	/* guest_memfd; SEQUENCE_FILES: none, + 1: a descriptor of another kind */
	uint32_t flags; /* or mode, protection, capability */
	uint64_t gpa, size, hva, offset;
	uint64_t value; /* attributes, or flags of 64 bits */
};

struct sequence {
	uint64_t seed;
	unsigned vm_type;
	unsigned count;
	struct sequence_call calls[SEQUENCE_CALLS_MAX];
};

/* Which VM types may appear, as bits of KVM_CAP_VM_TYPES. */
void sequence_make(uint64_t seed, unsigned vm_types, struct sequence *ret_sequence);
/* The seed of the i-th sequence of a run. */
uint64_t sequence_seed(uint64_t run_seed, uint64_t i);

/* One call in words, without its outcome. */
void sequence_describe(const struct sequence_call *call, char *text, size_t size);

/**
 * sequence_run() - run the calls whose bit is set in mask
 * @calls:      a line for each goes here; NULL for none
 * @ret_digest: of all the lines
 *
 * Return: 0, or a negative errno when the sequence could not be begun.
 */
int sequence_run(struct tdl_conformance_host *host, const struct sequence *sequence, uint64_t mask,
		 FILE *calls, uint64_t *ret_digest);

#endif
