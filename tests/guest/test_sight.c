/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sight - what is read from the guest's memory is what the guest says of itself: its agent,
 * its files, its schedulers. One guest for all.
 */
#include "eyes.h"

#include "../unit/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must_be_between(const char *what, uint64_t low, uint64_t v, uint64_t high)
{
	if (low == SAMPLE_ABSENT || v == SAMPLE_ABSENT || high == SAMPLE_ABSENT || v < low ||
	    v > high)
		fail_msg("%s: the guest says %" PRIu64 ", memory %" PRIu64 " before and %" PRIu64
			 " after",
			 what, v, low, high);
}

/* ---- the same story ---------------------------------------------------------------------- */

static void agent_and_memory_tell_the_same_story(void **state)
{
	struct lab *lab = *state;
	static const char *const names[] = {"fs", "bu", "pi"};
	uint64_t made, wrong;
	const struct event *ev;
	int i;

	lab_ok(lab, "cgroup add first");
	lab_ok(lab, "spawn fs@first spin n=3");
	lab_ok(lab, "spawn bu bursty n=4");
	lab_ok(lab, "spawn pi pipe-io n=2");
	lab_samples(lab, 20);
	lab_ok(lab, "sched load vtime");
	lab_samples(lab, 20);
	lab_ok(lab, "sched replace fifo");
	lab_samples(lab, 20);
	lab_ok(lab, "sched unload");
	lab_samples(lab, 20);
	for (i = 0; i < 3; i++)
		lab_ok(lab, "kill %s", names[i]);
	session_compared(lab_session(lab), &made, &wrong);
	print_message("# %" PRIu64 " comparisons\n", made);
	ev = lab_find(lab, 0, EV_HOST_LOG, NULL, "differ");
	if (ev)
		fail_msg("%s", ev->text);
	assert_int_equal(wrong, 0);
	assert_true(made > 1000);
}

/* /proc/PID/schedstat: run time, run delay, turns. */
static void times_are_those_of_proc(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	uint64_t run, wait, low_run, low_wait;
	int tid;

	lab_ok(lab, "spawn ti spin n=6");
	lab_samples(lab, 20);
	eyes_look(&e);
	tid = eyes_must(&e.now, "ti.3")->tid;
	low_run = eyes_must(&e.now, "ti.3")->run_ns;
	low_wait = eyes_must(&e.now, "ti.3")->wait_ns;
	lab_ok(lab, "run look -- cat /proc/%d/schedstat", tid);
	lab_ok(lab, "wait look timeout=60s");
	eyes_look(&e);
	assert_int_equal(
		sscanf(lab_output(lab, "look", 1, NULL), "%" SCNu64 " %" SCNu64, &run, &wait), 2);
	must_be_between("run time", low_run, run, eyes_must(&e.now, "ti.3")->run_ns);
	/* memory counts the wait that has not ended, too */
	assert_true(wait <= eyes_must(&e.now, "ti.3")->wait_ns);
	assert_true(low_wait > 0 && eyes_must(&e.now, "ti.3")->wait_ns >= low_wait);
	assert_int_equal(eyes_must(&e.now, "ti.3")->sclass, SAMPLE_CLASS_FAIR);
	lab_ok(lab, "kill ti");
	eyes_close(&e);
}

static void cgroups_and_tasks_are_as_they_were_made(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	static const char *const names[] = {"sp", "rt", "ni"};
	const struct sample_task *t;
	const struct sample_cgroup *g;
	int i;

	lab_ok(lab, "cgroup add low cpu.weight=50 cpuset.cpus=1,3 cpu.max=50000/100000");
	lab_ok(lab, "cgroup add low/deep");
	lab_ok(lab, "spawn sp@low/deep spin n=3");
	lab_ok(lab, "spawn rt bursty policy=fifo:7");
	lab_ok(lab, "spawn ni spin nice=5 cpus=2");
	lab_pass(lab, SECOND_NS);
	eyes_look(&e);
	g = eyes_cgroup(&e.now, "/scxplore/low");
	assert_int_equal(g->weight, 50);
	assert_int_equal(g->quota_ns, 50000000);
	assert_int_equal(g->period_ns, 100000000);
	assert_int_equal(g->procs, 0);
	assert_int_equal(e.now.masks[g->cpuset].bits[0], 0xa);
	assert_int_equal(eyes_cgroup(&e.now, "/scxplore/low/deep")->procs, 3);
	t = eyes_must(&e.now, "sp.2");
	assert_int_equal(t->cgroup_id, eyes_cgroup(&e.now, "/scxplore/low/deep")->id);
	assert_int_equal(e.now.masks[t->allowed].bits[0], 0xa);
	assert_true(t->cpu == 1 || t->cpu == 3);
	assert_true(g->periods > 0 && g->throttled > 0 && g->throttled_ns > 0);
	t = eyes_must(&e.now, "ni.1");
	assert_int_equal(t->nice, 5);
	assert_int_equal(t->prio, 126);
	assert_int_equal(e.now.masks[t->allowed].bits[0], 0x4);
	assert_int_equal(t->cpu, 2);
	assert_int_equal(t->sclass, SAMPLE_CLASS_FAIR);
	assert_true(t->state == 'R' || t->state == 'r');
	t = eyes_must(&e.now, "rt.1");
	assert_int_equal(t->policy, 1);
	assert_int_equal(t->sclass, SAMPLE_CLASS_RT);
	assert_int_equal(t->prio, 93); /* 99 - 7 + 1 */
	assert_true(t->since_ns <= e.now.t_ns && t->start_ns <= t->since_ns);
	lab_ok(lab, "cgroup freeze low");
	eyes_look(&e);
	assert_int_equal(eyes_cgroup(&e.now, "/scxplore/low")->frozen, 1);
	assert_int_equal(eyes_must(&e.now, "sp.1")->held, SAMPLE_HELD_FROZEN);
	lab_ok(lab, "cgroup thaw low");
	for (i = 0; i < 3; i++)
		lab_ok(lab, "kill %s", names[i]);
	eyes_close(&e);
}

