/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_TDX_INIT_VM: from the caller's wishes to TD_PARAMS and a TD that the module knows.
 * Linux: tdx_td_init(), __tdx_td_init(), setup_tdparams(). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/mmu/user.h"
#include "kernel/tdx/internal.h"

#define TSC_UNIT_KHZ	25000u
#define GPA_WIDTH_SHIFT 16 /* CPUID(0x80000008).EAX[23:16] */
#define GPA_WIDTH_MASK	0x00ff0000u
#define HLE_RTM		((1u << 4) | (1u << 11))
#define WAITPKG		(1u << 5)

static int copy_wish(struct vm *vm, const struct kvm_tdx_cmd *cmd, struct kvm_tdx_init_vm **ret_wish)
{
	uint64_t nent_at = cmd->data + offsetof(struct kvm_tdx_init_vm, cpuid);
	struct trace *trace = vm->trace;
	struct kvm_tdx_init_vm *wish = NULL;
	uint32_t nent;
	size_t size;

	if (user_read(&nent, (const void *)(uintptr_t)nent_at, sizeof(nent)) < 0)
		return refuse(trace, -EFAULT, "init-vm.nent-unreadable", "cpuid.nent at 0x%llx",
			      (unsigned long long)cmd->data);
	if (nent > KVM_MAX_CPUID_ENTRIES)
		return refuse(trace, -E2BIG, "init-vm.nent-big", "%u CPUID entries", nent);
	size = sizeof(*wish) + nent * sizeof(struct kvm_cpuid_entry2);
	wish = calloc(1, size);
	if (!wish)
		return -ENOMEM;
	if (user_read(wish, (const void *)(uintptr_t)cmd->data, size) < 0) {
		free(wish);
		return refuse(trace, -EFAULT, "init-vm.unreadable", "%zu bytes at 0x%llx", size,
			      (unsigned long long)cmd->data);
	}
	if (wish->cpuid.nent != nent) {
		uint32_t now = wish->cpuid.nent;

		free(wish);
		return refuse(trace, -EINVAL, "init-vm.nent-raced", "nent was %u, now %u", nent,
			      now);
	}
	*ret_wish = wish;
	return 0;
}

static int check_wish(struct vm *vm, const struct kvm_tdx_init_vm *wish)
{
	const struct tdx_host *host = vm->machine->tdx;
	struct trace *trace = vm->trace;

	if (!all_zero(wish->reserved, sizeof(wish->reserved)))
		return refuse(trace, -EINVAL, "init-vm.reserved", "reserved words are not 0");
	if (wish->cpuid.padding)
		return refuse(trace, -EINVAL, "init-vm.cpuid-padding", "cpuid.padding is 0x%x",
			      wish->cpuid.padding);
	if (wish->attributes & ~host->attributes)
		return refuse(trace, -EINVAL, "init-vm.attributes", "0x%llx of 0x%llx",
			      (unsigned long long)wish->attributes,
			      (unsigned long long)host->attributes);
	if (wish->xfam & ~host->xfam)
		return refuse(trace, -EINVAL, "init-vm.xfam", "0x%llx of 0x%llx",
			      (unsigned long long)wish->xfam, (unsigned long long)host->xfam);
	return 0;
}

/* The first entry of the function whose index fits; one without the flag fits any index. */
static const struct kvm_cpuid_entry2 *find_entry(const struct kvm_cpuid2 *cpuid, uint32_t function,
						 uint32_t index)
{
	for (uint32_t i = 0; i < cpuid->nent; i++) {
		const struct kvm_cpuid_entry2 *e = &cpuid->entries[i];

		if (e->function == function &&
		    (!(e->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) || e->index == index))
			return e;
	}
	return NULL;
}

/* How wide guest-physical addresses are: 48 or 52. */
static int choose_width(struct td *td, const struct kvm_cpuid2 *cpuid)
{
	const struct kvm_cpuid_entry2 *e = find_entry(cpuid, 0x80000008, 0);
	unsigned width;

	if (!e)
		return refuse(td->vm->trace, -EINVAL, "init-vm.no-width",
			      "no CPUID entry 0x80000008 among %u", cpuid->nent);
	width = (e->eax & GPA_WIDTH_MASK) >> GPA_WIDTH_SHIFT;
	if (width != 48 && width != 52)
		return refuse(td->vm->trace, -EINVAL, "init-vm.width",
			      "guest-physical addresses of %u bits", width);
	td->width = width;
	return 0;
}

