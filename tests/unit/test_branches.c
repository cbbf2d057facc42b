/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_branches - which session files are one session, and what they are called.
 */
#include "tests/unit/recorded.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/branches.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static char folder[64];

static void put(const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("%s/%s", folder, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int set_up(void **state)
{
	strcpy(folder, "/tmp/branches-XXXXXX");
	assert_non_null(mkdtemp(folder));
	put("a.session", HEAD);
	put("a.2.session", HEAD "{\"t_ns\":5,\"event\":\"branch\",\"name\":\"2\",\"text\":\"first\","
				"\"path\":\"a.session\"}\n");
	put("a.10.session",
	    HEAD "{\"t_ns\":5,\"event\":\"branch\",\"name\":\"2\",\"text\":\"first\",\"path\":\"a.session\"}\n"
		 "{\"t_ns\":6,\"event\":\"branch\",\"name\":\"10\",\"text\":\"later\",\"path\":\"a.2.session\"}\n"
		 "{\"t_ns\":7,\"event\":\"branch\",\"name\":\"best\\u001b[1m\",\"text\":\"\",\"path\":\"\"}\n");
	/* called so, but of another session, or none */
	put("a.3.session", "{\"scxplore\":1,\"created\":\"2025-01-01T00:00:00Z\",\"guest\":{}}\n");
	put("a.4.session", "");
	put("a.b.session", HEAD);
	put("ab.session", HEAD);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static void those_that_begin_alike_belong_together_from_wherever_it_is_asked(void **state)
{
	static const char *const from[] = {"a.session", "a.2.session", "a.10.session"};
	size_t i;

	for (i = 0; i < 3; i++) {
		cleanup_free char *path = xasprintf("%s/%s", folder, from[i]);
		struct err err = ERR_INIT;
		struct branch *list;
		int n = branches_list(path, &list, &err);

		assert_int_equal(n, 3);
		assert_string_equal(list[0].name, "1");
		assert_string_equal(list[0].from, "");
		assert_string_equal(list[1].name, "2");
		assert_string_equal(list[1].from, "first");
		assert_string_equal(list[2].name, "best?[1m");
		assert_string_equal(list[2].from, "later");
		assert_non_null(strstr(list[2].path, "/a.10.session"));
		branches_free(list, n);
	}
}

static void one_is_found_by_its_name_or_its_number(void **state)
{
	static const char *const names[] = {"best?[1m", "10", "2", "1"};
	static const char *const files[] = {"/a.10.session", "/a.10.session", "/a.2.session", "/a.session"};
	cleanup_free char *any = xasprintf("%s/a.2.session", folder);
	struct err err = ERR_INIT;
	size_t i;

	for (i = 0; i < 4; i++) {
		cleanup_free char *path = branches_find(any, names[i], &err);

		assert_non_null(path);
		assert_non_null(strstr(path, files[i]));
	}
	assert_null(branches_find(any, "3", &err));
	assert_int_equal(err.code, ENOENT);
	assert_non_null(strstr(err.msg, "there are: 1, 2, best"));
	assert_null(branches_find("/nowhere/a.session", "2", &err));
}

static void the_next_one_takes_the_first_number_that_is_free(void **state)
{
	cleanup_free char *of = xasprintf("%s/a.10.session", folder);
	cleanup_free char *free_one = branches_new_path(of);

	assert_non_null(strstr(free_one, "/a.5.session"));
	assert_int_equal(branches_number("x/session-20261129-003351.session"), 1);
	assert_int_equal(branches_number("a.2.session"), 2);
	assert_int_equal(branches_number("a.02.session"), 1);
	assert_int_equal(branches_number("a.99999.session"), 1);
	assert_int_equal(branches_number("7.session"), 1);
}

static void a_name_is_no_number_and_no_control_code(void **state)
{
	struct err err = ERR_INIT;
	char long_one[BRANCH_NAME_MAX + 1];

	memset(long_one, 'a', sizeof(long_one) - 1);
	long_one[BRANCH_NAME_MAX] = '\0';
	assert_int_equal(branches_check_name("high-first", &err), 0);
	assert_int_equal(branches_check_name("7", &err), -EINVAL);
	assert_int_equal(branches_check_name("", &err), -EINVAL);
	assert_int_equal(branches_check_name("a\x1b", &err), -EINVAL);
	assert_int_equal(branches_check_name("a\"b", &err), -EINVAL);
	assert_int_equal(branches_check_name(long_one, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(those_that_begin_alike_belong_together_from_wherever_it_is_asked, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(one_is_found_by_its_name_or_its_number, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_next_one_takes_the_first_number_that_is_free, set_up, tear_down),
		cmocka_unit_test(a_name_is_no_number_and_no_control_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
