/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_supply - where the names that ops take along lead, in a folder made for each test.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "session/supply.h"
#include "vmm/kernel_modules.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[PATH_MAX], before[PATH_MAX];
static char *path_before;

static int set_up(void **state)
{
	char template[] = "/tmp/test_supply.XXXXXX";

	path_before = xstrdup(getenv("PATH"));
	return mkdtemp(template) && realpath(template, folder) && getcwd(before, sizeof(before)) &&
			       chdir(folder) == 0
		       ? 0
		       : -1;
}

static int tear_down(void **state)
{
	setenv("PATH", path_before, 1);
	free(path_before);
	unsetenv("SXP_SCHED_SCX_OWN");
	if (chdir(before) < 0)
		return -1;
	kernel_remove_tree(folder);
	return 0;
}

static void made(const char *name)
{
	cleanup_fd int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	assert_true(fd >= 0);
}

static void made_folder(const char *name)
{
	assert_int_equal(mkdir(name, 0755), 0);
}

static void assert_leads(const char *name, const char *to)
{
	struct err err = ERR_INIT;
	cleanup_free char *found = supply_scheduler(name, &err);

	if (!found)
		fail_msg("%s", err.msg);
	assert_string_equal(found, to);
}

static void a_bare_name_is_looked_for_in_four_places_in_their_order(void **state)
{
	cleanup_free char *bin = xasprintf("%s/bin", folder),
			  *in_bin = xasprintf("%s/bin/scx_own", folder);
	struct err err = ERR_INIT;

	assert_null(supply_scheduler("scx_own", &err));
	assert_int_equal(err.code, ENOENT);
	assert_non_null(strstr(err.msg, "$SXP_SCHED_SCX_OWN"));
	assert_non_null(strstr(err.msg, "target/release, target/debug or $PATH"));

	made_folder("bin");
	made("bin/scx_own");
	setenv("PATH", bin, 1);
	assert_leads("scx_own", in_bin);
	made_folder("target");
	made_folder("target/debug");
	made("target/debug/scx_own");
	assert_leads("scx_own", "target/debug/scx_own");
	made_folder("target/release");
	made("target/release/scx_own");
	assert_leads("scx_own", "target/release/scx_own");
	made("elsewhere");
	setenv("SXP_SCHED_SCX_OWN", "elsewhere", 1);
	assert_leads("scx_own", "elsewhere");
}

static void a_variable_that_leads_nowhere_is_an_error_and_not_passed_over(void **state)
{
	struct err err = ERR_INIT;

	made_folder("target");
	made_folder("target/release");
	made("target/release/scx_own");
	setenv("SXP_SCHED_SCX_OWN", "/nonesuch/own", 1);
	assert_null(supply_scheduler("scx_own", &err));
	assert_non_null(strstr(err.msg, "/nonesuch/own"));
	setenv("SXP_SCHED_SCX_OWN", "", 1);
	assert_leads("scx_own", "target/release/scx_own");
}

static int find(struct supply *s, const char *line, struct err *err)
{
	struct op *op = NULL;
	int r = op_parse(line, &op, err);

	if (r == 0)
		r = supply_find(s, op, err);
	op_destroy(op);
	return r;
}

static int check(const char *line, struct err *err)
{
	struct op *op = NULL;
	int r = op_parse(line, &op, err);

	if (r == 0)
		r = supply_check(op, err);
	op_destroy(op);
	return r;
}

static void what_a_scheduler_is_decides_how_it_goes_along(void **state)
{
	struct err err = ERR_INIT;
	struct supply s;

	made("mine.bpf.c");
	made("mine.bpf.o");
	assert_int_equal(find(&s, "sched load fifo", &err), 0);
	assert_true(!s.set.n && !s.source && !s.program);
	supply_finish(&s);
	assert_int_equal(find(&s, "sched load ./mine.bpf.c", &err), 0);
	assert_string_equal(s.source, "./mine.bpf.c");
	assert_int_equal(s.set.n, 0);
	assert_int_equal(supply_object(&s, "mine.bpf.o", &err), 0);
	assert_string_equal(s.program, "/include-files/mine.bpf.o");
	assert_string_equal(s.set.entries[0].guest, s.program);
	supply_finish(&s);
	assert_int_equal(find(&s, "sched load ./mine.bpf.o", &err), 0);
	assert_true(s.set.n > 0 && !s.source);
	supply_finish(&s);
	/* one of the guest's alone may be meant */
	assert_int_equal(find(&s, "sched load /nonesuch/mine.bpf.o", &err), 0);
	assert_int_equal(s.set.n, 0);
	supply_finish(&s);
	assert_int_equal(find(&s, "sched load ./nonesuch.bpf.o", &err), -ENOENT);
}

static void only_a_file_that_can_be_saved_is_watched(void **state)
{
	struct err err = ERR_INIT;

	made("mine.bpf.c");
	assert_int_equal(check("sched load ./mine.bpf.c watch=yes", &err), 0);
	assert_int_equal(check("sched load fifo watch=yes", &err), -EINVAL);
	assert_non_null(strstr(err.msg, "no file of this machine"));
	assert_int_equal(check("sched load /nonesuch/mine.bpf.o watch=yes", &err), -EINVAL);
}

static void a_place_the_guest_would_refuse_is_refused_when_it_is_typed(void **state)
{
	static const char *const bad[] = {"push ./mine to=/a/../b", "push ./mine to=/a//b"};
	struct err err = ERR_INIT;
	size_t i;

	made("mine");
	assert_int_equal(check("push ./mine to=/a/b", &err), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(check(bad[i], &err), -EINVAL);
		assert_non_null(strstr(err.msg, "no place in the guest"));
	}
	assert_int_equal(check("push ./nonesuch", &err), -ENOENT);
}

static void a_push_into_a_folder_keeps_the_name(void **state)
{
	struct err err = ERR_INIT;
	struct supply s;

	made_folder("data");
	made("data/one");
	assert_int_equal(find(&s, "push ./data/one to=/tmp/", &err), 0);
	assert_string_equal(s.program, "/tmp/one");
	supply_finish(&s);
	assert_int_equal(find(&s, "push ./data/ to=/tmp/", &err), 0);
	assert_string_equal(s.program, "/tmp/data");
	supply_finish(&s);
	assert_int_equal(find(&s, "push ./data/", &err), 0);
	assert_string_equal(s.program, "/include-files/data");
	supply_finish(&s);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_bare_name_is_looked_for_in_four_places_in_their_order),
		T(a_variable_that_leads_nowhere_is_an_error_and_not_passed_over),
		T(what_a_scheduler_is_decides_how_it_goes_along),
		T(only_a_file_that_can_be_saved_is_watched),
		T(a_place_the_guest_would_refuse_is_refused_when_it_is_typed),
		T(a_push_into_a_folder_keeps_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
