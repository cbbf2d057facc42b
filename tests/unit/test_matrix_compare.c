/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_matrix_compare - cells out of runs, which of them may be compared, and what gates say.
 */
#include "tests/unit/matrix_made.h"

#include "base/die.h"

#include <errno.h>
#include <math.h>

#define NEAR(a, b) assert_true(fabs((a) - (b)) <= 1e-9 * (1 + fabs((double)(b))))

/* Eight rounds of two schedulers in turns, the second `factor` slower, on a machine that drifts. */
static void two_scheds(struct made *m, struct made_run a, struct made_run b, const char *unit,
		       const char *better, double factor)
{
	unsigned k;

	made_begin(m, "\"eevdf\",\"vtime\"");
	a.sched = "eevdf";
	b.sched = "vtime";
	for (k = 1; k <= 8; k++) {
		double at = 1000 + 300 * k;

		a.repeat = b.repeat = k;
		if (k % 2)
			made_number(m, a, "g:n", unit, better, at);
		made_number(m, b, "g:n", unit, better, at * factor * (1 + 0.001 * (k % 3)));
		if (!(k % 2))
			made_number(m, a, "g:n", unit, better, at);
	}
	made_end(m);
}

static const struct mx_delta *only_delta(const struct mx_comparison *c)
{
	assert_int_equal(c->n, 1);
	assert_int_equal(c->pair[0].n, 1);
	return &c->pair[0].delta[0];
}

/* ---- cells ---- */

static void warm_ups_are_in_no_figure(void **state)
{
	struct made m;
	const struct mx_series *s;

	made_begin(&m, "\"eevdf\"");
	made_number(&m, (struct made_run){.warmup = true}, "g:n", "us", "lower", 9999);
	made_number(&m, (struct made_run){.repeat = 1}, "g:n", "us", "lower", 2);
	made_number(&m, (struct made_run){.repeat = 2, .verdict = "fail", .why = "w"}, "g:n", "us",
		    "lower", 4);
	made_end(&m);
	assert_int_equal(m.table.n, 1);
	assert_int_equal(m.table.total, 2);
	assert_int_equal(m.table.warmups, 1);
	assert_int_equal(m.table.row[0].verdict, VERDICT_FAIL);
	assert_string_equal(m.table.row[0].why, "w");
	s = mx_row_series(&m.table.row[0], "g:n");
	assert_int_equal(s->n, 2);
	assert_int_equal(s->unit, UNIT_NS);
	NEAR(s->value[0], 2000);
	NEAR(s->value[1], 4000);
	made_finish(&m);
}

static void a_run_is_the_median_of_its_samples(void **state)
{
	static struct hist h;
	struct made m;

	made_begin(&m, "\"eevdf\"");
	made_add(&m, &(struct made_run){.metrics = "{\"name\":\"g:n\",\"unit\":\"ms\",\"better\":"
						   "\"none\",\"virtual\":false,\"samples\":[1,90,3]}"});
	made_end(&m);
	NEAR(mx_row_series(&m.table.row[0], "g:n")->value[0], 3e6);
	assert_int_equal(mx_row_series(&m.table.row[0], "g:n")->samples, 3);
	mx_row_hist(&m.table.row[0], "g:n", &h);
	assert_int_equal(h.total, 3);
	made_finish(&m);
}

static void cells_stand_in_the_order_they_first_ran_in(void **state)
{
	static const char *const scheds[] = {"z", "a", "m", "a", "z"};
	struct made m;
	size_t i;

	made_begin(&m, "\"z\",\"a\",\"m\"");
	for (i = 0; i < ARRAY_SIZE(scheds); i++)
		made_add(&m, &(struct made_run){.sched = scheds[i]});
	made_add(&m, &(struct made_run){.sched = "s", .verdict = "skip", .why = "cannot"});
	made_end(&m);
	assert_int_equal(m.table.n, 4);
	assert_string_equal(m.table.row[0].cell->sched, "z");
	assert_string_equal(m.table.row[1].cell->sched, "a");
	assert_string_equal(m.table.row[2].cell->sched, "m");
	assert_int_equal(m.table.row[0].n, 2);
	assert_int_equal(m.table.row[3].verdict, VERDICT_SKIP);
	assert_int_equal(m.table.total, 5);
	assert_int_equal(mx_table_verdict(&m.table), VERDICT_PASS);
	made_finish(&m);
}

