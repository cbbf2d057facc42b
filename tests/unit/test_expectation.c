/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_expectation - what `e` makes of a figure: each line is taken by the parser, is about that figure,
 * and holds of what was seen.
 */
#include "tests/unit/recorded.h"

#include "base/cleanup.h"
#include "ops/check.h"
#include "ops/expectation.h"
#include "ops/op.h"
#include "ops/sample_rows.h"

#define WORKER(index, pid)                                                                         \
	PLACED(3, "hogs", index, pid, "/placement/low", "0::/placement/low", true)                 \
	REPORTED(3, "hogs", index, pid,                                                            \
		 "begun=1 units=100 rounds=50 migrations=3 wall=2000000000 cpu=1000000000 gap=40000000 gap-cpu=1 cpus=0-1 " \
		 "run-delay=5000000 run-count=70 wake=9:90,200:10 wakes=100 wake-max=3000000")

static const char session[] =
	HEAD DID(1, 100, 101, "cgroup add low") DID(2, 102, 103, "cgroup add high")
	DID(3, 103, 104, "spawn hogs@low spin n=2") WORKER(1, 81) WORKER(2, 82)
	DID(4, 105, 106, "spawn fast@high spin")
	PLACED(4, "fast", 1, 91, "/placement/high", "0::/placement/high", true)
	DID(5, 107, 108, "read /tmp/where") FILE_READ(5, "/tmp/where", "0::/placement/low\\n")
	DID(6, 109, 110, "report hogs");

struct world {
	struct recorded r;
	struct sample s;
};

static void add_task(struct world *w, int32_t tid, uint64_t cgroup, uint64_t run_ns)
{
	struct sample_task *t = &w->s.tasks[w->s.ntasks++];

	*t = (struct sample_task){.pid = tid, .tid = tid, .state = 'R', .cgroup_id = cgroup, .run_ns = run_ns,
				  .wait_ns = 1, .nice = 5, .comm = "worker"};
	sample_clear(t, &sample_task_fields);
	t->prio = 126;
	t->sclass = SAMPLE_CLASS_FAIR;
}

static int begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	static const char *const paths[] = {"/placement", "/placement/low", "/placement/high"};
	uint32_t i;

	recorded_init(&w->r, session);
	sample_alloc(&w->s);
	w->s.t_ns = UINT64_C(4000000000);
	for (i = 0; i < 3; i++) {
		struct sample_cgroup *g = &w->s.cgroups[w->s.ncgroups++];

		*g = (struct sample_cgroup){.id = 10 + i};
		sample_clear(g, &sample_cgroup_fields);
		snprintf(g->path, sizeof(g->path), "%s", paths[i]);
	}
	w->s.cgroups[1].weight = 50;
	w->s.cgroups[1].quota_ns = 20000000;
	w->s.cgroups[1].period_ns = 100000000;
	w->s.cgroups[1].cpuset = 0;
	w->s.cgroups[2].weight = 0;
	w->s.cgroups[2].quota_ns = 0;
	w->s.cgroups[2].period_ns = 100000000;
	w->s.masks[w->s.nmasks++].bits[0] = 0xb;
	add_task(w, 81, 11, 300);
	add_task(w, 82, 11, 100);
	add_task(w, 91, 12, 800);
	for (i = 0; i < 2; i++) {
		w->s.cpus[i] = (struct sample_cpu){.cpu = i, .nr_running = 2 + i, .local_dsq = SAMPLE_ABSENT};
		sample_clear(&w->s.cpus[i], &sample_cpu_fields);
	}
	w->s.ncpus = 2;
	for (i = 0; i < 8; i++) {
		model_sample(w->r.model, &w->s);
		w->s.t_ns += UINT64_C(100000000);
	}
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	recorded_finish(&w->r);
	sample_free(&w->s);
	free(w);
	return 0;
}

