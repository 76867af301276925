/* SPDX-License-Identifier: BSD-2-Clause */
/* Flat 32-bit protected mode without paging: ESI holds the address, EBX what to do. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "conformance/guest.h"
#include "host/flat.h"
#include "uapi/kvm.h"

/*	test ebx, ebx; jz read; mov [esi], al; hlt; read: mov al, [esi]; hlt; hlt... */
const uint8_t guest_code[16] = { 0x85, 0xdb, 0x74, 0x03, 0x88, 0x06, 0xf4, 0x8a,
				 0x06, 0xf4, 0xf4, 0xf4, 0xf4, 0xf4, 0xf4, 0xf4 };

int guest_touch(void *ctx, int vcpu_fd, uint64_t gpa, bool is_write, bool is_private)
{
	struct kvm_regs regs = { .rip = GUEST_CODE_GPA, .rflags = 2, .rsi = gpa, .rbx = is_write };
	struct kvm_sregs sregs;

	(void)ctx;
	(void)is_private;
	if (ioctl(vcpu_fd, KVM_GET_SREGS, &sregs) < 0)
		return -errno;
	flat_mode(&sregs);
	if (ioctl(vcpu_fd, KVM_SET_SREGS, &sregs) < 0 || ioctl(vcpu_fd, KVM_SET_REGS, &regs) < 0)
		return -errno;
	if (ioctl(vcpu_fd, KVM_RUN, 0) < 0)
		return -errno;
	/* Where it stopped tells what happened: after its HLT, or at the access. */
	if (ioctl(vcpu_fd, KVM_GET_REGS, &regs) < 0)
		return -errno;
	return regs.rip == GUEST_CODE_GPA + 7 || regs.rip == GUEST_CODE_GPA + 10 ? 0 : 1;
}