static void runs_that_disagree_about_the_unit_have_no_number(void **state)
{
	struct mx_comparison c;
	struct made m;

	made_begin(&m, "\"eevdf\",\"v\"");
	made_number(&m, (struct made_run){.repeat = 1}, "g:n", "us", "lower", 2);
	made_number(&m, (struct made_run){.repeat = 2}, "g:n", "B", "lower", 2);
	made_number(&m, (struct made_run){.sched = "v"}, "g:n", "us", "lower", 2);
	made_end(&m);
	assert_true(mx_row_series(&m.table.row[0], "g:n")->mixed);
	assert_int_equal(mx_compare_sched(&m.table, "eevdf", &c, NULL), 0);
	assert_true(only_delta(&c)->refused);
	assert_non_null(strstr(only_delta(&c)->why, "in one unit"));
	mx_comparison_finish(&c);
	made_finish(&m);
}

/* ---- comparing ---- */

static void schedulers_that_ran_in_turns_are_compared_in_pairs(void **state)
{
	const struct mx_delta *d;
	struct mx_comparison c;
	struct made m;

	two_scheds(&m, (struct made_run){0}, (struct made_run){0}, "us", "lower", 1.1);
	assert_string_equal(mx_baseline_of(&m.table), "eevdf");
	assert_int_equal(mx_compare_sched(&m.table, "eevdf", &c, NULL), 0);
	d = only_delta(&c);
	assert_true(d->paired);
	assert_int_equal(d->pairs, 8);
	/* the drift of 300 a round is many times what they differ by, and is not in it */
	assert_true(d->share.low > 0.099 && d->share.high < 0.105);
	assert_string_equal(mx_delta_word(d), "worse");
	mx_comparison_finish(&c);
	made_finish(&m);
}

static void one_after_the_other_is_no_pair(void **state)
{
	struct mx_comparison c;
	struct made m;
	unsigned k, s;

	made_begin(&m, "\"none\",\"v\"");
	for (s = 0; s < 2; s++)
		for (k = 1; k <= 6; k++)
			made_number(&m, (struct made_run){.sched = s ? "v" : "none", .repeat = k}, "g:n",
				    "us", "lower", 100 + k);
	made_end(&m);
	assert_string_equal(mx_baseline_of(&m.table), "none");
	assert_int_equal(mx_compare_sched(&m.table, "none", &c, NULL), 0);
	assert_false(only_delta(&c)->paired);
	assert_string_equal(mx_delta_word(only_delta(&c)), "same");
	mx_comparison_finish(&c);
	made_finish(&m);
}

static void a_third_scheduler_between_them_is_no_hindrance(void **state)
{
	static const char *const scheds[] = {"eevdf", "mid", "v"};
	struct mx_comparison c;
	struct made m;
	unsigned k, s;

	made_begin(&m, "\"eevdf\",\"mid\",\"v\"");
	for (k = 1; k <= 6; k++)
		for (s = 0; s < 3; s++)
			made_number(&m, (struct made_run){.sched = scheds[k % 2 ? s : 2 - s], .repeat = k},
				    "g:n", "us", "lower", 100 * k + s);
	made_end(&m);
	assert_int_equal(mx_compare_sched(&m.table, "eevdf", &c, NULL), 0);
	assert_int_equal(c.n, 2);
	assert_true(c.pair[0].delta[0].paired && c.pair[1].delta[0].paired);
	mx_comparison_finish(&c);
	made_finish(&m);
}

static void virtual_times_are_refused_and_virtual_counts_are_not(void **state)
{
	static const struct {
		const char *unit, *better;
		bool refused;
	} of[] = {{"us", "lower", true},   {"/s", "higher", true}, {"B/s", "higher", true},
		  {"", "higher", true}, /* work done in a time */
		  {"", "none", false},	   {"%", "lower", false},  {"B", "lower", false}};
	struct made_run exact = {.exact = true, .accel = "tcg-exact"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		struct mx_comparison c;
		struct made m;

		two_scheds(&m, exact, exact, of[i].unit, of[i].better, 1.1);
		assert_int_equal(mx_compare_sched(&m.table, "eevdf", &c, NULL), 0);
		assert_int_equal(only_delta(&c)->refused, of[i].refused);
		if (of[i].refused) {
			assert_non_null(strstr(only_delta(&c)->why, "virtual time"));
			assert_true(isnan(only_delta(&c)->change.at));
			assert_string_equal(mx_delta_word(only_delta(&c)), "-");
		}
		mx_comparison_finish(&c);
		made_finish(&m);
	}
}

