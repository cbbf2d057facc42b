/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sight_trouble - the guest's memory is read on when the guest cannot say anything any more:
 * its agent stands still, its kernel is in a panic, the machine is gone.
 */
#include "eyes.h"

#include "../unit/test.h"

#include <string.h>

static void a_guest_whose_agent_stands_still_is_seen(void **state)
{
	struct lab *lab = eyes_guest(OBSERVE_HOST, NULL);
	const struct model *m = session_model(lab_session(lab));
	size_t mark;
	uint64_t before = 0, after = 0, t_ns;
	uint32_t i;

	lab_ok(lab, "spawn sp spin n=3");
	mark = lab_mark(lab);
	lab_ok(lab, "run stop -- stop_agent");
	lab_pass(lab, 2 * SECOND_NS);
	lab_send(lab, "run no -- sleep 1");
	for (i = 0; i < m->ntasks; i++)
		before += strncmp(m->tasks[i].comm, "sp.", 3) ? 0 : m->tasks[i].run_ns;
	t_ns = m->sample_ns;
	lab_samples(lab, 40);
	assert_null(lab_find(lab, mark, EV_PLACED, "no", NULL)); /* the agent does nothing */
	for (i = 0; i < m->ntasks; i++)
		after += strncmp(m->tasks[i].comm, "sp.", 3) ? 0 : m->tasks[i].run_ns;
	assert_true(m->sample_ns > t_ns + SECOND_NS / 2);
	assert_true(after > before + SECOND_NS / 2);
	session_kill(lab_session(lab));
	lab_end(lab);
}

/* With panic=0 the kernel stays where it is, with interrupts off and all other CPUs stopped. */
static void a_guest_in_a_panic_is_seen(void **state)
{
	struct lab *lab = eyes_guest(OBSERVE_HOST, "panic=0");
	struct eyes e = eyes_open(lab);
	size_t mark = lab_mark(lab), len;
	uint64_t t_ns, end = loop_now_ns() + 30 * SECOND_NS;

	lab_ok(lab, "cgroup add low");
	lab_ok(lab, "spawn sp@low spin n=3");
	lab_samples(lab, 5);
	lab_send(lab, "run crash -- sh -c \"echo c >/proc/sysrq-trigger; while :; do :; done\"");
	while (loop_now_ns() < end &&
	       !strstr(guest_console(session_guest(lab_session(lab)), &len), "end Kernel panic"))
		lab_pass(lab, SECOND_NS / 10);
	assert_true(loop_now_ns() < end);
	eyes_look(&e);
	t_ns = e.now.t_ns;
	assert_int_equal(eyes_must(&e.now, "sp.2")->cgroup_id,
			 eyes_cgroup(&e.now, "/scxplore/low")->id);
	assert_true(eyes_must(&e.now, "sp.2")->run_ns > 0);
	eyes_must(&e.now, "sh");
	assert_null(lab_find(lab, mark, EV_EXIT, "crash", NULL));
	lab_pass(lab, SECOND_NS / 2);
	eyes_look(&e);
	assert_true(e.now.t_ns >= t_ns);
	session_kill(lab_session(lab));
	lab_gone(lab);
	/* the machine is gone, its memory is not */
	eyes_look(&e);
	eyes_must(&e.now, "sp.2");
	eyes_close(&e);
	lab_end(lab);
}

static void the_last_moment_of_a_guest_that_dies_is_kept(void **state)
{
	struct lab *lab = eyes_guest(OBSERVE_HOST, NULL);
	const struct model *m = session_model(lab_session(lab));
	const struct event *ev;
	uint32_t i, seen = 0;

	lab_ok(lab, "spawn sp spin n=3");
	lab_samples(lab, 5);
	lab_send(lab, "run crash -- sh -c \"echo c >/proc/sysrq-trigger; while :; do :; done\"");
	lab_gone(lab);
	ev = lab_find(lab, 0, EV_GONE, NULL, "panic");
	assert_non_null(ev);
	/* not one of before: who crashed it is in it */
	for (i = 0; i < m->ntasks; i++)
		seen |= !strcmp(m->tasks[i].comm, "sh")     ? 1u
			: !strcmp(m->tasks[i].comm, "sp.1") ? 2u
							    : 0;
	assert_int_equal(seen, 3);
	lab_end(lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_whose_agent_stands_still_is_seen),
		cmocka_unit_test(a_guest_in_a_panic_is_seen),
		cmocka_unit_test(the_last_moment_of_a_guest_that_dies_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
