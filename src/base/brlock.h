/* SPDX-License-Identifier: BSD-2-Clause */
/* A lock that many hold to read and one to write. Each reader has a place of its own, so that
 * readers share no cache line and their number costs them nothing; a writer looks at every place.
 * Linux had such a one as brlock. A reader that stays long asks brlock_is_wanted() now and then. */
#ifndef BASE_BRLOCK_H
#define BASE_BRLOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define BRLOCK_LINE 64 /* bytes of a cache line */

/* Padded at both ends, wherever it stands. */
struct brlock_reader {
	char before[BRLOCK_LINE];
	atomic_bool inside;
	struct brlock_reader *next;
	char after[BRLOCK_LINE];
};

struct brlock {
	pthread_mutex_t mutex; /* of the writer, and of a reader that found one */
	atomic_bool wanted;    /* the holder of the mutex waits for readers, or has what it wants */
	atomic_uint waiting;   /* readers that found a writer */
	struct brlock_reader *readers; /* changes under the lock held to write */
};

void brlock_init(struct brlock *lock);
void brlock_end(struct brlock *lock);

/* A place to read from, borrowed until it is removed. The lock is held to write. */
void brlock_add(struct brlock *lock, struct brlock_reader *reader);
void brlock_remove(struct brlock *lock, struct brlock_reader *reader);

/* A place holds one thread at a time; the caller sees to that. */
void brlock_read(struct brlock *lock, struct brlock_reader *reader);
void brlock_read_end(struct brlock_reader *reader);

void brlock_write(struct brlock *lock);
void brlock_write_end(struct brlock *lock);

/* Does somebody wait to write? */
static inline bool brlock_is_wanted(struct brlock *lock)
{
	return atomic_load_explicit(&lock->wanted, memory_order_relaxed);
}

/* For the thread whose place it is. */
static inline bool brlock_is_inside(struct brlock_reader *reader)
{
	return atomic_load_explicit(&reader->inside, memory_order_relaxed);
}

#endif
