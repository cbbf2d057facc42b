/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_model - events and samples to the picture of a session; hostile ones change nothing.
 */
#include "tests/unit/recorded.h"

#include "base/cleanup.h"
#include "ops/check.h"

static void steps_ops_and_groups_are_joined(void **state)
{
	const struct model_group *g;
	struct recorded r;

	recorded_init(&r, SEED);
	assert_int_equal(r.model->nops, 6);
	assert_int_equal(r.model->nsteps, 2);
	assert_string_equal(r.model->steps[1].label, "the probe records where it is");
	assert_int_equal(r.model->ops[0].step, 0);
	assert_int_equal(r.model->ops[2].step, 1);
	assert_int_equal(r.model->ops[2].state, OPS_DONE);
	assert_int_equal(r.model->ops[2].end_ns, 104000000);
	g = model_group(r.model, "probe");
	assert_non_null(g);
	assert_true(g->payload);
	assert_int_equal(g->step, 1);
	assert_int_equal(g->ntasks, 1);
	assert_true(g->tasks[0].placed && g->tasks[0].held && g->tasks[0].exited);
	assert_string_equal(g->tasks[0].exec_cgroup, "/placement/cg_dst");
	assert_string_equal(r.model->root, "/placement");
	recorded_finish(&r);
}

static void output_is_kept_raw_and_logged_by_lines(void **state)
{
	const struct model_group *g;
	struct recorded r;
	size_t i, lines = 0;

	recorded_init(&r, HEAD DID(1, 1, 1, "run a -- x") PLACED(1, "a", 1, 81, "/", "0::/", true)
				  WROTE(1, "a", 1, "one\\n\\u001b[31mtwo\\nthree"));
	g = model_group(r.model, "a");
	assert_memory_equal(g->output[0].data, "one\n\033[31mtwo\nthree", g->output[0].len);
	for (i = 0; i < r.model->nlog; i++) {
		const struct model_line *l = model_line(r.model, i);

		assert_null(strpbrk(l->text, "\n\033"));
		lines += l->kind == LOG_OUTPUT;
	}
	assert_int_equal(lines, 3);
	recorded_finish(&r);
}

static void forged_events_change_nothing_and_grow_nothing(void **state)
{
	const struct event_def *d;
	struct recorded r;
	size_t i, n;

	recorded_init(&r, SEED);
	for (n = 0; n < 3; n++) {
		for (i = 0; (d = event_def_at(i)); i++) {
			struct event ev = {.type = d->type,
					   .seq = UINT64_MAX,
					   .t_ns = UINT64_MAX,
					   .name = "nobody",
					   .cgroup = "\033x",
					   .path = "/\n",
					   .text = "step \"",
					   .data = "x",
					   .data_len = 1,
					   .index = UINT64_C(1) << 60,
					   .pid = -1,
					   .code = INT64_MIN,
					   .signal = UINT64_MAX,
					   .stream = UINT64_MAX,
					   .count = UINT64_MAX,
					   .id = UINT64_MAX,
					   .level = UINT64_MAX};

			model_apply(r.model, &ev);
		}
	}
	assert_int_equal(r.model->ngroups, 2); /* what says it is a new group is one, once */
	assert_int_equal(model_group(r.model, "nobody")->ntasks, 1);
	assert_int_equal(r.model->nsteps, 2);
	assert_null(model_group(r.model, "nobody")->output[0].data);
	for (i = 0; i < r.model->nlog; i++)
		assert_null(strchr(model_line(r.model, i)->text, '\033'));
	recorded_finish(&r);
}

static void the_log_is_a_ring_with_stable_numbers(void **state)
{
	struct event ev = {
		.type = EV_KMSG, .text = "line", .name = "", .cgroup = "", .path = "", .data = ""};
	struct model *m = model_create();
	size_t i;

	for (i = 0; i < MODEL_LOG_MAX + 10; i++)
		model_apply(m, &ev);
	assert_int_equal(m->nlog, MODEL_LOG_MAX);
	assert_int_equal(model_line(m, 0)->n, 10);
	assert_int_equal(model_line(m, m->nlog - 1)->n, MODEL_LOG_MAX + 9);
	assert_null(model_line(m, m->nlog));
	model_destroy(m);
}

