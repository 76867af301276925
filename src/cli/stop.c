/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/stop.h"

#include <signal.h>
#include <stddef.h>

static int stop_asked;

static void ask_to_stop(int signal)
{
	(void)signal;
	__atomic_store_n(&stop_asked, 1, __ATOMIC_RELAXED);
}

const volatile int *stop_on_signals(void)
{
	/* without SA_RESTART, so that a call into a real KVM comes back */
	struct sigaction action = { .sa_handler = ask_to_stop, .sa_flags = (int)SA_RESETHAND };

	struct sigaction before;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* nohup has it ignored, and means that */
	if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
	return &stop_asked;
}