static void speed_is_refused_across_accelerators_and_where_one_is_unknown(void **state)
{
	struct made_run others[] = {{.accel = "tcg"}, {.unknown = true}};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		struct mx_comparison c;
		struct made m;

		two_scheds(&m, (struct made_run){0}, others[i], "us", "lower", 1);
		assert_int_equal(mx_compare_sched(&m.table, "eevdf", &c, NULL), 0);
		assert_true(only_delta(&c)->refused);
		assert_non_null(strstr(only_delta(&c)->why, "across accelerators"));
		assert_non_null(strstr(c.pair[0].differs, i ? "accelerator (kvm, -)" : "accelerator (kvm, tcg)"));
		mx_comparison_finish(&c);
		made_finish(&m);
		two_scheds(&m, (struct made_run){0}, others[i], "%", "lower", 1);
		assert_int_equal(mx_compare_sched(&m.table, "eevdf", &c, NULL), 0);
		assert_false(only_delta(&c)->refused);
		mx_comparison_finish(&c);
		made_finish(&m);
	}
}

static void what_differs_is_named(void **state)
{
	struct mx_comparison c;
	struct made a, b;

	two_scheds(&a, (struct made_run){0}, (struct made_run){.clock = "hpet", .host_cpu = "Xeon"},
		   "us", "lower", 1);
	assert_int_equal(mx_compare_sched(&a.table, "eevdf", &c, NULL), 0);
	assert_string_equal(c.pair[0].differs, "clock (tsc, hpet), host CPU (EPYC, Xeon)");
	mx_comparison_finish(&c);
	made_finish(&a);
	two_scheds(&b, (struct made_run){0}, (struct made_run){0}, "us", "lower", 1);
	assert_int_equal(mx_compare_sched(&b.table, "eevdf", &c, NULL), 0);
	assert_string_equal(c.pair[0].differs, "");
	mx_comparison_finish(&c);
	made_finish(&b);
}

static void what_is_mixed_within_a_cell_is_named_too(void **state)
{
	struct mx_comparison c;
	struct made m;
	unsigned k;

	made_begin(&m, "\"eevdf\",\"v\"");
	for (k = 1; k <= 4; k++)
		made_add(&m, &(struct made_run){.sched = k % 2 ? "eevdf" : "v",
						.repeat = (k + 1) / 2,
						.clock = k > 2 ? "hpet" : "tsc"});
	made_end(&m);
	assert_int_equal(mx_compare_sched(&m.table, "eevdf", &c, NULL), 0);
	assert_string_equal(c.pair[0].differs, "clock (tsc/hpet, tsc/hpet)");
	mx_comparison_finish(&c);
	made_finish(&m);
}

static void a_saved_matrix_is_met_cell_by_cell_and_across_a_new_kernel(void **state)
{
	struct made_run new_kernel = {.kernel = "8.0", .release = "8.0.1"};
	struct mx_comparison c;
	struct err err = ERR_INIT;
	struct made old, new;

	two_scheds(&old, (struct made_run){0}, (struct made_run){0}, "us", "lower", 1);
	two_scheds(&new, new_kernel, new_kernel, "us", "lower", 1.5);
	assert_int_equal(mx_compare_saved(&new.table, &old.table, "old", &c, &err), 0);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.nalone, 0);
	assert_string_equal(c.pair[0].differs, "kernel (7.3.4, 8.0.1)");
	assert_false(c.pair[1].delta[0].paired);
	assert_string_equal(c.pair[1].b->cell->sched, "vtime");
	assert_string_equal(c.pair[1].a->cell->sched, "vtime");
	mx_comparison_finish(&c);
	made_finish(&new);

	new_kernel.topology = "2n2l2c1t";
	two_scheds(&new, new_kernel, new_kernel, "us", "lower", 1);
	assert_int_equal(mx_compare_saved(&new.table, &old.table, "old", &c, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "'old'"));
	mx_comparison_finish(&c);
	made_finish(&new);
	made_finish(&old);
}

