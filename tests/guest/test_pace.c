/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pace - the guest's time stands while a person looks, goes on by one switch, one tick or a
 * span, slowly or as before; and nothing that runs in it notices. Memory itself is looked at,
 * beside what the session tells.
 */
#include "eyes.h"

#include "../unit/test.h"

#include "ops/advance.h"
#include "ops/model.h"
#include "sight/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPUS 2

struct moment {
	uint64_t t_ns, switches[CPUS], jiffies;
};

struct watcher {
	struct lab *lab;
	struct eyes eyes;
	struct places *places;
};

static struct watcher open_eyes(struct lab *lab)
{
	const struct guest *g = session_guest(lab_session(lab));
	struct watcher w = {.lab = lab, .eyes = eyes_open(lab)};
	struct err err = ERR_INIT;

	w.places = places_create(guest_kernel_image(g), guest_memory(g), guest_cpus(g), &err);
	if (!w.places)
		fail_msg("%s", err.msg);
	return w;
}

static void close_eyes(struct watcher *w)
{
	eyes_close(&w->eyes);
	places_destroy(w->places);
}

static struct moment look(struct watcher *w)
{
	struct place_value v;
	struct place at;
	struct moment m;
	int i;

	eyes_look(&w->eyes);
	assert_int_equal(w->eyes.now.ncpus, CPUS);
	m.t_ns = w->eyes.now.t_ns;
	for (i = 0; i < CPUS; i++)
		m.switches[i] = w->eyes.now.cpus[i].switches;
	assert_int_equal(place_parse("jiffies_64:u64", &at, NULL), 0);
	assert_int_equal(places_read(w->places, &at, &v, NULL), 0);
	m.jiffies = v.bits;
	return m;
}

static const struct event *paced(struct lab *lab, size_t mark, const char *name)
{
	return lab_wait(lab, mark, EV_PACE, name, NULL);
}

static const struct event *pause_it(struct lab *lab)
{
	size_t mark = lab_mark(lab);
	struct err err = ERR_INIT;

	if (session_pause(lab_session(lab), &err))
		fail_msg("%s", err.msg);
	return paced(lab, mark, PACE_PAUSED);
}

static void resume(struct lab *lab)
{
	struct err err = ERR_INIT;

	if (session_resume(lab_session(lab), &err))
		fail_msg("%s", err.msg);
}

static const struct event *advance(struct lab *lab, enum advance_to to, int cpu, uint64_t ns)
{
	size_t mark = lab_mark(lab);
	struct err err = ERR_INIT;

	if (session_advance(lab_session(lab), &(struct advance){to, cpu, ns}, &err))
		fail_msg("%s", err.msg);
	return paced(lab, mark, PACE_STEP);
}

static void must_refuse(struct lab *lab, enum advance_to to, int cpu, int code, const char *words)
{
	struct err err = ERR_INIT;

	assert_int_equal(session_advance(lab_session(lab), &(struct advance){to, cpu, 1000}, &err),
			 -code);
	if (!strstr(err.msg, words))
		fail_msg("expected '%s', it says: %s", words, err.msg);
}

static void must_have_no_failure(struct lab *lab)
{
	const struct event *ev = lab_find(lab, 0, EV_FAILED, NULL, NULL);

	if (ev)
		fail_msg("an op has failed: %s", ev->text);
	assert_null(lab_find(lab, 0, EV_HOST_LOG, NULL, "silent"));
}

static void while_it_is_paused_nothing_moves_and_all_goes_on_after(void **state)
{
	struct lab *lab = *state;
	const struct model *m = session_model(lab_session(lab));
	struct watcher w = open_eyes(lab);
	struct err err = ERR_INIT;
	struct moment a, b;
	uint64_t seq;
	size_t mark;

	lab_ok(lab, "spawn a bursty n=3");
	must_refuse(lab, ADVANCE_SWITCH, -1, EBUSY, "'pause' first");
	mark = lab_mark(lab);
	pause_it(lab);
	assert_true(m->paused);
	a = look(&w);
	/* the model has that moment, and no other follows */
	assert_int_equal(m->cpus[0].now.switches, a.switches[0]);
	assert_int_equal(m->cpus[1].now.switches, a.switches[1]);
	assert_int_equal(session_pause(lab_session(lab), &err), -EALREADY);
	seq = lab_send(lab, "cgroup add later");
	/* longer than between two pings */
	lab_pass(lab, 3 * SECOND_NS);
	b = look(&w);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_int_equal(m->cpus[0].now.switches, a.switches[0]);
	assert_null(lab_find(lab, mark, EV_BEGIN, NULL, NULL));
	resume(lab);
	assert_false(m->paused);
	lab_must_say(lab_end_of(lab, mark, seq), EV_DONE, "");
	b = look(&w);
	assert_true(b.t_ns > a.t_ns);
	lab_ok(lab, "hold until ran(a) > 10ms timeout=60s");
	lab_ok(lab, "kill a");
	must_have_no_failure(lab);
	close_eyes(&w);
}

