/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_matrix_stats - numbers of a matrix against distributions whose truth is known: quantiles,
 * histograms, and how often an interval has the truth in it.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "matrix/hist.h"
#include "matrix/interval.h"
#include "matrix/stats.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>

#define NEAR(a, b) assert_true(fabs((a) - (b)) <= 1e-9 * (1 + fabs((double)(b))))

/* ---- stats ---- */

static void quantiles_lie_between_the_two_nearest_numbers(void **state)
{
	const double v[] = {1, 2, 4, 8};

	NEAR(stats_quantile(v, 4, 0), 1);
	NEAR(stats_quantile(v, 4, 1), 8);
	NEAR(stats_quantile(v, 4, 0.5), 3);
	NEAR(stats_quantile(v, 4, 0.25), 1.75);
	NEAR(stats_quantile(v, 4, 0.9), 6.8);
	NEAR(stats_quantile(v, 1, 0.99), 1);
	assert_true(isnan(stats_quantile(v, 0, 0.5)));
	assert_true(isnan(stats_quantile(v, 4, 1.1)));
	assert_true(isnan(stats_quantile(v, 4, NAN)));
}

static void mean_and_spread_are_those_of_the_textbook(void **state)
{
	/* NIST StRD "Lottery"-like: large numbers that differ in their last digit (NumAcc3) */
	double v[1001];
	struct stats s;
	size_t i;

	v[0] = 1000000.2;
	for (i = 1; i < 1001; i++)
		v[i] = i % 2 ? 1000000.1 : 1000000.3;
	stats_of(v, 1001, &s);
	NEAR(s.mean, 1000000.2);
	assert_true(fabs(s.stddev - 0.1) < 1e-9);
	NEAR(s.median, 1000000.2);
	stats_of((const double[]){4, 2, 8, 6}, 4, &s);
	NEAR(s.mean, 5);
	NEAR(s.stddev, sqrt(20.0 / 3));
	NEAR(s.min, 2);
	NEAR(s.max, 8);
	NEAR(s.p25, 3.5);
	NEAR(s.p75, 6.5);
}

static void what_so_few_numbers_cannot_tell_is_a_dash_and_no_zero(void **state)
{
	struct stats s;
	char text[40];

	stats_of(NULL, 0, &s);
	assert_true(isnan(s.mean) && isnan(s.median) && isnan(s.min) && isnan(s.stddev));
	stats_write(UNIT_NS, s.median, text, sizeof(text));
	assert_string_equal(text, "-");
	stats_write_change(UNIT_NS, s.median, text, sizeof(text));
	assert_string_equal(text, "-");
	stats_write_share(NAN, text, sizeof(text));
	assert_string_equal(text, "-");
	stats_of((const double[]){5}, 1, &s);
	NEAR(s.mean, 5);
	assert_true(isnan(s.stddev));
}

static void numbers_are_written_with_unit_and_sign(void **state)
{
	char text[40];

	stats_write(UNIT_NS, -5e6, text, sizeof(text));
	assert_string_equal(text, "-5.0ms");
	stats_write_change(UNIT_NS, 5e6, text, sizeof(text));
	assert_string_equal(text, "+5.0ms");
	stats_write_change(UNIT_PER_S, 0, text, sizeof(text));
	assert_string_equal(text, "0/s");
	stats_write_share(0.1234, text, sizeof(text));
	assert_string_equal(text, "+12.3%");
	stats_write_share(-0.5, text, sizeof(text));
	assert_string_equal(text, "-50.0%");
	stats_write_share(-0.0001, text, sizeof(text));
	assert_string_equal(text, "0.0%");
	stats_write_share(123, text, sizeof(text));
	assert_string_equal(text, "+1.23e+04%");
}

/* ---- hist ---- */

static void every_number_is_counted_in_the_bucket_that_holds_it(void **state)
{
	static struct hist h;
	double v;
	size_t i, hits, at = 0;

	for (v = 1e-9; v < 1e28; v *= 1.037) {
		h = (struct hist){0};
		hist_add(&h, v);
		for (i = hits = 0; i < HIST_BUCKETS; i++)
			if (h.count[i]) {
				hits += h.count[i];
				at = i;
			}
		assert_int_equal(hits, 1);
		assert_true(hist_lower(at) <= v && v < hist_lower(at + 1));
		/* no wider than an eighth of where it begins */
		assert_true((hist_lower(at + 1) - hist_lower(at)) / hist_lower(at) <=
			    0.125 + 1e-12);
	}
}

