/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_observe - what the agent tells beside what memory shows: columns that memory lacks, of the
 * same rows only; and what of the two does not fit.
 */
#include "tests/unit/test.h"

#include "ops/sample_rows.h"
#include "session/observe_both.h"
#include "session/observe_merge.h"

#define SECOND UINT64_C(1000000000)

static char last_log[512];

static void on_log(void *arg, int level, const char *text)
{
	snprintf(last_log, sizeof(last_log), "%s", text);
}

static struct sample make(uint64_t t_ns, uint64_t n)
{
	struct sample s;

	sample_alloc(&s);
	s.t_ns = t_ns;
	s.ncpus = s.ntasks = s.ncgroups = 1;
	s.drops = s.cost_ns = s.steal_ns = n;
	s.cpus[0] = (struct sample_cpu){.migrations = n, .switches = n, .clock = n};
	s.tasks[0] = (struct sample_task){
		.pid = 7, .tid = 8, .run_ns = n, .switches = n, .migrations = n};
	s.cgroups[0] = (struct sample_cgroup){.id = 5, .usage_ns = n};
	sample_clear(&s.cpus[0], &sample_cpu_fields);
	sample_clear(&s.tasks[0], &sample_task_fields);
	sample_clear(&s.cgroups[0], &sample_cgroup_fields);
	return s;
}

static void memory_is_filled_up_and_never_replaced(void **state)
{
	struct merge *m = merge_create();
	struct sample told = make(SECOND, 10), seen = make(SECOND, 20);

	told.tasks[0].wakes = 3;
	told.tasks[0].voluntary = 4;
	told.tasks[0].allowed = 1; /* one of its own masks */
	told.cgroups[0].user_ns = 6;
	seen.tasks[0].voluntary = 5;
	seen.cgroups[0].usage_ns = SAMPLE_ABSENT;
	seen.cpus[0].migrations = SAMPLE_ABSENT;
	merge_into(m, &seen); /* nothing was told yet */
	assert_int_equal(seen.drops, 20);
	merge_take(m, &told);
	merge_into(m, &seen);
	assert_int_equal(seen.drops, 10);
	assert_int_equal(seen.tasks[0].wakes, 3);
	assert_int_equal(seen.tasks[0].voluntary, 5);
	assert_int_equal(seen.tasks[0].run_ns, 20);
	assert_int_equal(seen.tasks[0].allowed, SAMPLE_ABSENT);
	assert_int_equal(seen.cgroups[0].usage_ns, 10);
	assert_int_equal(seen.cgroups[0].user_ns, 6);
	assert_int_equal(seen.cpus[0].migrations, 10);
	assert_int_equal(seen.cpus[0].switches, 20);
	sample_free(&told);
	sample_free(&seen);
	merge_destroy(m);
}

static void another_task_with_the_same_number_gets_nothing(void **state)
{
	struct merge *m = merge_create();
	struct sample told = make(SECOND, 10), seen = make(SECOND, 20);

	told.tasks[0].wakes = 3;
	told.tasks[0].start_ns = 100;
	seen.tasks[0].start_ns = 200;
	merge_take(m, &told);
	merge_into(m, &seen);
	assert_int_equal(seen.tasks[0].wakes, SAMPLE_ABSENT);
	sample_free(&told);
	sample_free(&seen);
	merge_destroy(m);
}

static void a_total_told_once_a_second_grows_evenly(void **state)
{
	static const uint64_t want[] = {100, 125, 150, 175, 200, 200};
	struct merge *m = merge_create();
	struct sample first = make(SECOND, 100), second = make(2 * SECOND, 200);
	size_t i;

	merge_take(m, &first);
	merge_take(m, &second);
	for (i = 0; i < sizeof(want) / sizeof(*want); i++) {
		struct sample seen = make(2 * SECOND + i * SECOND / 4, 0);

		seen.cpus[0].migrations = SAMPLE_ABSENT;
		merge_into(m, &seen);
		assert_int_equal(seen.cpus[0].migrations, want[i]);
		sample_free(&seen);
	}
	sample_free(&first);
	sample_free(&second);
	merge_destroy(m);
}

static void compare(uint64_t told, uint64_t *made, uint64_t *wrong)
{
	struct both *b = both_create(on_log, NULL);
	struct sample s[] = {make(SECOND, 10), make(SECOND / 2, 9), make(2 * SECOND, 30),
			     make(3 * SECOND, told), make(4 * SECOND, 30)};
	size_t i;

	last_log[0] = '\0';
	both_compare(b, &s[1], &s[0]);
	both_compare(b, &s[2], &s[2]);
	both_counts(b, made, wrong);
	assert_int_equal(*made, 0); /* nothing older than what was told before */
	both_compare(b, &s[3], &s[4]);
	both_counts(b, made, wrong);
	both_destroy(b);
	for (i = 0; i < sizeof(s) / sizeof(*s); i++)
		sample_free(&s[i]);
}

static void what_the_agent_tells_must_lie_between_two_looks(void **state)
{
	uint64_t made, wrong;

	compare(30, &made, &wrong);
	assert_true(made > 3);
	assert_int_equal(wrong, 0);
	assert_string_equal(last_log, "");
	compare(31, &made, &wrong);
	assert_true(wrong >= 3);
	assert_non_null(strstr(last_log, "differ"));
	compare(9, &made, &wrong);
	assert_true(wrong >= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_filled_up_and_never_replaced),
		cmocka_unit_test(another_task_with_the_same_number_gets_nothing),
		cmocka_unit_test(a_total_told_once_a_second_grows_evenly),
		cmocka_unit_test(what_the_agent_tells_must_lie_between_two_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