/* Linux: setup_tdparams_cpuids(). */
static int choose_cpuid(struct td *td, const struct kvm_cpuid2 *cpuid)
{
	const struct tdx_host *host = td->host;
	uint32_t found = 0;

	for (unsigned i = 0; i < host->config_count; i++) {
		const struct cpuid_config *config = &host->configs[i];
		bool plain = config->subleaf == TDX_CPUID_NO_SUBLEAF;
		const struct kvm_cpuid_entry2 *e =
			find_entry(cpuid, config->leaf, plain ? 0 : config->subleaf);

		if (!e)
			continue;
		if (e->function == 7 && config->subleaf == 0 &&
		    ((e->ebx & HLE_RTM) || (e->ecx & WAITPKG)))
			return refuse(td->vm->trace, -EINVAL, "init-vm.tsx-waitpkg",
				      "CPUID(7): EBX 0x%x, ECX 0x%x", e->ebx, e->ecx);
		found++;
		td->cpuid[i][0] = e->function == 0x80000008 ? e->eax & ~GPA_WIDTH_MASK : e->eax;
		td->cpuid[i][1] = e->ebx;
		td->cpuid[i][2] = e->ecx;
		td->cpuid[i][3] = e->edx;
	}
	if (found != cpuid->nent)
		return refuse(td->vm->trace, -EINVAL, "init-vm.cpuid-count",
			      "%u configurable leaves found for %u entries", found, cpuid->nent);
	return 0;
}

static void fill_params(const struct td *td, const struct kvm_tdx_init_vm *wish, uint8_t *params)
{
	const struct tdx_host *host = td->host;
	bool wide = td->width == 52;

	memset(params, 0, TDX_PARAMS_SIZE);
	put_le64(params + TDX_PARAMS_ATTRIBUTES, td->attributes);
	put_le64(params + TDX_PARAMS_XFAM, td->xfam);
	put_le16(params + TDX_PARAMS_MAX_VCPUS, (uint16_t)td->vm->max_vcpus);
	put_le64(params + TDX_PARAMS_EPTP_CONTROLS, wide ? TDX_EPTP_5_LEVEL : TDX_EPTP_4_LEVEL);
	put_le64(params + TDX_PARAMS_CONFIG_FLAGS,
		 TDX_CONFIG_NO_RBP_MOD | (wide ? TDX_CONFIG_GPAW : 0));
	put_le16(params + TDX_PARAMS_TSC_FREQUENCY, (uint16_t)(td->vm->tsc_khz / TSC_UNIT_KHZ));
	memcpy(params + TDX_PARAMS_MRCONFIGID, wish->mrconfigid, 48);
	memcpy(params + TDX_PARAMS_MROWNER, wish->mrowner, 48);
	memcpy(params + TDX_PARAMS_MROWNERCONFIG, wish->mrownerconfig, 48);
	for (unsigned i = 0; i < host->config_count; i++)
		for (unsigned reg = 0; reg < 4; reg++)
			put_le32(params + TDX_PARAMS_CPUID_CONFIG + 16 * i + 4 * reg,
				 td->cpuid[i][reg]);
}

static int take_key(struct td *td)
{
	struct tdx_host *host = td->host;
	int rc = -ENOSPC;

	pthread_mutex_lock(&host->lock);
	for (unsigned i = 0; i < host->hkids && rc < 0; i++) {
		if (host->hkid_used[i])
			continue;
		host->hkid_used[i] = true;
		td->hkid = host->first_hkid + i;
		td->has_key = true;
		rc = 0;
	}
	pthread_mutex_unlock(&host->lock);
	if (rc < 0)
		return refuse(td->vm->trace, rc, "init-vm.no-key", "all %u key ids are in use",
			      host->hkids);
	return 0;
}

static int take_pages(struct td *td)
{
	td->tdr = page_take(td->host);
	if (!td->tdr)
		return -ENOMEM;
	for (unsigned i = 0; i < USER_PAGES; i++) {
		td->source_pages[i] = page_take(td->host);
		if (!td->source_pages[i])
			return -ENOMEM;
	}
	while (td->tdcs_count < td->host->tdcs_pages) {
		td->tdcs[td->tdcs_count] = page_take(td->host);
		if (!td->tdcs[td->tdcs_count])
			return -ENOMEM;
		td->tdcs_count++;
	}
	return 0;
}

static int out_of_entropy(struct td *td, const char *leaf)
{
	return refuse(td->vm->trace, -EAGAIN, "init-vm.no-entropy", "%s", leaf);
}

