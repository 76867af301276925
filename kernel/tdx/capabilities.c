/* SPDX-License-Identifier: BSD-2-Clause */
/* What the module offers, and what KVM hands on of it: KVM_TDX_CAPABILITIES. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arch/tdx_sys.h"
#include "base/cursor.h"
#include "kernel/mmu/user.h"
#include "kernel/tdx/internal.h"

/* What KVM knows to handle. Linux: KVM_SUPPORTED_TD_ATTRS. */
#define KVM_ATTRIBUTES TDX_ATTR_SEPT_VE_DISABLE
/* TDVMCALL<SetupEventNotifyInterrupt>, which user space must answer. */
#define USER_TDVMCALLS_R11 (1ull << 1)

static uint64_t le64_at(const uint8_t *info, size_t at)
{
	struct cursor c = { .next = info + at, .left = 8 };

	return cursor_le64(&c);
}

static void read_configs(struct tdx_host *host, const uint8_t *info)
{
	struct cursor c = { .next = info + TDX_SYSINFO_NUM_CPUID_CONFIG,
			    .left = TDX_SYSINFO_SIZE - TDX_SYSINFO_NUM_CPUID_CONFIG };
	uint32_t count = cursor_le32(&c);

	for (uint32_t i = 0; i < count && i < TDX_CONFIGS_MAX; i++) {
		struct cpuid_config *config = &host->configs[i];

		config->leaf = cursor_le32(&c);
		config->subleaf = cursor_le32(&c);
		for (unsigned reg = 0; reg < 4; reg++)
			config->mask[reg] = cursor_le32(&c);
		host->config_count = i + 1;
	}
}

static int judge_sysinfo(struct tdx_host *host, const uint8_t *info)
{
	uint64_t xfam_fixed0 = le64_at(info, TDX_SYSINFO_XFAM_FIXED0);

	host->tdcs_pages = (unsigned)(le64_at(info, TDX_SYSINFO_TDCS_SIZE) & 0xffff) >> 12;
	host->tdvps_pages = (unsigned)(le64_at(info, TDX_SYSINFO_TDVPS_SIZE) & 0xffff) >> 12;
	host->attributes_fixed1 = le64_at(info, TDX_SYSINFO_ATTRIBUTES_FIXED1);
	host->attributes = le64_at(info, TDX_SYSINFO_ATTRIBUTES_FIXED0) & KVM_ATTRIBUTES;
	host->xfam_fixed1 = le64_at(info, TDX_SYSINFO_XFAM_FIXED1);
	host->xfam = MACHINE_XFAM & xfam_fixed0;
	if (host->tdcs_pages > TDX_TDCS_PAGES_MAX || host->tdvps_pages > TDX_TDVPS_PAGES_MAX)
		return -EIO;
	if (!host->attributes || (MACHINE_XFAM & host->xfam_fixed1) != host->xfam_fixed1)
		return -EIO;
	read_configs(host, info);
	return 0;
}

/* TDH.SYS.INFO writes into a page of the machine. Linux reads field by field; the facts are equal. */
int host_read_sysinfo(struct tdx_host *host)
{
	uint64_t page = page_take(host);
	const uint8_t *bytes = page ? seam_phys(host->seam, page) : NULL;
	struct seam_regs regs = { .rcx = page,
				  .rdx = TDX_SYSINFO_SIZE,
				  .r8 = page + TDX_SYSINFO_SIZE,
				  .r9 = TDX_MAX_CMRS };
	int rc = -ENOMEM;

	if (bytes)
		rc = status_failed(seamcall(host, 0, TDH_SYS_INFO, &regs)) ?
			     -EIO :
			     judge_sysinfo(host, bytes);
	page_drop(host, page, false);
	return rc;
}

/* What of a row KVM shows: TSX and WAITPKG are not for TDs. Linux: tdx_clear_unsupported_cpuid(). */
uint32_t config_mask(const struct cpuid_config *config, unsigned reg)
{
	uint32_t mask = config->mask[reg];

	if (config->leaf == 7 && config->subleaf == 0 && reg == 1)
		mask &= ~((1u << 4) | (1u << 11)); /* HLE, RTM */
	if (config->leaf == 7 && config->subleaf == 0 && reg == 2)
		mask &= ~(1u << 5); /* WAITPKG */
	if (config->leaf == 0x80000008 && reg == 0)
		mask |= 0x00ff0000; /* the width of guest-physical addresses can be chosen */
	return mask;
}

static void fill_entries(const struct tdx_host *host, struct kvm_cpuid2 *cpuid)
{
	cpuid->nent = host->config_count;
	for (unsigned i = 0; i < host->config_count; i++) {
		const struct cpuid_config *config = &host->configs[i];
		bool plain = config->subleaf == TDX_CPUID_NO_SUBLEAF;

		cpuid->entries[i] = (struct kvm_cpuid_entry2){
			.function = config->leaf,
			.index = plain ? 0 : config->subleaf,
			.eax = config_mask(config, 0),
			.ebx = config_mask(config, 1),
			.ecx = config_mask(config, 2),
			.edx = config_mask(config, 3),
		};
	}
}

/* Linux: tdx_get_capabilities(). The caller's buffer is not touched when it is too small. */
int td_capabilities(struct vm *vm, const struct kvm_tdx_cmd *cmd)
{
	struct tdx_host *host = vm->machine->tdx;
	uint64_t nent_at = cmd->data + offsetof(struct kvm_tdx_capabilities, cpuid);
	size_t size = sizeof(struct kvm_tdx_capabilities) +
		      host->config_count * sizeof(struct kvm_cpuid_entry2);
	struct kvm_tdx_capabilities *caps;
	uint32_t nent;
	int rc;

	if (cmd->flags)
		return refuse(vm->trace, -EINVAL, "caps.flags", "flags 0x%x", cmd->flags);
	if (user_read(&nent, (const void *)(uintptr_t)nent_at, sizeof(nent)) < 0)
		return refuse(vm->trace, -EFAULT, "caps.nent-unreadable", "cpuid.nent at 0x%llx",
			      (unsigned long long)cmd->data);
	if (nent < host->config_count)
		return refuse(vm->trace, -E2BIG, "caps.nent-small", "room for %u entries of %u",
			      nent, host->config_count);
	caps = calloc(1, size);
	if (!caps)
		return -ENOMEM;
	caps->supported_attrs = host->attributes;
	caps->supported_xfam = host->xfam;
	caps->user_tdvmcallinfo_1_r11 = USER_TDVMCALLS_R11;
	fill_entries(host, &caps->cpuid);
	rc = user_write((void *)(uintptr_t)cmd->data, caps, size);
	free(caps);
	if (rc < 0)
		return refuse(vm->trace, -EFAULT, "caps.unwritable", "%zu bytes at 0x%llx", size,
			      (unsigned long long)cmd->data);
	return 0;
}
