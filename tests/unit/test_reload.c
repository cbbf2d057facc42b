/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_reload - files that are saved in all the ways editors and builds do it, in a folder made for
 * each test, on a real loop.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "session/reload.h"
#include "vmm/kernel_modules.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

static char folder[PATH_MAX];
static struct loop loop;
static struct reload *reload;
static struct op *watching, *plain, *unload;
static unsigned restarts;
static uint64_t next_seq;
static bool may, late;
static loop_id deadline;
static char said[4096];

static bool on_may(void *arg)
{
	return may;
}

static uint64_t on_restart(void *arg)
{
	restarts++;
	return ++next_seq;
}

static void on_log(void *arg, int level, const char *text)
{
	size_t len = strlen(said);

	snprintf(said + len, sizeof(said) - len, "%s\n", text);
}

static const struct reload_ops ops = {.may = on_may, .restart = on_restart, .log = on_log};

static void on_late(void *arg)
{
	late = true;
}

static struct op *parsed(const char *line)
{
	struct op *op = NULL;
	struct err err = ERR_INIT;

	if (op_parse(line, &op, &err) < 0)
		fail_msg("%s", err.msg);
	return op;
}

static int set_up(void **state)
{
	char template[] = "/tmp/test_reload.XXXXXX";
	struct err err = ERR_INIT;

	if (!mkdtemp(template) || !realpath(template, folder) || loop_init(&loop, &err))
		return -1;
	restarts = 0;
	next_seq = 0;
	may = true;
	said[0] = '\0';
	reload = reload_create(&loop, &ops, NULL);
	deadline = loop_add_timer(&loop, on_late, NULL);
	watching = parsed("sched load ./mine.bpf.c watch=yes");
	plain = parsed("sched replace ./other.bpf.c");
	unload = parsed("sched unload");
	return 0;
}

static int tear_down(void **state)
{
	reload_destroy(reload);
	loop_remove(&loop, deadline);
	loop_finish(&loop);
	op_destroy(watching);
	op_destroy(plain);
	op_destroy(unload);
	kernel_remove_tree(folder);
	return 0;
}

