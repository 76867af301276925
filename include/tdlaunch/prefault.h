/* SPDX-License-Identifier: BSD-2-Clause */
/* Guest memory mapped before the guest touches it: KVM_PRE_FAULT_MEMORY over ranges, by several
 * threads, each with a vCPU of its own. The launcher fills the RAM of a TD with it; a trial measures
 * on a VM made for the purpose what it costs and saves. */
#ifndef TDLAUNCH_PREFAULT_H
#define TDLAUNCH_PREFAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_host;

/**
 * struct tdl_levels - what KVM has mapped for a VM, in entries by size
 * @known:    the host tells; if not, the rest is 0
 * @pages_4k: entries that map 4 KiB
 * @pages_2m: entries that map 2 MiB
 * @pages_1g: entries that map 1 GiB
 *
 * Source: Linux Documentation/virt/kvm/api.rst, KVM_GET_STATS_FD.
 */
struct tdl_levels {
	bool known;
	uint64_t pages_4k;
	uint64_t pages_2m;
	uint64_t pages_1g;
};

/**
 * struct tdl_prefault_range - a stretch of guest memory
 * @gpa:  guest physical address without the TD's shared bit, bytes, multiple of 4096
 * @size: bytes, multiple of 4096, not 0
 */
struct tdl_prefault_range {
	uint64_t gpa;
	uint64_t size;
};

/**
 * struct tdl_prefault_job - what to map, and by whom
 * @host:         where the vCPUs are; borrowed, as is everything here, during the call
 * @vcpu_fds:     descriptors of vCPUs of one VM; each is used by one thread at a time
 * @vcpu_count:   how many; so many threads work, or fewer when there are fewer pieces
 * @ranges:       what to map
 * @range_count:  how many
 * @piece:        bytes that a thread takes at a time, a multiple of 4096; 0 for a size that gives
 *                every thread several pieces, 2 MiB to 64 MiB
 * @busy_retries: how often a call that says busy is repeated before giving up
 * @cancel:       when it turns non-zero the job stops with -ECANCELED; NULL is fine
 * @progress:     told bytes mapped so far and in all, from the calling thread; NULL is fine
 * @progress_ctx: its first argument
 */
struct tdl_prefault_job {
	struct tdl_host *host;
	const int *vcpu_fds;
	unsigned int vcpu_count;
	const struct tdl_prefault_range *ranges;
	size_t range_count;
	uint64_t piece;
	unsigned int busy_retries;
	const volatile int *cancel;
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	void *progress_ctx;
};

/**
 * struct tdl_prefault_result - what was done
 * @bytes:   mapped
 * @calls:   KVM_PRE_FAULT_MEMORY calls made
 * @resumed: how many of them were made again, for what an earlier one had left
 * @threads: threads that worked
 * @seconds: from the start of the first thread to the end of the last
 */
struct tdl_prefault_result {
	uint64_t bytes;
	uint64_t calls;
	uint64_t resumed;
	unsigned int threads;
	double seconds;
};

/**
 * tdl_prefault_run() - map guest memory ahead, all of it
 * @job:        what and by whom
 * @ret_result: what was done
 * @err:        why not; NULL is fine
 *
 * Threads take pieces from a common list, lowest address first, and a call that stops part of the
 * way is made again with what it left. Pages that are mapped already count as mapped. Signals of
 * the process are for the calling thread.
 *
 * Return: 0 when everything is mapped; -EINVAL for a job that cannot be; -ECANCELED; -EAGAIN,
 * -EBUSY or -EINTR when the host stayed busy; -EIO when the host answered what cannot be, or
 * EINVAL; else what KVM said, with the address: ENOENT for one without memory, EOPNOTSUPP where
 * there is no two-dimensional paging or a TD is not finalized.
 * Source: Linux Documentation/virt/kvm/api.rst, KVM_PRE_FAULT_MEMORY; kvm-pre-fault-memory(7).
 */
TDL_API int tdl_prefault_run(const struct tdl_prefault_job *job,
			     struct tdl_prefault_result *ret_result, struct tdl_error *err);

/**
 * struct tdl_prefault_trial - a VM to measure on
 * @size:         memory of the VM, bytes, multiple of 4096; of 2 MiB with @hugepages
 * @threads:      vCPUs, each used by a thread of its own
 * @is_private:   the memory is guest_memfd, declared private; else ordinary memory of the process
 * @hugepages:    ordinary memory comes from hugetlb pages of 2 MiB
 * @populate:     ordinary memory is written by the process before anything is measured, so that it
 *                is there; else its pages are the kernel's zero page until somebody writes
 * @touch:        let a guest touch the memory too, where the host runs guests
 * @busy_retries: as in struct tdl_prefault_job, as are the rest
 */
struct tdl_prefault_trial {
	uint64_t size;
	unsigned int threads;
	bool is_private;
	bool hugepages;
	bool populate;
	bool touch;
	unsigned int busy_retries;
	const volatile int *cancel;
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	void *progress_ctx;
};

/**
 * struct tdl_prefault_outcome - what was measured
 * @prefault:       all of the memory, mapped ahead
 * @levels:         entries that this added to KVM's tables; one step of the call makes one of them
 * @is_touched:     a guest has touched memory, and the rest counts
 * @touch_bytes:    how much of it: all, or the 2 GiB that guest code without paging reaches
 * @first_touch_seconds: until the vCPUs of a fresh VM had written one byte to each page, side by side
 * @second_touch_seconds: the same in the VM whose memory was mapped ahead
 */
struct tdl_prefault_outcome {
	struct tdl_prefault_result prefault;
	struct tdl_levels levels;
	bool is_touched;
	uint64_t touch_bytes;
	double first_touch_seconds;
	double second_touch_seconds;
};

/**
 * tdl_prefault_try() - measure once what pre-population costs and saves
 * @host:        where, borrowed during the call
 * @trial:       on which VM; borrowed
 * @ret_outcome: what was measured
 * @err:         why not; NULL is fine
 *
 * One VM is made for the pre-fault and another for the first touch; both are gone afterwards.
 *
 * Return: 0; -EINVAL for a trial that cannot be; -ENODEV when the host cannot map memory ahead, or
 * has no private memory and that is asked for; -ENOMEM, also when there are not enough huge pages;
 * -ECANCELED; else as tdl_prefault_run().
 */
TDL_API int tdl_prefault_try(struct tdl_host *host, const struct tdl_prefault_trial *trial,
			     struct tdl_prefault_outcome *ret_outcome, struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