/* leakdsq makes a queue for every task, whose id is the task's, and forgets those named "leak". */
static void queues_are_as_long_as_their_scheduler_makes_them(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	const struct sample_task *t;
	const struct sample_dsq *q;
	char name[16];
	int i;

	lab_ok(lab, "sched load leakdsq");
	lab_ok(lab, "spawn leak spin n=4");
	lab_pass(lab, SECOND_NS);
	eyes_look(&e);
	assert_string_equal(sight_scheduler(e.sight), "leakdsq");
	assert_int_equal(e.now.sched.state, 1);
	assert_int_equal(e.now.sched.switch_all, 1);
	assert_int_equal(e.now.sched.exit_kind, 0);
	assert_int_equal(e.now.sched.watchdog_ns, 30 * SECOND_NS);
	for (i = 1; i <= 4; i++) {
		snprintf(name, sizeof(name), "leak.%d", i);
		t = eyes_must(&e.now, name);
		assert_int_equal(t->sclass, SAMPLE_CLASS_EXT);
		assert_int_equal(t->held, SAMPLE_HELD_USER);
		assert_int_equal(t->dsq, t->tid);
		assert_int_equal(t->dsq_place, 0);
		q = eyes_dsq(&e.now, (uint64_t)t->tid);
		assert_non_null(q);
		assert_int_equal(q->nr, 1);
		assert_int_equal(q->oldest_ns, t->since_ns);
		assert_true(t->since_ns < e.now.t_ns);
	}
	lab_ok(lab, "sched unload");
	lab_ok(lab, "kill leak");
	eyes_close(&e);
}

/* fifo has one queue for all: with one CPU that may be used, all tasks but one wait in it in a row.
 */
static void a_queue_is_told_in_its_order(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	unsigned places = 0, user = 0, tries;
	uint32_t i;

	lab_ok(lab, "sched load fifo");
	lab_ok(lab, "spawn w spin n=9");
	for (tries = 0; tries < 100; tries++) {
		lab_pass(lab, SECOND_NS / 50);
		eyes_look(&e);
		places = user = 0;
		for (i = 0; i < e.now.ntasks; i++) {
			if (e.now.tasks[i].held != SAMPLE_HELD_USER)
				continue;
			user++;
			if (e.now.tasks[i].dsq_place != SAMPLE_ABSENT)
				places |= 1u << e.now.tasks[i].dsq_place;
		}
		for (i = 0; i < e.now.ndsqs && (e.now.dsqs[i].id >> 63 || e.now.dsqs[i].nr != 5);
		     i++)
			;
		if (user == 5 && places == 0x1f && i < e.now.ndsqs)
			break;
	}
	if (tries == 100)
		fail_msg("of 9 tasks on 4 CPUs %u wait in the queue, in places %x", user, places);
	lab_ok(lab, "sched unload");
	lab_ok(lab, "kill w");
	eyes_close(&e);
}

static uint64_t counter(const struct sample *s, const char *name)
{
	uint32_t i;

	for (i = 0; i < s->nscx; i++)
		if (!strcmp(s->scx[i].name, name))
			return s->scx[i].value;
	return SAMPLE_ABSENT;
}

