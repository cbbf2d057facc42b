/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_folder - where files go, by the XDG base directory specification.
 */
#include "test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "base/folder.h"

#include <sys/stat.h>

static void assert_path(enum folder_kind kind, const char *want)
{
	cleanup_free char *path = folder_path(kind, "sub");

	assert_string_equal(path, want);
}

static void an_xdg_variable_wins_over_home(void **state)
{
	setenv("HOME", "/home/x", 1);
	setenv("XDG_CACHE_HOME", "/c", 1);
	setenv("XDG_STATE_HOME", "/s", 1);
	assert_path(FOLDER_CACHE, "/c/scxplore/sub");
	assert_path(FOLDER_STATE, "/s/scxplore/sub");
}

static void without_it_home_serves_and_a_relative_one_does_not_count(void **state)
{
	setenv("HOME", "/home/x", 1);
	setenv("XDG_CACHE_HOME", "relative", 1);
	unsetenv("XDG_STATE_HOME");
	assert_path(FOLDER_CACHE, "/home/x/.cache/scxplore/sub");
	assert_path(FOLDER_STATE, "/home/x/.local/state/scxplore/sub");
}

static void without_home_a_folder_of_our_own_serves(void **state)
{
	cleanup_free char *want = xasprintf("/tmp/scxplore-%u/sub", (unsigned)getuid());

	unsetenv("HOME");
	unsetenv("XDG_CACHE_HOME");
	assert_path(FOLDER_CACHE, want);
}

static void folders_are_made_with_their_parents_for_their_owner_alone(void **state)
{
	char top[] = "/tmp/test-folder-XXXXXX";
	cleanup_free char *deep = NULL, *middle = NULL;
	struct err err = ERR_INIT;
	struct stat st;

	assert_non_null(mkdtemp(top));
	middle = xasprintf("%s/a", top);
	deep = xasprintf("%s/a/b", top);
	assert_int_equal(folder_make(deep, &err), 0);
	assert_int_equal(folder_make(deep, &err), 0);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	rmdir(deep);
	rmdir(middle);
	rmdir(top);
}

static void what_cannot_be_made_is_named(void **state)
{
	struct err err = ERR_INIT;

	assert_true(folder_make("/dev/null/x", &err) < 0);
	assert_non_null(strstr(err.msg, "/dev/null"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_xdg_variable_wins_over_home),
		cmocka_unit_test(without_it_home_serves_and_a_relative_one_does_not_count),
		cmocka_unit_test(without_home_a_folder_of_our_own_serves),
		cmocka_unit_test(folders_are_made_with_their_parents_for_their_owner_alone),
		cmocka_unit_test(what_cannot_be_made_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
