# SPDX-License-Identifier: BSD-2-Clause
# The tool. What the subcommands share is a library, so that tests can link it. Rooms are linked
# statically: a tool that only hashes must not spend its time in the dynamic linker.
noinst_LTLIBRARIES += libcli.la
libcli_la_SOURCES = \
	%D%/args.c \
	%D%/cli.h \
	%D%/measurement.c \
	%D%/measurement.h \
	%D%/output.c \
	%D%/progress.c \
	%D%/run.c \
	%D%/values.c

bin_PROGRAMS += tdlaunch
tdlaunch_SOURCES = \
	%D%/anchor.h \
	%D%/anchor_rules.c \
	%D%/anchor_tpm.c \
	%D%/check.h \
	%D%/check_batch.c \
	%D%/check_output.c \
	%D%/cmd_anchor.c \
	%D%/cmd_anchor_verify.c \
	%D%/cmd_check.c \
	%D%/cmd_conformance.c \
	%D%/cmd_expect.c \
	%D%/cmd_expect_check.c \
	%D%/cmd_expect_exchange.c \
	%D%/cmd_host.c \
	%D%/cmd_inspect.c \
	%D%/cmd_launch.c \
	%D%/cmd_log.c \
	%D%/cmd_log_create.c \
	%D%/cmd_log_verify.c \
	%D%/cmd_measure.c \
	%D%/cmd_prefault.c \
	%D%/attest_evidence.c \
	%D%/attest_evidence.h \
	%D%/attest_expect.c \
	%D%/attest_expect.h \
	%D%/attest_vtpm.c \
	%D%/attest_vtpm.h \
	%D%/cmd_attest.c \
	%D%/cmd_attest_collect.c \
	%D%/cmd_attest_fetch.c \
	%D%/cmd_attest_replay.c \
	%D%/cmd_attest_rules.c \
	%D%/cmd_attest_verify.c \
	%D%/cmd_decode.c \
	%D%/commands.h \
	%D%/expect.h \
	%D%/kvm.c \
	%D%/kvm.h \
	%D%/levels.c \
	%D%/levels.h \
	%D%/launch_job.c \
	%D%/launch_job.h \
	%D%/launch_judge.c \
	%D%/launch_rehearse.c \
	%D%/launch_show.c \
	%D%/log.h \
	%D%/main.c \
	%D%/prefault.h \
	%D%/prefault_run.c \
	%D%/prefault_show.c \
	%D%/stop.c \
	%D%/stop.h
tdlaunch_LDADD = libcli.la $(kernel_rooms) $(lib_rooms) $(JSON_LIBS) $(CRYPTO_LIBS)
tdlaunch_LDFLAGS = $(AM_LDFLAGS) -static -Wl,--as-needed
EXTRA_DIST += %D%/README.md

# Installed under the tool's own name, which is how bash finds it.
EXTRA_DIST += %D%/tdlaunch.bash
install-data-hook: install-completion
.PHONY: install-completion
install-completion:
	$(MKDIR_P) "$(DESTDIR)$(bashcompletiondir)"
	$(INSTALL_DATA) $(srcdir)/%D%/tdlaunch.bash "$(DESTDIR)$(bashcompletiondir)/tdlaunch"
uninstall-hook:
	rm -f "$(DESTDIR)$(bashcompletiondir)/tdlaunch"