static int create_td(struct td *td)
{
	struct tdx_host *host = td->host;
	uint64_t status;

	pthread_mutex_lock(&host->lock);
	status = seamcall2(host, 0, TDH_MNG_CREATE, td->tdr, td->hkid);
	pthread_mutex_unlock(&host->lock);
	if (status_base(status) == TDX_RND_NO_ENTROPY)
		return out_of_entropy(td, "TDH.MNG.CREATE");
	if (status_failed(status))
		return td_bugged(td, "TDH.MNG.CREATE", status);
	td->created = true;
	for (unsigned package = 0; package < host->packages; package++) {
		status = seamcall2(host, package_lp(host, package), TDH_MNG_KEY_CONFIG, td->tdr, 0);
		if (status_failed(status))
			return td_bugged(td, "TDH.MNG.KEY.CONFIG", status);
	}
	for (unsigned i = 0; i < td->tdcs_count; i++) {
		status = seamcall2(host, 0, TDH_MNG_ADDCX, td->tdcs[i], td->tdr);
		if (status_base(status) == TDX_RND_NO_ENTROPY)
			return out_of_entropy(td, "TDH.MNG.ADDCX");
		if (status_failed(status))
			return td_bugged(td, "TDH.MNG.ADDCX", status);
		td->tdcs_added[i] = true;
	}
	return 0;
}

/* A page that later carries initial contents carries TD_PARAMS first. */
static int init_td(struct td *td, const struct kvm_tdx_init_vm *wish, uint64_t *ret_status)
{
	uint8_t *page = seam_phys(td->host->seam, td->source_pages[0]);
	uint64_t status;

	if (!page)
		return -ENOMEM;
	fill_params(td, wish, page);
	status = seamcall2(td->host, 0, TDH_MNG_INIT, td->tdr, td->source_pages[0]);
	memset(page, 0, TDX_PARAMS_SIZE);
	if (status_base(status) == TDX_OPERAND_INVALID) {
		*ret_status = status;
		return refuse(td->vm->trace, -EINVAL, "init-vm.module-refused",
			      "TDH.MNG.INIT: 0x%llx", (unsigned long long)status);
	}
	return status_failed(status) ? td_bugged(td, "TDH.MNG.INIT", status) : 0;
}

static int build_td(struct td *td, const struct kvm_tdx_init_vm *wish, uint64_t *ret_status)
{
	int rc;

	rc = take_key(td);
	if (rc < 0)
		return rc;
	rc = take_pages(td);
	if (rc < 0)
		goto out_teardown;
	rc = create_td(td);
	if (rc < 0)
		goto out_teardown;
	rc = init_td(td, wish, ret_status);
	if (rc < 0)
		goto out_teardown;
	return 0;

out_teardown:
	td_release_key(td);
	td_drop_control_pages(td);
	return rc;
}

static int init_with(struct td *td, const struct kvm_tdx_init_vm *wish, uint64_t *ret_status)
{
	struct vm *vm = td->vm;
	int rc;

	rc = check_wish(vm, wish);
	if (rc < 0)
		return rc;
	memset(td->cpuid, 0, sizeof(td->cpuid));
	rc = choose_width(td, &wish->cpuid);
	if (rc < 0)
		return rc;
	rc = choose_cpuid(td, &wish->cpuid);
	if (rc < 0)
		return rc;
	td->attributes = wish->attributes | td->host->attributes_fixed1;
	td->xfam = wish->xfam | td->host->xfam_fixed1;
	return build_td(td, wish, ret_status);
}

int td_init_vm(struct vm *vm, struct kvm_tdx_cmd *cmd)
{
	struct td *td = td_of(vm);
	struct kvm_tdx_init_vm *wish = NULL;
	int rc;

	if (td->state != TD_UNINITIALIZED)
		return refuse(vm->trace, -EINVAL, "init-vm.again", "TD is in state %d", td->state);
	if (cmd->flags)
		return refuse(vm->trace, -EINVAL, "init-vm.flags", "flags 0x%x", cmd->flags);
	rc = copy_wish(vm, cmd, &wish);
	if (rc < 0)
		return rc;
	rc = init_with(td, wish, &cmd->hw_error);
	free(wish);
	if (rc < 0) {
		td->width = 0;
		return rc;
	}
	td->state = TD_INITIALIZED;
	vm->slots.rules.shared_bit = td_shared_bit(td) >> 12;
	vm->mmu.private_root_level = td->width == 52 ? LEVEL_256T : LEVEL_512G;
	return 0;
}
