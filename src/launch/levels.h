/* SPDX-License-Identifier: BSD-2-Clause */
/* At which levels KVM has mapped a VM's memory. */
#ifndef LAUNCH_LEVELS_H
#define LAUNCH_LEVELS_H

#include <tdlaunch/prefault.h>

#include "host/host.h"

/* The counters of a VM, not known where the host has no statistics. */
struct tdl_levels levels_read(struct tdl_host *host, int vm_fd);

#endif