static void line_of(struct world *w, const struct sheet_def *def, uint64_t id, const char *column, struct buf *out)
{
	int at = sheet_column_by_name(def, column);
	struct sheet s;
	size_t i;

	buf_reset(out);
	assert_true(at >= 0);
	sheet_build(&s, def, w->r.model, &(struct sheet_ask){.outline = OUTLINE_FLAT});
	for (i = 0; i < s.n; i++)
		if (s.rows[i].id == id && !def->expect(&s, &s.rows[i], &def->columns[at], out))
			buf_reset(out);
	sheet_finish(&s);
}

static void assert_line(struct world *w, const char *column, const char *want)
{
	cleanup_buf struct buf seen = BUF_INIT;

	line_of(w, &sheet_tasks, 81, column, &seen);
	assert_string_equal(buf_text(&seen), want);
}

static void each_figure_of_a_task_has_the_expectation_that_fits_it(void **state)
{
	struct world *w = *state;

	assert_line(w, "name", "expect placed hogs in=low");
	assert_line(w, "cpus", "expect confined hogs");
	assert_line(w, "waiting", "expect check gap hogs");
	assert_line(w, "run_percent", "expect share hogs/fast == 0.5 tol=10%");
	assert_line(w, "run_ns", "expect metric hogs cpu >= 2s tol=10%");
	assert_line(w, "wakes", "expect metric hogs wakes >= 200 tol=10%");
	assert_line(w, "wake_max_ns", "expect check wake-max hogs limit=3.8ms");
	assert_line(w, "migrations", "expect check migrations hogs limit=0.038");
	assert_line(w, "policy", "expect kernel task(hogs.1).policy == 0");
	assert_line(w, "nice", "expect kernel task(hogs.1).static_prio == 125");
	assert_line(w, "prio", "expect kernel task(hogs.1).prio == 125");
	assert_line(w, "class", "expect sched == none");
	/* nothing that can be expected is about these */
	assert_line(w, "waker", "");
	assert_line(w, "vtime", "");
	assert_line(w, "dsq", "");
}

#define CGROUP_ROW UINT64_C(0x8000000000000000) /* sheet_tasks: apart from tids */

static void each_figure_of_a_cgroup_has_the_expectation_that_fits_it(void **state)
{
	static const struct {
		uint64_t cgroup;
		const char *column, *want;
	} rows[] = {
		{11, "name", "expect tasks @low == 2"},
		{11, "tasks", "expect tasks @low == 2"},
		{11, "weight", "expect file /sys/fs/cgroup/placement/low/cpu.weight == 50"},
		{12, "weight", "expect file /sys/fs/cgroup/placement/high/cpu.idle == 1"},
		{11, "limit", "expect file /sys/fs/cgroup/placement/low/cpu.max == \"20000 100000\""},
		{12, "limit", "expect file /sys/fs/cgroup/placement/high/cpu.max == \"max 100000\""},
		{11, "cpus", "expect file /sys/fs/cgroup/placement/low/cpuset.cpus.effective == 0-1,3"},
		{11, "run_percent", "expect share hogs/fast == 0.5 tol=10%"},
		{11, "promised_percent", "expect share hogs/fast == 0.5 tol=10%"},
		{11, "check", "expect share hogs/fast == 0.5 tol=10%"},
		{11, "usage_ns", "expect metric hogs cpu >= 2s tol=10%"},
		{11, "throttled", "expect check gap hogs"},
		{11, "pressure_percent", "expect check gap hogs"},
		/* not told */
		{12, "cpus", ""},
		{12, "usage_ns", ""},
		/* nothing that can be expected is about it */
		{11, "user_ns", ""},
		/* made by no op */
		{10, "name", ""},
		{10, "tasks", ""},
	};
	cleanup_buf struct buf seen = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		line_of(*state, &sheet_cgroups, CGROUP_ROW | rows[i].cgroup, rows[i].column, &seen);
		assert_string_equal(buf_text(&seen), rows[i].want);
	}
}

