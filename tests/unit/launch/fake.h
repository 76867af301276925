/* SPDX-License-Identifier: BSD-2-Clause */
/* A scripted host: just enough of KVM to launch a TD, with a fault put in wherever a test wants. It
 * keeps its own account of what happened, to be compared with what the launcher claims. */
#ifndef TESTS_UNIT_LAUNCH_FAKE_H
#define TESTS_UNIT_LAUNCH_FAKE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/host.h>

#include "base/hash.h"

#define FAKE_FDS   64
#define FAKE_PAGES 4096

struct fake {
	/* the script */
	unsigned int missing; /* capability that is answered 0; UINT_MAX for none */
	unsigned int no_bit;  /* bit missing from KVM_CAP_VM_TYPES; UINT_MAX for none */
	long fault_at;	      /* number of the call that fails, counted from 0; -1 for none */
	long fault_count;     /* how many calls from there on */
	int fault;	      /* negative errno; the call has no effect */
	uint64_t stride;      /* most pages one INIT_MEM_REGION or PRE_FAULT call does; 0: all */
	int stride_error;     /* what INIT_MEM_REGION then returns, 0 or negative errno */
	bool lies;	      /* INIT_MEM_REGION reports more pages left than there were */
	bool stuck;	      /* INIT_MEM_REGION and PRE_FAULT do nothing and return 0 */
	long cancel_at;	      /* number of the call that sets cancel; -1 for never */
	uint64_t attributes, xfam; /* offered */
	uint32_t leaves;	   /* configurable CPUID leaves */
	uint64_t init_vm_hw;	   /* INIT_VM fails with EINVAL and this module status */

	/* the account */
	pthread_mutex_t lock;
	volatile int cancel;
	long calls;
	int open_fds;
	char kind[FAKE_FDS]; /* 's'ystem, 'm'achine, 'c'pu, 'g'uest_memfd, 0 closed */
	unsigned int cpus, cpus_ready;
	bool initialised, finalized;
	uint64_t added[FAKE_PAGES]; /* gpas, in order */
	size_t added_count;
	uint64_t hob;
	uint64_t prefaulted;
	struct sha384 stream;
	uint8_t mrtd[48];
	const char *broken; /* what the launcher did wrong */
};

void fake_start(struct fake *fake);
/* The host on it; freed with tdl_host_free(). */
struct tdl_host *fake_host(struct fake *fake);
void fake_end(struct fake *fake);
/* A page that is in the TD. */
bool fake_has(const struct fake *fake, uint64_t gpa);

#endif
