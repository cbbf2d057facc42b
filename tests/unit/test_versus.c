/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_versus - two sessions held against each other: ops in lockstep, things by name, figures.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "ops/sample_rows.h"
#include "ops/versus.h"

#define S UINT64_C(1000000000)

static void apply(struct model *m, enum event_type type, uint64_t seq, uint64_t t_ns, const char *text)
{
	struct event ev = {.type = type, .seq = seq, .t_ns = t_ns, .text = (char *)text, .name = "", .cgroup = "",
			   .path = "", .data = ""};

	model_apply(m, &ev);
}

/* "a:1 b:2": ops, each over at a second. */
static struct model *made(const char *text)
{
	struct model *m = model_create();
	cleanup_free char *copy = strdup(text);
	char *at = copy, *word, line[40];
	uint64_t seq = 0, end;

	while ((word = strsep(&at, " "))) {
		end = (uint64_t)atoi(strchr(word, ':') + 1);
		snprintf(line, sizeof(line), "step %.*s", (int)strcspn(word, ":"), word);
		apply(m, EV_OP, ++seq, 0, line);
		if (!end)
			continue;
		apply(m, EV_BEGIN, seq, end * S - S / 2, "");
		apply(m, EV_DONE, seq, end * S, "");
	}
	return m;
}

static void assert_aligned(const char *a_text, const char *b_text, const char *want)
{
	struct model *a = made(a_text), *b = made(b_text);
	cleanup_buf struct buf seen = BUF_INIT;
	struct versus_steps steps;
	size_t i;

	versus_align(a, b, &steps);
	for (i = 0; i < steps.n; i++) {
		if (steps.rows[i].a != VERSUS_NONE)
			buf_addf(&seen, "%s", a->ops[steps.rows[i].a].text + 5);
		buf_adds(&seen, "|");
		if (steps.rows[i].b != VERSUS_NONE)
			buf_addf(&seen, "%s", b->ops[steps.rows[i].b].text + 5);
		buf_adds(&seen, " ");
	}
	assert_string_equal(buf_text(&seen), want);
	versus_steps_finish(&steps);
	model_destroy(a);
	model_destroy(b);
}

static void the_longest_common_run_stands_side_by_side(void **state)
{
	assert_aligned("a:1 b:2 c:3", "a:1 b:2 c:3", "a|a b|b c|c ");
	assert_aligned("a:1 b:2 c:3", "a:1 x:2 c:3", "a|a b| |x c|c ");
	assert_aligned("x:1 a:2 b:3", "a:1 b:2 y:3", "x| a|a b|b |y ");
	assert_aligned("a:1", "b:1", "a| |b ");
	assert_aligned("a:1 a:2", "a:1", "a|a a| ");
}

static void moments_are_as_long_after_the_same_op_but_before_the_next(void **state)
{
	struct model *a = made("a:1 b:5 c:9"), *b = made("a:10 x:12 b:13 c:30");
	struct versus_steps steps;

	versus_align(a, b, &steps);
	assert_int_equal(versus_moment(&steps, a, b, 0), 0);
	assert_int_equal(versus_moment(&steps, a, b, 1 * S), 10 * S);
	assert_int_equal(versus_moment(&steps, a, b, 3 * S), 12 * S);
	/* B's next op is over by then: what is before it */
	assert_int_equal(versus_moment(&steps, a, b, 5 * S - 1), 13 * S - 1);
	assert_int_equal(versus_moment(&steps, a, b, 4 * S + S / 2), 13 * S - 1);
	assert_int_equal(versus_moment(&steps, a, b, 5 * S), 13 * S);
	assert_int_equal(versus_moment(&steps, a, b, 9 * S), 30 * S);
	assert_int_equal(versus_moment(&steps, a, b, 11 * S), 32 * S);
	versus_steps_finish(&steps);
	model_destroy(a);
	model_destroy(b);
}

static struct sample_task *add_task(struct sample *s, int32_t tid, uint64_t cgroup, const char *comm)
{
	struct sample_task *t = &s->tasks[s->ntasks++];