/* Whose share would it be? */
static void what_several_groups_got_is_not_expected_of_one(void **state)
{
	struct world *w = *state;
	cleanup_buf struct buf seen = BUF_INIT;

	w->s.tasks[2].cgroup_id = 11;
	model_sample(w->r.model, &w->s);
	line_of(w, &sheet_cgroups, CGROUP_ROW | 11, "run_percent", &seen);
	assert_string_equal(buf_text(&seen), "");
	line_of(w, &sheet_cgroups, CGROUP_ROW | 11, "tasks", &seen);
	assert_string_equal(buf_text(&seen), "expect tasks @low == 3");
}

static void what_was_not_measured_is_not_expected(void **state)
{
	struct world *w = *state;
	cleanup_buf struct buf seen = BUF_INIT;

	line_of(w, &sheet_tasks, 91, "wake_max_ns", &seen);
	assert_string_equal(buf_text(&seen), "");
	line_of(w, &sheet_tasks, 91, "run_ns", &seen);
	assert_string_equal(buf_text(&seen), "");
	line_of(w, &sheet_tasks, 91, "run_percent", &seen);
	assert_string_equal(buf_text(&seen), "expect share fast/hogs == 2 tol=10%");
}

static void a_cpus_figure_is_the_machines(void **state)
{
	cleanup_buf struct buf seen = BUF_INIT;

	line_of(*state, &sheet_cpus, 1, "nr", &seen);
	assert_string_equal(buf_text(&seen), "expect check imbalance");
	line_of(*state, &sheet_cpus, 1, "current", &seen);
	assert_string_equal(buf_text(&seen), "");
	line_of(*state, &sheet_cpus, 1, "dsq", &seen);
	assert_string_equal(buf_text(&seen), ""); /* without a scheduler it says nothing */
}

static void what_an_op_saw_is_expected_of_it(void **state)
{
	static const char *const want[] = {
		"expect tasks @low == 2", "expect tasks @high == 1", "expect placed hogs in=low",
		"expect placed fast in=high", "expect file /tmp/where == 0::/placement/low",
		"expect report hogs work-units > 0",
	};
	struct world *w = *state;
	cleanup_buf struct buf seen = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		buf_reset(&seen);
		assert_true(expectation_of_op(w->r.model, &w->r.model->ops[i], &seen));
		assert_string_equal(buf_text(&seen), want[i]);
	}
}

/* Whatever stands under the cursor. */
static void every_line_is_one_that_the_parser_takes(void **state)
{
	struct world *w = *state;
	cleanup_buf struct buf seen = BUF_INIT;
	const struct sheet_def *d;
	struct err err = ERR_INIT;
	size_t i, k, c, lines = 0;
	struct sheet s;
	struct op *op;

	for (k = 0; (d = sheet_def_at(k)); k++) {
		sheet_build(&s, d, w->r.model, &(struct sheet_ask){0});
		for (i = 0; i < s.n; i++)
			for (c = 0; d->expect && c < d->ncolumns; c++) {
				buf_reset(&seen);
				if (!d->expect(&s, &s.rows[i], &d->columns[c], &seen))
					continue;
				if (op_parse(buf_text(&seen), &op, &err) < 0)
					fail_msg("%s: %s", buf_text(&seen), err.msg);
				op_destroy(op);
				lines++;
			}
		sheet_finish(&s);
	}
	assert_true(lines > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_figure_of_a_task_has_the_expectation_that_fits_it, begin, end),
		cmocka_unit_test_setup_teardown(each_figure_of_a_cgroup_has_the_expectation_that_fits_it, begin, end),
		cmocka_unit_test_setup_teardown(what_several_groups_got_is_not_expected_of_one, begin, end),
		cmocka_unit_test_setup_teardown(what_was_not_measured_is_not_expected, begin, end),
		cmocka_unit_test_setup_teardown(a_cpus_figure_is_the_machines, begin, end),
		cmocka_unit_test_setup_teardown(what_an_op_saw_is_expected_of_it, begin, end),
		cmocka_unit_test_setup_teardown(every_line_is_one_that_the_parser_takes, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