static void edges_belong_to_the_bucket_they_open(void **state)
{
	static struct hist h;
	size_t i;

	for (i = 0; i < HIST_BUCKETS; i++)
		hist_add(&h, hist_lower(i));
	for (i = 0; i < HIST_BUCKETS; i++)
		assert_int_equal(h.count[i], 1);
	hist_add(&h, hist_lower(HIST_BUCKETS));
	hist_add(&h, 0);
	hist_add(&h, -3);
	hist_add(&h, NAN);
	hist_add(&h, INFINITY);
	assert_int_equal(h.above, 1);
	assert_int_equal(h.below, 2);
	assert_int_equal(h.total, HIST_BUCKETS + 3);
}

static void two_histograms_add_up_to_that_of_all_numbers(void **state)
{
	static struct hist all, even, odd;
	int i;

	for (i = 0; i < 1000; i++) {
		hist_add(&all, i * 1.7);
		hist_add(i % 2 ? &odd : &even, i * 1.7);
	}
	hist_merge(&even, &odd);
	assert_memory_equal(&even, &all, sizeof(all));
}

static void quantiles_of_a_histogram_are_near_those_of_the_numbers(void **state)
{
	static struct hist h;
	static double v[10000];
	size_t i;
	double p;

	for (i = 0; i < 10000; i++) {
		/* exponential: most of it in the tail */
		v[i] = -log((double)(10000 - i) / 10001) * 1e6;
		hist_add(&h, v[i]);
	}
	for (p = 0.01; p < 1; p += 0.01) {
		double want = v[(size_t)ceil(p * 10000) - 1];

		assert_true(fabs(hist_quantile(&h, p) - want) <= want / 16 + 1e-9);
	}
	h = (struct hist){0};
	assert_true(isnan(hist_quantile(&h, 0.5)));
}

static void a_histogram_is_printed_by_powers_of_two(void **state)
{
	static struct hist h;
	cleanup_buf struct buf out = BUF_INIT;
	struct json_object *o;

	hist_print(&h, UNIT_NS, 60, &out);
	assert_string_equal(buf_text(&out), "  -\n");
	buf_reset(&out);
	hist_add(&h, 1);
	hist_add(&h, 1.5);
	hist_add(&h, 17);
	hist_add(&h, 0);
	hist_print(&h, UNIT_PLAIN, 60, &out);
	assert_string_equal(buf_text(&out),
			    "        FROM       BELOW     COUNT\n"
			    "               2.328e-10         1 ############\n"
			    "           1           2         2 ########################\n"
			    "           2           4         0\n"
			    "           4           8         0\n"
			    "           8          16         0\n"
			    "          16          32         1 ############\n");
	o = hist_json(&h);
	assert_string_equal(
		json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN),
		"{\"per-power\":8,\"below\":1,\"above\":0,\"buckets\":[[1,1],[1.5,1],[16,1]]}");
	json_object_put(o);
}

static void what_lies_close_together_is_printed_bucket_by_bucket(void **state)
{
	static struct hist h;
	cleanup_buf struct buf out = BUF_INIT;

	h = (struct hist){0};
	hist_add(&h, 4096);
	hist_add(&h, 4608);
	hist_add(&h, 4700);
	hist_add(&h, 1e40);
	hist_print(&h, UNIT_BYTES, 60, &out);
	assert_string_equal(buf_text(&out),
			    "        FROM       BELOW     COUNT\n"
			    "       4096B       4608B         1 ############\n"
			    "       4608B       5120B         2 ########################\n"
			    "  7.923e+28B                     1 ############\n");
}

/* ---- interval ---- */

static uint64_t random_state;

