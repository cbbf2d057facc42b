/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_model_promise - a weight is judged among those that compete for the same CPUs, and only
 * then.
 */
#include "tests/unit/test.h"

#include "ops/model.h"
#include "ops/sample_rows.h"

#define S    UINT64_C(1000000000)
#define TICK (S / 10)
#define HIGH 20
#define LOW  30

/* Two cgroups with four tasks each on four CPUs; high and low get these shares of the CPU time. */
struct world {
	struct model *m;
	struct sample s;
	double share[2];   /* of four CPUs */
	double waiting[2]; /* tasks that wait, on average */
	uint64_t weight[2], quota[2], mask[2], sclass, throttled;
};

static void set_up_world(struct world *w)
{
	*w = (struct world){.m = model_create(),
			    .share = {0.75, 0.25},
			    .waiting = {1, 3},
			    .weight = {300, 100},
			    .sclass = SAMPLE_CLASS_FAIR};
	sample_alloc(&w->s);
	w->s.t_ns = 10 * S;
}

static void finish_world(struct world *w)
{
	sample_free(&w->s);
	model_destroy(w->m);
}

static void add_cgroup(struct world *w, uint64_t id, const char *path, uint64_t weight,
		       uint64_t quota, uint64_t mask)
{
	struct sample_cgroup *g = &w->s.cgroups[w->s.ncgroups++];

	*g = (struct sample_cgroup){.id = id, .usage_ns = w->s.t_ns};
	sample_clear(g, &sample_cgroup_fields);
	snprintf(g->path, sizeof(g->path), "%s", path);
	g->weight = weight;
	g->quota_ns = quota;
	g->period_ns = TICK;
	g->cpuset = mask;
}

static void tick(struct world *w, double cpus)
{
	static uint64_t run[2][4], wait[2][4];
	uint64_t all = sample_mask_index(&w->s, &(struct sample_mask){.bits = {0xf}});
	uint64_t half = sample_mask_index(&w->s, &(struct sample_mask){.bits = {0x3}});
	int g, i;

	w->s.t_ns += TICK;
	w->s.ntasks = w->s.ncgroups = 0;
	add_cgroup(w, 1, "/", 100, 0, all);
	add_cgroup(w, 10, "/scxplore", 100, 0, all);
	add_cgroup(w, HIGH, "/scxplore/high", w->weight[0], w->quota[0], all);
	add_cgroup(w, LOW, "/scxplore/low", w->weight[1], w->quota[1], all);
	w->s.cgroups[3].throttled = w->throttled;
	for (g = 0; g < 2; g++) {
		for (i = 0; i < 4; i++) {
			struct sample_task *t = &w->s.tasks[w->s.ntasks++];

			run[g][i] += (uint64_t)((double)TICK * cpus * w->share[g] / 4);
			wait[g][i] += (uint64_t)((double)TICK * w->waiting[g] / 4);
			*t = (struct sample_task){.pid = 100 + 10 * g + i,
						  .tid = 100 + 10 * g + i,
						  .state = 'R',
						  .cgroup_id = g ? LOW : HIGH,
						  .run_ns = run[g][i],
						  .wait_ns = wait[g][i],
						  .switches = w->s.t_ns};
			sample_clear(t, &sample_task_fields);
			t->sclass = w->sclass;
			t->allowed = w->mask[g] ? half : all;
		}
	}
	model_sample(w->m, &w->s);
}

static void run_for(struct world *w, unsigned seconds)
{
	unsigned i;

	for (i = 0; i <= seconds * 10; i++)
		tick(w, 4);
}

static const struct model_promise *of(const struct world *w, uint64_t id)
{
	return &model_cgroup_by_id(w->m, id)->promise;
}

static void a_share_by_weight_is_a_promise_kept(void **state)
{
	struct world w;

	set_up_world(&w);
	run_for(&w, 6);
	assert_int_equal(of(&w, HIGH)->weight, PROMISE_KEPT);
	assert_int_equal(of(&w, LOW)->weight, PROMISE_KEPT);
	assert_true(of(&w, HIGH)->promised > 295 && of(&w, HIGH)->promised < 305);
	assert_true(of(&w, LOW)->promised > 95 && of(&w, LOW)->promised < 105);
	finish_world(&w);
}

static void equal_shares_for_unequal_weights_are_one_ignored(void **state)
{
	struct world w;

	set_up_world(&w);
	w.share[0] = w.share[1] = 0.5;
	w.waiting[0] = w.waiting[1] = 2;
	run_for(&w, 6);
	assert_int_equal(of(&w, LOW)->weight, PROMISE_IGNORED);
	/* the other gets two thirds of its promise: neither kept nor out of all proportion */
	assert_int_equal(of(&w, HIGH)->weight, PROMISE_NEARLY);
	finish_world(&w);
}

