/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_scenario - a list of ops that is valid as a whole, and the picture of what exists after it.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "ops/scenario.h"

#include <errno.h>
#include <unistd.h>

static struct scenario *with(const char *text)
{
	struct scenario *s = scenario_create(4);
	struct err err = ERR_INIT;

	if (scenario_add_text(s, NULL, text, strlen(text), &err) < 0)
		fail_msg("%s", err.msg);
	return s;
}

static void assert_refused(struct scenario *s, const char *line, const char *words)
{
	cleanup_free char *copy = strdup(words);
	cleanup_op struct op *op = NULL;
	char *rest = copy, *word;
	struct err err = ERR_INIT;

	assert_int_equal(op_parse(line, &op, &err), 0);
	if (scenario_check(s, op, &err) >= 0)
		fail_msg("'%s' is taken", line);
	while ((word = strsep(&rest, "|")))
		if (!strstr(err.msg, word))
			fail_msg("'%s': expected '%s' in '%s'", line, word, err.msg);
}

static void assert_taken(struct scenario *s, const char *line)
{
	struct op *op = NULL;
	struct err err = ERR_INIT;

	if (op_parse(line, &op, &err) < 0 || scenario_add(s, op, &err) < 0)
		fail_msg("'%s': %s", line, err.msg);
}

static const struct scenario_thing *thing(const struct scenario *s, const char *name, bool cgroup)
{
	const struct scenario_thing *t, *found = NULL;
	size_t i;

	for (i = 0; (t = scenario_thing_at(s, i)); i++)
		if (t->is_cgroup == cgroup && !strcmp(t->name, name))
			found = t;
	assert_non_null(found);
	return found;
}

static void assert_teardown(const struct scenario *s, const char *want)
{
	cleanup_buf struct buf out = BUF_INIT;

	scenario_teardown_text(s, &out);
	assert_string_equal(buf_text(&out), want);
}

static void unknown_things_are_named_with_the_nearest(void **state)
{
	struct scenario *s = with("cgroup add low\nspawn hogs@low spin n=4\n");

	assert_refused(s, "spawn x@lwo spin", "CGROUP 'lwo': no such cgroup|did you mean 'low'");
	assert_refused(s, "cgroup set hihg weight=5", "NAME 'hihg': no such cgroup|cgroup add");
	assert_refused(s, "kill hgos", "'hgos': no such group|did you mean 'hogs'");
	assert_refused(s, "wait probe", "NAME 'probe': no such group|'run' or 'spawn'");
	assert_refused(s, "move hogs to=high", "to 'high': no such cgroup");
	assert_refused(s, "move nobody to=low", "no such group");
	assert_refused(s, "expect placed hogs in=lo", "in 'lo': no such cgroup|did you mean 'low'");
	assert_refused(s, "cgroup add a/b", "parent of 'a/b'|no such cgroup");
	scenario_destroy(s);
}

static void what_a_scheduler_that_is_a_program_prints_can_be_expected(void **state)
{
	struct scenario *s = scenario_create(2);

	assert_taken(s, "sched load fifo");
	assert_taken(s, "sched replace ./mine.bpf.o");
	assert_refused(s, "expect metric sched rate > 1/s", "'sched': no such group");
	assert_taken(s, "sched replace ./scx_mine");
	assert_taken(s, "expect metric sched rate > 1/s");
	assert_taken(s, "expect metric sched.2 rate > 1/s");
	assert_taken(s, "expect output sched contains ready");
	assert_taken(s, "report sched");
	/* it is no group that could be told anything */
	assert_refused(s, "kill sched", "'sched': no such group");
	assert_refused(s, "wait sched timeout=1s", "no such group");
	assert_refused(s, "expect metric sched.x rate > 1/s", "no such group");
	assert_refused(s, "expect metric scheduler rate > 1/s", "no such group");
	scenario_destroy(s);
}

static void duplicates_are_refused(void **state)
{
	struct scenario *s = with("cgroup add low\nspawn hogs@low spin\nkill hogs\n");

	assert_refused(s, "cgroup add low", "NAME 'low': the cgroup exists already");
	assert_refused(s, "run hogs -- true", "'hogs': the name was given by op 2 already");
	assert_taken(s, "cgroup remove low");
	assert_taken(s, "cgroup add low");
	scenario_destroy(s);
}

