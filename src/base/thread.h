/* SPDX-License-Identifier: BSD-2-Clause */
/* A thread to help this one: it blocks all signals, which are for the threads of who calls us, and
 * begins on another CPU if this process may use one. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/* 0, or a negative errno as pthread_create() has it. */
int thread_start(pthread_t *ret_thread, void *(*run)(void *ctx), void *ctx);

#endif
