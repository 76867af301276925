/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/launch/fake.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "arch/tdx_report.h"
#include "base/bytes.h"
#include "tests/lib/test.h"
#include "uapi/kvm.h"

#define FIRST_FD 1000

static int fake_fd(struct fake *fake, char kind)
{
	for (int i = 0; i < FAKE_FDS; i++)
		if (!fake->kind[i]) {
			fake->kind[i] = kind;
			fake->open_fds++;
			return FIRST_FD + i;
		}
	return -EMFILE;
}

static char fake_kind(const struct fake *fake, int fd)
{
	return fd >= FIRST_FD && fd < FIRST_FD + FAKE_FDS ? fake->kind[fd - FIRST_FD] : 0;
}

static void wrong(struct fake *fake, const char *what)
{
	if (!fake->broken)
		fake->broken = what;
}

static bool fault_now(struct fake *fake)
{
	long call = fake->calls++;

	if (call == fake->cancel_at)
		__atomic_store_n(&fake->cancel, 1, __ATOMIC_RELAXED);
	return fake->fault_at >= 0 && call >= fake->fault_at &&
	       call < fake->fault_at + fake->fault_count;
}

bool fake_has(const struct fake *fake, uint64_t gpa)
{
	for (size_t i = 0; i < fake->added_count; i++)
		if (fake->added[i] == gpa)
			return true;
	return false;
}

static long check_extension(const struct fake *fake, unsigned long number)
{
	if (number == fake->missing)
		return 0;
	switch (number) {
	case KVM_CAP_VM_TYPES:
		return 0x23 & ~(fake->no_bit < 32 ? 1L << fake->no_bit : 0);
	case KVM_CAP_MEMORY_ATTRIBUTES:
		return 8;
	case KVM_CAP_EXIT_HYPERCALL:
		return 1 << 12;
	case KVM_CAP_MAX_VCPUS:
		return 32;
	default:
		return 1;
	}
}

static long capabilities(struct fake *fake, struct kvm_tdx_capabilities *caps)
{
	if (caps->cpuid.nent < fake->leaves)
		return -E2BIG;
	caps->supported_attrs = fake->attributes;
	caps->supported_xfam = fake->xfam;
	caps->cpuid.nent = fake->leaves;
	for (uint32_t i = 0; i < fake->leaves; i++)
		caps->cpuid.entries[i] = (struct kvm_cpuid_entry2){
			.function = i ? i : 0x80000008,
			.eax = i ? 0xff : 0xff0000,
		};
	return 0;
}

static long supported_cpuid(struct fake *fake, struct kvm_cpuid2 *cpuid)
{
	if (cpuid->nent < fake->leaves)
		return -E2BIG;
	cpuid->nent = fake->leaves;
	for (uint32_t i = 0; i < fake->leaves; i++)
		cpuid->entries[i] = (struct kvm_cpuid_entry2){
			.function = i ? i : 0x80000008,
			.eax = 0x55aa55aa,
		};
	return 0;
}

static long init_vm(struct fake *fake, struct kvm_tdx_cmd *cmd)
{
	const struct kvm_tdx_init_vm *vm = (const void *)(uintptr_t)cmd->data;

	if (fake->initialised)
		wrong(fake, "INIT_VM twice");
	if (fake->init_vm_hw) {
		cmd->hw_error = fake->init_vm_hw;
		return -EINVAL;
	}
	if (vm->cpuid.nent != fake->leaves || vm->cpuid.entries[0].function != 0x80000008 ||
	    (vm->cpuid.entries[0].eax >> 16 & 0xff) != 48)
		wrong(fake, "CPUID given to INIT_VM");
	fake->initialised = true;
	return 0;
}

static void hash_block(struct fake *fake, const char *name, uint64_t gpa)
{
	uint8_t block[TDX_MRTD_BLOCK] = { 0 };

	memcpy(block, name, strlen(name));
	put_le64(block + TDX_MRTD_GPA, gpa);
	ck_assert_int_eq(sha384_update(&fake->stream, block, sizeof(block), NULL), 0);
}

static void add_page(struct fake *fake, uint64_t gpa, const uint8_t *bytes, bool extend)
{
	if (fake_has(fake, gpa))
		wrong(fake, "a page was added twice");
	ck_assert_uint_lt(fake->added_count, FAKE_PAGES);
	fake->added[fake->added_count++] = gpa;
	hash_block(fake, TDX_MRTD_ADD_NAME, gpa);
	for (unsigned int i = 0; extend && i < 4096; i += TDX_MRTD_CHUNK) {
		hash_block(fake, TDX_MRTD_EXT_NAME, gpa + i);
		ck_assert_int_eq(
			sha384_update(&fake->stream, bytes + i, TDX_MRTD_CHUNK, NULL), 0);
	}
}

static long init_mem_region(struct fake *fake, struct kvm_tdx_cmd *cmd)
{
	struct kvm_tdx_init_mem_region *region = (void *)(uintptr_t)cmd->data;
	uint64_t n = region->nr_pages;

	if (!fake->cpus_ready || fake->finalized)
		wrong(fake, "INIT_MEM_REGION at the wrong time");
	if (region->source_addr % 4096 || region->gpa % 4096 || !n)
		return -EINVAL;
	if (fake->stuck)
		return 0;
	if (fake->stride && fake->stride < n)
		n = fake->stride;
	for (uint64_t i = 0; i < n; i++, region->nr_pages--) {
		add_page(fake, region->gpa, (const void *)(uintptr_t)region->source_addr,
			 cmd->flags & KVM_TDX_MEASURE_MEMORY_REGION);
		region->gpa += 4096;
		region->source_addr += 4096;
	}
	if (fake->lies)
		region->nr_pages += 1000;
	return region->nr_pages ? fake->stride_error : 0;
}

