/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_model_metric - numbers of groups as the model knows them, at any moment, and as judged.
 */
#include "tests/unit/recorded.h"

#include "ops/check.h"
#include "ops/model_metric.h"

#define RUN   HEAD DID(1, 1, 2, "run bench -- bench") PLACED(1, "bench", 1, 81, "/", "0::/", true)
#define ENDED EXITED(1, "bench", 1, 81, 0, 0, false)
#define TWO                                                                                        \
	HEAD DID(1, 1, 2, "spawn w spin n=2") PLACED(1, "w", 1, 81, "/", "0::/", true)             \
		PLACED(1, "w", 2, 82, "/", "0::/", true)
#define UNITS(index, pid, units, gap, wake)                                                        \
	REPORTED(0, "w", index, pid,                                                               \
		 "units=" #units " gap=" #gap " wakes=1 wake_max=" #wake " wake=" #index "0:1")

static void assert_verdict(enum verdict got, enum verdict want, struct buf *why, const char *words)
{
	if (got != want)
		fail_msg("%s instead of %s: %s", verdict_name(got), verdict_name(want),
			 buf_text(why));
	if (!strstr(buf_text(why), words))
		fail_msg("expected '%s' in '%s'", words, buf_text(why));
	buf_reset(why);
}

static enum verdict check(const struct model *m, uint64_t seq, const char *key, const char *op,
			  const char *value, int64_t tolerance, struct buf *why)
{
	return check_metric(m, seq, "bench", key, op, value, tolerance, why);
}

static void what_a_program_printed_is_found_by_its_name(void **state)
{
	struct recorded r;
	struct metric m;

	recorded_init(&r, RUN WROTE(1, "bench", 1, "lat_us=5\\nop") WROTE(1, "bench", 2, "err=1\\n")
				  WROTE(1, "bench", 1, "s=12"));
	assert_true(model_metric(r.model, "bench", "lat_us", &m));
	assert_true(m.value == 5000 && m.unit == UNIT_NS && m.when_ns == 3000000000);
	assert_false(model_metric(r.model, "bench", "ops", &m)); /* the line may go on */
	assert_false(model_metric(r.model, "bench", "work-units", &m));
	assert_false(model_metric(r.model, "nobody", "ops", &m));
	assert_true(model_metric_at(r.model, "bench", 1, &m));
	assert_string_equal(m.name, "err");
	assert_false(model_metric_at(r.model, "bench", 2, &m));
	recorded_finish(&r);
	recorded_init(&r, RUN WROTE(1, "bench", 1, "ops=12") ENDED);
	assert_true(model_metric(r.model, "bench", "ops", &m)); /* it has ended */
	assert_true(m.value == 12);
	recorded_finish(&r);
}

static void workers_reports_are_read_the_same_way(void **state)
{
	struct recorded r;
	struct metric m;
	size_t n;

	recorded_init(&r, TWO UNITS(1, 81, 10, 500, 9000) UNITS(2, 82, 30, 200, 7000));
	assert_true(model_metric(r.model, "w", "work-units", &m));
	assert_true(m.value == 40 && m.min == 10 && m.max == 30 && m.mean == 20 && m.samples == 2);
	assert_int_equal(m.better, BETTER_HIGHER);
	assert_int_equal(m.when_ns, 3050000000);
	assert_true(model_metric(r.model, "w", "gap", &m));
	assert_true(m.value == 500 && m.unit == UNIT_NS && m.better == BETTER_LOWER);
	/* both wake-ups as one histogram: the slower bucket holds the 99th of 100 */
	assert_true(model_metric(r.model, "w", "wake-p99", &m));
	assert_true(m.value == m.max && m.min < m.max);
	assert_true(model_metric(r.model, "w", "wake-p50", &m));
	assert_true(m.value == m.min);
	assert_false(model_metric(r.model, "w", "run-delay", &m));
	for (n = 0; model_metric_at(r.model, "w", n, &m); n++)
		;
	assert_true(n >= 6);
	recorded_finish(&r);
}

static void what_a_number_is_made_of_can_be_had_one_by_one(void **state)
{
	const struct model_group *g;
	struct recorded r;
	struct metric m;
	double *v;
	size_t n, i;

	recorded_init(&r, TWO UNITS(1, 81, 10, 500, 9000) UNITS(2, 82, 30, 200, 7000));
	g = model_group(r.model, "w");
	for (i = 0; model_group_metric_at(g, i, &m) && strcmp(m.name, "work-units"); i++)
		;
	v = model_group_samples_at(g, i, &n);
	assert_int_equal(n, 2);
	assert_true(v[0] == 10 && v[1] == 30 && m.value == 40);
	free(v);
	v = model_group_samples_at(g, 10000, &n);
	assert_int_equal(n, 0);
	free(v);
	recorded_finish(&r);
	recorded_init(&r, RUN WROTE(1, "bench", 1, "lat_us=5\\nlat_us=7\\nlat_us=6\\n"));
	v = model_group_samples_at(model_group(r.model, "bench"), 0, &n);
	assert_int_equal(n, 3);
	assert_true(v[0] == 5000 && v[1] == 7000 && v[2] == 6000);
	free(v);
	recorded_finish(&r);
}

static void a_note_keeps_how_it_was(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;
	struct metric m;

	recorded_init(&r, RUN WROTE(1, "bench", 1, "ops=5\\n") DID(2, 3, 4, "report bench")
				  WROTE(1, "bench", 1, "ops=50\\n")
					  DID(3, 5, 6, "expect metric bench ops > 9"));
	assert_int_equal(model_note_seq(r.model, "bench", 0), 2);
	assert_int_equal(model_note_seq(r.model, "bench", 1), 3);
	assert_int_equal(model_note_seq(r.model, "bench", 2), 0);
	assert_true(model_noted_metric(r.model, 2, "bench", "ops", &m));
	assert_true(m.value == 5);
	assert_verdict(check(r.model, 2, "ops", ">", "9", 0, &why), VERDICT_FAIL, &why,
		       "expected ops > 9, 'bench' printed 5 at 3.000s");
	assert_verdict(check(r.model, 3, "ops", ">", "9", 0, &why), VERDICT_PASS, &why,
		       "printed 50 at 3.000s (5 to 50, mean 27.5 of 2)");
	assert_verdict(check(r.model, 9, "ops", ">", "9", 0, &why), VERDICT_INCONCLUSIVE, &why,
		       "nothing was noted");
	recorded_finish(&r);
}

static void an_expectation_of_a_report_judges_its_own_moment(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, TWO UNITS(1, 81, 10, 5, 9) UNITS(2, 82, 30, 2, 7)
				  DID(2, 3, 4, "expect report w work-units < 31")
					  UNITS(1, 81, 99, 5, 9));
	assert_verdict(check_report(r.model, 2, "w", "work-units", "<", "31", &why), VERDICT_PASS,
		       &why, "each of 2 workers");
	assert_verdict(check_report(r.model, CHECK_AT_END, "w", "work-units", "<", "31", &why),
		       VERDICT_FAIL, &why, "w.1[81] reported 99");
	assert_verdict(check_report(r.model, 7, "w", "work-units", "<", "31", &why),
		       VERDICT_INCONCLUSIVE, &why, "nothing was noted");
	recorded_finish(&r);
}

