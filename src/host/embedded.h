/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel behind a host, for tests that use its own door, kernel/kernel-test.h. */
#ifndef HOST_EMBEDDED_H
#define HOST_EMBEDDED_H

#include <tdlaunch/kernel.h>

#include "kernel/kernel.h"

/* Borrowed; NULL when the host is not one of tdl_kernel_host(). */
struct kernel *embedded_kernel(const struct tdl_host *host);

#endif