static void the_value_of_a_run_is_its_own_or_the_median_of_its_samples(void **state)
{
	const struct mx_series *s;
	struct made m;

	made_begin(&m, "\"eevdf\"");
	made_add(&m, &(struct made_run){
			     .metrics = "{\"name\":\"w:work\",\"unit\":\"us\",\"better\":\"higher\","
					"\"virtual\":false,\"value\":12,\"samples\":[5,7]}"});
	made_add(&m, &(struct made_run){
			     .repeat = 2,
			     .metrics = "{\"name\":\"w:work\",\"unit\":\"us\",\"better\":\"higher\","
					"\"virtual\":false,\"samples\":[5,7]}"});
	made_end(&m);
	s = mx_row_series(&m.table.row[0], "w:work");
	assert_int_equal(s->n, 2);
	assert_int_equal(s->samples, 4);
	assert_true(s->value[0] == 12000 && s->value[1] == 6000);
	made_finish(&m);
}

static void what_has_no_counterpart_is_said(void **state)
{
	struct mx_comparison c;
	struct made m;

	made_begin(&m, "\"eevdf\",\"v\"");
	made_number(&m, (struct made_run){.repeat = 1}, "g:old", "us", "lower", 2);
	made_number(&m, (struct made_run){.sched = "v"}, "g:new", "us", "lower", 2);
	made_number(&m, (struct made_run){.sched = "v", .topology = "t"}, "g:new", "us", "lower", 2);
	made_number(&m, (struct made_run){.sched = "v", .topology = "u"}, "g:new", "us", "lower", 2);
	made_end(&m);
	assert_int_equal(mx_compare_sched(&m.table, "eevdf", &c, NULL), 0);
	assert_int_equal(c.nalone, 3);
	assert_string_equal(c.alone[0], "1n1l2c1t v: no counterpart of g:new");
	assert_string_equal(c.alone[1], "1n1l2c1t eevdf: no counterpart of g:old");
	assert_string_equal(c.alone[2], "t v, u v: no counterpart that was run");
	mx_comparison_finish(&c);
	made_finish(&m);
}

static void a_baseline_that_is_not_there_is_an_error_that_lists_them(void **state)
{
	struct err err = ERR_INIT;
	struct mx_comparison c;
	struct made m;

	two_scheds(&m, (struct made_run){0}, (struct made_run){0}, "us", "lower", 1);
	assert_int_equal(mx_compare_sched(&m.table, "rusty", &c, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "'rusty'; there are: eevdf, vtime"));
	mx_comparison_finish(&c);
	made_finish(&m);
}

/* ---- gates ---- */

static void gates_are_read_and_written(void **state)
{
	static const struct {
		const char *word, *metric;
		bool share;
		double limit;
		enum metric_unit unit;
		enum metric_better better;
	} of[] = {
		{"lat.p99:+10%", "lat.p99", true, 0.1, UNIT_PLAIN, BETTER_UNKNOWN},
		{"bench:lat.p99:+5us", "bench:lat.p99", false, 5000, UNIT_NS, BETTER_UNKNOWN},
		{"rate:100/s:higher", "rate", false, 100, UNIT_PER_S, BETTER_HIGHER},
		{"a*:-5%", "a*", true, -0.05, UNIT_PLAIN, BETTER_UNKNOWN},
		{"share:+2pp:lower", "share", false, 2, UNIT_PERCENT, BETTER_LOWER},
		{"n:3", "n", false, 3, UNIT_PLAIN, BETTER_UNKNOWN},
		{"lower:+1:lower", "lower", false, 1, UNIT_PLAIN, BETTER_LOWER},
	};
	static const char *const wrong[] = {"",	     "lat",	 "lat:",       ":+10%",	   "lat:ten",
					    "lat:+", "lat:+5xs", "lat:+10%%",  "l t:+10%", "lat:+10%:up",
					    ":lower", "lat:lower", "lat:+nan%", "lat:+1e999"};
	struct err err = ERR_INIT;
	struct mx_gate g, again;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		cleanup_buf struct buf text = BUF_INIT;

		if (mx_gate_parse(of[i].word, &g, &err) < 0)
			fail_msg("%s", err.msg);
		assert_string_equal(g.metric, of[i].metric);
		assert_int_equal(g.share, of[i].share);
		assert_int_equal(g.unit, of[i].unit);
		assert_int_equal(g.better, of[i].better);
		NEAR(g.limit, of[i].limit);
		mx_gate_write(&g, &text);
		assert_int_equal(mx_gate_parse(buf_text(&text), &again, &err), 0);
		assert_true(again.limit == g.limit && again.unit == g.unit && again.share == g.share);
		assert_string_equal(again.metric, g.metric);
	}
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (mx_gate_parse(wrong[i], &g, &err) != -EINVAL)
			fail_msg("'%s' was taken for a gate", wrong[i]);
		assert_true(*err.msg);
	}
}