static void what_was_never_printed_is_told_from_what_may_still_come(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, RUN WROTE(1, "bench", 1, "lat.p99=5ms ops=2\\n"));
	assert_verdict(check(r.model, CHECK_AT_END, "lat.p9", "<", "5ms", 0, &why),
		       VERDICT_INCONCLUSIVE, &why, "did you mean 'lat.p99'?; it still runs");
	recorded_finish(&r);
	recorded_init(&r, RUN WROTE(1, "bench", 1, "lat.p99=5ms ops=2\\n") ENDED);
	assert_verdict(check(r.model, CHECK_AT_END, "something", "<", "5ms", 0, &why), VERDICT_FAIL,
		       &why, "has printed no 'something'; there is lat.p99, ops");
	recorded_finish(&r);
}

static void numbers_of_different_kinds_are_not_compared(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, RUN WROTE(1, "bench", 1, "lat=5ms ops=2\\n") ENDED);
	assert_verdict(check(r.model, CHECK_AT_END, "lat", "<", "6", 0, &why), VERDICT_INCONCLUSIVE,
		       &why, "'lat' of 'bench' is 5ms, which '6' cannot be compared with");
	assert_verdict(check(r.model, CHECK_AT_END, "ops", "<", "6ms", 0, &why),
		       VERDICT_INCONCLUSIVE, &why, "cannot be compared");
	recorded_finish(&r);
}

