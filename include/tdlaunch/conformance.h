/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance suite: what KVM's memory pre-population and launch interfaces promise, as cases
 * that run unchanged on the machine's /dev/kvm and on the embedded kernel. Results are TAP. */
#ifndef TDLAUNCH_CONFORMANCE_H
#define TDLAUNCH_CONFORMANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <tdlaunch/error.h>
#include <tdlaunch/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tdl_conformance_host; /* opaque: what is tested */

/**
 * tdl_conformance_dev() - the machine's own KVM
 * @path:     device node, NULL for "/dev/kvm"
 * @ret_host: to be freed with tdl_conformance_host_free()
 * @err:      why not; NULL is fine
 *
 * Return: 0; -ENOENT, -EACCES, ... as open(2); -ENOMEM.
 */
TDL_API int tdl_conformance_dev(const char *path, struct tdl_conformance_host **ret_host,
				struct tdl_error *err);

/**
 * tdl_conformance_embedded() - the embedded kernel; in libtdlaunch-kernel
 * @linux_version: whose behaviour it has, "7.2"; NULL for its default
 * @no_tdp:        without two-dimensional paging, as with kvm_intel.ept=0
 * @ret_host:      to be freed with tdl_conformance_host_free(). Each case gets a fresh kernel
 * @err:           why not; NULL is fine
 *
 * Return: 0; -EINVAL for an unknown version; -ENOMEM.
 */
TDL_API int tdl_conformance_embedded(const char *linux_version, bool no_tdp,
				     struct tdl_conformance_host **ret_host, struct tdl_error *err);

/** tdl_conformance_host_free() - free a host; NULL is fine */
TDL_API void tdl_conformance_host_free(struct tdl_conformance_host *host);

/**
 * struct tdl_conformance_options - what to run, and how
 * @only:       shell pattern of case names; NULL for all
 * @repeat:     how often each case runs, 0 for once; the first failure counts
 * @seed:       of the order of threads and addresses where a case is free to choose
 * @time_limit: seconds for the whole run, 0 for none; cases not begun by then are skipped
 * @case_limit: seconds after which a case is interrupted and has failed, 0 for 60
 */
struct tdl_conformance_options {
	const char *only;
	unsigned int repeat;
	uint64_t seed;
	unsigned int time_limit;
	unsigned int case_limit;
};

/** struct tdl_conformance_result - how many cases ended how */
struct tdl_conformance_result {
	size_t passed;
	size_t failed;
	size_t skipped;
};

/**
 * tdl_conformance_run() - run cases
 * @host:       what is tested
 * @options:    NULL for everything, once
 * @out:        TAP goes here, a line a case: what was expected, what came
 * @ret_result: the counts
 * @err:        why not; NULL is fine
 *
 * Return: 0, whatever the cases said; -ENOENT when no case fits @options; -EIO when @out failed.
 */
TDL_API int tdl_conformance_run(struct tdl_conformance_host *host,
				const struct tdl_conformance_options *options, FILE *out,
				struct tdl_conformance_result *ret_result, struct tdl_error *err);

/**
 * tdl_conformance_list() - print the cases: name, applicability, rules they cover
 * @only: shell pattern; NULL for all
 * @out:  a line a case
 *
 * Applicability: A any x86 host with two-dimensional paging, P SW_PROTECTED VMs, T TDs, M the
 * embedded kernel's fault injection, G guest code or the embedded kernel's stand-in for it.
 *
 * Return: 0; -ENOENT when no case fits; -EIO when @out failed.
 */
TDL_API int tdl_conformance_list(const char *only, FILE *out);

/**
 * tdl_conformance_compare() - print the differences of two results as a table
 * @a_path, @b_path: TAP as tdl_conformance_run() writes it
 * @out:             the table: case, what came in a, what came in b
 * @ret_differences: how many cases differ, missing ones included
 * @err:             why not; NULL is fine
 *
 * Return: 0; errors of open(2); -EBADMSG for a file without results.
 */
TDL_API int tdl_conformance_compare(const char *a_path, const char *b_path, FILE *out,
				    size_t *ret_differences, struct tdl_error *err);

#ifdef __cplusplus
}
#endif

#endif
