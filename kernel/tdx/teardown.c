/* SPDX-License-Identifier: BSD-2-Clause */
/* A TD's end, from whatever state it is in: vCPUs flushed, caches written back, the key id free,
 * then every page reclaimed, the TDR last. Linux: tdx_mmu_release_hkid(), tdx_vcpu_free(),
 * tdx_vm_destroy(). */
#include "kernel/tdx/internal.h"

#include <stdlib.h>
#include <string.h>

static void flush_vcpus(struct td *td)
{
	for (unsigned id = 0; id < VM_VCPU_IDS; id++) {
		const struct td_vcpu *v =
			td->vm->vcpus[id] ? td->vm->vcpus[id]->type_data : NULL;

		if (v && v->created)
			seamcall2(td->host, v->lp, TDH_VP_FLUSH, v->tdvpr, 0);
	}
}

static void write_back(struct tdx_host *host)
{
	for (unsigned package = 0; package < host->packages; package++) {
		unsigned lp = package_lp(host, package);
		uint64_t resume = 0;

		for (unsigned i = 0; i < TDX_WB_RESUMES; i++) {
			uint64_t status = seamcall2(host, lp, TDH_PHYMEM_CACHE_WB, resume, 0);

			if (status_base(status) == TDX_INTERRUPTED_RESUMABLE)
				resume = 1;
			else if (status_base(status) != TDX_OPERAND_BUSY)
				break;
		}
	}
}

void td_release_key(struct td *td)
{
	struct tdx_host *host = td->host;
	uint64_t status = TDX_SUCCESS;

	if (!td->has_key)
		return;
	pthread_mutex_lock(&host->lock);
	if (td->created) {
		flush_vcpus(td);
		seamcall_retried(host, TDH_MNG_VPFLUSHDONE, td->tdr, 0);
		write_back(host);
		status = seamcall_retried(host, TDH_MNG_KEY_FREEID, td->tdr, 0);
	}
	/* A key id that the module has not let go is lost, as on Linux. */
	if (!status_failed(status))
		host->hkid_used[td->hkid - host->first_hkid] = false;
	td->has_key = false;
	pthread_mutex_unlock(&host->lock);
}

void td_drop_control_pages(struct td *td)
{
	struct tdx_host *host = td->host;
	uint64_t tdr = td->tdr;

	for (unsigned i = 0; i < td->tdcs_count; i++)
		page_drop(host, td->tdcs[i], td->tdcs_added[i]);
	td->tdcs_count = 0;
	if (td->created && !status_failed(seamcall_retried(host, TDH_PHYMEM_PAGE_RECLAIM, tdr, 0))) {
		seamcall_retried(host, TDH_PHYMEM_PAGE_WBINVD,
				 tdr | (uint64_t)(host->first_hkid - 1) << host->hkid_shift, 0);
		td->created = false;
	}
	page_drop(host, td->created ? 0 : tdr, false);
	for (unsigned i = 0; i < USER_PAGES; i++)
		page_drop(host, td->source_pages[i], false);
	td->tdr = 0;
	memset(td->source_pages, 0, sizeof(td->source_pages));
	td->created = false;
	for (unsigned i = 0; i < TDX_TDCS_PAGES_MAX; i++)
		td->tdcs_added[i] = false;
}

void td_vcpu_free(struct vcpu *vcpu)
{
	struct td *td = td_of(vcpu->vm);
	struct td_vcpu *v = vcpu->type_data;

	if (!v)
		return;
	for (unsigned i = 0; i < v->tdcx_count; i++)
		page_drop(td->host, v->tdcx[i], v->tdcx_added[i]);
	page_drop(td->host, v->tdvpr, v->created);
	free(v);
	vcpu->type_data = NULL;
}
