/* SPDX-License-Identifier: BSD-2-Clause */
/* A launch: a plan performed on a host, step by step, through the KVM uAPI alone. What it gives is a
 * TD that is finalized and could run. */
#ifndef TDLAUNCH_LAUNCH_H
#define TDLAUNCH_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_host;
struct tdl_plan;
struct tdl_region;
struct tdl_td; /* opaque: a finalized TD */

#define TDL_ATTRIBUTE_SEPT_VE_DISABLE (UINT64_C(1) << 28)
#define TDL_XFAM_OFFERED UINT64_MAX /* every extended feature the host's KVM offers */

/**
 * struct tdl_launch_init - how the TD was initialised, once KVM_TDX_INIT_VM succeeded
 * @attributes:    TD attributes asked for
 * @xfam:          extended features asked for
 * @mrconfigid:    48 bytes given to the TD, as are the next two
 * @mrowner:       the same
 * @mrownerconfig: the same
 * @tsc_khz:       the TD's virtual TSC frequency, kHz
 * @gpaw:          guest physical address width, bits, 48 or 52
 * @config_digest: SHA-384 of what else was chosen: @tsc_khz and @cpuid_count as 32-bit little
 *                 endian numbers, then the entries at @cpuid
 * @cpuid:         the configured CPUID entries as struct kvm_cpuid_entry2 has them, borrowed
 * @cpuid_count:   entries of 40 bytes at @cpuid
 */
struct tdl_launch_init {
	uint64_t attributes;
	uint64_t xfam;
	uint8_t mrconfigid[48];
	uint8_t mrowner[48];
	uint8_t mrownerconfig[48];
	uint32_t tsc_khz;
	unsigned int gpaw;
	uint8_t config_digest[48];
	const void *cpuid;
	size_t cpuid_count;
};

/**
 * struct tdl_launch_page - one page that is in the TD now
 * @region:   index of its region in the plan
 * @page:     index of the page in its region
 * @gpa:      guest physical address, bytes
 * @extended: its contents were measured as well; all pages are added
 * @bytes:    its 4096 bytes, borrowed until the callback returns
 */
struct tdl_launch_page {
	size_t region;
	uint64_t page;
	uint64_t gpa;
	bool extended;
	const uint8_t *bytes;
};

/**
 * struct tdl_launch_step - one line of the story
 * @name:    what was done: "create VM", "initialise TD"
 * @detail:  with which numbers, borrowed until the callback returns
 * @seconds: how long it took
 */
struct tdl_launch_step {
	const char *name;
	const char *detail;
	double seconds;
};

/**
 * struct tdl_launch_observer - who is told what was done, in the order in which it SUCCEEDED
 * @init:         KVM_TDX_INIT_VM succeeded
 * @region_begin: the first page of a region comes next
 * @page:         a page was added, and extended when it says so; once for every page
 * @region_end:   every page of the region is in
 * @finalize:     KVM_TDX_FINALIZE_VM succeeded; nothing is measured after it. @mrtd is MRTD as the
 *                TDX module has it, 48 bytes, or NULL where only the guest can ask
 * @step:         a step is done, for people
 * @progress:     bytes pre-faulted so far and in all; called from the launching thread
 *
 * Any may be NULL. Those that return int stop the launch by returning a negative errno, with @err
 * filled in: a launch whose log cannot be written is not a launch. All are called from the thread
 * that launches.
 */
struct tdl_launch_observer {
	int (*init)(void *ctx, const struct tdl_launch_init *init, struct tdl_error *err);
	int (*region_begin)(void *ctx, size_t index, const struct tdl_region *region,
			    struct tdl_error *err);
	int (*page)(void *ctx, const struct tdl_launch_page *page, struct tdl_error *err);
	int (*region_end)(void *ctx, size_t index, const struct tdl_region *region,
			  struct tdl_error *err);
	int (*finalize)(void *ctx, const uint8_t *mrtd, struct tdl_error *err);
	void (*step)(void *ctx, const struct tdl_launch_step *step);
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
};

/** enum tdl_prefault - what to map after the TD is finalized */
enum tdl_prefault {
	TDL_PREFAULT_NONE = 0,
	TDL_PREFAULT_ALL = 1,	/* all RAM that the plan did not fill */
	TDL_PREFAULT_RANGE = 2, /* the part of it in a range */
};

