/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls of a sequence in words, short enough to be read in a list. */
#include <inttypes.h>
#include <stdio.h>

#include "conformance/sequence.h"

typedef void describe_fn(const struct sequence_call *call, char *text, size_t size);

#define DESCRIBE(name, format, ...)                                                                \
	static void name(const struct sequence_call *call, char *text, size_t size)                \
	{                                                                                          \
		snprintf(text, size, format, __VA_ARGS__);                                         \
	}

#define X "%#" PRIx64

DESCRIBE(pre_fault, "pre-fault vcpu%u " X "+" X " flags=" X, call->who, call->gpa, call->size,
	 call->value)
DESCRIBE(slot, "slot %#x flags=%u " X "+" X " hva=" X " file=%u+" X, call->slot, call->flags,
	 call->gpa, call->size, call->hva, call->file, call->offset)
DESCRIBE(slot1, "slot1 %#x flags=%u " X "+" X " hva=" X, call->slot, call->flags, call->gpa,
	 call->size, call->hva)
DESCRIBE(create_file, "create-file %u size=" X " flags=" X, call->file, call->size, call->value)
DESCRIBE(fallocate_file, "fallocate file=%u mode=%u " X "+" X, call->file, call->flags,
	 call->offset, call->size)
DESCRIBE(attributes, "attributes " X "+" X " value=" X " flags=%u", call->gpa, call->size,
	 call->value, call->flags)
DESCRIBE(unmap, "unmap " X "+" X, call->hva, call->size)
DESCRIBE(map, "map " X "+" X, call->hva, call->size)
DESCRIBE(protect, "protect " X "+" X " prot=%u", call->hva, call->size, call->flags)
DESCRIBE(discard, "discard " X "+" X, call->hva, call->size)
DESCRIBE(write_memory, "write " X "+" X, call->hva, call->size)
DESCRIBE(get_log, "get-log slot=%#x", call->slot)
DESCRIBE(clear_log, "clear-log slot=%#x first=%" PRIu64 " pages=%" PRIu64, call->slot,
	 call->offset, call->size)
DESCRIBE(capability, "capability %u of %s", call->flags,
	 call->who == 0 ? "system" : call->who == 1 ? "vm" : "vcpu0")
DESCRIBE(close_one, "close %s%u",
	 call->who < SEQUENCE_VCPUS ? "vcpu" : call->who == SEQUENCE_VCPUS ? "vm" : "file",
	 call->who < SEQUENCE_VCPUS    ? call->who
	 : call->who == SEQUENCE_VCPUS ? 0
				       : call->who - SEQUENCE_VCPUS - 1)

static describe_fn *const describe[SEQUENCE_KINDS] = {
	[SEQUENCE_PRE_FAULT] = pre_fault,      [SEQUENCE_SLOT] = slot,
	[SEQUENCE_SLOT1] = slot1,	       [SEQUENCE_CREATE_FILE] = create_file,
	[SEQUENCE_FALLOCATE] = fallocate_file, [SEQUENCE_ATTRIBUTES] = attributes,
	[SEQUENCE_UNMAP] = unmap,	       [SEQUENCE_MAP] = map,
	[SEQUENCE_PROTECT] = protect,	       [SEQUENCE_DISCARD] = discard,
	[SEQUENCE_WRITE] = write_memory,       [SEQUENCE_GET_LOG] = get_log,
	[SEQUENCE_CLEAR_LOG] = clear_log,      [SEQUENCE_CAPABILITY] = capability,
	[SEQUENCE_CLOSE] = close_one,
};

void sequence_describe(const struct sequence_call *call, char *text, size_t size)
{
	describe[call->kind](call, text, size);
}
