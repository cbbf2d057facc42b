/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_metric - numbers out of what programs print. golden/metric/ holds what Debian's stress-ng
 * 0.15.06, rt-tests 2.4 and perf 6.1 really printed; schbench's is made like its own.
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "ops/metric.h"

#include <dirent.h>
#include <math.h>

static void load(const char *name, struct buf *out)
{
	char path[512], chunk[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), GOLDEN_DIR "/metric/%s", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s", path);
	while ((n = fread(chunk, 1, sizeof(chunk), f)))
		buf_add(out, chunk, n);
	fclose(f);
}

static struct metrics *read_text(const char *text)
{
	struct metrics *ms = metrics_create(NULL);

	metrics_feed(ms, 0, text, strlen(text), 7);
	metrics_flush(ms, 8);
	return ms;
}

static void assert_near(const struct metrics *ms, const char *name, double value,
			enum metric_unit unit, enum metric_better better)
{
	const struct metric *m = metrics_find(ms, name);
	size_t i;

	for (i = 0; !m && i < metrics_count(ms); i++)
		print_message("# there is %s\n", metrics_at(ms, i)->name);
	if (!m)
		fail_msg("there is no '%s'", name);
	if (fabs(m->value - value) > fabs(value) * 1e-12 || m->unit != unit || m->better != better)
		fail_msg("%s is %.17g %s, direction %d", name, m->value, metric_unit_name(m->unit),
			 m->better);
}

struct known {
	const char *file, *name;
	double value;
	enum metric_unit unit;
	enum metric_better better;
};