/**
 * struct tdl_launch_options - how to launch; tdl_launch_defaults() fills it in
 * @attributes:     TD attributes; default SEPT_VE_DISABLE
 * @xfam:           extended features; default TDL_XFAM_OFFERED
 * @mrconfigid:     48 bytes for the TD, default zeros, as for the next two
 * @mrowner:        the same
 * @mrownerconfig:  the same
 * @tsc_khz:        virtual TSC frequency, 0 for the host's; else a multiple of 25000
 * @prefault:       what to map ahead
 * @prefault_start: for a range, guest physical address, bytes, multiple of 4096
 * @prefault_size:  for a range, bytes, multiple of 4096
 * @busy_retries:   how often a call that says busy is repeated before giving up; default 10000
 * @cancel:         when it turns non-zero the launch stops with -ECANCELED, everything torn down;
 *                  NULL is fine. A signal handler may set it.
 * @observer:       who is told, NULL is fine; borrowed
 * @observer_ctx:   first argument of the observer's functions
 */
struct tdl_launch_options {
	uint64_t attributes;
	uint64_t xfam;
	uint8_t mrconfigid[48];
	uint8_t mrowner[48];
	uint8_t mrownerconfig[48];
	uint32_t tsc_khz;
	enum tdl_prefault prefault;
	uint64_t prefault_start;
	uint64_t prefault_size;
	unsigned int busy_retries;
	const volatile int *cancel;
	const struct tdl_launch_observer *observer;
	void *observer_ctx;
};

/**
 * tdl_launch_defaults() - options nobody has an opinion about
 * @ret_options: filled in
 */
TDL_API void tdl_launch_defaults(struct tdl_launch_options *ret_options);

/**
 * struct tdl_launch_result - what a launch did
 * @regions:         plan regions put into the TD
 * @pages_added:     pages added by TDH.MEM.PAGE.ADD
 * @pages_extended:  how many of them were measured with their contents
 * @calls_resumed:   calls that stopped early or were asked to come again, and were resumed
 * @prefaulted:      bytes mapped ahead
 * @prefault_steps:  KVM_PRE_FAULT_MEMORY calls made
 * @prefault_threads: threads that made them
 * @prefault_seconds: how long that took
 */
struct tdl_launch_result {
	size_t regions;
	uint64_t pages_added;
	uint64_t pages_extended;
	uint64_t calls_resumed;
	uint64_t prefaulted;
	uint64_t prefault_steps;
	unsigned int prefault_threads;
	double prefault_seconds;
};

/**
 * tdl_launch_run() - launch a TD
 * @host:    where, borrowed until the TD is freed
 * @plan:    what, and for how many vCPUs; borrowed during the call
 * @options: how, NULL for defaults; borrowed during the call
 * @ret_td:  the finalized TD, to be freed with tdl_td_free(), which tears it down
 * @err:     why not; NULL is fine
 *
 * Calls that a signal interrupts, that say busy or that stop part of the way are resumed exactly
 * where they stopped; no page is added twice. When anything fails everything is torn down.
 *
 * Return: 0; -EINVAL for options that cannot be; -EOPNOTSUPP when the host lacks something a launch
 * needs or the plan has a pattern that KVM cannot perform; -ECANCELED; -EAGAIN or -EBUSY when the
 * host stayed busy; what the observer returned; else what KVM said, its EINVAL as -EIO: that is not
 * the caller's mistake.
 * Source: Linux Documentation/virt/kvm/x86/intel-tdx.rst.
 */
TDL_API int tdl_launch_run(struct tdl_host *host, const struct tdl_plan *plan,
			   const struct tdl_launch_options *options, struct tdl_td **ret_td,
			   struct tdl_error *err);

/**
 * tdl_td_result() - what the launch did
 * @td: the TD
 *
 * Return: the numbers, which live as long as the TD.
 */
TDL_API const struct tdl_launch_result *tdl_td_result(const struct tdl_td *td);

/**
 * tdl_td_report() - the TD's TDREPORT, as its guest would get it
 * @td:          the TD
 * @report_data: 64 bytes to bind
 * @ret_report:  1024 bytes, a TDREPORT_STRUCT whose inner hashes have been checked
 * @err:         why not; NULL is fine
 *
 * Return: 0; -EOPNOTSUPP on a host where only the guest can ask; -EBADMSG when a hash inside does
 * not match; else what the host said.
 * Source: TDX Module ABI, TDREPORT_STRUCT.
 */
TDL_API int tdl_td_report(struct tdl_td *td, const uint8_t report_data[64],
			  uint8_t ret_report[1024], struct tdl_error *err);

/**
 * tdl_td_mrtd() - MRTD as the TDX module has it
 * @td:       the TD
 * @ret_mrtd: 48 bytes
 * @err:      why not; NULL is fine
 *
 * Return: as tdl_td_report().
 */
TDL_API int tdl_td_mrtd(struct tdl_td *td, uint8_t ret_mrtd[48], struct tdl_error *err);

/**
 * tdl_td_free() - tear the TD down and close everything it had
 * @td: NULL is fine
 */
TDL_API void tdl_td_free(struct tdl_td *td);

#ifdef __cplusplus
}
#endif

#endif