static void a_time_that_is_missed_under_emulation_proves_nothing(void **state)
{
	static const char
		kvm[] = "{\"t_ns\":0,\"event\":\"accel\",\"name\":\"kvm\",\"text\":\"\"}\n",
		tcg[] = "{\"t_ns\":0,\"event\":\"accel\",\"name\":\"tcg\",\"text\":\"\"}\n";
	cleanup_buf struct buf why = BUF_INIT, text = BUF_INIT;
	struct recorded r;
	int i;

	for (i = 0; i < 2; i++) {
		enum verdict missed = i ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
		const char *words = i ? "printed 5.0ms" : "emulated";

		buf_reset(&text);
		buf_addf(&text, "%s%s", RUN WROTE(1, "bench", 1, "lat=5ms rate=10/s ops=2\\n"),
			 i ? kvm : tcg);
		recorded_init(&r, buf_text(&text));
		assert_verdict(check(r.model, CHECK_AT_END, "lat", "<", "1ms", 0, &why), missed,
			       &why, words);
		assert_verdict(check(r.model, CHECK_AT_END, "rate", ">", "11/s", 0, &why), missed,
			       &why, "rate");
		assert_verdict(check(r.model, CHECK_AT_END, "lat", "<=", "5ms", 0, &why),
			       VERDICT_PASS, &why, "holds");
		/* a count is a count */
		assert_verdict(check(r.model, CHECK_AT_END, "ops", ">", "2", 0, &why), VERDICT_FAIL,
			       &why, "printed 2");
		recorded_finish(&r);
	}
}

static void a_report_of_a_program_says_its_numbers_in_the_log(void **state)
{
	struct recorded r;
	size_t i, said = 0;

	recorded_init(&r, RUN WROTE(1, "bench", 1, "lat=1ms ops=3\\nlat=5ms\\n")
				  DID(2, 3, 4, "report bench") DID(3, 5, 6, "expect metric bench ops == 3"));
	for (i = 0; i < r.model->nlog; i++) {
		const char *text = model_line(r.model, i)->text;

		said += !strcmp(text, "number    bench lat 5.0ms (1.0ms to 5.0ms, mean 3.0ms of 2)");
		said += !strcmp(text, "number    bench ops 3");
	}
	assert_int_equal(said, 2);
	recorded_finish(&r);
}

static void a_tolerance_loosens_the_limit(void **state)
{
	static const struct {
		const char *op, *value;
		int64_t tolerance;
		enum verdict want;
	} rows[] = {
		{"==", "110", 0, VERDICT_FAIL},      {"==", "110", 100000, VERDICT_PASS},
		{"==", "112", 100000, VERDICT_FAIL}, {"!=", "110", 100000, VERDICT_FAIL},
		{"<", "100", 0, VERDICT_FAIL},       {"<", "95", 100000, VERDICT_PASS},
		{"<=", "90", 100000, VERDICT_FAIL},  {">", "105", 100000, VERDICT_PASS},
		{">=", "120", 100000, VERDICT_FAIL}, {"!=", "100", 0, VERDICT_FAIL},
	};
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;
	size_t i;

	recorded_init(&r, RUN WROTE(1, "bench", 1, "ops=100\\n"));
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_verdict(check(r.model, CHECK_AT_END, "ops", rows[i].op, rows[i].value,
				     rows[i].tolerance, &why),
			       rows[i].want, &why, "100");
	recorded_finish(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_program_printed_is_found_by_its_name),
		cmocka_unit_test(workers_reports_are_read_the_same_way),
		cmocka_unit_test(what_a_number_is_made_of_can_be_had_one_by_one),
		cmocka_unit_test(a_note_keeps_how_it_was),
		cmocka_unit_test(an_expectation_of_a_report_judges_its_own_moment),
		cmocka_unit_test(what_was_never_printed_is_told_from_what_may_still_come),
		cmocka_unit_test(numbers_of_different_kinds_are_not_compared),
		cmocka_unit_test(a_time_that_is_missed_under_emulation_proves_nothing),
		cmocka_unit_test(a_report_of_a_program_says_its_numbers_in_the_log),
		cmocka_unit_test(a_tolerance_loosens_the_limit),
	};

	return cmocka_run_group_tests_name("model_metric", tests, NULL, NULL);
}