static const struct known known[] = {
	{"stress-ng.metrics", "cpu.bogo-ops", 1863, UNIT_PLAIN, BETTER_HIGHER},
	{"stress-ng.metrics", "cpu.bogo-ops-per-s", 927.43, UNIT_PER_S, BETTER_HIGHER},
	{"stress-ng.metrics", "cpu.bogo-ops-per-cpu-s", 1760.61, UNIT_PER_S, BETTER_HIGHER},
	{"stress-ng.metrics", "cpu.real-time", 2.01e9, UNIT_NS, BETTER_UNKNOWN},
	{"stress-ng.metrics", "cpu.cpu-use", 26.34, UNIT_PERCENT, BETTER_UNKNOWN},
	{"stress-ng.metrics", "switch.rss-max", 2484 * 1024, UNIT_BYTES, BETTER_UNKNOWN},
	{"stress-ng.metrics", "switch.nanosecs-per-context-switch-pipe-method", 6081.99, UNIT_NS,
	 BETTER_LOWER},
	{"stress-ng.brief", "pipe.bogo-ops", 209537, UNIT_PLAIN, BETTER_HIGHER},
	{"stress-ng.brief", "pipe.bogo-ops-per-cpu-s", 394754, UNIT_PER_S, BETTER_HIGHER},
	{"stress-ng.brief", "pipe.mb-per-sec-pipe-write-rate", 102.36 * 1048576, UNIT_BYTES_PER_S,
	 BETTER_HIGHER},
	{"stress-ng.yaml", "cpu.bogo-ops", 692, UNIT_PLAIN, BETTER_HIGHER},
	{"stress-ng.yaml", "pipe.bogo-ops-per-s", 278054.890715, UNIT_PER_S, BETTER_HIGHER},
	{"stress-ng.yaml", "pipe.sys-time", 0.561840e9, UNIT_NS, BETTER_UNKNOWN},
	{"stress-ng.yaml", "pipe.mb-per-sec-pipe-write-rate", 135.891125 * 1048576,
	 UNIT_BYTES_PER_S, BETTER_HIGHER},
	{"hackbench.processes", "time", 0.196e9, UNIT_NS, BETTER_LOWER},
	{"perf.messaging", "messaging.time", 0.050e9, UNIT_NS, BETTER_LOWER},
	{"perf.pipe", "pipe.time", 0.006e9, UNIT_NS, BETTER_LOWER},
	{"perf.pipe", "pipe.time-per-op", 6018, UNIT_NS, BETTER_LOWER},
	{"perf.pipe", "pipe.ops-per-s", 166168, UNIT_PER_S, BETTER_HIGHER},
	{"perf.all", "messaging.time", 1.390e9, UNIT_NS, BETTER_LOWER},
	{"perf.all", "pipe.time", 5.105e9, UNIT_NS, BETTER_LOWER},
	{"perf.all", "pipe.time-per-op", 5105.534, UNIT_NS, BETTER_LOWER},
	{"perf.all", "pipe.ops-per-s", 195865, UNIT_PER_S, BETTER_HIGHER},
	{"cyclictest.quiet", "lat.min", 11e3, UNIT_NS, BETTER_LOWER},
	{"cyclictest.quiet", "lat.max", 47666e3, UNIT_NS, BETTER_LOWER},
	{"cyclictest.quiet", "lat.avg", (977 * 111e3 + 632 * 164e3) / (977 + 632), UNIT_NS,
	 BETTER_LOWER},
	{"cyclictest.quiet", "thread.0.lat.avg", 111e3, UNIT_NS, BETTER_LOWER},
	{"cyclictest.quiet", "thread.1.cycles", 632, UNIT_PLAIN, BETTER_UNKNOWN},
	{"cyclictest.live", "lat.max", 4067e3, UNIT_NS, BETTER_LOWER},
	{"cyclictest.live", "lat.min", 66e3, UNIT_NS, BETTER_LOWER},
	{"cyclictest.histogram", "lat.max", 7480e3, UNIT_NS, BETTER_LOWER},
	{"cyclictest.histogram", "lat.min", 17e3, UNIT_NS, BETTER_LOWER},
	{"cyclictest.histogram", "thread.0.lat.avg", 87e3, UNIT_NS, BETTER_LOWER},
	{"cyclictest.ns", "lat.max", 4193004, UNIT_NS, BETTER_LOWER},
	{"cyclictest.ns", "thread.1.lat.avg", 67208, UNIT_NS, BETTER_LOWER},
	{"cyclictest.json", "lat.max", 183192e3, UNIT_NS, BETTER_LOWER},
	{"cyclictest.json", "thread.0.lat.avg", 458.98e3, UNIT_NS, BETTER_LOWER},
	{"schbench.old", "lat.wakeup.p99", 204e3, UNIT_NS, BETTER_LOWER},
	{"schbench.old", "lat.wakeup.p99.9", 1502e3, UNIT_NS, BETTER_LOWER},
	{"schbench.old", "lat.wakeup.max", 4018e3, UNIT_NS, BETTER_LOWER},
	{"schbench.old", "transfer.ops-per-s", 4312.5, UNIT_PER_S, BETTER_HIGHER},
	{"schbench.old", "transfer.bytes-per-s", 16.85 * 1024, UNIT_BYTES_PER_S, BETTER_HIGHER},
	{"schbench.new", "lat.wakeup.p99", 41e3, UNIT_NS, BETTER_LOWER},
	{"schbench.new", "lat.wakeup.p99.9", 790e3, UNIT_NS, BETTER_LOWER},
	{"schbench.new", "lat.request.p50", 5432e3, UNIT_NS, BETTER_LOWER},
	{"schbench.new", "lat.request.max", 14022e3, UNIT_NS, BETTER_LOWER},
	{"schbench.new", "rps.p50", 3628, UNIT_PER_S, BETTER_HIGHER},
	{"schbench.new", "rps.avg", 3628, UNIT_PER_S, BETTER_HIGHER},
	{"schbench.new", "sched-delay.worker", 340e3, UNIT_NS, BETTER_LOWER},
	{"schbench.json", "lat.wakeup.p99", 41e3, UNIT_NS, BETTER_LOWER},
	{"schbench.json", "lat.request.max", 14022e3, UNIT_NS, BETTER_LOWER},
	{"schbench.json", "rps.p50", 3628, UNIT_PER_S, BETTER_HIGHER},
};