static long encrypt_op(struct fake *fake, char kind, struct kvm_tdx_cmd *cmd)
{
	if (cmd->hw_error)
		wrong(fake, "hw_error was not cleared");
	if (cmd->id == KVM_TDX_CAPABILITIES && kind == 'm')
		return capabilities(fake, (void *)(uintptr_t)cmd->data);
	if (cmd->id == KVM_TDX_INIT_VM && kind == 'm')
		return init_vm(fake, cmd);
	if (cmd->id == KVM_TDX_GET_CPUID && kind == 'c')
		return supported_cpuid(fake, (void *)(uintptr_t)cmd->data);
	if (cmd->id == KVM_TDX_INIT_MEM_REGION && kind == 'c')
		return init_mem_region(fake, cmd);
	if (cmd->id == KVM_TDX_INIT_VCPU && kind == 'c') {
		fake->hob = cmd->data;
		fake->cpus_ready++;
		return 0;
	}
	if (cmd->id == KVM_TDX_FINALIZE_VM && kind == 'm') {
		fake->finalized = true;
		ck_assert_int_eq(sha384_final(&fake->stream, fake->mrtd, NULL), 0);
		return 0;
	}
	return -EINVAL;
}

static long pre_fault(struct fake *fake, struct kvm_pre_fault_memory *range)
{
	uint64_t n = range->size;

	if (!fake->finalized)
		return -EOPNOTSUPP;
	if (range->gpa % 4096 || range->size % 4096 || !range->size)
		return -EINVAL;
	if (fake->stuck)
		return 0;
	if (fake->stride && fake->stride * 4096 < n)
		n = fake->stride * 4096;
	for (uint64_t at = 0; at < n && n < (1 << 22); at += 4096)
		if (fake_has(fake, range->gpa + at))
			wrong(fake, "a page of the plan was pre-faulted");
	range->gpa += n;
	range->size -= n;
	fake->prefaulted += n;
	return 0;
}

static long dispatch(struct fake *fake, int fd, unsigned long request, void *arg)
{
	char kind = fake_kind(fake, fd);

	if (fault_now(fake))
		return fake->fault;
	if (!kind)
		wrong(fake, "a call on a closed descriptor");
	switch (request) {
	case KVM_GET_API_VERSION:
		return KVM_API_VERSION;
	case KVM_CHECK_EXTENSION:
		return check_extension(fake, (unsigned long)(uintptr_t)arg);
	case KVM_CREATE_VM:
		return (uintptr_t)arg == KVM_X86_TDX_VM ? fake_fd(fake, 'm') : -EINVAL;
	case KVM_CREATE_VCPU:
		if (!fake->initialised)
			return -EIO;
		fake->cpus++;
		return fake_fd(fake, 'c');
	case KVM_CREATE_GUEST_MEMFD:
		return fake_fd(fake, 'g');
	case KVM_GET_SUPPORTED_CPUID:
		return supported_cpuid(fake, arg);
	case KVM_MEMORY_ENCRYPT_OP:
		return encrypt_op(fake, kind, arg);
	case KVM_PRE_FAULT_MEMORY:
		return pre_fault(fake, arg);
	case KVM_GET_TSC_KHZ:
		return 2000000;
	case KVM_ENABLE_CAP:
	case KVM_SET_TSC_KHZ:
	case KVM_SET_CPUID2:
	case KVM_SET_USER_MEMORY_REGION2:
	case KVM_SET_MEMORY_ATTRIBUTES:
		return 0;
	default:
		wrong(fake, "an ioctl that a launch does not need");
		return -ENOTTY;
	}
}

static long fake_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	struct fake *fake = ctx;
	long rc;

	pthread_mutex_lock(&fake->lock);
	rc = dispatch(fake, fd, request, arg);
	pthread_mutex_unlock(&fake->lock);
	return rc;
}

static int fake_open(void *ctx, const char *path)
{
	struct fake *fake = ctx;
	int fd;

	pthread_mutex_lock(&fake->lock);
	if (fault_now(fake))
		fd = fake->fault;
	else
		fd = strcmp(path, "/dev/kvm") == 0 ? fake_fd(fake, 's') : -ENOENT;
	pthread_mutex_unlock(&fake->lock);
	return fd;
}

static int fake_close(void *ctx, int fd)
{
	struct fake *fake = ctx;
	int rc = -EBADF;

	pthread_mutex_lock(&fake->lock);
	if (fake_kind(fake, fd)) {
		fake->kind[fd - FIRST_FD] = 0;
		fake->open_fds--;
		rc = 0;
	} else {
		wrong(fake, "a descriptor was closed twice");
	}
	pthread_mutex_unlock(&fake->lock);
	return rc;
}

static const struct tdl_host_ops fake_ops = {
	.open = fake_open,
	.close = fake_close,
	.ioctl = fake_ioctl,
};

void fake_start(struct fake *fake)
{
	*fake = (struct fake){
		.missing = UINT_MAX,
		.no_bit = UINT_MAX,
		.fault_at = -1,
		.fault_count = 1,
		.cancel_at = -1,
		.attributes = UINT64_C(1) << 28,
		.xfam = 0xe7,
		.leaves = 3,
	};
	pthread_mutex_init(&fake->lock, NULL);
	ck_assert_int_eq(sha384_start(&fake->stream, NULL), 0);
}

struct tdl_host *fake_host(struct fake *fake)
{
	struct tdl_host *host = NULL;

	ck_assert_int_eq(tdl_host_new(&fake_ops, fake, "fake", &host, NULL), 0);
	return host;
}

void fake_end(struct fake *fake)
{
	sha384_end(&fake->stream);
	pthread_mutex_destroy(&fake->lock);
}