static void output_beyond_the_limit_is_counted_not_kept(void **state)
{
	static char block[1 << 20];
	struct event ev = {.type = EV_OUTPUT,
			   .seq = 1,
			   .name = "a",
			   .stream = 1,
			   .data = block,
			   .data_len = sizeof(block),
			   .cgroup = "",
			   .path = "",
			   .text = ""};
	const struct model_group *g;
	struct recorded r;
	int i;

	recorded_init(&r, HEAD DID(1, 1, 1, "run a -- x") PLACED(1, "a", 1, 81, "/", "0::/", true));
	for (i = 0; i < 18; i++)
		model_apply(r.model, &ev);
	g = model_group(r.model, "a");
	assert_int_equal(g->output[0].len, MODEL_OUTPUT_MAX);
	assert_true(g->output_lost[0] > 0);
	recorded_finish(&r);
}

static void sample_at(struct model *m, uint64_t t_ns, uint64_t switches, uint64_t busy_ns,
		      uint64_t run_ns)
{
	struct sample_cpu cpu = {
		.switches = switches, .busy_ns = busy_ns, .nr_running = SAMPLE_ABSENT};
	struct sample_task task = {.pid = 5, .tid = 5, .run_ns = run_ns, .wait_ns = SAMPLE_ABSENT};
	struct sample s = {.t_ns = t_ns,
			   .ncpus = 1,
			   .ntasks = 1,
			   .cpus = &cpu,
			   .tasks = &task,
			   .cost_ns = t_ns / 50};

	model_sample(m, &s);
}

static void of_cgroups_that_are_gone_the_last_ones_are_kept(void **state)
{
	struct model *m = model_create();
	char path[32];
	uint64_t i;

	for (i = 1; i <= 3000; i++) {
		struct event ev = {.type = EV_CGROUP_ADDED, .id = i, .cgroup = path, .name = "",
				   .text = "", .path = "", .data = "", .flag = true};

		snprintf(path, sizeof(path), "/scxplore/c%d", (int)i);
		model_apply(m, &ev);
		ev.type = EV_CGROUP_REMOVED;
		if (i > 2)
			model_apply(m, &ev);
	}
	assert_true(m->ncgroups < 1100);
	/* those that are there, and the last */
	assert_string_equal(model_cgroup_by_id(m, 1)->path, "/scxplore/c1");
	assert_string_equal(model_cgroup_by_id(m, 2)->path, "/scxplore/c2");
	assert_string_equal(m->cgroups[m->ncgroups - 1].path, "/scxplore/c3000");
	assert_null(model_cgroup_by_id(m, 3));
	model_destroy(m);
}

static void rates_need_two_samples_and_a_counter_that_is_there(void **state)
{
	struct model *m = model_create();
	double v, w;

	sample_at(m, 1000000000, 100, 500000000, 0);
	assert_false(model_cpu_busy(m, 0, &v));
	sample_at(m, 2000000000, 350, 750000000, 500000000);
	assert_true(model_cpu_rate(m, 0, m->cpus[0].now.switches, m->cpus[0].before.switches, &v));
	assert_float_equal(v, 250, 0.01);
	assert_true(model_cpu_busy(m, 0, &v));
	assert_float_equal(v, 25, 0.01);
	assert_true(model_task_share(m, 0, &v, &w));
	assert_float_equal(v, 50, 0.01);
	assert_true(w < 0);
	assert_false(
		model_cpu_rate(m, 0, m->cpus[0].now.nr_running, m->cpus[0].before.nr_running, &v));
	assert_true(model_cost(m, &v));
	assert_float_equal(v, 2, 0.01);
	/* a counter that went back, and one that stands still */
	sample_at(m, 3000000000, 5, 750000000, 500000000);
	assert_false(model_cpu_rate(m, 0, m->cpus[0].now.switches, m->cpus[0].before.switches, &v));
	assert_true(model_cpu_busy(m, 0, &v));
	assert_float_equal(v, 0, 0.01);
	model_destroy(m);
}