static void a_step_is_one_switch_a_tick_or_a_span(void **state)
{
	struct lab *lab = *state;
	struct watcher w = open_eyes(lab);
	const struct event *ev;
	struct moment a, b;
	int i, cpu;

	lab_ok(lab, "spawn b bursty n=3");
	lab_ok(lab, "spawn s spin");
	pause_it(lab);
	for (i = 0; i < 4; i++) {
		a = look(&w);
		ev = advance(lab, ADVANCE_SWITCH, -1, 0);
		b = look(&w);
		/* whoever switches stands then: another CPU may at the same moment */
		for (cpu = 0; cpu < CPUS; cpu++)
			assert_true(b.switches[cpu] - a.switches[cpu] <= 1);
		assert_true(ev->count >= 1);
		assert_int_equal(ev->count,
				 b.switches[0] - a.switches[0] + b.switches[1] - a.switches[1]);
		assert_non_null(strstr(ev->text, " passed"));
	}
	for (cpu = 0; cpu < CPUS; cpu++) {
		a = look(&w);
		advance(lab, ADVANCE_SWITCH, cpu, 0);
		b = look(&w);
		assert_int_equal(b.switches[cpu] - a.switches[cpu], 1);
	}
	a = look(&w);
	lab_must_say(advance(lab, ADVANCE_TICK, -1, 0), EV_PACE, "a tick; ");
	b = look(&w);
	assert_true(b.jiffies > a.jiffies);
	ev = advance(lab, ADVANCE_SPAN, -1, 5000000);
	assert_true(ev->id >= 4000000 && ev->id != UINT64_MAX);
	/* the shortest there is */
	ev = advance(lab, ADVANCE_SPAN, -1, 1000);
	assert_true(ev->id > 0 && ev->id != UINT64_MAX);
	a = look(&w);
	lab_pass(lab, SECOND_NS / 5);
	b = look(&w);
	assert_memory_equal(&a, &b, sizeof(a));
	must_refuse(lab, ADVANCE_SWITCH, CPUS, EINVAL, "CPUs 0 to 1");
	resume(lab);
	lab_ok(lab, "hold until ran(b) > 10ms timeout=60s");
	lab_ok(lab, "kill b");
	lab_ok(lab, "kill s");
	must_have_no_failure(lab);
	close_eyes(&w);
}

static void ops_that_stop_the_guest_are_not_in_its_way(void **state)
{
	struct lab *lab = *state;
	size_t mark;
	int i;

	lab_ok(lab, "spawn c bursty n=2");
	lab_ok(lab, "watch scx_enable_state_var:int");
	for (i = 0; i < 3; i++) {
		uint64_t seq = lab_send(lab, "kernel read nr_threads:int how=cold");

		mark = lab_mark(lab);
		pause_it(lab);
		advance(lab, ADVANCE_SWITCH, -1, 0);
		resume(lab);
		lab_must_say(lab_end_of(lab, 0, seq), EV_DONE, "stood still");
	}
	assert_int_equal(session_slow(lab_session(lab), 4, NULL), 0);
	lab_must_say(lab_do(lab, "kernel read nr_threads:int how=cold"), EV_DONE, "stood still");
	mark = lab_mark(lab);
	lab_ok(lab, "sched load fifo");
	lab_wait(lab, mark, EV_WATCH_HIT, NULL, NULL);
	lab_ok(lab, "unwatch scx_enable_state_var:int");
	must_have_no_failure(lab);
	/* and its end comes all the same */
	pause_it(lab);
}

static void slow_motion_is_slower_and_ops_go_on(void **state)
{
	struct lab *lab = *state;
	struct watcher w = open_eyes(lab);
	struct err err = ERR_INIT;
	double share = 1;
	int tries;

	lab_ok(lab, "spawn d spin n=2");
	/* what went by at full speed since it stood last is no part of the first slice */
	pause_it(lab);
	resume(lab);
	lab_pass(lab, 4 * SECOND_NS);
	assert_int_equal(session_slow(lab_session(lab), 10, &err), 0);
	assert_int_equal(session_model(lab_session(lab))->slow, 10);
	/* a slice that ends late is made good by what follows: not always within one look */
	for (tries = 0; tries < 10 && share > 0.5; tries++) {
		struct moment a = look(&w), b;
		uint64_t from = loop_now_ns();

		do {
			lab_pass(lab, SECOND_NS);
			b = look(&w);
		} while (b.t_ns == a.t_ns && loop_now_ns() < from + 20 * SECOND_NS);
		share = (double)(b.t_ns - a.t_ns) / (double)(loop_now_ns() - from);
		print_message("# time went on at %.3f of full speed\n", share);
		assert_true(b.t_ns > a.t_ns);
	}
	assert_true(share <= 0.5);
	lab_ok(lab, "cgroup add slowly");
	pause_it(lab);
	advance(lab, ADVANCE_SWITCH, -1, 0);
	assert_int_equal(session_slow(lab_session(lab), 100, &err), 0);
	resume(lab);
	assert_int_equal(session_model(lab_session(lab))->slow, 0);
	lab_ok(lab, "cgroup add quickly");
	lab_ok(lab, "kill d");
	must_have_no_failure(lab);
	close_eyes(&w);
}