static void what_known_programs_print_has_names_units_and_a_direction(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		cleanup_buf struct buf text = BUF_INIT;
		struct metrics *ms;

		load(known[i].file, &text);
		ms = read_text(buf_text(&text));
		assert_near(ms, known[i].name, known[i].value, known[i].unit, known[i].better);
		assert_int_equal(metrics_lost(ms), 0);
		metrics_destroy(ms);
	}
}

static void nothing_else_of_a_known_program_becomes_a_number(void **state)
{
	static const struct {
		const char *file;
		size_t n;
	} counts[] = {
		{"stress-ng.metrics", 17},
		{"stress-ng.brief", 13},
		{"stress-ng.yaml", 17},
		{"hackbench.processes", 1},
		{"hackbench.threads", 1},
		{"perf.messaging", 1},
		{"perf.pipe", 3},
		{"perf.all", 4},
		{"cyclictest.quiet", 11},
		{"cyclictest.live", 11},
		{"cyclictest.histogram", 11},
		{"cyclictest.ns", 11},
		{"cyclictest.json", 11},
		{"cyclictest.ns.json", 7},
		{"schbench.old", 11},
		{"schbench.new", 21},
		{"schbench.json", 13},
	};
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		cleanup_buf struct buf text = BUF_INIT;
		struct metrics *ms;

		load(counts[i].file, &text);
		ms = read_text(buf_text(&text));
		if (metrics_count(ms) != counts[i].n) {
			for (k = 0; k < metrics_count(ms); k++)
				print_message("# %s\n", metrics_at(ms, k)->name);
			fail_msg("%s: %zu numbers, expected %zu", counts[i].file, metrics_count(ms),
				 counts[i].n);
		}
		metrics_destroy(ms);
	}
}

static void assert_same(const struct metrics *a, const struct metrics *b, const char *of)
{
	size_t i;

	if (metrics_count(a) != metrics_count(b) || metrics_lost(a) != metrics_lost(b))
		fail_msg("%s: %zu numbers, in pieces %zu", of, metrics_count(a), metrics_count(b));
	for (i = 0; i < metrics_count(a); i++) {
		const struct metric *x = metrics_at(a, i), *y = metrics_at(b, i);

		if (strcmp(x->name, y->name) || x->value != y->value || x->min != y->min ||
		    x->max != y->max || x->mean != y->mean || x->samples != y->samples ||
		    x->unit != y->unit)
			fail_msg("%s: '%s' is another in pieces", of, x->name);
	}
}

static void feed_in_pieces(const char *of, const struct buf *text, unsigned seed)
{
	struct metrics *whole = read_text(buf_text(text)), *pieces = metrics_create(NULL);
	size_t at = 0;

	while (at < text->len) {
		size_t n = seed ? (seed = seed * 1103515245u + 12345u) >> 16 & 31 : 1;

		n = n < text->len - at ? n : text->len - at;
		metrics_feed(pieces, 0, text->data + at, n, 7);
		at += n;
	}
	metrics_flush(pieces, 8);
	assert_same(whole, pieces, of);
	metrics_destroy(whole);
	metrics_destroy(pieces);
}

static void how_the_bytes_are_cut_changes_nothing(void **state)
{
	static const char mixed[] = "ops=1 {\"a\":2}\n{\"a\": {\"b\": [1,2,3], \"c\": 1e3}} "
				    "tail=4ms\n[1, {\"x\": 5}\n]\n{\n"
				    "\"long\": \"te\\\"xt\\u00e9\", \"n_us\": -12.5}\r\nlast=9";
	cleanup_buf struct buf own = BUF_INIT;
	struct dirent *e;
	DIR *d = opendir(GOLDEN_DIR "/metric");
	unsigned seed, files = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		cleanup_buf struct buf text = BUF_INIT;

		if (*e->d_name == '.')
			continue;
		files++;
		load(e->d_name, &text);
		for (seed = 0; seed < 20; seed++)
			feed_in_pieces(e->d_name, &text, seed);
	}
	closedir(d);
	assert_true(files > 10);
	buf_adds(&own, mixed);
	for (seed = 0; seed < 200; seed++)
		feed_in_pieces("mixed", &own, seed);
}

