/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>

#include "base/scope.h"
#include "host/capabilities.h"
#include "host/facts.h"
#include "tests/lib/test.h"
#include "tests/unit/launch/fake.h"
#include "uapi/kvm.h"

static const struct tdl_fact *find(const struct tdl_probe *probe, const char *key)
{
	for (size_t i = 0; i < probe->fact_count; i++)
		if (!strcmp(probe->facts[i].key, key))
			return &probe->facts[i];
	ck_abort_msg("no fact %s", key);
	return NULL;
}

START_TEST(a_host_needs_three_functions)
{
	const struct tdl_host_ops none = { 0 };
	struct tdl_error err = { 0 };
	struct tdl_host *host = NULL;

	test_rc(tdl_host_new(&none, NULL, "x", &host, &err), -EINVAL, &err);
	ck_assert_ptr_null(host);
}
END_TEST

START_TEST(probe_reads_what_a_tdx_host_offers_and_closes_everything)
{
	struct tdl_error err = { 0 };
	struct tdl_probe probe;
	struct fake fake;
	struct tdl_host *host;

	fake_start(&fake);
	host = fake_host(&fake);
	test_rc(tdl_host_probe(host, &probe, &err), 0, &err);
	ck_assert_int_eq(probe.api_version, 12);
	ck_assert(probe.tdx);
	ck_assert_uint_eq(probe.vm_types, 0x23);
	ck_assert_uint_eq(probe.attributes, 1u << 28);
	ck_assert_uint_eq(probe.xfam, 0xe7);
	ck_assert_uint_eq(probe.cpuid_leaves, 3);
	ck_assert_uint_eq(probe.vcpus_max, 32);
	ck_assert_uint_eq(probe.memory_attributes, 8);
	ck_assert_int_eq(find(&probe, "vm_type_sw_protected")->state, TDL_FACT_PRESENT);
	ck_assert_int_eq(find(&probe, "vm_type_snp")->state, TDL_FACT_ABSENT);
	ck_assert_str_eq(find(&probe, "pre_fault_memory")->since, "6.11");
	ck_assert_uint_eq(find(&probe, "tdx_cpuid")->value, 3);
	ck_assert_int_eq(fake.open_fds, 0);
	ck_assert_ptr_null(fake.broken);
	tdl_host_free(host);
	fake_end(&fake);
}
END_TEST

START_TEST(probe_believes_no_vm_type_without_capabilities)
{
	struct tdl_error err = { 0 };
	struct tdl_probe probe;
	struct fake fake;
	struct tdl_host *host;

	fake_start(&fake);
	fake.leaves = 100000; /* more than anybody makes room for */
	host = fake_host(&fake);
	test_rc(tdl_host_probe(host, &probe, &err), 0, &err);
	ck_assert(!probe.tdx);
	ck_assert_uint_eq(probe.attributes, 0);
	ck_assert_int_eq(find(&probe, "tdx_xfam")->state, TDL_FACT_ABSENT);
	ck_assert_int_eq(fake.open_fds, 0);
	tdl_host_free(host);
	fake_end(&fake);
}
END_TEST

START_TEST(capability_buffer_grows_until_it_fits)
{
	static const uint32_t leaves[] = { 1, 63, 64, 65, 128, 129, 1000 };
	struct kvm_tdx_capabilities *caps = NULL;
	struct tdl_error err = { 0 };
	struct fake fake;
	struct tdl_host *host;
	int vm;

	fake_start(&fake);
	fake.leaves = leaves[_i];
	host = fake_host(&fake);
	vm = (int)host_ioctl_number(host, host_open(host, KVM_NODE), KVM_CREATE_VM, KVM_X86_TDX_VM);
	test_rc(host_tdx_capabilities(host, vm, &caps, &err), 0, &err);
	ck_assert_uint_eq(caps->cpuid.nent, leaves[_i]);
	ck_assert_uint_eq(caps->cpuid.entries[leaves[_i] - 1].eax, leaves[_i] > 1 ? 0xff : 0xff0000);
	free(caps);
	tdl_host_free(host);
	fake_end(&fake);
}
END_TEST

/* The recorder's line for one call. */
static void one_line(struct fake *fake, unsigned long request, void *arg, char *line, size_t size)
{
	AUTO_FREE char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	struct tdl_host *inner = fake_host(fake), *host = NULL;
	int fd, vm;

	ck_assert_int_eq(tdl_host_record(inner, out, &host, NULL), 0);
	fd = host_open(host, KVM_NODE);
	vm = (int)host_ioctl_number(host, fd, KVM_CREATE_VM, KVM_X86_TDX_VM);
	host_ioctl(host, vm, request, arg);
	tdl_host_free(host);
	tdl_host_free(inner);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "000001 open(\"/dev/kvm\") = 1000\n"));
	ck_assert_ptr_nonnull(strstr(text, "000002 ioctl(1000, KVM_CREATE_VM, 5) = 1001\n"));
	snprintf(line, size, "%s", strstr(text, "000003 ") + 7);
}