static void cpus_stay_inside_the_topology(void **state)
{
	struct scenario *s = with("cgroup add a cpuset=0-3\n"), *unknown = scenario_create(0);

	assert_refused(s, "cgroup add b cpuset=4", "cpuset.cpus|CPU 4 is outside the guest's topology (0-3)");
	assert_refused(s, "cgroup set a cpuset=0,2-9", "CPU 9");
	assert_taken(unknown, "cgroup add b cpuset=4");
	scenario_destroy(unknown);
	scenario_destroy(s);
}

static void the_root_cgroup_is_not_changed(void **state)
{
	struct scenario *s = with("spawn hogs spin\n");

	assert_refused(s, "cgroup remove /", "the root cgroup is not the session's to change");
	assert_taken(s, "move hogs to=/");
	assert_taken(s, "expect placed hogs in=/");
	scenario_destroy(s);
}

static void a_wait_for_workers_needs_a_limit(void **state)
{
	struct scenario *s = with("spawn hogs spin\nrun probe -- true\n");

	assert_refused(s, "wait hogs", "timeout is missing|wait hogs timeout=5s");
	assert_taken(s, "wait hogs timeout=5s");
	assert_taken(s, "wait probe");
	assert_taken(s, "kill hogs");
	assert_taken(s, "wait hogs");
	scenario_destroy(s);
}

static void what_a_step_makes_ends_with_it(void **state)
{
	struct scenario *s = with("cgroup add base\nspawn stay@base spin\nstep one\ncgroup add low\n"
				  "spawn hogs@low spin n=8\nrun probe@low -- true\n");

	assert_teardown(s, "removes low, kills hogs (8 tasks), kills probe (1 task)");
	assert_taken(s, "step two");
	assert_int_equal(scenario_steps(s), 2);
	assert_teardown(s, "");
	assert_true(thing(s, "hogs", false)->gone);
	assert_true(thing(s, "low", true)->gone);
	assert_false(thing(s, "stay", false)->gone);
	assert_true(thing(s, "stay", false)->backdrop);
	assert_refused(s, "spawn more@low spin", "'low': the cgroup was torn down at the end of step 1");
	assert_refused(s, "kill hogs", "'hogs': the group was torn down at the end of step 1");
	assert_taken(s, "expect placed hogs in=low");
	assert_taken(s, "kill stay");
	scenario_destroy(s);
}

static void a_promoted_thing_lives_on_with_its_cgroups(void **state)
{
	struct scenario *s = with("step one\ncgroup add a\ncgroup add a/b\ncgroup add c\nspawn hogs@a/b spin\nspawn rest@c spin\n");

	assert_taken(s, "backdrop hogs");
	assert_teardown(s, "removes c, kills rest (1 task)");
	assert_taken(s, "step two");
	assert_taken(s, "kill hogs");
	assert_taken(s, "cgroup set a weight=5");
	assert_true(thing(s, "c", true)->gone);
	assert_refused(s, "backdrop rest", "torn down at the end of step 1");
	scenario_destroy(s);
}

static void back_in_the_backdrop_things_live_to_the_end(void **state)
{
	struct scenario *s = with("step one\nspawn hogs spin\nbackdrop\nspawn late spin\nstep two\n");

	assert_true(thing(s, "hogs", false)->gone);
	assert_false(thing(s, "late", false)->gone);
	assert_true(thing(s, "late", false)->backdrop);
	assert_int_equal(scenario_steps(s), 2);
	scenario_destroy(s);
}

static void removing_and_killing_a_cgroup_reaches_what_is_below(void **state)
{
	struct scenario *s = with("cgroup add a\ncgroup add a/b\ncgroup add ab\nspawn x@a/b spin\nspawn y@ab spin\n");

	assert_taken(s, "kill @a");
	assert_true(thing(s, "x", false)->gone);
	assert_false(thing(s, "y", false)->gone);
	assert_taken(s, "cgroup remove a");
	assert_true(thing(s, "a/b", true)->gone);
	assert_false(thing(s, "ab", true)->gone);
	assert_refused(s, "spawn z@a/b spin", "the cgroup was removed");
	scenario_destroy(s);
}

