/* SPDX-License-Identifier: BSD-2-Clause */
/* /dev/tdx_guest, the guest's side of TDX, as far as this project uses it. Linux 6.2 and later. */
#ifndef UAPI_TDX_GUEST_H
#define UAPI_TDX_GUEST_H

#include <assert.h>
#include <stdint.h>
#include <sys/ioctl.h>

/* Report data in, TDREPORT out. */
struct tdx_report_request {
	uint8_t report_data[64];
	uint8_t report[1024];
};
static_assert(sizeof(struct tdx_report_request) == 1088, "Linux uAPI");

/* Fails with EFAULT, ENOMEM, EINTR or EIO. */
#define TDX_GUEST_GET_REPORT0 _IOWR('T', 1, struct tdx_report_request)
static_assert(TDX_GUEST_GET_REPORT0 == 0xc4405401, "Linux uAPI");

#endif