static void key_value_lines_of_any_program_are_read(void **state)
{
	struct metrics *ms = read_text(
		"done: ops=1200 lat_us=31.5, p99=4ms rate = 3.5 MB/s (loss=2%) x=-1e3; y=+5.\n"
		"wait time=12 msec v=1.2.3 day=2026-11-25 list=1-3 hex=0x10 a==4 b!=5 c>=6 --opt=7 "
		"=8 9=1\n"
		"rate_per_sec=77 nan=nan inf=inf huge=1e999 large=1e70 empty= word=ok");

	assert_near(ms, "ops", 1200, UNIT_PLAIN, BETTER_UNKNOWN);
	assert_near(ms, "lat_us", 31500, UNIT_NS, BETTER_UNKNOWN);
	assert_near(ms, "p99", 4e6, UNIT_NS, BETTER_UNKNOWN);
	assert_near(ms, "rate", 3.5 * 1048576, UNIT_BYTES_PER_S, BETTER_UNKNOWN);
	assert_near(ms, "loss", 2, UNIT_PERCENT, BETTER_UNKNOWN);
	assert_near(ms, "x", -1000, UNIT_PLAIN, BETTER_UNKNOWN);
	assert_near(ms, "time", 12e6, UNIT_NS, BETTER_UNKNOWN);
	assert_near(ms, "rate_per_sec", 77, UNIT_PER_S, BETTER_UNKNOWN);
	assert_int_equal(metrics_count(ms), 8);
	assert_int_equal(metrics_at(ms, 0)->when_ns, 7);
	assert_int_equal(metrics_find(ms, "rate_per_sec")->when_ns, 8); /* it had no end of line */
	metrics_destroy(ms);
}

static void json_is_read_wherever_a_line_begins_with_it(void **state)
{
	struct metrics *ms = read_text(
		"# results\n{\"name\": \"a\\\"b\", \"lat\": {\"p99_ns\": 1500, \"ok\": true},\n"
		" \"runs\": [10, 20, 60],\n \"cpus\": [{\"busy pct\": 0.5}, {\"busy pct\": 0.25}], "
		"\"none\": null,\n"
		" \"big\": 1e400, \"deep\": {\"\\u0061 b\": 1}}\n[3, 4]\n{\"ops\":1}\n{\"ops\":3}\n"
		"{ not json=5\n");
	const struct metric *m;

	assert_near(ms, "lat.p99_ns", 1500, UNIT_NS, BETTER_UNKNOWN);
	m = metrics_find(ms, "runs");
	assert_non_null(m);
	assert_int_equal(m->samples, 3);
	assert_true(m->min == 10 && m->max == 60 && m->mean == 30 && m->value == 60);
	assert_near(ms, "cpus.1.busy-pct", 0.25, UNIT_PERCENT, BETTER_UNKNOWN);
	assert_near(ms, "deep.-b", 1, UNIT_PLAIN, BETTER_UNKNOWN);
	assert_near(ms, "value", 4, UNIT_PLAIN, BETTER_UNKNOWN);
	assert_int_equal(metrics_find(ms, "ops")->samples, 2);
	assert_near(ms, "json", 5, UNIT_PLAIN, BETTER_UNKNOWN);
	assert_null(metrics_find(ms, "big"));
	metrics_destroy(ms);
}

static void a_value_that_comes_again_has_range_and_mean(void **state)
{
	struct metrics *ms = read_text("ops=3\nops=1\nops=8\n");
	const struct metric *m = metrics_find(ms, "ops");

	assert_int_equal(m->samples, 3);
	assert_true(m->value == 8 && m->min == 1 && m->max == 8 && m->mean == 4);
	metrics_destroy(ms);
	/* under the same name something else begins anew */
	ms = read_text("ops=3\nops=4ms\n");
	assert_int_equal(metrics_find(ms, "ops")->samples, 1);
	assert_int_equal(metrics_find(ms, "ops")->unit, UNIT_NS);
	metrics_destroy(ms);
}

