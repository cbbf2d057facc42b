/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hold until in a real guest: what switches decide is caught however briefly it is so, and the
 * numbers are the truth also after forks, exits, moves and CPUs that go and come.
 *
 * The truth is asked of the kernel another way: state R in /proc, for threads that keep it.
 */
#include "lab.h"

#include "guest/wire_report.h"

#include "../unit/test.h"

#include <stdio.h>
#include <string.h>

static struct lab *lab;

static int boot(void **state)
{
	static const char *const include[] = {"sh", "true", "cat", "grep", NULL};
	static const struct lab_config config = {.include = include};

	lab = lab_boot(&config);
	lab_ok(lab, "cgroup add a");
	lab_ok(lab, "cgroup add a/in");
	lab_ok(lab, "cgroup add b");
	return 0;
}

static int off(void **state)
{
	lab_end(lab);
	return 0;
}

static void until(const char *condition, const char *seen)
{
	const struct event *e = lab_do(lab, "hold until %s timeout=60s", condition);

	assert_string_equal(e->type == EV_DONE ? "done" : e->text, "done");
	if (!strstr(e->text, seen))
		fail_msg("'%s': '%s' is not in '%s'", condition, seen, e->text);
}

/*
 * A worker that wakes once a second, for some microseconds. A look every 2 ms finds it awake in
 * one of some forty seconds; here each of eight waits must find it before it has come three times.
 */
static void a_state_of_some_microseconds_is_caught_every_time(void **state)
{
	int i;

	lab_ok(lab, "spawn blink@a bursty burst=1us sleep=1s");
	for (i = 0; i < 8; i++) {
		const struct event *e;
		unsigned long long at;

		until("nr_running(a) == 0", "saw 0");
		e = lab_do(lab, "hold until running(a) == 1 timeout=10s");
		assert_int_equal(e->type, EV_DONE);
		assert_non_null(strstr(e->text, "saw 1"));
		/* the moment and its CPU are told */
		assert_int_equal(sscanf(e->text, "true at %llu", &at), 1);
		assert_true(strstr(e->text, "on CPU ") ||
			    strstr(e->text, "when the counting began"));
	}
	lab_ok(lab, "kill blink");
}

static void what_stands_still_is_counted_right_from_the_first_look(void **state)
{
	lab_ok(lab, "spawn hogs@a spin n=3");
	lab_ok(lab, "spawn deep@a/in spin n=2");
	lab_ok(lab, "spawn naps@b bursty n=3 burst=1us sleep=60s");
	until("nr_running(b) == 0 and nr_running(naps) == 0", "0, 0");
	/* all below it are the cgroup's, too; a group is where its threads are */
	until("nr_running(a) == 5", "saw 5");
	until("nr_running(a/in) == 2 and nr_running(hogs) == 3 and running(a) == 2", "2, 3, 2");
	until("running(hogs) == 2", "saw 2");
	until("running(deep) == 2 and running(hogs) == 0", "2, 0");
	lab_ok(lab, "signal hogs STOP");
	until("nr_running(hogs) == 0 and nr_running(a) == 2", "0, 2");
	lab_ok(lab, "signal hogs CONT");
	lab_ok(lab, "cgroup freeze a/in");
	until("nr_running(a) == 3", "saw 3");
	lab_ok(lab, "cgroup thaw a/in");
	until("nr_running(a) == 5", "saw 5");
	lab_ok(lab, "kill naps");
}

/*
 * Who neither comes nor goes has no event: it is counted because it was entered. Beside a real-time
 * spinner others get their share at times, so that one look may find it waiting.
 */
static void who_has_no_event_is_entered(void **state)
{
	bool entered = false;
	int i;

	lab_ok(lab, "spawn solid@b spin policy=fifo:10");
	for (i = 0; i < 10 && !entered; i++) {
		const struct event *e = lab_do(lab, "hold until running(solid) == 1 timeout=60s");

		assert_int_equal(e->type, EV_DONE);
		entered = strstr(e->text, "when the counting began");
	}
	assert_true(entered);
	lab_ok(lab, "kill solid");
}

