/* SPDX-License-Identifier: BSD-2-Clause */
/* Being asked to stop. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

/* From here on SIGINT, SIGTERM and, unless it is ignored, SIGHUP do not end the process but
 * set the returned number, for functions that take one to watch. The second one of a kind ends it. */
const volatile int *stop_on_signals(void);

#endif
