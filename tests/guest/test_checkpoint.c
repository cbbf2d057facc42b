/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_checkpoint - going back: guest, model, scenario and session file are those of then; on again; from a
 * kernel that has panicked and an agent that hangs.
 */
#include "lab.h"

#include "../unit/test.h"
#include "base/cleanup.h"
#include "ops/branches.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

static struct lab *boot(bool before_ops)
{
	static const char *const include[] = {"sh", "date", STOP_AGENT, NULL};

	return lab_boot(&(struct lab_config){.include = include, .journal = lab_journal, .checkpoints = before_ops});
}

static void rewind_to(struct lab *lab, const char *name)
{
	bool up = guest_state(session_guest(lab_session(lab))) == GUEST_UP;
	size_t mark = lab_mark(lab);
	struct err err = ERR_INIT;

	if (session_rewind(lab_session(lab), name, &err))
		fail_msg("%s", err.msg);
	/* the one is gone, the other not there: an op meanwhile is refused, not lost */
	while (up && !lab_find(lab, mark, EV_BOOT, "memory", NULL) && !lab_find(lab, mark, EV_HOST_LOG, NULL, "back at"))
		lab_turn(lab);
	if (up && !lab_find(lab, mark, EV_HOST_LOG, NULL, "back at"))
		assert_int_equal(session_submit(lab_session(lab), "cgroup add never", NULL, &err), -EBUSY);
	/* the first turn may find the guest gone already */
	lab_back(lab, mark);
}

static void step_back(struct lab *lab, bool on)
{
	size_t mark = lab_mark(lab);
	struct err err = ERR_INIT;

	if (session_step_back(lab_session(lab), on, &err))
		fail_msg("%s", err.msg);
	lab_back(lab, mark);
}

/* The words of a payload that has run to its end. */
static const char *words(struct lab *lab, const char *name, const char *line)
{
	char group[32];
	size_t len;

	snprintf(group, sizeof(group), "%.*s", (int)strcspn(name, "@"), name);
	lab_ok(lab, "run %s -- %s", name, line);
	lab_ok(lab, "wait %s timeout=60s", group);
	return lab_output(lab, group, 1, &len);
}

static void what_was_done_since_is_undone_and_another_thing_can_be_done(void **state)
{
	struct lab *lab = boot(false);
	struct err err = ERR_INIT;
	cleanup_free char *branch = NULL, *first = NULL;
	struct model *left = model_create();
	time_t before, told;
	uint64_t then;

	lab_ok(lab, "cgroup add low");
	lab_checkpoint(lab, "first");
	then = session_model(lab_session(lab))->now_ns;
	lab_ok(lab, "spawn hogs@low spin n=2");
	lab_ok(lab, "cgroup add high");
	lab_pass(lab, 3000000000ull);
	rewind_to(lab, "first");
	assert_null(lab_group(lab, "hogs"));
	assert_true(session_model(lab_session(lab))->now_ns < then + 2500000000ull);
	assert_non_null(strstr(session_path(lab_session(lab)), "a.2.session"));
	/* branches and checkpoints stand in the session by name */
	assert_string_equal(session_model(lab_session(lab))->branch, "2");
	assert_int_equal(session_name_branch(lab_session(lab), "high first", &err), 0);
	assert_int_equal(session_name_branch(lab_session(lab), "high first", &err), -EEXIST);
	branch = branches_find(lab_journal, "high first", &err);
	assert_string_equal(branch, session_path(lab_session(lab)));
	first = branches_find(branch, "1", &err);
	assert_string_equal(first, lab_journal);
	/* the guest, too, knows nothing of them: what was there cannot be made twice */
	lab_ok(lab, "cgroup add high");
	lab_ok(lab, "tasks @low");
	assert_non_null(strstr(
		words(lab, "look", "sh -c \"read x < /sys/fs/cgroup/scxplore/low/cgroup.procs; echo [$x]\""), "[]"));
	/* its time of day is this machine's, though its own clock stood behind */
	before = time(NULL);
	told = (time_t)strtoll(words(lab, "now", "date +%s"), NULL, 10);
	assert_true(told >= before - 2 && told <= time(NULL) + 2);
	/* state is read from its memory again */
	lab_samples(lab, 3);
	assert_int_equal(journal_read(lab_journal, false, NULL, left, NULL, NULL, &err), 0);
	assert_non_null(model_group(left, "hogs"));
	model_destroy(left);
	lab_end(lab);
	/* the branch is a session like any other */
	left = model_create();
	snprintf(lab_journal, sizeof(lab_journal), "%s/a.2.session", lab_folder);
	assert_int_equal(journal_read(lab_journal, false, NULL, left, NULL, NULL, &err), 0);
	assert_null(model_group(left, "hogs"));
	assert_non_null(model_group(left, "now"));
	assert_string_equal(left->branch, "high first");
	assert_string_equal(left->branch_from, "first");
	assert_int_equal(left->ncheckpoints, 1);
	assert_string_equal(left->checkpoints[0].name, "first");
	assert_int_equal(left->checkpoints[0].ops, 1);
	model_destroy(left);
}

