/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of faults, and two of the places where they work: inside the embedded kernel, and memory.
 * A program links this with --wrap for malloc, calloc, realloc and mmap, which sends the calls of everything
 * that is linked statically through here, and of nothing else. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "base/attr.h"
#include "kernel/kernel-test.h"
#include "kernel/kernel.h"
#include "tests/lib/fault.h"
#include "tests/lib/fault_point.h"

#define RULES_MAX 8

static struct {
	pthread_mutex_t lock; /* of all below */
	struct fault_rule rules[RULES_MAX];
	unsigned count;
	uint64_t random, fired, met[FAULT_LAYERS];
	struct fault_hit hit;
	struct kernel *kernel;
} faults = { .lock = PTHREAD_MUTEX_INITIALIZER };

static __thread bool is_armed;
__thread struct fault_call fault_call;

void faults_reset(uint64_t seed)
{
	pthread_mutex_lock(&faults.lock);
	faults.count = 0;
	faults.fired = 0;
	faults.random = seed * 2 + 1;
	memset(faults.met, 0, sizeof(faults.met));
	faults.hit = (struct fault_hit){ .layer = FAULT_LAYERS };
	pthread_mutex_unlock(&faults.lock);
}

void faults_add(const struct fault_rule *rule)
{
	if (faults.count < RULES_MAX)
		faults.rules[faults.count++] = *rule;
}

void faults_arm(void)
{
	is_armed = true;
}

void faults_disarm(void)
{
	is_armed = false;
}

uint64_t faults_fired(void)
{
	return faults.fired;
}

uint64_t faults_met(enum fault_layer layer)
{
	return faults.met[layer];
}

const struct fault_hit *faults_hit(void)
{
	return &faults.hit;
}

/* xorshift64* */
static bool chance(unsigned one_in)
{
	if (!one_in)
		return true;
	faults.random ^= faults.random >> 12;
	faults.random ^= faults.random << 25;
	faults.random ^= faults.random >> 27;
	return (faults.random * 0x2545f4914f6cdd1d >> 32) % one_in == 0;
}

/* Does the rule work here? Counts the point for it. */
static bool works(struct fault_rule *rule, enum fault_layer layer, const char *name)
{
	if (rule->layer != layer || (rule->name && strcmp(rule->name, name) != 0) ||
	    rule->times == 0)
		return false;
	if (rule->skip) {
		rule->skip--;
		return false;
	}
	if (!chance(rule->one_in))
		return false;
	rule->times--;
	return true;
}

bool fault_at(enum fault_layer layer, const char *name, struct fault_rule *ret_rule)
{
	bool found = false;

	if (!is_armed && layer != FAULT_HOST && layer != FAULT_PARTIAL)
		return false;
	pthread_mutex_lock(&faults.lock);
	faults.met[layer]++;
	for (unsigned i = 0; !found && i < faults.count; i++) {
		if (!works(&faults.rules[i], layer, name))
			continue;
		found = true;
		faults.fired++;
		*ret_rule = faults.rules[i];
		faults.hit = (struct fault_hit){ .layer = layer,
						 .name = name,
						 .result = faults.rules[i].result };
		strcpy(faults.hit.call, fault_call.depth ? fault_call.name : "");
	}
	pthread_mutex_unlock(&faults.lock);
	return found;
}

void fault_note_hw_error(uint64_t hw_error)
{
	if (hw_error && faults.hit.layer == FAULT_SEAMCALL)
		faults.hit.hw_error = hw_error;
}

/* At every point of the embedded kernel. */
static bool ask(void *ctx, const struct kernel_point *point, int64_t *ret_result)
{
	static const enum fault_layer layers[] = {
		[KERNEL_POINT_CALL] = FAULT_CALL,
		[KERNEL_POINT_SEAMCALL] = FAULT_SEAMCALL,
		[KERNEL_POINT_PAGES] = FAULT_PAGES,
	};
	struct fault_rule rule;

	(void)ctx;
	if (point->kind == KERNEL_POINT_SEAMCALL && fault_call.depth && fault_call.fd >= 0 &&
	    fault_at(FAULT_SIGNAL, point->name, &rule))
		kernel_interrupt(faults.kernel, fault_call.fd);
	if (!fault_at(layers[point->kind], point->name, &rule))
		return false;
	*ret_result = rule.result;
	return true;
}

void faults_watch(struct kernel *kernel)
{
	faults.kernel = kernel;
	kernel_test_hook(kernel, ask, NULL);
}

static bool has_no_memory(const char *name)
{
	struct fault_rule rule;

	if (!is_armed || !fault_at(fault_call.depth ? FAULT_MEMORY : FAULT_OWN_MEMORY, name, &rule))
		return false;
	errno = ENOMEM;
	return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset);

void *__wrap_malloc(size_t size)
{
	return has_no_memory("malloc") ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return has_no_memory("calloc") ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return has_no_memory("realloc") ? NULL : __real_realloc(old, size);
}

void *__wrap_mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset)
{
	return has_no_memory("mmap") ? MAP_FAILED : __real_mmap(at, length, prot, flags, fd, offset);
}
