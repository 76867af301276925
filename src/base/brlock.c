/* SPDX-License-Identifier: BSD-2-Clause */
/* Reader and writer each say what they are up to before they look at the other: with sequentially
 * consistent stores and loads at least one of them sees the other. */
#include <sched.h>

#include "base/brlock.h"

#define SPINS	64
#define COURTESY 64 /* times that a writer lets others run first */

void brlock_init(struct brlock *lock)
{
	pthread_mutex_init(&lock->mutex, NULL);
	atomic_init(&lock->wanted, false);
	atomic_init(&lock->waiting, 0);
	lock->readers = NULL;
}

void brlock_end(struct brlock *lock)
{
	pthread_mutex_destroy(&lock->mutex);
}

void brlock_add(struct brlock *lock, struct brlock_reader *reader)
{
	atomic_init(&reader->inside, false);
	reader->next = lock->readers;
	lock->readers = reader;
}

void brlock_remove(struct brlock *lock, struct brlock_reader *reader)
{
	struct brlock_reader **at = &lock->readers;

	while (*at != reader)
		at = &(*at)->next;
	*at = reader->next;
}

/* Whoever has the mutex is not passed by writers. */
static void read_after_writer(struct brlock *lock, struct brlock_reader *reader)
{
	atomic_store_explicit(&reader->inside, false, memory_order_release);
	atomic_fetch_add(&lock->waiting, 1);
	pthread_mutex_lock(&lock->mutex);
	atomic_store(&reader->inside, true);
	atomic_fetch_sub(&lock->waiting, 1);
	pthread_mutex_unlock(&lock->mutex);
}

void brlock_read(struct brlock *lock, struct brlock_reader *reader)
{
	atomic_store(&reader->inside, true);
	if (__builtin_expect(atomic_load(&lock->wanted), false))
		read_after_writer(lock, reader);
}

void brlock_read_end(struct brlock_reader *reader)
{
	atomic_store_explicit(&reader->inside, false, memory_order_release);
}

/* One writer after the other must not keep readers out: those that wait go first. */
void brlock_write(struct brlock *lock)
{
	for (unsigned i = 0; i < COURTESY && atomic_load(&lock->waiting); i++)
		sched_yield();
	pthread_mutex_lock(&lock->mutex);
	atomic_store(&lock->wanted, true);
	for (struct brlock_reader *reader = lock->readers; reader; reader = reader->next)
		for (unsigned spins = 1; atomic_load(&reader->inside); spins++)
			if (spins % SPINS == 0)
				sched_yield();
}

void brlock_write_end(struct brlock *lock)
{
	atomic_store_explicit(&lock->wanted, false, memory_order_release);
	pthread_mutex_unlock(&lock->mutex);
}
