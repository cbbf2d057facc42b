/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_table_words - every row of the tables of what can be waited for (hold until), of figures of
 * a worker's report and of comparisons goes the whole road: typed, recorded, replayed, exported,
 * compiled, passed. The lines on figures are made from their table; a row that is not said is a
 * failure.
 */
#include "road.h"

#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "guest/wire_expr.h"
#include "ops/figures.h"

static const char conditions[] = "cgroup add a cpuset.cpus=0\n"
				 "spawn w@a bursty n=2\n"
				 "hold until running(a) > 0 timeout=60s\n"
				 "hold until nr_running(a) >= 1 timeout=60s\n"
				 "hold until tasks(a) == 2 timeout=60s\n"
				 "hold until live(w) == 2 and switches(w) > 3 timeout=60s\n"
				 "hold until ran(w) > 50ms timeout=60s\n"
				 "run p@a -- sh -c \"exit 0\"\n"
				 "hold until exited(p) timeout=60s\n"
				 "every 10ms as churn for=200ms\n"
				 "cgroup set a cpu.weight=50\n"
				 "end\n"
				 "hold until rounds(churn) > 1 timeout=60s\n"
				 "sched load fifo\n"
				 "hold until sched.state == enabled timeout=60s\n"
				 "hold until sched.ops == fifo timeout=60s\n"
				 "sched unload\n"
				 "hold until units(w) > 0 timeout=60s\n"
				 "report w\n"
				 "expect report w cpus == 1\n"
				 "expect report w cpus != 2\n"
				 "expect report w cpus < 2\n"
				 "expect report w cpus <= 1\n"
				 "expect report w work-units > 0\n";

static void add_figures(struct buf *text)
{
	const struct figure *f;
	size_t i;

	for (i = 0; (f = figure_at(i)); i++)
		buf_addf(text, "expect report w %s >= %s\n", f->name, f->is_time ? "0ns" : "0");
}

static void conditions_and_figures_go_the_whole_road(void **state)
{
	static const char *const include[] = {"sh", NULL};
	const struct guest_config guest = {
		.topology = {1, 1, 2, 1}, .kernel = getenv("SXP_KERNEL"), .include = include};
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_free char *said = NULL;

	buf_adds(&text, conditions);
	add_figures(&text);
	said = road_travel("words", buf_text(&text), &guest);
	assert_non_null(strstr(said, "every_op_was_carried_out"));
	assert_null(strstr(said, "SKIP"));
}

static void no_condition_and_no_comparison_is_left_out(void **state)
{
	static const struct {
		const char *name;
		enum expr_about about;
	} terms[] = {
#define X(e, name, about, value, meaning) {name, about},
		EXPR_LIST(X)
#undef X
	};
	char text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(terms); i++) {
		snprintf(text, sizeof(text), " %s%s", terms[i].name,
			 terms[i].about == EXPR_NOTHING ? " ==" : "(");
		if (!strstr(conditions, text))
			fail_msg("'hold until%s' goes no road", text);
	}
	for (i = 0; figure_compare_at(i); i++) {
		snprintf(text, sizeof(text), " %s ", figure_compare_at(i));
		if (!strstr(conditions, text))
			fail_msg("the comparison '%s' goes no road", text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_condition_and_no_comparison_is_left_out),
		cmocka_unit_test(conditions_and_figures_go_the_whole_road),
	};

	return cmocka_run_group_tests_name("table of words", tests, NULL, NULL);
}
