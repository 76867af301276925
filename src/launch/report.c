/* SPDX-License-Identifier: BSD-2-Clause */
/* The TD's own report, with the two hashes inside it checked: what it says about the TD is what its
 * MAC covers. */
#include <errno.h>
#include <string.h>

#include "arch/tdx_report.h"
#include "base/hash.h"
#include "launch/td.h"

static int check_part(const uint8_t *report, size_t part, size_t size, size_t hash,
		      const char *name, struct tdl_error *err)
{
	uint8_t digest[SHA384_SIZE];
	int rc = sha384(report + part, size, digest, err);

	if (rc < 0)
		return rc;
	if (memcmp(digest, report + hash, sizeof(digest)))
		return tdl_fail(err, -EBADMSG, "TDREPORT: the hash of %s does not match", name);
	return 0;
}

int tdl_td_report(struct tdl_td *td, const uint8_t report_data[64], uint8_t ret_report[1024],
		  struct tdl_error *err)
{
	uint8_t report[TDX_REPORT_SIZE] = { 0 };
	int rc = host_td_report(td->host, td->vm_fd, report_data, report);

	if (rc == -EOPNOTSUPP)
		return tdl_fail(err, rc, "on %s only the guest itself can ask for its TDREPORT",
				tdl_host_name(td->host));
	if (rc < 0)
		return host_failed(td->host, rc, 0, "TDREPORT", err);
	if (report[TDX_REPORT_TYPE] != TDX_REPORT_TYPE_TDX)
		return tdl_fail(err, -EBADMSG, "TDREPORT: type 0x%x is not a TD's",
				report[TDX_REPORT_TYPE]);
	if (memcmp(report + TDX_REPORT_REPORTDATA, report_data, TDX_REPORTDATA_SIZE))
		return tdl_fail(err, -EBADMSG, "TDREPORT: binds other report data than asked for");
	if ((rc = check_part(report, TDX_REPORT_TEE_TCB_INFO, TDX_TEE_TCB_INFO_SIZE,
			     TDX_REPORT_TEE_TCB_INFO_HASH, "TEE_TCB_INFO", err)) < 0 ||
	    (rc = check_part(report, TDX_REPORT_TDINFO, TDX_TDINFO_SIZE, TDX_REPORT_TEE_INFO_HASH,
			     "TDINFO", err)) < 0)
		return rc;
	memcpy(ret_report, report, sizeof(report));
	return 0;
}

int tdl_td_mrtd(struct tdl_td *td, uint8_t ret_mrtd[48], struct tdl_error *err)
{
	static const uint8_t nothing[TDX_REPORTDATA_SIZE];
	uint8_t report[TDX_REPORT_SIZE];
	int rc = tdl_td_report(td, nothing, report, err);

	if (rc == 0)
		memcpy(ret_mrtd, report + TDX_REPORT_TDINFO + TDX_TDINFO_MRTD, TDX_MR_SIZE);
	return rc;
}