static void so_many_values_are_kept_and_no_more(void **state)
{
	struct metrics *ms = metrics_create(NULL);
	size_t n, i, k, all = 0;
	const double *v;
	char line[64];

	assert_null(metrics_raw(NULL, 0, &n));
	assert_null(metrics_raw(ms, 0, &n));
	for (k = 0; k < 40; k++)
		for (i = 0; i < METRIC_RAW_MAX + 3; i++) {
			snprintf(line, sizeof(line), "x%zu=%zu\n", k, i);
			metrics_feed(ms, 0, line, strlen(line), 1);
		}
	v = metrics_raw(ms, 0, &n);
	assert_int_equal(n, METRIC_RAW_MAX);
	for (i = 0; i < n; i++)
		assert_true(v[i] == (double)i);
	assert_true(metrics_at(ms, 39)->samples == METRIC_RAW_MAX + 3);
	for (k = 0; k < 40; k++) {
		metrics_raw(ms, k, &n);
		all += n;
	}
	assert_int_equal(all, METRIC_RAW_ALL);
	/* the name for something else: what was kept of it was that */
	metrics_feed(ms, 0, "x0=5us\n", 7, 2);
	v = metrics_raw(ms, 0, &n);
	assert_int_equal(n, 1);
	assert_true(v[0] == 5000);
	metrics_destroy(ms);
}

static void hostile_text_stays_within_its_bounds(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct metrics *ms;
	size_t i, k;

	for (i = 0; i < 2000; i++)
		buf_addf(&text, "key%zu=%zu\n", i, i);
	for (i = 0; i < 200; i++)
		buf_adds(&text, "longnamelongname");
	buf_adds(&text, "=5\n{\"\x1b[31m\xff\xc3\xa9 x\": 1}\n");
	for (i = 0; i < 5000; i++)
		buf_addc(&text, '[');
	ms = read_text(buf_text(&text));
	assert_int_equal(metrics_count(ms), METRICS_MAX);
	assert_true(metrics_lost(ms) >= 2000 - METRICS_MAX);
	for (i = 0; i < metrics_count(ms); i++)
		for (k = 0; metrics_at(ms, i)->name[k]; k++)
			assert_true(metrics_at(ms, i)->name[k] > ' ' &&
				    metrics_at(ms, i)->name[k] < 127);
	metrics_destroy(ms);
}

static void bytes_that_are_missing_make_no_number(void **state)
{
	struct metrics *ms = metrics_create(NULL);

	metrics_feed(ms, 0, "a=1\nops=12", 10, 1);
	metrics_gap(ms, 0);
	metrics_feed(ms, 0, "x=34\nb=2\n{\"c\": 3, \"d\": 4", 24, 2);
	metrics_gap(ms, 0);
	metrics_feed(ms, 0, "5}\n", 3, 3);
	metrics_flush(ms, 4);
	assert_null(metrics_find(ms, "ops"));
	assert_null(metrics_find(ms, "x"));
	assert_near(ms, "b", 2, UNIT_PLAIN, BETTER_UNKNOWN);
	assert_near(ms, "c", 3, UNIT_PLAIN, BETTER_UNKNOWN);
	assert_null(metrics_find(ms, "d"));
	metrics_destroy(ms);
}

static void the_two_streams_do_not_mix(void **state)
{
	struct metrics *ms = metrics_create(NULL);

	metrics_feed(ms, 0, "ops=1", 5, 1);
	metrics_feed(ms, 1, "err=2\n", 6, 1);
	metrics_feed(ms, 0, "7\n", 2, 1);
	assert_near(ms, "ops", 17, UNIT_PLAIN, BETTER_UNKNOWN);
	assert_near(ms, "err", 2, UNIT_PLAIN, BETTER_UNKNOWN);
	metrics_destroy(ms);
}