static void a_moved_group_is_where_it_went(void **state)
{
	struct scenario *s = with("cgroup add a\ncgroup add b\nspawn x@a spin\nmove x to=b\nkill @a\n");

	assert_string_equal(thing(s, "x", false)->cgroup, "b");
	assert_false(thing(s, "x", false)->gone);
	assert_taken(s, "move @b to=/");
	assert_null(thing(s, "x", false)->cgroup);
	scenario_destroy(s);
}

static void what_was_moved_into_a_steps_cgroup_goes_with_it(void **state)
{
	struct scenario *s = with("spawn stay spin n=2\nstep one\ncgroup add low\nmove stay to=low\n");

	assert_teardown(s, "kills stay (2 tasks), removes low");
	assert_taken(s, "step two");
	assert_true(thing(s, "stay", false)->gone);
	assert_refused(s, "kill stay", "the group was torn down at the end of step 1");
	scenario_destroy(s);
	s = with("spawn stay spin\nstep one\ncgroup add low\nmove stay to=low\nbackdrop stay\nstep two\nkill stay\n");
	scenario_destroy(s);
}

static void a_block_is_taken_whole_or_not_at_all(void **state)
{
	static const char text[] = "cgroup add b # fine\n\nspawn hogs@b spin\nspawn more@c spin\nhold 1s\n";
	struct scenario *s = with("cgroup add a\n");
	struct err err = ERR_INIT;

	assert_true(scenario_add_text(s, "x.scenario", text, sizeof(text) - 1, &err) < 0);
	assert_ptr_equal(strstr(err.msg, "x.scenario:4: CGROUP 'c'"), err.msg);
	assert_int_equal(scenario_len(s), 1);
	assert_int_equal(scenario_things(s), 1);
	assert_true(scenario_add_text(s, NULL, "hold 1s\nhold x", 14, &err) < 0);
	assert_ptr_equal(strstr(err.msg, "line 2: DUR 'x'"), err.msg);
	assert_true(scenario_add_text(s, NULL, "hold 1s\0", 8, &err) < 0);
	assert_non_null(strstr(err.msg, "line 1: a NUL byte"));
	assert_int_equal(scenario_len(s), 1);
	assert_int_equal(scenario_add_text(s, NULL, "hold 1s\r\nhold 2s", 16, &err), 0);
	assert_int_equal(scenario_at(s, 2)->line, 2);
	assert_null(scenario_at(s, 3));
	scenario_destroy(s);
}

static void an_undone_op_leaves_no_trace_in_the_picture(void **state)
{
	struct scenario *s = scenario_create(2);
	static const char *const lines[] = {"cgroup add a", "run probe@a -- nonesuch", "hold 1s"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		struct err err = ERR_INIT;
		struct op *op = NULL;

		assert_int_equal(op_parse(lines[i], &op, &err), 0);
		op->seq = i + 1;
		assert_int_equal(scenario_add(s, op, &err), 0);
	}
	scenario_undo(s, 2);
	scenario_undo(s, 99);
	assert_int_equal(scenario_len(s), 2);
	assert_int_equal(scenario_things(s), 1);
	assert_refused(s, "wait probe", "no such group");
	scenario_destroy(s);
}

static void a_clone_has_the_same_picture(void **state)
{
	struct scenario *s = with("cgroup add a\nstep x\nspawn hogs@a spin n=2\nmove hogs to=/\n"), *c = scenario_clone(s);

	scenario_destroy(s);
	assert_int_equal(scenario_len(c), 4);
	assert_int_equal(scenario_steps(c), 1);
	assert_teardown(c, "kills hogs (2 tasks)");
	scenario_destroy(c);
}

static void a_file_is_read_and_named_in_errors(void **state)
{
	char path[] = "/tmp/test_scenario.XXXXXX", want[64];
	int fd = mkstemp(path);
	struct scenario *s = scenario_create(2);
	struct err err = ERR_INIT;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "hold 1s\nhodl 1s\n", 16), 16);
	assert_true(scenario_add_file(s, path, &err) < 0);
	snprintf(want, sizeof(want), "%s:2: op 'hodl'", path);
	assert_ptr_equal(strstr(err.msg, want), err.msg);
	assert_int_equal(ftruncate(fd, 8), 0);
	assert_int_equal(scenario_add_file(s, path, &err), 0);
	assert_int_equal(scenario_len(s), 1);
	close(fd);
	unlink(path);
	assert_int_equal(scenario_add_file(s, path, &err), -ENOENT);
	assert_non_null(strstr(err.msg, path));
	scenario_destroy(s);
}

