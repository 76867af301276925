/* SPDX-License-Identifier: BSD-2-Clause */
/* KVM_TDX_INIT_VM: what the TD is, said once. The CPUID it is given is what KVM supports, cut down
 * to the bits that the TDX module lets user space choose. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/scope.h"
#include "host/capabilities.h"
#include "launch/call.h"

#define LEAF_ADDRESS_SIZES   0x80000008u
#define ADDRESS_SIZES_GPAW   16 /* EAX[23:16]: guest physical address width, bits */
#define TSC_KHZ_UNIT	     25000
#define TSC_KHZ_MIN	     100000
#define TSC_KHZ_MAX	     10000000

int stage_capabilities(struct tdl_td *td, struct tdl_error *err)
{
	int rc = host_tdx_capabilities(td->host, td->vm_fd, &td->caps, err);

	if (rc < 0)
		return rc;
	td_detail(td, "attributes 0x%llx, XFAM 0x%llx, %u CPUID leaves to configure",
		  (unsigned long long)td->caps->supported_attrs,
		  (unsigned long long)td->caps->supported_xfam, td->caps->cpuid.nent);
	return 0;
}

static const struct kvm_cpuid_entry2 *find_entry(const struct kvm_cpuid2 *cpuid, uint32_t function,
						 uint32_t index)
{
	for (uint32_t i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == function &&
		    (cpuid->entries[i].index == index ||
		     !(cpuid->entries[i].flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX)))
			return &cpuid->entries[i];
	return NULL;
}

/* One configurable leaf as the TD gets it, or false when KVM does not support the leaf at all. */
static bool configure_leaf(const struct kvm_cpuid_entry2 *mask, const struct kvm_cpuid2 *supported,
			   unsigned int gpaw, struct kvm_cpuid_entry2 *ret_entry)
{
	const struct kvm_cpuid_entry2 *have = find_entry(supported, mask->function, mask->index);
	struct kvm_cpuid_entry2 entry = { .function = mask->function, .index = mask->index };

	if (have) {
		entry.flags = have->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
		entry.eax = have->eax & mask->eax;
		entry.ebx = have->ebx & mask->ebx;
		entry.ecx = have->ecx & mask->ecx;
		entry.edx = have->edx & mask->edx;
	}
	if (mask->function == LEAF_ADDRESS_SIZES) {
		entry.eax &= ~(0xffu << ADDRESS_SIZES_GPAW);
		entry.eax |= gpaw << ADDRESS_SIZES_GPAW;
	} else if (!have) {
		return false;
	}
	*ret_entry = entry;
	return true;
}

static int configure_cpuid(struct tdl_td *td, struct tdl_error *err)
{
	const struct kvm_cpuid2 *masks = &td->caps->cpuid;
	AUTO_FREE struct kvm_cpuid2 *supported = NULL;
	unsigned int gpaw = tdl_plan_gpaw(td->plan);
	int rc = host_supported_cpuid(td->host, td->sys_fd, &supported, err);

	if (rc < 0)
		return rc;
	td->cpuid = calloc(1, sizeof(*td->cpuid) + masks->nent * sizeof(td->cpuid->entries[0]));
	if (!td->cpuid)
		return tdl_fail(err, -ENOMEM, "no memory for %u CPUID leaves", masks->nent);
	for (uint32_t i = 0; i < masks->nent; i++)
		if (configure_leaf(&masks->entries[i], supported, gpaw,
				   &td->cpuid->entries[td->cpuid->nent]))
			td->cpuid->nent++;
	if (!find_entry(td->cpuid, LEAF_ADDRESS_SIZES, 0))
		return tdl_fail(err, -EOPNOTSUPP,
				"%s does not let the address width of a TD be chosen (CPUID leaf 0x%x)",
				tdl_host_name(td->host), LEAF_ADDRESS_SIZES);
	return 0;
}

static int check_bits(const struct tdl_td *td, const char *what, uint64_t asked, uint64_t offered,
		      struct tdl_error *err)
{
	if (!(asked & ~offered))
		return 0;
	return tdl_fail(err, -EINVAL, "%s 0x%llx asked for, %s offers only 0x%llx", what,
			(unsigned long long)asked, tdl_host_name(td->host),
			(unsigned long long)offered);
}

