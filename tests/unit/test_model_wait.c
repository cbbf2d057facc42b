/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_model_wait - who waits, for how long, held where, behind whom.
 */
#include "tests/unit/test.h"

#include "ops/model_wait.h"
#include "ops/sample_rows.h"

#define S UINT64_C(1000000000)

struct world {
	struct model *m;
	struct sample s;
};

static struct sample_task *add(struct world *w, int32_t tid, char state, uint64_t held,
			       uint64_t since)
{
	struct sample_task *t = &w->s.tasks[w->s.ntasks++];

	*t = (struct sample_task){.pid = tid,
				  .tid = tid,
				  .state = state,
				  .run_ns = S,
				  .wait_ns = 0,
				  .switches = 1,
				  .comm = "task"};
	sample_clear(t, &sample_task_fields);
	t->held = held;
	t->since_ns = since;
	t->sclass = SAMPLE_CLASS_EXT;
	return t;
}

static void begin(struct world *w)
{
	unsigned i;

	*w = (struct world){.m = model_create()};
	sample_alloc(&w->s);
	w->s.t_ns = 100 * S;
	w->s.sched.state = 1;
	w->s.sched.switch_all = 1;
	w->s.sched.watchdog_ns = 30 * S;
	w->s.ncpus = 2;
	for (i = 0; i < 2; i++) {
		w->s.cpus[i] =
			(struct sample_cpu){.cpu = i, .nr_running = 2, .switches = 1, .busy_ns = S};
		sample_clear(&w->s.cpus[i], &sample_cpu_fields);
	}
	sample_mask_index(&w->s, &(struct sample_mask){.bits = {3}});
}

static void end(struct world *w)
{
	sample_free(&w->s);
	model_destroy(w->m);
}

static struct model_wait oldest(struct world *w)
{
	struct model_wait wait;

	model_sample(w->m, &w->s);
	assert_true(model_wait_oldest(w->m, &wait));
	return wait;
}

static void what_sleeps_or_runs_does_not_wait(void **state)
{
	struct model_wait wait;
	struct world w;

	begin(&w);
	add(&w, 10, 'S', SAMPLE_ABSENT, 5 * S);
	add(&w, 11, 'R', SAMPLE_HELD_RUNNING, 6 * S);
	model_sample(w.m, &w.s);
	assert_false(model_wait_oldest(w.m, &wait));
	end(&w);
}

static void a_limit_that_holds_back_comes_after_all_else(void **state)
{
	struct model_wait wait;
	struct world w;

	begin(&w);
	add(&w, 10, 'r', SAMPLE_HELD_THROTTLED, 50 * S);
	add(&w, 11, 'r', SAMPLE_HELD_LOCAL, 99 * S);
	wait = oldest(&w);
	assert_int_equal(w.m->tasks[wait.task].tid, 11);
	w.s.tasks[1].state = 'S';
	w.s.tasks[1].held = SAMPLE_ABSENT;
	w.s.t_ns += S;
	wait = oldest(&w);
	assert_int_equal(w.m->tasks[wait.task].tid, 10);
	assert_int_equal(wait.kind, WAIT_THROTTLED);
	assert_true(wait.wait_ns == 51 * S);
	end(&w);
}

static void held_in_bpf_is_lost_only_when_it_lasts(void **state)
{
	struct model_wait wait;
	struct world w;

	begin(&w);
	add(&w, 10, 'r', SAMPLE_HELD_BPF, 100 * S - S / 2);
	wait = oldest(&w);
	assert_int_equal(wait.kind, WAIT_BPF);
	assert_true(wait.limit_ns == 30 * S && wait.exact);
	w.s.t_ns += S;
	assert_int_equal(oldest(&w).kind, WAIT_LOST);
	/* a watchdog that bites sooner makes it so sooner */
	w.s.tasks[0].since_ns = w.s.t_ns;
	w.s.sched.watchdog_ns = S;
	w.s.t_ns += S * 3 / 10;
	assert_int_equal(oldest(&w).kind, WAIT_LOST);
	end(&w);
}

static void a_lost_task_is_logged_once_with_the_op_before(void **state)
{
	static const struct event events[] = {
		{.type = EV_OP, .seq = 1, .t_ns = 70 * S, .text = "move hogs to=high"},
		{.type = EV_BEGIN, .seq = 1, .t_ns = 71 * S},
		{.type = EV_OP, .seq = 2, .t_ns = 71 * S, .text = "hold 20s"},
		{.type = EV_BEGIN, .seq = 2, .t_ns = 72 * S},
	};
	struct world w;
	size_t i, lines = 0;
	const char *said = "";

	begin(&w);
	for (i = 0; i < 4; i++) {
		struct event ev = events[i];

		ev.name = ev.cgroup = ev.path = ev.data = "";
		ev.text = ev.text ? ev.text : "";
		model_apply(w.m, &ev);
	}
	add(&w, 10, 'r', SAMPLE_HELD_BPF, 73 * S);
	for (i = 0; i < 3; i++) {
		w.s.t_ns += S;
		w.s.tasks[0].since_ns += 7; /* it is never told to the same nanosecond */
		model_sample(w.m, &w.s);
	}
	for (i = 0; i < w.m->nlog; i++)
		if (!strncmp(model_line(w.m, i)->text, "lost", 4)) {
			lines++;
			said = model_line(w.m, i)->text;
		}
	assert_int_equal(lines, 1);
	assert_non_null(strstr(said, "task[10]: runnable, on no DSQ"));
	assert_non_null(strstr(said, "after: move hogs to=high"));
	end(&w);
}