START_TEST(recorder_shows_arguments_and_what_came_back)
{
	struct kvm_tdx_cmd bad = { .id = 77, .data = 0x1234 };
	struct kvm_pre_fault_memory range = { .gpa = 0x1000, .size = 0x2000 };
	struct kvm_memory_attributes attributes = { 0x1000, 0x2000, 8, 0 };
	struct fake fake;
	char line[600];

	fake_start(&fake);
	one_line(&fake, KVM_MEMORY_ENCRYPT_OP, &bad, line, sizeof(line));
	ck_assert_str_eq(line, "ioctl(1001, KVM_MEMORY_ENCRYPT_OP, 77 0x1234) = -22 EINVAL\n");
	fake_end(&fake);
	fake_start(&fake);
	fake.finalized = true;
	fake.stride = 1;
	one_line(&fake, KVM_PRE_FAULT_MEMORY, &range, line, sizeof(line));
	ck_assert_str_eq(line, "ioctl(1001, KVM_PRE_FAULT_MEMORY, {gpa=0x1000, size=0x2000}) = 0 "
			       "left {gpa=0x2000, size=0x1000}\n");
	fake_end(&fake);
	fake_start(&fake);
	one_line(&fake, KVM_SET_MEMORY_ATTRIBUTES, &attributes, line, sizeof(line));
	ck_assert_str_eq(line, "ioctl(1001, KVM_SET_MEMORY_ATTRIBUTES, {address=0x1000, "
			       "size=0x2000, attributes=0x8}) = 0\n");
	fake_end(&fake);
}
END_TEST

static int run_and_refuse(void *ctx, int vcpu_fd)
{
	(void)ctx;
	return vcpu_fd == 7 ? -EINTR : -EBADF;
}

static ssize_t read_five(void *ctx, int fd, void *buffer, size_t size, uint64_t offset)
{
	(void)ctx;
	memset(buffer, (int)offset, size);
	return fd == 9 ? 5 : -EBADF;
}

START_TEST(recorder_can_do_what_the_host_behind_it_can)
{
	struct tdl_host *inner = NULL, *host = NULL;
	AUTO_FREE char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	struct tdl_host_ops ops;
	struct fake fake;
	char bytes[8];

	fake_start(&fake);
	inner = fake_host(&fake);
	ck_assert_int_eq(tdl_host_record(inner, out, &host, NULL), 0);
	ck_assert(!tdl_host_runs(host));
	ck_assert_int_eq(host_run(host, 7), -EOPNOTSUPP);
	ck_assert_int_eq(host_pread(host, 9, bytes, 8, 0), -EOPNOTSUPP);
	tdl_host_free(host);
	ops = *inner->ops;
	ops.run = run_and_refuse;
	ops.pread = read_five;
	inner->ops = &ops;
	ck_assert_int_eq(tdl_host_record(inner, out, &host, NULL), 0);
	ck_assert(tdl_host_runs(host));
	ck_assert_int_eq(host_run(host, 7), -EINTR);
	ck_assert_int_eq(host_pread(host, 9, bytes, 8, 0x20), 5);
	ck_assert_int_eq(bytes[7], 0x20);
	tdl_host_free(host);
	tdl_host_free(inner);
	fclose(out);
	ck_assert_str_eq(text, "000001 ioctl(7, KVM_RUN, 0) = -4 EINTR\n"
			       "000002 pread(9, 8, 0x20) = 5\n");
	fake_end(&fake);
}
END_TEST

START_TEST(a_device_that_is_not_kvm_is_refused)
{
	struct tdl_error err = { 0 };
	struct tdl_host *host = NULL;

	test_rc(tdl_host_open_dev("/dev/null", &host, &err), -ENODEV, &err);
	ck_assert_str_eq(err.text, "/dev/null is not KVM");
	test_rc(tdl_host_open_dev("/dev/no-such-kvm", &host, &err), -ENOENT, &err);
	ck_assert_ptr_null(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("host");
	TCase *tests = tcase_create("host");

	tcase_add_test(tests, a_host_needs_three_functions);
	tcase_add_test(tests, probe_reads_what_a_tdx_host_offers_and_closes_everything);
	tcase_add_test(tests, probe_believes_no_vm_type_without_capabilities);
	tcase_add_loop_test(tests, capability_buffer_grows_until_it_fits, 0, 7);
	tcase_add_test(tests, recorder_shows_arguments_and_what_came_back);
	tcase_add_test(tests, recorder_can_do_what_the_host_behind_it_can);
	tcase_add_test(tests, a_device_that_is_not_kvm_is_refused);
	suite_add_tcase(suite, tests);
	return test_run(suite);
}