static char *in_folder(const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

static void save(const char *name, const char *text)
{
	cleanup_free char *path = in_folder(name);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void watch(const char *one, const char *two, bool all)
{
	cleanup_free char *a = in_folder(one), *b = two ? in_folder(two) : NULL;

	reload_files(reload, watching, (const char *const[]){a, b}, two ? 2 : 1, all);
}

/* Turns until there are n restarts; what comes too late fails the test. */
static void assert_restarts(unsigned n)
{
	late = false;
	loop_arm(&loop, deadline, UINT64_C(20000000000), 0);
	while (restarts < n && !late)
		loop_turn(&loop, -1);
	loop_arm(&loop, deadline, 0, 0);
	assert_int_equal(restarts, n);
}

/* Something watched is saved last: had the earlier one counted, there would be two. */
static void assert_only(const char *watched)
{
	unsigned had = restarts;

	late = false;
	loop_arm(&loop, deadline, UINT64_C(400000000),
		 0); /* beyond the time in which all settles */
	while (!late)
		loop_turn(&loop, -1);
	assert_int_equal(restarts, had);
	save(watched, "saved at the end");
	assert_restarts(had + 1);
}

static void a_file_that_is_written_in_place_restarts_the_scheduler(void **state)
{
	save("mine.bpf.c", "one");
	watch("mine.bpf.c", NULL, true);
	assert_non_null(strstr(said, "mine.bpf.c' is watched"));
	save("mine.bpf.c", "two");
	assert_restarts(1);
	assert_non_null(strstr(said, "mine.bpf.c' was saved"));
}

static void a_file_that_an_editor_renames_there_does_it_too(void **state)
{
	cleanup_free char *draft = in_folder(".mine.swp"), *path = in_folder("mine.bpf.c");

	save("mine.bpf.c", "one");
	watch("mine.bpf.c", NULL, true);
	save(".mine.swp", "two");
	assert_int_equal(rename(draft, path), 0);
	assert_restarts(1);
	reload_ended(reload, 1);
	/* and the new one is watched as the old one was */
	save("mine.bpf.c", "three");
	assert_restarts(2);
}

static void a_file_that_is_linked_there_and_one_behind_a_link_count(void **state)
{
	cleanup_free char *built = in_folder("deps"), *path = in_folder("mine.bpf.c"),
			  *to = in_folder("real/that");

	save("deps", "one");
	assert_int_equal(link(built, path), 0);
	watch("mine.bpf.c", NULL, true);
	unlink(path);
	save("new", "two");
	free(built);
	built = in_folder("new");
	assert_int_equal(link(built, path), 0);
	assert_restarts(1);
	reload_ended(reload, 1);

	unlink(path);
	free(built);
	built = in_folder("real");
	assert_int_equal(mkdir(built, 0755), 0);
	save("real/that", "three");
	assert_int_equal(symlink(to, path), 0);
	assert_restarts(2);
	reload_ended(reload, 2);
	reload_done(reload, unload);
	watch("mine.bpf.c", NULL, true);
	save("real/that", "four and longer");
	assert_restarts(3);
}

static void what_it_includes_is_watched_and_its_neighbours_are_not(void **state)
{
	save("mine.bpf.c", "one");
	save("mine.h", "one");
	save("notes.txt", "one");
	watch("mine.bpf.c", NULL, false);
	watch("mine.bpf.c", "mine.h", true);
	assert_int_equal(reload_count(reload), 2);
	save("notes.txt", "two");
	assert_only("mine.h");
	reload_ended(reload, next_seq);
	/* it includes it no longer */
	watch("mine.bpf.c", NULL, true);
	assert_int_equal(reload_count(reload), 1);
	save("mine.h", "three");
	assert_only("mine.bpf.c");
}

static void a_file_that_is_still_being_written_is_waited_for(void **state)
{
	cleanup_free char *path = in_folder("mine.bpf.c");
	cleanup_fd int fd = -1;

	save("mine.bpf.c", "one");
	watch("mine.bpf.c", NULL, true);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(write(fd, "half", 4), 4);
	assert_only("mine.bpf.c");
}

static void saves_while_a_restart_waits_lead_to_one_more(void **state)
{
	save("mine.bpf.c", "one");
	watch("mine.bpf.c", NULL, true);
	save("mine.bpf.c", "two, long");
	assert_restarts(1);
	save("mine.bpf.c", "three, longer");
	late = false;
	loop_arm(&loop, deadline, UINT64_C(20000000000), 0);
	while (!late && !strstr(strstr(said, "was saved") + 1, "was saved"))
		loop_turn(&loop, -1);
	assert_false(late);
	assert_int_equal(restarts, 1);
	/* that of another op changes nothing */
	reload_ended(reload, 77);
	assert_int_equal(restarts, 1);
	reload_ended(reload, 1);
	assert_int_equal(restarts, 2);
	reload_ended(reload, 2);
	assert_int_equal(restarts, 2);
}

static void a_restart_stays_out_of_a_body_that_is_being_typed(void **state)
{
	save("mine.bpf.c", "one");
	watch("mine.bpf.c", NULL, true);
	may = false;
	save("mine.bpf.c", "two");
	late = false;
	loop_arm(&loop, deadline, UINT64_C(20000000000), 0);
	while (!late && !strstr(said, "was saved"))
		loop_turn(&loop, -1);
	assert_int_equal(restarts, 0);
	reload_ended(reload, 5);
	assert_int_equal(restarts, 0);
	may = true;
	reload_ended(reload, 6);
	assert_int_equal(restarts, 1);
}

static void another_scheduler_or_none_ends_it(void **state)
{
	const char *path = "/nonesuch/other.bpf.c";

	save("mine.bpf.c", "one");
	reload_files(reload, plain, &path, 1, true);
	assert_int_equal(reload_count(reload), 0);
	watch("mine.bpf.c", NULL, true);
	reload_done(reload, watching);
	assert_int_equal(reload_count(reload), 1);
	reload_done(reload, plain);
	assert_int_equal(reload_count(reload), 0);
	watch("mine.bpf.c", NULL, true);
	reload_done(reload, unload);
	assert_int_equal(reload_count(reload), 0);
	save("mine.bpf.c", "two");
	watch("mine.bpf.c", NULL, true);
	assert_only("mine.bpf.c");
}

/* A save while it was compiled is not forgotten because the compiler spells the path otherwise. */
static void a_path_that_is_spelt_otherwise_is_the_same_file(void **state)
{
	cleanup_free char *otherwise = xasprintf("%s/./mine.bpf.c", folder);

	save("mine.bpf.c", "one");
	reload_files(reload, watching, &(const char *){otherwise}, 1, false);
	save("mine.bpf.c", "two, longer");
	watch("mine.bpf.c", NULL, true);
	assert_int_equal(reload_count(reload), 1);
	assert_restarts(1);
}

static void a_folder_that_cannot_be_watched_is_told(void **state)
{
	watch("nowhere/mine.bpf.c", NULL, true);
	assert_int_equal(reload_count(reload), 0);
	assert_non_null(strstr(said, "is not watched: watch folder"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_file_that_is_written_in_place_restarts_the_scheduler),
		T(a_file_that_an_editor_renames_there_does_it_too),
		T(a_file_that_is_linked_there_and_one_behind_a_link_count),
		T(what_it_includes_is_watched_and_its_neighbours_are_not),
		T(a_file_that_is_still_being_written_is_waited_for),
		T(saves_while_a_restart_waits_lead_to_one_more),
		T(a_restart_stays_out_of_a_body_that_is_being_typed),
		T(another_scheduler_or_none_ends_it),
		T(a_path_that_is_spelt_otherwise_is_the_same_file),
		T(a_folder_that_cannot_be_watched_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