static void counters_are_those_of_sysfs(void **state)
{
	static const char file[] = "/sys/kernel/sched_ext/root/events";
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	struct sample_scx low[SAMPLE_SCX_MAX];
	uint32_t nlow, i, seen = 0;
	uint64_t v;

	lab_ok(lab, "sched load fifo");
	lab_ok(lab, "spawn cw bursty n=6");
	lab_pass(lab, SECOND_NS);
	eyes_look(&e);
	memcpy(low, e.now.scx, sizeof(low));
	nlow = e.now.nscx;
	assert_true(nlow > 0);
	lab_ok(lab, "run counts -- cat %s", file);
	lab_ok(lab, "wait counts timeout=60s");
	lab_ok(lab, "run seq -- cat /sys/kernel/sched_ext/enable_seq");
	lab_ok(lab, "wait seq timeout=60s");
	eyes_look(&e);
	for (i = 0; i < nlow; i++) {
		const char *line = strstr(lab_output(lab, "counts", 1, NULL), low[i].name);

		if (!line || sscanf(line + strlen(low[i].name), " %" SCNu64, &v) != 1)
			fail_msg("%s is not in %s", low[i].name, file);
		must_be_between(low[i].name, low[i].value, v, counter(&e.now, low[i].name));
		seen += v > 0;
	}
	assert_true(seen > 0);
	assert_int_equal(strtoull(lab_output(lab, "seq", 1, NULL), NULL, 10), e.now.scx_enables);
	lab_ok(lab, "sched unload");
	lab_ok(lab, "kill cw");
	eyes_close(&e);
}

static void a_guest_that_is_stopped_is_seen_as_it_stands(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	struct guest *g = session_guest(lab_session(lab));
	uint64_t t_ns, run;

	lab_ok(lab, "spawn stp spin n=2");
	lab_ok(lab, "hold until ran(stp) > 50ms timeout=60s");
	guest_pause(g);
	lab_pass(lab, SECOND_NS / 2);
	eyes_look(&e);
	t_ns = e.now.t_ns;
	run = eyes_must(&e.now, "stp.1")->run_ns;
	lab_pass(lab, SECOND_NS / 2);
	eyes_look(&e);
	assert_int_equal(e.now.t_ns, t_ns);
	assert_int_equal(eyes_must(&e.now, "stp.1")->run_ns, run);
	guest_resume(g);
	lab_pass(lab, SECOND_NS);
	eyes_look(&e);
	assert_true(e.now.t_ns > t_ns);
	assert_true(eyes_must(&e.now, "stp.1")->run_ns > run);
	lab_ok(lab, "kill stp");
	eyes_close(&e);
}

/* ---- what only events tell --------------------------------------------------------------- */

static bool has_wakes(struct lab *lab, const char *comm)
{
	const struct model *m = session_model(lab_session(lab));
	size_t i;

	for (i = 0; i < m->ntasks; i++)
		if (!strcmp(m->tasks[i].comm, comm))
			return m->tasks[i].wakes != SAMPLE_ABSENT && m->tasks[i].wakes > 0;
	return false;
}

static void until_wakes(struct lab *lab, const char *comm, bool are)
{
	int i;

	for (i = 0; i < 300 && has_wakes(lab, comm) != are; i++)
		lab_samples(lab, 1);
	assert_int_equal(has_wakes(lab, comm), are);
}

static void wake_ups_are_counted_only_while_they_are_watched(void **state)
{
	struct lab *lab = *state;

	lab_ok(lab, "spawn wk pipe-io n=2");
	lab_samples(lab, 20);
	assert_false(has_wakes(lab, "wk.1"));
	session_watch(lab_session(lab), true);
	until_wakes(lab, "wk.1", true);
	session_watch(lab_session(lab), false);
	until_wakes(lab, "wk.1", false);
	session_watch(lab_session(lab), true);
	until_wakes(lab, "wk.1", true);
	session_watch(lab_session(lab), false);
	lab_ok(lab, "kill wk");
}

static int boot_both(void **state)
{
	*state = eyes_guest(OBSERVE_BOTH, NULL);
	return 0;
}

static int end(void **state)
{
	lab_end(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest sound[] = {
		cmocka_unit_test(agent_and_memory_tell_the_same_story),
		cmocka_unit_test(times_are_those_of_proc),
		cmocka_unit_test(cgroups_and_tasks_are_as_they_were_made),
		cmocka_unit_test(queues_are_as_long_as_their_scheduler_makes_them),
		cmocka_unit_test(a_queue_is_told_in_its_order),
		cmocka_unit_test(counters_are_those_of_sysfs),
		cmocka_unit_test(wake_ups_are_counted_only_while_they_are_watched),
		cmocka_unit_test(a_guest_that_is_stopped_is_seen_as_it_stands),
	};

	return cmocka_run_group_tests(sound, boot_both, end);
}