/* Taking a sample needs switches. */
static void counters_that_stand_still_are_doubted(void **state)
{
	struct model *m = model_create();
	cleanup_buf struct buf why = BUF_INIT;

	sample_at(m, 1000000000, SAMPLE_ABSENT, 0, 0);
	sample_at(m, 2000000000, SAMPLE_ABSENT, 0, 0);
	sample_at(m, 3000000000, 100, 0, 0);
	sample_at(m, 4000000000, 101, 0, 0);
	assert_false(m->stood_still);
	assert_int_equal(check_session(m, &why), VERDICT_PASS);
	sample_at(m, 5000000000, 101, 0, 0);
	assert_true(m->stood_still);
	sample_at(m, 6000000000, 102, 0, 0);
	assert_int_equal(check_session(m, &why), VERDICT_INCONCLUSIVE);
	assert_non_null(strstr(buf_text(&why), "stood still"));
	model_destroy(m);
}

static void tasks_are_called_by_their_group_while_they_live(void **state)
{
	char name[64];
	struct recorded r;

	recorded_init(&r, HEAD DID(1, 1, 1, "run a -- x") PLACED(1, "a", 1, 81, "/", "0::/", true));
	model_task_name(r.model, 81, "sh", name, sizeof(name));
	assert_string_equal(name, "a.1");
	model_task_name(r.model, 82, "sh", name, sizeof(name));
	assert_string_equal(name, "sh");
	recorded_finish(&r);
	recorded_init(&r, HEAD DID(1, 1, 1, "run a -- x") PLACED(1, "a", 1, 81, "/", "0::/", true)
				  EXITED(1, "a", 1, 81, 0, 0, false));
	model_task_name(r.model, 81, "other", name, sizeof(name));
	assert_string_equal(name, "other"); /* the number may be somebody else's by now */
	recorded_finish(&r);
}

static void failures_and_intrusions_are_counted(void **state)
{
	struct recorded r;

	recorded_init(&r,
		      HEAD "{\"seq\":1,\"t_ns\":0,\"op\":\"cgroup add a\"}\n"
			   "{\"seq\":1,\"t_ns\":3,\"event\":\"failed\",\"code\":2,\"text\":\"x\"}\n"
			   "{\"t_ns\":4,\"event\":\"not-by-an-op\",\"name\":\"\",\"pid\":3,"
			   "\"text\":\"left its cgroup\"}\n");
	assert_int_equal(r.model->failures, 1);
	assert_int_equal(r.model->intrusions, 1);
	assert_string_equal(r.model->ops[0].note, "x");
	recorded_finish(&r);
}

static void a_shell_is_known_while_it_runs_and_counted_ever_after(void **state)
{
	struct recorded r;

	recorded_init(&r, HEAD "{\"t_ns\":1,\"event\":\"shell\",\"index\":1,\"pid\":90,\"cgroup\":\"/\",\"text\":"
			       "\"sh\",\"flag\":true}\n");
	assert_int_equal(r.model->shell_pid, 90);
	model_apply(r.model, &(struct event){.type = EV_SHELL_END, .index = 1, .pid = 90, .code = 3, .name = "",
					     .text = "", .cgroup = "", .path = "", .data = ""});
	assert_int_equal(r.model->shell_pid, 0);
	assert_int_equal(r.model->shells, 1);
	assert_non_null(strstr(model_line(r.model, r.model->nlog - 1)->text, "[90] ended with 3"));
	recorded_finish(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_ops_and_groups_are_joined),
		cmocka_unit_test(output_is_kept_raw_and_logged_by_lines),
		cmocka_unit_test(forged_events_change_nothing_and_grow_nothing),
		cmocka_unit_test(the_log_is_a_ring_with_stable_numbers),
		cmocka_unit_test(output_beyond_the_limit_is_counted_not_kept),
		cmocka_unit_test(counters_that_stand_still_are_doubted),
		cmocka_unit_test(of_cgroups_that_are_gone_the_last_ones_are_kept),
		cmocka_unit_test(rates_need_two_samples_and_a_counter_that_is_there),
		cmocka_unit_test(tasks_are_called_by_their_group_while_they_live),
		cmocka_unit_test(failures_and_intrusions_are_counted),
		cmocka_unit_test(a_shell_is_known_while_it_runs_and_counted_ever_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