static double uniform(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return ((double)(random_state >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static double skewed(void)
{
	return exp(normal());
}

/* How often the interval has the truth in it, of `trials`. */
static double covered(double (*draw)(void), double truth, size_t n, int trials)
{
	double v[64];
	int hit = 0, t;
	size_t i;

	random_state = 7;
	for (t = 0; t < trials; t++) {
		struct interval got;

		for (i = 0; i < n; i++)
			v[i] = draw();
		assert_int_equal(interval_median(v, n, &got, NULL), 0);
		assert_true(got.low <= got.at && got.at <= got.high);
		hit += got.low <= truth && truth <= got.high;
	}
	return (double)hit / trials;
}

static void an_interval_has_the_median_in_it_as_often_as_it_says(void **state)
{
	const struct {
		double (*draw)(void);
		double truth;
		size_t n;
	} of[] = {{normal, 0, 6}, {normal, 0, 10}, {normal, 0, 25},
		  {skewed, 1, 7}, {skewed, 1, 15}, {uniform, 0.5, 20}};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		double got = covered(of[i].draw, of[i].truth, of[i].n, 2000);

		/* at least 95%, less two standard errors of 2000 trials */
		if (got < 0.94)
			fail_msg("row %zu: %g of the intervals have the truth in them", i, got);
		if (of[i].n >= 20 && got > 0.985)
			fail_msg("row %zu: %g: wider than it need be", i, got);
	}
}

static void an_interval_of_a_median_is_that_of_the_published_table(void **state)
{
	/* order statistics, from 1, of the 95% interval of a median (Conover 1999, table A3 turned
	 * round) */
	static const struct {
		size_t n, low, high;
	} table[] = {{6, 1, 6},   {7, 1, 7},   {8, 1, 8},   {9, 2, 8},   {11, 2, 10},
		     {12, 3, 10}, {15, 4, 12}, {20, 6, 15}, {25, 8, 18}, {30, 10, 21}};
	struct interval got;
	double v[30];
	size_t i;

	for (i = 0; i < 30; i++)
		v[i] = (double)(i + 1);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		assert_int_equal(interval_median(v, table[i].n, &got, NULL), 0);
		NEAR(got.low, table[i].low);
		NEAR(got.high, table[i].high);
	}
}

static void many_numbers_are_no_trouble(void **state)
{
	double *v = calloc(100000, sizeof(*v));
	struct interval got;
	size_t i;

	for (i = 0; i < 100000; i++)
		v[i] = (double)i;
	assert_int_equal(interval_median(v, 100000, &got, NULL), 0);
	/* 1.96 standard deviations of the binomial: 310 */
	assert_true(fabs(got.low - (50000 - 310)) < 3 && fabs(got.high - (49999 + 310)) < 3);
	free(v);
}

static double change_covered(size_t n, bool share)
{
	int hit = 0, t;

	random_state = 11;
	for (t = 0; t < 400; t++) {
		double a[20], b[20], truth = share ? 0.1 : 10;
		struct interval got;
		size_t i;

		for (i = 0; i < n; i++) {
			a[i] = 100 + normal();
			b[i] = 110 + normal();
		}
		assert_int_equal(interval_change(a, n, b, n, share, &got, NULL), 0);
		hit += got.low <= truth && truth <= got.high;
	}
	return hit / 400.0;
}

static void a_change_has_the_truth_in_it_as_often_as_it_says(void **state)
{
	static const size_t sizes[] = {6, 7, 12, 20};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		double got = change_covered(sizes[i], false),
		       share = change_covered(sizes[i], true);

		/* less two standard errors of 400 trials */
		if (got < 0.928 || share < 0.928)
			fail_msg("of %zu: %g, shares %g", sizes[i], got, share);
	}
}

static void drift_that_both_of_a_pair_have_falls_out(void **state)
{
	double a[10], b[10];
	struct interval paired, apart;
	size_t i;

	random_state = 3;
	for (i = 0; i < 10; i++) {
		a[i] = 1000 + 100 * (double)i + normal(); /* the machine gets slower */
		b[i] = a[i] + 5 + normal();
	}
	assert_int_equal(interval_paired(a, b, 10, false, &paired, NULL), 0);
	assert_int_equal(interval_change(a, 10, b, 10, false, &apart, NULL), 0);
	assert_true(paired.low > 0 && paired.low < 5 && paired.high > 5 && paired.high < 10);
	assert_true(apart.low < 0 && apart.high > 0);
}