static void a_body_may_start_again_what_it_has_ended(void **state)
{
	struct scenario *s = with("cgroup add low\nrun probe@low -- sleep 1\nevery 5ms as churn");

	assert_true(scenario_body_open(s));
	assert_refused(s, "step", "no place in the body of 'churn'|write 'end' first");
	assert_refused(s, "expect exit probe == 0", "no place");
	assert_refused(s, "every 1s as other", "no place");
	assert_refused(s, "end", "is empty");
	assert_refused(s, "run probe@low -- sleep 1", "kill it or wait for it");
	assert_taken(s, "kill probe");
	assert_taken(s, "run probe@low -- sleep 1");
	assert_taken(s, "end");
	assert_false(scenario_body_open(s));
	assert_refused(s, "end", "there is no body to end");
	assert_refused(s, "wait churn timeout=1s", "is a body");
	assert_refused(s, "move churn to=low", "is a body");
	assert_taken(s, "kill churn");
	scenario_destroy(s);
}

static void a_body_whose_second_round_makes_no_sense_is_refused(void **state)
{
	struct scenario *s = with("cgroup add low\nevery 5ms as churn\ncgroup remove low");

	assert_refused(s, "end", "in the second round of 'churn', op 1|was removed");
	assert_taken(s, "cgroup add low");
	assert_taken(s, "end");
	scenario_destroy(s);
}

static void a_failed_round_leaves_the_body_whole(void **state)
{
	struct scenario *s = with("cgroup add low\nspawn a@low spin\nevery 5ms as m");
	struct op *op = NULL;

	assert_int_equal(op_parse("move a to=/", &op, NULL), 0);
	op->seq = 77;
	assert_int_equal(scenario_add(s, op, NULL), 0);
	assert_taken(s, "end");
	assert_true(scenario_in_body(s, 77));
	scenario_undo(s, 77);
	assert_int_equal(scenario_len(s), 5);
	scenario_destroy(s);
}

static void words_for_cpus_are_checked_against_what_exists(void **state)
{
	struct scenario *s = with("cgroup add low\nspawn hogs@low spin n=2");

	assert_refused(s, "cpuset set low 0-4", "outside the guest's topology");
	assert_refused(s, "cpuset set low cross:hihg", "no such cgroup");
	assert_refused(s, "cpu offline 4", "CPUs are 0-3");
	assert_refused(s, "affinity hogs.3 0", "no such group");
	assert_taken(s, "affinity hogs.2 part:0/2");
	assert_taken(s, "cpuset set low cross:low");
	scenario_destroy(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_things_are_named_with_the_nearest),
		cmocka_unit_test(what_a_scheduler_that_is_a_program_prints_can_be_expected),
		cmocka_unit_test(duplicates_are_refused),
		cmocka_unit_test(cpus_stay_inside_the_topology),
		cmocka_unit_test(the_root_cgroup_is_not_changed),
		cmocka_unit_test(a_wait_for_workers_needs_a_limit),
		cmocka_unit_test(what_a_step_makes_ends_with_it),
		cmocka_unit_test(a_promoted_thing_lives_on_with_its_cgroups),
		cmocka_unit_test(back_in_the_backdrop_things_live_to_the_end),
		cmocka_unit_test(removing_and_killing_a_cgroup_reaches_what_is_below),
		cmocka_unit_test(a_moved_group_is_where_it_went),
		cmocka_unit_test(what_was_moved_into_a_steps_cgroup_goes_with_it),
		cmocka_unit_test(a_block_is_taken_whole_or_not_at_all),
		cmocka_unit_test(an_undone_op_leaves_no_trace_in_the_picture),
		cmocka_unit_test(a_clone_has_the_same_picture),
		cmocka_unit_test(a_file_is_read_and_named_in_errors),
		cmocka_unit_test(a_body_may_start_again_what_it_has_ended),
		cmocka_unit_test(a_body_whose_second_round_makes_no_sense_is_refused),
		cmocka_unit_test(a_failed_round_leaves_the_body_whole),
		cmocka_unit_test(words_for_cpus_are_checked_against_what_exists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