/* Its agent has a part in a checkpoint; who goes back leaves the pause, too. */
static void a_paused_guest_makes_no_checkpoint_but_goes_back(void **state)
{
	struct lab *lab = *state;
	const struct model *m = session_model(lab_session(lab));
	struct err err = ERR_INIT;
	size_t mark = lab_mark(lab);

	lab_ok(lab, "cgroup add first");
	assert_int_equal(session_checkpoint(lab_session(lab), "here", &err), 0);
	lab_wait(lab, mark, EV_HOST_LOG, NULL, "checkpoint 'here'");
	/* it stands when the copy is made, and only then */
	assert_int_equal(session_checkpoint(lab_session(lab), "and here", &err), 0);
	pause_it(lab);
	lab_wait(lab, mark, EV_HOST_LOG, NULL, "checkpoint 'and here'");
	assert_int_equal(session_checkpoint(lab_session(lab), "there", &err), -EBUSY);
	assert_non_null(strstr(err.msg, "'resume' first"));
	assert_true(m->paused);
	advance(lab, ADVANCE_SWITCH, -1, 0);
	mark = lab_mark(lab);
	assert_int_equal(session_rewind(lab_session(lab), "here", &err), 0);
	lab_back(lab, mark);
	assert_false(m->paused);
	lab_ok(lab, "cgroup add second");
	assert_int_equal(session_slow(lab_session(lab), 10, &err), 0);
	mark = lab_mark(lab);
	assert_int_equal(session_checkpoint(lab_session(lab), "slowly", &err), 0);
	lab_wait(lab, mark, EV_HOST_LOG, NULL, "checkpoint 'slowly'");
	mark = lab_mark(lab);
	assert_int_equal(session_rewind(lab_session(lab), "slowly", &err), 0);
	lab_back(lab, mark);
	assert_int_equal(m->slow, 0);
	lab_ok(lab, "cgroup add third");
	pause_it(lab);
	advance(lab, ADVANCE_SWITCH, -1, 0);
	must_have_no_failure(lab);
}

static char folder[] = "/tmp/sxp-pace-XXXXXX", path[64];

static int set_up_recorded(void **state)
{
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.session", folder);
	*state = lab_boot(&(struct lab_config){.journal = path});
	return 0;
}

static int tear_down_recorded(void **state)
{
	char command[80];

	lab_end(*state);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static void an_agent_that_tells_the_state_can_be_paused_but_has_no_switches(void **state)
{
	struct lab *lab = *state;

	lab_must_say(pause_it(lab), EV_PACE, "what is shown is older");
	must_refuse(lab, ADVANCE_SWITCH, -1, ENOTSUP, "--observe guest");
	must_refuse(lab, ADVANCE_TICK, -1, ENOTSUP, "--observe guest");
	assert_true(advance(lab, ADVANCE_SPAN, -1, 1000000)->id > 0);
	resume(lab);
	lab_ok(lab, "cgroup add a");
}

/* One guest for the first four. */
static struct lab *shared;

static int set_up_shared(void **state)
{
	int r = shared ? 0 : lab_setup((void **)&shared);

	*state = shared;
	return r;
}

static int keep(void **state)
{
	/* as it is found by the next */
	if (guest_pace_part(session_guest(lab_session(shared))) != 1)
		session_resume(lab_session(shared), NULL);
	return 0;
}

static int end_shared(void **state)
{
	lab_end(shared);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			while_it_is_paused_nothing_moves_and_all_goes_on_after, set_up_shared,
			keep),
		cmocka_unit_test_setup_teardown(a_step_is_one_switch_a_tick_or_a_span,
						set_up_shared, keep),
		cmocka_unit_test_setup_teardown(slow_motion_is_slower_and_ops_go_on, set_up_shared,
						keep),
		cmocka_unit_test_setup_teardown(ops_that_stop_the_guest_are_not_in_its_way,
						set_up_shared, end_shared),
		cmocka_unit_test_setup_teardown(a_paused_guest_makes_no_checkpoint_but_goes_back,
						set_up_recorded, tear_down_recorded),
		cmocka_unit_test_setup_teardown(
			an_agent_that_tells_the_state_can_be_paused_but_has_no_switches,
			lab_setup_told, lab_teardown),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