	*t = (struct sample_task){.pid = tid, .tid = tid, .state = 'S', .cgroup_id = cgroup,
				  .run_ns = SAMPLE_ABSENT, .wait_ns = SAMPLE_ABSENT, .migrations = 3,
				  .switches = 1};
	sample_clear(t, &sample_task_fields);
	snprintf(t->comm, sizeof(t->comm), "%s", comm);
	return t;
}

/* The workload has "x" three times in /low, and once in /high of its own pids. */
static struct model *sampled(int32_t first_tid, uint64_t migrations, bool other)
{
	struct event ready = {.type = EV_READY, .cgroup = "/scxplore", .name = "", .text = "", .path = "", .data = ""};
	struct model *m = model_create();
	struct sample s = {.t_ns = S};
	uint64_t i;

	sample_alloc(&s);
	model_apply(m, &ready);
	for (i = 0; i < 2; i++) {
		struct sample_cgroup *g = &s.cgroups[s.ncgroups++];

		*g = (struct sample_cgroup){.id = 10 + i, .usage_ns = SAMPLE_ABSENT};
		sample_clear(g, &sample_cgroup_fields);
		snprintf(g->path, sizeof(g->path), "%s", i ? "/scxplore/low" : "/scxplore");
	}
	add_task(&s, 1, 1, "init");
	add_task(&s, first_tid, 11, "x");
	add_task(&s, first_tid + 1, 11, "x")->migrations = migrations;
	if (other)
		add_task(&s, first_tid + 2, 11, "sh");
	model_sample(m, &s);
	sample_free(&s);
	return m;
}

static const struct versus_row *row(const struct versus *v, const char *thing, const char *figure)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if (!strcmp(v->rows[i].thing, thing) &&
		    (figure ? v->rows[i].column && !strcmp(v->rows[i].column->key, figure) : !v->rows[i].column))
			return &v->rows[i];
	return NULL;
}

static void things_are_joined_by_name_and_not_by_pid(void **state)
{
	struct model *a = sampled(100, 40, false), *b = sampled(500, 120, true);
	const struct versus_row *r;
	struct versus v;

	versus_build(&v, a, "a", b, "b", false);
	r = row(&v, "x #2", "migrations");
	assert_non_null(r);
	assert_int_equal(r->mark, VERSUS_MORE);
	assert_string_equal(r->a, "40");
	assert_string_equal(r->b, "120");
	assert_string_equal(r->said, "x3.0");
	assert_null(row(&v, "x", "migrations"));
	r = row(&v, "sh", NULL);
	assert_non_null(r);
	assert_int_equal(r->mark, VERSUS_ONLY_B);
	/* the machine's own are nobody's difference */
	assert_null(row(&v, "init", NULL));
	r = row(&v, "/low", "tasks");
	assert_non_null(r);
	assert_string_equal(r->said, "+50%");
	assert_true(v.differ >= 3);
	versus_finish(&v);
	versus_build(&v, a, "a", a, "a", false);
	assert_int_equal(v.differ, 0);
	assert_int_equal(v.n, 0);
	versus_finish(&v);
	versus_build(&v, a, "a", a, "a", true);
	assert_int_equal(row(&v, "x", "migrations")->mark, VERSUS_SAME);
	assert_int_equal(v.differ, 0);
	versus_finish(&v);
	model_destroy(a);
	model_destroy(b);
}

static void what_is_not_known_on_one_side_is_no_difference(void **state)
{
	struct model *a = sampled(100, SAMPLE_ABSENT, false), *b = sampled(100, 7, false);
	const struct versus_row *r;
	struct versus v;

	versus_build(&v, a, "a", b, "b", false);
	r = row(&v, "x #2", "migrations");
	assert_non_null(r);
	assert_int_equal(r->mark, VERSUS_UNKNOWN);
	assert_string_equal(r->a, "-");
	assert_string_equal(r->said, "not known in A");
	assert_int_equal(v.differ, 0);
	versus_finish(&v);
	model_destroy(a);
	model_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_common_run_stands_side_by_side),
		cmocka_unit_test(moments_are_as_long_after_the_same_op_but_before_the_next),
		cmocka_unit_test(things_are_joined_by_name_and_not_by_pid),
		cmocka_unit_test(what_is_not_known_on_one_side_is_no_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