static void u_takes_back_op_after_op_and_U_does_them_again(void **state)
{
	struct lab *lab = boot(true);
	struct err err = ERR_INIT;

	lab_ok(lab, "cgroup add low");
	lab_ok(lab, "spawn hogs@low spin n=1");
	lab_ok(lab, "spawn more@low spin n=1");
	step_back(lab, false);
	assert_null(lab_group(lab, "more"));
	assert_non_null(lab_group(lab, "hogs"));
	step_back(lab, false);
	assert_null(lab_group(lab, "hogs"));
	step_back(lab, true);
	assert_non_null(lab_group(lab, "hogs"));
	assert_null(lab_group(lab, "more"));
	step_back(lab, true);
	assert_non_null(lab_group(lab, "more"));
	lab_ok(lab, "kill more");
	/* something else was done: there is nothing to go on to */
	assert_int_equal(session_step_back(lab_session(lab), true, &err), -ENOENT);
	lab_end(lab);
}

static void a_kernel_that_has_panicked_is_gone_back_from(void **state)
{
	struct lab *lab = boot(false);

	lab_ok(lab, "cgroup add low");
	lab_checkpoint(lab, "alive");
	lab_send(lab, "run boom -- sh -c \"echo c > /proc/sysrq-trigger\"");
	lab_gone(lab);
	rewind_to(lab, "alive");
	assert_null(lab_group(lab, "boom"));
	assert_non_null(strstr(words(lab, "after@low", "sh -c \"read c < /proc/self/cgroup; echo $c\""), "/scxplore/low"));
	/* once more from the same one */
	lab_send(lab, "run boom -- sh -c \"echo c > /proc/sysrq-trigger\"");
	lab_gone(lab);
	rewind_to(lab, "alive");
	lab_ok(lab, "spawn hogs@low spin n=1");
	lab_end(lab);
}

static void an_agent_that_hangs_is_gone_back_from(void **state)
{
	struct lab *lab = boot(false);

	lab_checkpoint(lab, "alive");
	lab_send(lab, "run stop -- stop_agent");
	lab_pass(lab, 2000000000ull);
	rewind_to(lab, "alive");
	lab_ok(lab, "cgroup add low");
	lab_end(lab);
}

/* Whoever tells: the emulator, or programs in the guest. */
static void the_stream_of_switches_goes_on_after_going_back(bool by_guest)
{
	struct lab *lab = boot(false);
	uint64_t before, at, end;

	session_trace_by_guest(lab_session(lab), by_guest);
	assert_int_equal(lab_stream(lab, true, 0), 0);
	lab_ok(lab, "spawn pair pipe-io n=2 burst=50");
	lab_checkpoint(lab, "first");
	lab_pass(lab, 500000000ull);
	before = trace_account(session_model(lab_session(lab))->trace).taken;
	assert_true(before > 100);
	rewind_to(lab, "first");
	end = loop_now_ns() + 60000000000ull;
	/* nobody has to ask anew */
	while (!session_traces(lab_session(lab)) && loop_now_ns() < end)
		lab_turn(lab);
	assert_true(session_traces(lab_session(lab)));
	at = trace_account(session_model(lab_session(lab))->trace).taken;
	lab_pass(lab, 1000000000ull);
	assert_true(trace_account(session_model(lab_session(lab))->trace).taken > at + 100);
	assert_int_equal(lab_stream(lab, false, 0), 0);
	assert_int_equal(trace_account(session_model(lab_session(lab))->trace).dropped, 0);
	lab_end(lab);
}

static void switches_are_seen_after_going_back(void **state)
{
	the_stream_of_switches_goes_on_after_going_back(false);
}

static void switches_are_told_after_going_back(void **state)
{
	the_stream_of_switches_goes_on_after_going_back(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(switches_are_seen_after_going_back, lab_folder_setup, lab_folder_teardown),
		cmocka_unit_test_setup_teardown(switches_are_told_after_going_back, lab_folder_setup, lab_folder_teardown),
		cmocka_unit_test_setup_teardown(what_was_done_since_is_undone_and_another_thing_can_be_done, lab_folder_setup,
						lab_folder_teardown),
		cmocka_unit_test_setup_teardown(u_takes_back_op_after_op_and_U_does_them_again, lab_folder_setup, lab_folder_teardown),
		cmocka_unit_test_setup_teardown(a_kernel_that_has_panicked_is_gone_back_from, lab_folder_setup, lab_folder_teardown),
		cmocka_unit_test_setup_teardown(an_agent_that_hangs_is_gone_back_from, lab_folder_setup, lab_folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