/* The moment comes while a hand counts the tasks: the op must wait for its answer. */
static void a_moment_that_comes_while_something_is_read_ends_the_op_once(void **state)
{
	int i;

	lab_ok(lab, "spawn wink@b bursty burst=1us sleep=7ms");
	for (i = 0; i < 12; i++) {
		until("running(b) == 1 and tasks(b) == 1", "saw 1, 1");
		until("running(b) == 0 and tasks(b) == 1", "saw 0, 1");
	}
	lab_ok(lab, "kill wink");
}

/*
 * One op counts all the time while the bodies stir; at its end the numbers have to be those of
 * rest: three that run in b, where they were moved to, and nothing in a.
 */
static void moves_forks_exits_and_hotplug_leave_the_numbers_right(void **state)
{
	size_t mark = lab_mark(lab);

	lab_ok(lab, "run forks@a -- sh -c 'i=0; while [ $i -lt 60 ]; do i=$((i+1)); true & true; "
		    "cat /dev/null; done; wait'");
	lab_ok(lab, "spawn pairs@b pipe-io n=2 burst=20");
	lab_ok(lab, "every 20ms as stir for=4s");
	lab_send(lab, "move hogs to=b");
	lab_send(lab, "move pairs to=a");
	lab_send(lab, "cpu offline 1");
	lab_send(lab, "move hogs to=a");
	lab_send(lab, "move pairs to=b");
	lab_send(lab, "cpu online 1");
	lab_ok(lab, "end");
	lab_ok(lab, "every 60s as reap");
	lab_send(lab, "hold 5s");
	lab_send(lab, "signal pairs KILL");
	lab_send(lab, "signal deep KILL");
	lab_ok(lab, "end");
	lab_ok(lab, "every 300ms as settle");
	lab_send(lab, "move hogs to=b");
	lab_ok(lab, "end");
	until("nr_running(a) == 0 and nr_running(b) == 3 and running(a) == 0 and nr_running(hogs) "
	      "== 3 "
	      "and exited(pairs) and exited(deep) and exited(forks)",
	      "saw 0, 3, 0, 3, 1, 1, 1");
	/* it was stirred; on a starved host an op may fail for its time, which is no matter here */
	assert_true(lab_count(lab, mark, EV_MOVED, NULL) >= 2);
}

static void work_is_waited_for_of_the_one_that_has_done_least(void **state)
{
	const struct event *e;
	struct work_report r;
	size_t mark;

	/* four that wake each other in turn */
	lab_ok(lab, "spawn ring@b wake-chain n=4");
	until("units(ring) > 3", "saw ");
	lab_ok(lab, "kill ring");
	/* one is frozen, the other goes on: the frozen one is waited for */
	lab_ok(lab, "cgroup add ice");
	lab_ok(lab, "cgroup freeze ice");
	lab_ok(lab, "spawn pair@b spin n=2");
	until("units(pair) > 0", "saw ");
	lab_ok(lab, "move pair.2 to=ice");
	mark = lab_mark(lab);
	lab_ok(lab, "report pair");
	for (e = lab_wait(lab, mark, EV_REPORT, "pair", NULL); e->index != 2;)
		e = lab_wait(lab, lab_place(lab, e) + 1, EV_REPORT, "pair", NULL);
	report_read(e->text, &r);
	e = lab_do(lab, "hold until units(pair) > %llu timeout=2s", (unsigned long long)r.units + 1);
	assert_int_equal(e->type, EV_FAILED);
	if (!strstr(e->text, "it was not true"))
		fail_msg("%s", e->text);
	lab_ok(lab, "kill pair");
	lab_ok(lab, "run prog@b -- sleep 1000");
	e = lab_do(lab, "hold until units(prog) > 0 timeout=60s");
	assert_int_equal(e->type, EV_FAILED);
	if (!strstr(e->text, "'prog' counts no work units"))
		fail_msg("%s", e->text);
	lab_ok(lab, "kill prog");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_state_of_some_microseconds_is_caught_every_time),
		cmocka_unit_test(what_stands_still_is_counted_right_from_the_first_look),
		cmocka_unit_test(who_has_no_event_is_entered),
		cmocka_unit_test(a_moment_that_comes_while_something_is_read_ends_the_op_once),
		cmocka_unit_test(work_is_waited_for_of_the_one_that_has_done_least),
		cmocka_unit_test(moves_forks_exits_and_hotplug_leave_the_numbers_right),
	};

	return cmocka_run_group_tests(tests, boot, off);
}