static void the_command_line_tells_cyclictest_counts_in_ns(void **state)
{
	static const char line[] = "# Max Latencies: 03472 07480\n";
	char *const plain[] = {"cyclictest", "-q", NULL}, *const ns[] = {"cyclictest", "-qN", NULL},
		    *const shell[] = {"sh", "-c", "cyclictest --nsecs -h 20", NULL},
		    *const other[] = {"sh", "-c", "hist -N", NULL};
	char *const *const argvs[] = {plain, ns, shell, other};
	const double want[] = {7480e3, 7480, 7480, 7480e3};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(argvs); i++) {
		struct metrics *ms = metrics_create(argvs[i]);

		metrics_feed(ms, 0, line, strlen(line), 1);
		assert_near(ms, "lat.max", want[i], UNIT_NS, BETTER_LOWER);
		metrics_destroy(ms);
	}
}

static void values_are_read_and_written_with_their_units(void **state)
{
	static const struct {
		const char *text;
		double value;
		enum metric_unit unit;
		const char *shown;
	} rows[] = {
		{"1000", 1000, UNIT_PLAIN, "1000"},
		{"-2.5", -2.5, UNIT_PLAIN, "-2.5"},
		{"5ms", 5e6, UNIT_NS, "5.0ms"},
		{"1.5us", 1500, UNIT_NS, "1.5us"},
		{"0.25ns", 0.25, UNIT_NS, "0.25ns"},
		{"12%", 12, UNIT_PERCENT, "12%"},
		{"3/s", 3, UNIT_PER_S, "3/s"},
		{"1KB", 1024, UNIT_BYTES, "1024B"},
		{"2MB/s", 2097152, UNIT_BYTES_PER_S, "2097152B/s"},
	};
	static const double exact[] = {0,         1,       0.1,    1e-9,    123456789.123,
				       5105534.5, 1.0 / 3, -7e-20, 9.87e30, 183192000.0,
				       60e9,      0.5};
	static const char *const bad[] = {"",     "x",   "5 ms", "ms",  "5mss",
					  "1e99", "nan", "0x5",  "5ms "};
	enum metric_unit unit;
	char text[48];
	double v;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(metric_value(rows[i].text, &v, &unit));
		assert_true(v == rows[i].value && unit == rows[i].unit);
		metric_format(unit, v, text, sizeof(text));
		assert_string_equal(text, rows[i].shown);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (metric_value(bad[i], &v, &unit))
			fail_msg("'%s' was taken", bad[i]);
	for (i = 0; i < ARRAY_SIZE(exact); i++)
		for (k = UNIT_PLAIN; k <= UNIT_BYTES_PER_S; k++) {
			metric_write((enum metric_unit)k, exact[i], text, sizeof(text));
			assert_true(metric_value(text, &v, &unit));
			assert_true(v == exact[i] && unit == k);
		}
	/* as a person would write it */
	metric_write(UNIT_PLAIN, 50, text, sizeof(text));
	assert_string_equal(text, "50");
	metric_write(UNIT_PER_S, 200, text, sizeof(text));
	assert_string_equal(text, "200/s");
	metric_write(UNIT_NS, 120e9, text, sizeof(text));
	assert_string_equal(text, "120s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_known_programs_print_has_names_units_and_a_direction),
		cmocka_unit_test(nothing_else_of_a_known_program_becomes_a_number),
		cmocka_unit_test(how_the_bytes_are_cut_changes_nothing),
		cmocka_unit_test(key_value_lines_of_any_program_are_read),
		cmocka_unit_test(json_is_read_wherever_a_line_begins_with_it),
		cmocka_unit_test(a_value_that_comes_again_has_range_and_mean),
		cmocka_unit_test(so_many_values_are_kept_and_no_more),
		cmocka_unit_test(hostile_text_stays_within_its_bounds),
		cmocka_unit_test(bytes_that_are_missing_make_no_number),
		cmocka_unit_test(the_two_streams_do_not_mix),
		cmocka_unit_test(the_command_line_tells_cyclictest_counts_in_ns),
		cmocka_unit_test(values_are_read_and_written_with_their_units),
	};

	return cmocka_run_group_tests_name("metric", tests, NULL, NULL);
}
