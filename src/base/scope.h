/* SPDX-License-Identifier: BSD-2-Clause */
/* Locals that clean up after themselves. A local that owns something says so in its declaration
 * and gives it away with steal(). */
#ifndef BASE_SCOPE_H
#define BASE_SCOPE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void scope_free(void *p)
{
	free(*(void **)p);
}

static inline void scope_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void scope_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

/* free() at the end of the scope. */
#define AUTO_FREE __attribute__((cleanup(scope_free)))
/* close() at the end of the scope; -1 means nothing to close. */
#define AUTO_CLOSE __attribute__((cleanup(scope_close)))
/* fclose() at the end of the scope. */
#define AUTO_FCLOSE __attribute__((cleanup(scope_fclose)))
/* Call fn(&variable) at the end of the scope; for the types of one room. */
#define AUTO_CALL(fn) __attribute__((cleanup(fn)))

/* The pointer, which the variable then no longer owns. */
#define steal(p)                                                                                   \
	__extension__({                                                                            \
		__typeof__(p) stolen_ = (p);                                                       \
		(p) = NULL;                                                                        \
		stolen_;                                                                           \
	})

/* The descriptor, which the variable then no longer owns. */
static inline int steal_fd(int *fd)
{
	int given = *fd;

	*fd = -1;
	return given;
}

#endif
