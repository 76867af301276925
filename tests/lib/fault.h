/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults on demand: at the seam between the library and its host, at the embedded kernel's door, at
 * its SEAMCALLs and its memory. A rule says which points of a layer fail: by number, by name, by
 * chance. Points count, and rules work, in threads between faults_arm() and faults_disarm(), save
 * that calls into the host count in every thread. One set of rules for the process. */
#ifndef TESTS_LIB_FAULT_H
#define TESTS_LIB_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include <tdlaunch/host.h>

struct kernel;

enum fault_layer {
	FAULT_HOST,	  /* a call into the host is not made and returns the errno */
	FAULT_PARTIAL,	  /* KVM_PRE_FAULT_MEMORY and KVM_TDX_INIT_MEM_REGION, the only points of this
			   * layer, do some pages and end for the errno */
	FAULT_CALL,	  /* the embedded kernel answers a call with the errno */
	FAULT_SEAMCALL,	  /* the TDX module answers with the status, and does nothing */
	FAULT_SIGNAL,	  /* before a SEAMCALL of a vCPU's ioctl a signal arrives; no result */
	FAULT_PAGES,	  /* the modelled machine has no memory */
	FAULT_MEMORY,	  /* malloc(), calloc(), realloc(), mmap() fail inside the embedded kernel */
	FAULT_OWN_MEMORY, /* and in the library outside it */
	FAULT_LAYERS
};

struct fault_rule {
	enum fault_layer layer;
	const char *name; /* of the point: "KVM_CREATE_VM", "KVM_TDX_INIT_VM" (FAULT_CALL knows
			   * KVM_MEMORY_ENCRYPT_OP alone), "close", "TDH.MR.EXTEND", "calloc"; NULL: any */
	uint64_t skip;	  /* so many points that the rule fits pass */
	uint64_t times;	  /* then it works so often; UINT64_MAX: for ever */
	unsigned one_in;  /* 0: at each point; else at one in so many, by chance */
	int64_t result;	  /* negative errno, or status */
	uint64_t pages;	  /* FAULT_PARTIAL: so many of the pages are done, if the call has more */
};

/* What the last rule that worked did. */
struct fault_hit {
	enum fault_layer layer;
	const char *name; /* of the point */
	char call[40];	  /* the call into the host that it happened in; "" outside of any */
	int64_t result;
	uint64_t hw_error; /* that the call then wrote back, FAULT_SEAMCALL */
};

/* No rule, nothing counted; chance begins at the seed. */
void faults_reset(uint64_t seed);
void faults_add(const struct fault_rule *rule); /* copied, name borrowed; up to eight */

void faults_arm(void);
void faults_disarm(void);

/* How often rules worked, and points met in a layer, since faults_reset(). */
uint64_t faults_fired(void);
uint64_t faults_met(enum fault_layer layer);
const struct fault_hit *faults_hit(void);

/* A host in front of inner, which is borrowed. */
int faults_host(struct tdl_host *inner, struct tdl_host **ret_host, struct tdl_error *err);
/* Watch the kernel behind it. */
void faults_watch(struct kernel *kernel);

#endif
