/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_accel - which accelerator is tried, and what was learned about this machine.
 */
#include "tests/unit/test.h"

#include "vmm/accel.h"
#include "vmm/kernel_modules.h"

#include <errno.h>
#include <unistd.h>

static char cache[] = "/tmp/test_accel.XXXXXX";

static int set_up(void **state)
{
	return mkdtemp(cache) ? setenv("XDG_CACHE_HOME", cache, 1) : -1;
}

static int tear_down(void **state)
{
	kernel_remove_tree(cache);
	return 0;
}

static enum accel chosen(enum accel asked, char *reason, size_t size)
{
	struct err err = ERR_INIT;
	enum accel a;

	if (accel_choose(asked, &a, reason, size, &err) < 0)
		fail_msg("%s", err.msg);
	return a;
}

static void names_are_read_and_written(void **state)
{
	struct err err = ERR_INIT;
	enum accel a;

	assert_int_equal(accel_parse("kvm", &a, &err), 0);
	assert_int_equal(a, ACCEL_KVM);
	assert_string_equal(accel_name(ACCEL_TCG), "tcg");
	assert_int_equal(accel_parse("kmv", &a, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "did you mean 'kvm'"));
	assert_int_equal(accel_parse("", &a, &err), -EINVAL);
}

static void tcg_is_used_when_it_is_asked_for(void **state)
{
	char reason[200];

	assert_int_equal(chosen(ACCEL_TCG, reason, sizeof(reason)), ACCEL_TCG);
	assert_string_equal(reason, "asked for");
}

/* Without /dev/kvm every answer is TCG; with it, it is what was learned last. */
static void a_broken_kvm_is_remembered_until_it_has_worked(void **state)
{
	bool kvm = access("/dev/kvm", R_OK | W_OK) == 0;
	char reason[200];

	assert_int_equal(chosen(ACCEL_AUTO, reason, sizeof(reason)), kvm ? ACCEL_KVM : ACCEL_TCG);
	assert_non_null(strstr(reason, "/dev/kvm"));
	accel_remember_broken("it stopped\x1b[2J at once");
	assert_int_equal(chosen(ACCEL_AUTO, reason, sizeof(reason)), ACCEL_TCG);
	assert_non_null(strstr(reason, kvm ? "found earlier): it stopped?[2J at once" : "no KVM here"));
	accel_remember_works();
	assert_int_equal(chosen(ACCEL_AUTO, reason, sizeof(reason)), kvm ? ACCEL_KVM : ACCEL_TCG);
}

static void a_finding_of_another_machine_does_not_count(void **state)
{
	bool kvm = access("/dev/kvm", R_OK | W_OK) == 0;
	char path[128], reason[200];
	FILE *f;

	accel_remember_broken("here");
	snprintf(path, sizeof(path), "%s/scxplore/accel/kvm-broken", cache);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("another-machine 6.1 x86_64\nit was broken there\n", f);
	fclose(f);
	assert_int_equal(chosen(ACCEL_AUTO, reason, sizeof(reason)), kvm ? ACCEL_KVM : ACCEL_TCG);
	assert_null(strstr(reason, "broken there"));
}

static void kvm_asked_for_is_never_replaced_in_silence(void **state)
{
	struct err err = ERR_INIT;
	char reason[200];
	enum accel a;

	accel_remember_broken("it stopped");
	if (access("/dev/kvm", R_OK | W_OK) == 0) {
		assert_int_equal(chosen(ACCEL_KVM, reason, sizeof(reason)), ACCEL_KVM);
	} else {
		assert_int_equal(accel_choose(ACCEL_KVM, &a, reason, sizeof(reason), &err), -ENOTSUP);
		assert_non_null(strstr(err.msg, "use --accel tcg or auto"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read_and_written),
		cmocka_unit_test(tcg_is_used_when_it_is_asked_for),
		cmocka_unit_test(a_broken_kvm_is_remembered_until_it_has_worked),
		cmocka_unit_test(a_finding_of_another_machine_does_not_count),
		cmocka_unit_test(kvm_asked_for_is_never_replaced_in_silence),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