static void a_gate_matches_by_name_with_or_without_the_group(void **state)
{
	struct mx_gate g;

	mx_gate_parse("lat.*p99:+1%", &g, NULL);
	assert_true(mx_gate_matches(&g, "lat.wakeup.p99"));
	assert_true(mx_gate_matches(&g, "bench:lat.p99"));
	assert_false(mx_gate_matches(&g, "lat.p99.9"));
	assert_false(mx_gate_matches(&g, "flat.p99"));
	mx_gate_parse("b:*:+1%", &g, NULL);
	assert_true(mx_gate_matches(&g, "b:x"));
	assert_false(mx_gate_matches(&g, "c:x"));
	mx_gate_parse("*:+1%", &g, NULL);
	assert_true(mx_gate_matches(&g, "anything"));
}

static enum verdict gated(const struct made *m, const char *word, struct buf *why)
{
	struct mx_comparison c;
	struct mx_gateds out;
	struct err err = ERR_INIT;
	struct mx_gate g;
	enum verdict v;

	if (mx_gate_parse(word, &g, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(mx_compare_sched(&m->table, "eevdf", &c, NULL), 0);
	mx_gates_judge(&g, 1, &c, 1, &out);
	assert_int_equal(out.n, 1);
	v = out.v[0].verdict;
	buf_reset(why);
	buf_adds(why, out.v[0].why);
	mx_gateds_finish(&out);
	mx_comparison_finish(&c);
	return v;
}

static void a_gate_is_judged_against_the_whole_interval(void **state)
{
	static const struct {
		const char *unit, *better;
		double factor;
		const char *gate;
		enum verdict want;
		const char *words;
	} of[] = {
		{"us", "lower", 1.1, "n:+5%", VERDICT_FAIL, "worse by +10.1%, 95% interval"},
		{"us", "lower", 1.1, "n:+15%", VERDICT_PASS, "allowed +15.0%"},
		{"us", "lower", 1.1, "n:+10.1%", VERDICT_INCONCLUSIVE, "the interval has the gate in it"},
		/* the estimate is within, the interval is not */
		{"us", "lower", 1.1, "n:+10.15%", VERDICT_INCONCLUSIVE, "has the gate in it"},
		{"us", "lower", 0.9, "n:+5%", VERDICT_PASS, "worse by -9.9%"},
		{"us", "lower", 0.9, "n:-5%", VERDICT_PASS, "allowed -5.0%"},
		{"us", "lower", 0.9, "n:-20%", VERDICT_FAIL, "allowed -20.0%"},
		{"/s", "higher", 1.1, "n:+5%", VERDICT_PASS, "worse by -10.1%"},
		{"/s", "higher", 0.9, "n:+5%", VERDICT_FAIL, "worse by +9.9%"},
		{"us", "lower", 1.5, "n:+5us", VERDICT_FAIL, "allowed +5.0us"},
		{"us", "lower", 1.5, "n:+5ms", VERDICT_PASS, "allowed +5.0ms"},
		{"%", "lower", 1.5, "n:+2pp", VERDICT_FAIL, "allowed +2%"},
		{"us", "lower", 1.5, "n:+5", VERDICT_INCONCLUSIVE, "the gate is in '', the metric in 'ns'"},
		{"us", "none", 1.5, "n:+5%", VERDICT_INCONCLUSIVE, "write 'n:+5%:lower'"},
		{"us", "none", 1.5, "n:+5%:lower", VERDICT_FAIL, "worse by +50.1%"},
		{"us", "none", 1.5, "n:+5%:higher", VERDICT_PASS, "worse by -50.1%"},
		{"us", "lower", 1.5, "nothing:+5%", VERDICT_INCONCLUSIVE, "have such a metric"},
	};
	cleanup_buf struct buf why = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		struct made m;
		enum verdict got;

		two_scheds(&m, (struct made_run){0}, (struct made_run){0}, of[i].unit, of[i].better,
			   of[i].factor);
		got = gated(&m, of[i].gate, &why);
		if (got != of[i].want || !strstr(buf_text(&why), of[i].words))
			fail_msg("%s of %g: %s: %s", of[i].gate, of[i].factor, verdict_name(got),
				 buf_text(&why));
		made_finish(&m);
	}
}

static void too_few_runs_leave_a_gate_inconclusive(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct made m;

	made_begin(&m, "\"eevdf\",\"v\"");
	made_number(&m, (struct made_run){0}, "g:n", "us", "lower", 1);
	made_number(&m, (struct made_run){.sched = "v"}, "g:n", "us", "lower", 1000);
	made_end(&m);
	assert_int_equal(gated(&m, "n:+5%", &why), VERDICT_INCONCLUSIVE);
	assert_non_null(strstr(buf_text(&why), "1 pair of runs: an interval of 95% needs at least 6"));
	made_finish(&m);
}

static void a_gate_on_what_may_not_be_compared_says_why(void **state)
{
	struct made_run exact = {.exact = true, .accel = "tcg-exact"};
	cleanup_buf struct buf why = BUF_INIT;
	struct made m;

	two_scheds(&m, exact, exact, "us", "lower", 1.5);
	assert_int_equal(gated(&m, "n:+5%", &why), VERDICT_INCONCLUSIVE);
	assert_non_null(strstr(buf_text(&why), "virtual time of an exact run"));
	made_finish(&m);
	two_scheds(&m, (struct made_run){0}, (struct made_run){.clock = "hpet"}, "us", "lower", 1.5);
	assert_int_equal(gated(&m, "n:+5%", &why), VERDICT_FAIL);
	assert_non_null(strstr(buf_text(&why), "though these differ: clock (tsc, hpet)"));
	made_finish(&m);
}

static void a_gate_without_anything_to_compare_with_is_not_silent(void **state)
{
	struct mx_gateds out;
	struct mx_gate g;

	mx_gate_parse("n:+5%", &g, NULL);
	mx_gates_judge(&g, 1, NULL, 0, &out);
	assert_int_equal(out.n, 1);
	assert_int_equal(out.v[0].verdict, VERDICT_INCONCLUSIVE);
	assert_string_equal(out.v[0].why, "there is nothing to compare with");
	mx_gateds_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(warm_ups_are_in_no_figure),
		cmocka_unit_test(a_run_is_the_median_of_its_samples),
		cmocka_unit_test(cells_stand_in_the_order_they_first_ran_in),
		cmocka_unit_test(runs_that_disagree_about_the_unit_have_no_number),
		cmocka_unit_test(schedulers_that_ran_in_turns_are_compared_in_pairs),
		cmocka_unit_test(one_after_the_other_is_no_pair),
		cmocka_unit_test(a_third_scheduler_between_them_is_no_hindrance),
		cmocka_unit_test(virtual_times_are_refused_and_virtual_counts_are_not),
		cmocka_unit_test(speed_is_refused_across_accelerators_and_where_one_is_unknown),
		cmocka_unit_test(what_differs_is_named),
		cmocka_unit_test(what_is_mixed_within_a_cell_is_named_too),
		cmocka_unit_test(a_saved_matrix_is_met_cell_by_cell_and_across_a_new_kernel),
		cmocka_unit_test(what_has_no_counterpart_is_said),
		cmocka_unit_test(the_value_of_a_run_is_its_own_or_the_median_of_its_samples),
		cmocka_unit_test(a_baseline_that_is_not_there_is_an_error_that_lists_them),
		cmocka_unit_test(gates_are_read_and_written),
		cmocka_unit_test(a_gate_matches_by_name_with_or_without_the_group),
		cmocka_unit_test(a_gate_is_judged_against_the_whole_interval),
		cmocka_unit_test(too_few_runs_leave_a_gate_inconclusive),
		cmocka_unit_test(a_gate_on_what_may_not_be_compared_says_why),
		cmocka_unit_test(a_gate_without_anything_to_compare_with_is_not_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