/* The frequency before INIT_VM, which writes it into the TD. */
static int set_tsc(struct tdl_td *td, struct tdl_error *err)
{
	uint32_t khz = td->opt->tsc_khz;
	long rc;

	if (khz && (khz % TSC_KHZ_UNIT || khz < TSC_KHZ_MIN || khz > TSC_KHZ_MAX))
		return tdl_fail(err, -EINVAL,
				"a TD's TSC runs at a multiple of %d kHz from %d to %d kHz, not %u",
				TSC_KHZ_UNIT, TSC_KHZ_MIN, TSC_KHZ_MAX, khz);
	rc = call_number(td, td->vm_fd, KVM_SET_TSC_KHZ, khz, "KVM_SET_TSC_KHZ", err);
	if (rc < 0)
		return (int)rc;
	rc = call_number(td, td->vm_fd, KVM_GET_TSC_KHZ, 0, "KVM_GET_TSC_KHZ", err);
	if (rc < 0)
		return (int)rc;
	td->tsc_khz = rc > 0 ? (uint32_t)rc : khz;
	return 0;
}

/* What the TD was given besides TD_PARAMS, in one value that logs can compare. */
static int digest_config(const struct tdl_td *td, uint8_t ret_digest[48], struct tdl_error *err)
{
	AUTO_SHA384 struct sha384 hash = { 0 };
	uint8_t head[8];
	int rc;

	put_le32(head, td->tsc_khz);
	put_le32(head + 4, td->cpuid->nent);
	if ((rc = sha384_start(&hash, err)) < 0 ||
	    (rc = sha384_update(&hash, head, sizeof(head), err)) < 0 ||
	    (rc = sha384_update(&hash, td->cpuid->entries,
				td->cpuid->nent * sizeof(td->cpuid->entries[0]), err)) < 0)
		return rc;
	return sha384_final(&hash, ret_digest, err);
}

static int tell_init(const struct tdl_td *td, const struct kvm_tdx_init_vm *vm,
		     struct tdl_error *err)
{
	const struct tdl_launch_observer *observer = td->opt->observer;
	struct tdl_launch_init init = {
		.attributes = vm->attributes,
		.xfam = vm->xfam,
		.tsc_khz = td->tsc_khz,
		.gpaw = tdl_plan_gpaw(td->plan),
		.cpuid = td->cpuid->entries,
		.cpuid_count = td->cpuid->nent,
	};
	int rc;

	if (!observer || !observer->init)
		return 0;
	rc = digest_config(td, init.config_digest, err);
	if (rc < 0)
		return rc;
	memcpy(init.mrconfigid, td->opt->mrconfigid, sizeof(init.mrconfigid));
	memcpy(init.mrowner, td->opt->mrowner, sizeof(init.mrowner));
	memcpy(init.mrownerconfig, td->opt->mrownerconfig, sizeof(init.mrownerconfig));
	return observer->init(td->opt->observer_ctx, &init, err);
}

int stage_init_vm(struct tdl_td *td, struct tdl_error *err)
{
	AUTO_FREE struct kvm_tdx_init_vm *vm = NULL;
	uint64_t xfam = td->opt->xfam;
	int rc;

	if (xfam == TDL_XFAM_OFFERED)
		xfam = td->caps->supported_xfam;
	if ((rc = check_bits(td, "attributes", td->opt->attributes, td->caps->supported_attrs,
			     err)) < 0 ||
	    (rc = check_bits(td, "XFAM", xfam, td->caps->supported_xfam, err)) < 0 ||
	    (rc = configure_cpuid(td, err)) < 0 || (rc = set_tsc(td, err)) < 0)
		return rc;
	vm = calloc(1, sizeof(*vm) + td->cpuid->nent * sizeof(td->cpuid->entries[0]));
	if (!vm)
		return tdl_fail(err, -ENOMEM, "no memory for KVM_TDX_INIT_VM");
	vm->attributes = td->opt->attributes;
	vm->xfam = xfam;
	memcpy(vm->mrconfigid, td->opt->mrconfigid, sizeof(vm->mrconfigid));
	memcpy(vm->mrowner, td->opt->mrowner, sizeof(vm->mrowner));
	memcpy(vm->mrownerconfig, td->opt->mrownerconfig, sizeof(vm->mrownerconfig));
	vm->cpuid.nent = td->cpuid->nent;
	memcpy(vm->cpuid.entries, td->cpuid->entries,
	       td->cpuid->nent * sizeof(td->cpuid->entries[0]));
	rc = call_tdx(td, td->vm_fd, KVM_TDX_INIT_VM, call_pointer(vm), "KVM_TDX_INIT_VM", err);
	if (rc < 0)
		return rc;
	td_detail(td, "attributes 0x%llx, XFAM 0x%llx, %u CPUID leaves, TSC %u kHz, %u-bit addresses",
		  (unsigned long long)vm->attributes, (unsigned long long)xfam, td->cpuid->nent,
		  td->tsc_khz, tdl_plan_gpaw(td->plan));
	return tell_init(td, vm, err);
}
