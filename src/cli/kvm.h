/* SPDX-License-Identifier: BSD-2-Clause */
/* Which KVM a command works on: --kvm embedded, --kvm auto or a device node. */
#ifndef CLI_KVM_H
#define CLI_KVM_H

#include <stdio.h>

#include <tdlaunch/host.h>

/* Help of the option, so that every command says the same. */
#define KVM_OPTION_HELP "embedded, auto, or a device such as /dev/kvm"
#define LINUX_OPTION_HELP "embedded kernel that behaves as this Linux; 7.2 by default"

/* What a machine's KVM has to offer for auto to take it. */
enum kvm_need {
	KVM_FOR_TDS,	    /* TDX */
	KVM_FOR_PREFAULTS,  /* memory mapped ahead */
	KVM_FOR_HUGE_PAGES, /* the same; an embedded kernel has transparent huge pages always on */
};

struct kvm_choice {
	struct tdl_host *host; /* what to work on */
	struct tdl_host *inner; /* behind the recorder, or NULL */
	bool embedded;
	FILE *trace; /* borrowed; NULL for none */
};

/* Open what the word says, and write a trace of it to @trace unless that is NULL. "auto" takes the
 * machine's KVM when it offers what is needed, else the embedded kernel, and says which on standard
 * error unless quiet. "embedded:7.3,no-tdx" is an embedded kernel that imitates Linux 7.3 on a
 * machine without TDX; no-tdp and no-sw-protected take away other things. With a linux_version, NULL
 * for none, "auto" is the embedded kernel, and a device is refused. */
int kvm_open(const char *word, const char *linux_version, enum kvm_need need, FILE *trace,
	     bool quiet, struct kvm_choice *ret_choice, struct tdl_error *err);
void kvm_close(struct kvm_choice *choice);

#endif
