/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_matrix_save - the file a matrix grows in: made, killed, gone on with, put together.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/save.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static char folder[] = "/tmp/test_matrix_save.XXXXXX";
static unsigned files;

static int setup(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	unsigned i;

	for (i = 0; i < files; i++) {
		cleanup_free char *path = xasprintf("%s/%u", folder, i);

		unlink(path);
	}
	return rmdir(folder);
}

static char *fresh(void)
{
	return xasprintf("%s/%u", folder, files++);
}

static struct mx_head head_of(unsigned shard, unsigned shards)
{
	struct mx_head h = {.scenario = xstrdup("s"),
			    .sha256 = xstrdup("0"),
			    .started = xstrdup("now"),
			    .version = xstrdup("1"),
			    .options = xstrdup("--append 'a b'"),
			    .repeat = 2,
			    .warmup = 1,
			    .shard = shard,
			    .shards = shards};

	assert_int_equal(mx_axis_add(&h, MX_TOPOLOGY, "1n1l2c1t,tiny-2llc", NULL), 0);
	assert_int_equal(mx_axis_add(&h, MX_SCHED, "none,vtime slice_us=5", NULL), 0);
	assert_int_equal(mx_axis_add(&h, MX_KERNEL, "7", NULL), 0);
	return h;
}

static void save_turns(const char *path, struct mx_head *head, size_t from, size_t to)
{
	struct mx_save save = MX_SAVE_INIT;
	struct mx_plan plan;
	struct err err = ERR_INIT;
	size_t i;

	assert_int_equal(mx_plan_make(&plan, head, &err), 0);
	assert_int_equal(mx_save_create(&save, path, head, &err), 0);
	for (i = from; i < to && i < plan.nturns; i++) {
		const struct mx_turn *t = &plan.turn[i];
		struct mx_run run = {.cell = plan.cell[t->cell].words,
				     .turn = (unsigned)i + 1,
				     .repeat = t->repeat,
				     .warmup = t->warmup,
				     .why = ""};

		mx_conditions_init(&run.conditions);
		assert_int_equal(mx_save_run(&save, &run, &err), 0);
	}
	mx_save_finish(&save);
	mx_plan_finish(&plan);
}

static void a_file_that_is_there_is_never_written_over(void **state)
{
	cleanup_free char *path = fresh();
	struct mx_head head = head_of(1, 1);
	struct mx_save save = MX_SAVE_INIT;
	struct err err = ERR_INIT;

	save_turns(path, &head, 0, 3);
	assert_int_equal(mx_save_create(&save, path, &head, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "--resume"));
	mx_save_finish(&save);
	mx_head_finish(&head);
}

static void what_a_kill_has_cut_off_is_gone_before_more_is_added(void **state)
{
	cleanup_free char *path = fresh();
	struct mx_head head = head_of(1, 1);
	struct mx_save save = MX_SAVE_INIT;
	struct mx_runs runs;
	struct err err = ERR_INIT;
	int fd;

	save_turns(path, &head, 0, 3);
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "{\"cell\":", 8), 8);
	close(fd);
	assert_int_equal(mx_save_resume(&save, path, &runs, &err), 0);
	assert_true(runs.cut);
	assert_int_equal(runs.n, 3);
	runs.run[0].turn = 4;
	assert_int_equal(mx_save_run(&save, &runs.run[0], &err), 0);
	mx_runs_finish(&runs);
	mx_save_finish(&save);
	assert_int_equal(mx_load(path, &runs, &err), 0);
	assert_false(runs.cut);
	assert_int_equal(runs.n, 4);
	assert_int_equal(runs.run[3].turn, 4);
	mx_runs_finish(&runs);
	mx_head_finish(&head);
}

static void two_programs_do_not_write_the_same_file(void **state)
{
	cleanup_free char *path = fresh();
	struct mx_head head = head_of(1, 1);
	struct mx_save first = MX_SAVE_INIT, second = MX_SAVE_INIT;
	struct mx_runs runs;
	struct err err = ERR_INIT;

	assert_int_equal(mx_save_create(&first, path, &head, &err), 0);
	assert_int_equal(mx_save_resume(&second, path, &runs, &err), -EBUSY);
	mx_runs_finish(&runs);
	mx_save_finish(&second);
	mx_save_finish(&first);
	mx_head_finish(&head);
}

static void shards_put_together_are_the_whole_in_the_order_of_its_plan(void **state)
{
	cleanup_free char *a = fresh(), *b = fresh();
	struct mx_head one = head_of(1, 2), two = head_of(2, 2), whole = head_of(1, 1);
	struct mx_plan plan;
	struct mx_runs merged;
	struct err err = ERR_INIT;
	size_t missing, i;

	save_turns(a, &one, 0, 100);
	save_turns(b, &two, 0, 5);
	assert_int_equal(mx_merge((const char *const[]){b, a}, 2, &merged, &missing, &err), 0);
	assert_int_equal(missing, 1);
	assert_int_equal(merged.n, 11);
	assert_int_equal(merged.head.shards, 1);
	assert_int_equal(mx_plan_make(&plan, &whole, &err), 0);
	for (i = 0; i < merged.n; i++)
		assert_true(mx_turn_is(&plan, i, &merged.run[i]));
	mx_plan_finish(&plan);
	mx_runs_finish(&merged);
	assert_int_equal(mx_merge((const char *const[]){a, a}, 2, &merged, &missing, &err),
			 -EEXIST);
	assert_non_null(strstr(err.msg, a));
	mx_runs_finish(&merged);
	mx_head_finish(&one);
	mx_head_finish(&two);
	mx_head_finish(&whole);
}

static void files_of_different_questions_are_not_put_together(void **state)
{
	cleanup_free char *a = fresh(), *b = fresh();
	struct mx_head one = head_of(1, 2), other = head_of(2, 2);
	struct mx_runs merged;
	struct err err = ERR_INIT;
	size_t missing;

	other.sha256[0] = '1';
	save_turns(a, &one, 0, 1);
	save_turns(b, &other, 0, 1);
	assert_int_equal(mx_merge((const char *const[]){a, b}, 2, &merged, &missing, &err),
			 -EINVAL);
	assert_non_null(strstr(err.msg, "has changed"));
	assert_non_null(strstr(err.msg, b));
	mx_runs_finish(&merged);
	mx_head_finish(&one);
	mx_head_finish(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_is_there_is_never_written_over),
		cmocka_unit_test(what_a_kill_has_cut_off_is_gone_before_more_is_added),
		cmocka_unit_test(two_programs_do_not_write_the_same_file),
		cmocka_unit_test(shards_put_together_are_the_whole_in_the_order_of_its_plan),
		cmocka_unit_test(files_of_different_questions_are_not_put_together),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