static void one_window_alone_is_no_verdict(void **state)
{
	struct world w;

	set_up_world(&w);
	w.share[0] = w.share[1] = 0.5;
	run_for(&w, 3);
	assert_int_equal(of(&w, LOW)->weight, PROMISE_UNKNOWN);
	finish_world(&w);
}

static void who_has_what_it_wants_competes_with_nobody(void **state)
{
	struct world w;

	set_up_world(&w);
	w.share[0] = 0.1;
	w.waiting[0] = 0;
	run_for(&w, 6);
	assert_int_equal(of(&w, HIGH)->weight, PROMISE_UNKNOWN);
	assert_non_null(strstr(of(&w, HIGH)->weight_why, "hardly wait"));
	assert_non_null(strstr(of(&w, LOW)->weight_why, "no sibling competes"));
	finish_world(&w);
}

static void other_cpus_and_real_time_are_no_competition(void **state)
{
	struct world w;

	set_up_world(&w);
	w.share[0] = w.share[1] = 0.5;
	w.waiting[0] = w.waiting[1] = 2;
	w.mask[1] = 1;
	run_for(&w, 6);
	assert_int_equal(of(&w, LOW)->weight, PROMISE_UNKNOWN);
	assert_non_null(strstr(of(&w, LOW)->weight_why, "other CPUs"));
	finish_world(&w);
	set_up_world(&w);
	w.share[0] = w.share[1] = 0.5;
	w.waiting[0] = w.waiting[1] = 2;
	w.sclass = SAMPLE_CLASS_RT;
	run_for(&w, 6);
	assert_int_equal(of(&w, LOW)->weight, PROMISE_UNKNOWN);
	assert_non_null(strstr(of(&w, LOW)->weight_why, "real-time"));
	finish_world(&w);
}

static void who_is_held_by_its_limit_does_not_compete(void **state)
{
	struct world w;
	unsigned i;

	set_up_world(&w);
	w.share[0] = w.share[1] = 0.5;
	w.waiting[0] = w.waiting[1] = 2;
	for (i = 0; i < 60; i++) {
		w.throttled++;
		tick(&w, 4);
	}
	assert_int_equal(of(&w, LOW)->weight, PROMISE_UNKNOWN);
	assert_non_null(strstr(of(&w, LOW)->weight_why, "cpu.max"));
	finish_world(&w);
}

static void too_few_tasks_cannot_use_a_promise(void **state)
{
	struct world w;

	set_up_world(&w);
	w.weight[0] = 10000; /* four tasks run and wait for 3.3 CPUs of the 3.96 promised */
	w.share[0] = 0.75;
	w.waiting[0] = 0.3;
	run_for(&w, 6);
	assert_int_equal(of(&w, HIGH)->weight, PROMISE_UNKNOWN);
	assert_non_null(strstr(of(&w, HIGH)->weight_why, "too few tasks"));
	finish_world(&w);
}

static void a_limit_is_kept_or_ignored_by_what_ran(void **state)
{
	struct world w;

	set_up_world(&w);
	w.quota[1] = 2 * TICK; /* two CPUs: it runs one */
	w.quota[0] = TICK;     /* one CPU: it runs three */
	run_for(&w, 6);
	assert_int_equal(of(&w, LOW)->max, PROMISE_KEPT);
	assert_int_equal(of(&w, HIGH)->max, PROMISE_IGNORED);
	assert_true(of(&w, HIGH)->limit > 99 && of(&w, HIGH)->limit < 101);
	finish_world(&w);
}

static void tasks_are_counted_up_the_tree(void **state)
{
	struct world w;

	set_up_world(&w);
	run_for(&w, 1);
	assert_int_equal(of(&w, HIGH)->tasks, 4);
	assert_int_equal(of(&w, 10)->tasks, 0);
	assert_int_equal(of(&w, 10)->below, 8);
	assert_int_equal(of(&w, 1)->below, 8);
	finish_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_by_weight_is_a_promise_kept),
		cmocka_unit_test(equal_shares_for_unequal_weights_are_one_ignored),
		cmocka_unit_test(one_window_alone_is_no_verdict),
		cmocka_unit_test(who_has_what_it_wants_competes_with_nobody),
		cmocka_unit_test(other_cpus_and_real_time_are_no_competition),
		cmocka_unit_test(who_is_held_by_its_limit_does_not_compete),
		cmocka_unit_test(too_few_tasks_cannot_use_a_promise),
		cmocka_unit_test(a_limit_is_kept_or_ignored_by_what_ran),
		cmocka_unit_test(tasks_are_counted_up_the_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