static void too_few_numbers_are_refused_with_a_reason(void **state)
{
	const double v[] = {1, 2, 3, 4, 5, 6};
	struct err err = ERR_INIT;
	struct interval got;
	size_t n;

	for (n = 0; n < INTERVAL_VALUES_MIN; n++) {
		assert_int_equal(interval_median(v, n, &got, &err), -EDOM);
		assert_non_null(strstr(err.msg, "at least 6"));
		assert_true(isnan(got.low) && isnan(got.high));
		assert_true(n ? !isnan(got.at) : isnan(got.at));
		assert_int_equal(interval_change(v, 6, v, n, false, &got, &err), -EDOM);
		assert_int_equal(interval_paired(v, v, n, true, &got, &err), -EDOM);
		assert_true(isnan(got.low) && isnan(got.high));
	}
	assert_int_equal(interval_median(v, 6, &got, &err), 0);
}

static void no_share_is_had_of_a_baseline_of_zero(void **state)
{
	const double a[] = {1, 2, 3, 4, 5, 0}, b[] = {1, 2, 3, 4, 5, 6};
	struct err err = ERR_INIT;
	struct interval got;

	assert_int_equal(interval_paired(a, b, 6, true, &got, &err), -EDOM);
	assert_non_null(strstr(err.msg, "own unit"));
	assert_true(isnan(got.at));
	assert_int_equal(interval_change(a, 6, b, 6, true, &got, &err), -EDOM);
	assert_int_equal(interval_change(a, 6, b, 6, false, &got, &err), 0);
}

static void the_same_numbers_give_the_same_interval_in_any_order(void **state)
{
	const double a[] = {5, 3, 9, 1, 7, 2, 8}, b[] = {1, 2, 3, 5, 7, 8, 9};
	struct interval x, y;

	assert_int_equal(interval_median(a, 7, &x, NULL), 0);
	assert_int_equal(interval_median(b, 7, &y, NULL), 0);
	assert_memory_equal(&x, &y, sizeof(x));
	assert_int_equal(interval_change(a, 7, b, 7, false, &x, NULL), 0);
	assert_int_equal(interval_change(b, 7, a, 7, false, &y, NULL), 0);
	assert_memory_equal(&x, &y, sizeof(x));
	/* on every machine: what the fixed seed gives */
	NEAR(x.at, 0);
	NEAR(x.low, -5);
	NEAR(x.high, 5);
}

static void numbers_that_are_all_the_same_leave_no_doubt(void **state)
{
	const double a[] = {2, 2, 2, 2, 2, 2}, b[] = {3, 3, 3, 3, 3, 3};
	struct interval got;

	assert_int_equal(interval_change(a, 6, b, 6, true, &got, NULL), 0);
	NEAR(got.low, 0.5);
	NEAR(got.high, 0.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_lie_between_the_two_nearest_numbers),
		cmocka_unit_test(mean_and_spread_are_those_of_the_textbook),
		cmocka_unit_test(what_so_few_numbers_cannot_tell_is_a_dash_and_no_zero),
		cmocka_unit_test(numbers_are_written_with_unit_and_sign),
		cmocka_unit_test(every_number_is_counted_in_the_bucket_that_holds_it),
		cmocka_unit_test(edges_belong_to_the_bucket_they_open),
		cmocka_unit_test(two_histograms_add_up_to_that_of_all_numbers),
		cmocka_unit_test(quantiles_of_a_histogram_are_near_those_of_the_numbers),
		cmocka_unit_test(a_histogram_is_printed_by_powers_of_two),
		cmocka_unit_test(what_lies_close_together_is_printed_bucket_by_bucket),
		cmocka_unit_test(an_interval_has_the_median_in_it_as_often_as_it_says),
		cmocka_unit_test(an_interval_of_a_median_is_that_of_the_published_table),
		cmocka_unit_test(many_numbers_are_no_trouble),
		cmocka_unit_test(a_change_has_the_truth_in_it_as_often_as_it_says),
		cmocka_unit_test(drift_that_both_of_a_pair_have_falls_out),
		cmocka_unit_test(too_few_numbers_are_refused_with_a_reason),
		cmocka_unit_test(no_share_is_had_of_a_baseline_of_zero),
		cmocka_unit_test(the_same_numbers_give_the_same_interval_in_any_order),
		cmocka_unit_test(numbers_that_are_all_the_same_leave_no_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