static void without_the_kernels_word_a_wait_is_what_the_samples_saw(void **state)
{
	struct model_wait wait;
	struct world w;

	begin(&w);
	add(&w, 10, 'r', SAMPLE_ABSENT, SAMPLE_ABSENT);
	wait = oldest(&w);
	assert_true(!wait.exact && wait.wait_ns == 0);
	w.s.t_ns += 2 * S;
	assert_true(oldest(&w).wait_ns == 2 * S);
	/* it ran in between, however short: the wait is a new one */
	w.s.t_ns += S;
	w.s.tasks[0].run_ns++;
	assert_true(oldest(&w).wait_ns == 0);
	/* another task with its tid is another */
	w.s.t_ns += S;
	w.s.tasks[0].start_ns = 7;
	assert_true(oldest(&w).wait_ns == 0);
	end(&w);
}

static void real_time_that_runs_long_is_a_hog_and_others_are_behind_it(void **state)
{
	struct sample_task *hog;
	struct model_wait wait;
	struct world w;

	begin(&w);
	add(&w, 10, 'r', SAMPLE_HELD_LOCAL, 97 * S)->cpu = 1;
	hog = add(&w, 20, 'R', SAMPLE_HELD_RUNNING, 98 * S);
	hog->sclass = SAMPLE_CLASS_RT;
	hog->cpu = 1;
	w.s.cpus[1].pid = 20;
	w.s.cpus[1].sclass = SAMPLE_CLASS_RT;
	wait = oldest(&w);
	assert_int_equal(wait.kind, WAIT_HOG);
	assert_true(wait.hog_cpu == 1 && wait.hog_ns == 2 * S);
	/* one that the scheduler keeps is behind it only where it may go nowhere else */
	w.s.tasks[0].held = SAMPLE_HELD_BPF;
	w.s.tasks[0].allowed = 0;
	w.s.t_ns += S / 100;
	assert_int_equal(oldest(&w).kind, WAIT_LOST);
	w.s.tasks[0].allowed = sample_mask_index(&w.s, &(struct sample_mask){.bits = {2}});
	w.s.t_ns += S / 100;
	assert_int_equal(oldest(&w).kind, WAIT_HOG);
	/* nobody else waits for the CPU: no hog */
	w.s.cpus[1].nr_running = 1;
	w.s.cpus[1].scx_running = w.s.cpus[1].local_dsq = 0;
	w.s.t_ns += S / 100;
	assert_int_equal(oldest(&w).kind, WAIT_LOST);
	end(&w);
}

static void the_class_is_compared_with_what_the_policy_asks_for(void **state)
{
	struct sample_task *t;
	struct world w;
	uint64_t want;

	begin(&w);
	t = add(&w, 10, 'R', SAMPLE_HELD_RUNNING, 99 * S);
	model_sample(w.m, &w.s);
	assert_false(model_class_differs(w.m, t, &want));
	t->sclass = SAMPLE_CLASS_FAIR;
	assert_true(model_class_differs(w.m, t, &want) && want == SAMPLE_CLASS_EXT);
	t->policy = 1;
	assert_true(model_class_differs(w.m, t, &want) && want == SAMPLE_CLASS_RT);
	t->sclass = SAMPLE_ABSENT;
	assert_false(model_class_differs(w.m, t, &want));
	/* a scheduler that takes only those who ask for it */
	w.s.sched.switch_all = 0;
	w.s.t_ns += S;
	model_sample(w.m, &w.s);
	t->policy = 0;
	t->sclass = SAMPLE_CLASS_FAIR;
	assert_false(model_class_differs(w.m, t, &want));
	t->policy = 7;
	assert_true(model_class_differs(w.m, t, &want) && want == SAMPLE_CLASS_EXT);
	end(&w);
}

static void outside_is_told_of_one_that_runs_there(void **state)
{
	struct sample_task *t;
	struct world w;

	begin(&w);
	t = add(&w, 10, 'R', SAMPLE_HELD_RUNNING, 99 * S);
	t->allowed = sample_mask_index(&w.s, &(struct sample_mask){.bits = {1}});
	t->cpu = 0;
	model_sample(w.m, &w.s);
	assert_false(model_task_outside(w.m, t));
	t->cpu = 1;
	assert_true(model_task_outside(w.m, t));
	t->state = 'S'; /* where it ran last may have been allowed then */
	assert_false(model_task_outside(w.m, t));
	t->state = 'R';
	t->allowed = SAMPLE_ABSENT;
	assert_false(model_task_outside(w.m, t));
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_sleeps_or_runs_does_not_wait),
		cmocka_unit_test(a_limit_that_holds_back_comes_after_all_else),
		cmocka_unit_test(held_in_bpf_is_lost_only_when_it_lasts),
		cmocka_unit_test(a_lost_task_is_logged_once_with_the_op_before),
		cmocka_unit_test(without_the_kernels_word_a_wait_is_what_the_samples_saw),
		cmocka_unit_test(real_time_that_runs_long_is_a_hog_and_others_are_behind_it),
		cmocka_unit_test(the_class_is_compared_with_what_the_policy_asks_for),
		cmocka_unit_test(outside_is_told_of_one_that_runs_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
