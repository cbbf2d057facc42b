/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_matrix_runs - a saved matrix: lines there and back, what is refused, what was cut off.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/runs.h"

#include <errno.h>
#include <math.h>

static struct mx_head example_head(void)
{
	struct mx_head h = {.scenario = xstrdup("basic"),
			    .sha256 = xstrdup("ab12"),
			    .started = xstrdup("2026-11-25T12:00:00Z"),
			    .version = xstrdup("0.1.0"),
			    .options = xstrdup("--memory 1024"),
			    .repeat = 3,
			    .warmup = 1,
			    .shard = 2,
			    .shards = 4};

	mx_words_add(&h.axis[MX_TOPOLOGY], "1n1l2c1t");
	mx_words_add(&h.axis[MX_TOPOLOGY], "tiny-2llc");
	mx_words_add(&h.axis[MX_SCHED], "none");
	mx_words_add(&h.axis[MX_KERNEL], "7.3.4");
	return h;
}

static struct mx_run example_run(void)
{
	struct mx_run r = {
		.cell = {xstrdup("basic"), xstrdup("tiny-2llc"), xstrdup("none"), xstrdup("7.3.4")},
		.turn = 7,
		.repeat = 2,
		.verdict = VERDICT_INCONCLUSIVE,
		.why = xstrdup("the host was \"loaded\"\\"),
		.exit = 2};

	mx_conditions_init(&r.conditions);
	r.conditions.accel = xstrdup("kvm");
	r.conditions.kernel = xstrdup("7.3.4+deb13-cloud-amd64");
	r.conditions.load_before = 0.1;
	r.conditions.vulnerabilities = xstrdup("mds: Not affected");
	r.conditions.steal_ms = 12;
	r.conditions.guest_steal_ms = 30;
	r.conditions.pinned = true;
	mx_run_add_metric(&r, "low:p99", "ns", BETTER_LOWER, false,
			  (double[]){1.0 / 3, 5e300 / 1e250, -2}, 3);
	mx_run_add_metric(&r, "low:rate", "/s", BETTER_UNKNOWN, true, (double[]){123456789012345},
			  1);
	mx_run_add_metric(&r, "low:work", "", BETTER_HIGHER, false, (double[]){1, 2}, 2)->value = 3;
	return r;
}

static int read_text(const char *text, size_t len, struct mx_runs *out, struct err *err)
{
	FILE *f = fmemopen((void *)text, len, "r");
	int r = mx_runs_read(f, out, err);

	fclose(f);
	return r;
}

/* The example as a file: its head and its run. */
static void example_text(struct buf *out)
{
	struct mx_head h = example_head();
	struct mx_run r = example_run();

	mx_head_write(&h, out);
	mx_run_write(&r, out);
	mx_head_finish(&h);
	mx_run_finish(&r);
}

static void what_is_written_reads_back_as_the_same_to_the_last_bit(void **state)
{
	cleanup_buf struct buf text = BUF_INIT, again = BUF_INIT;
	struct mx_head head = example_head();
	struct mx_run run = example_run();
	struct mx_runs runs;
	struct err err = ERR_INIT;

	example_text(&text);
	assert_int_equal(read_text(text.data, text.len, &runs, &err), 0);
	assert_int_equal(mx_head_same(&runs.head, &head, &err), 0);
	assert_int_equal(runs.head.shard, 2);
	assert_int_equal(runs.head.shards, 4);
	assert_int_equal(runs.n, 1);
	assert_true(mx_run_same(&runs.run[0], &run));
	assert_int_equal(runs.run[0].turn, 7);
	assert_int_equal(runs.run[0].verdict, VERDICT_INCONCLUSIVE);
	assert_string_equal(runs.run[0].why, run.why);
	assert_true(runs.run[0].conditions.pinned);
	assert_true(runs.run[0].conditions.load_before == 0.1);
	assert_true(runs.run[0].conditions.guest_steal_ms == 30);
	assert_string_equal(runs.run[0].conditions.vulnerabilities, "mds: Not affected");
	assert_memory_equal(runs.run[0].metrics[0].samples, run.metrics[0].samples,
			    3 * sizeof(double));
	assert_int_equal(runs.run[0].metrics[0].better, BETTER_LOWER);
	assert_true(mx_run_metric(&runs.run[0], "low:rate")->virtual_time);
	assert_true(isnan(mx_run_metric(&runs.run[0], "low:rate")->value));
	assert_true(mx_run_metric(&runs.run[0], "low:work")->value == 3);
	assert_null(mx_run_metric(&runs.run[0], "low:rat"));
	mx_head_write(&runs.head, &again);
	mx_run_write(&runs.run[0], &again);
	assert_string_equal(buf_text(&again), buf_text(&text));
	mx_runs_finish(&runs);
	mx_head_finish(&head);
	mx_run_finish(&run);
}

static void a_condition_that_is_not_known_stays_unknown(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct mx_runs runs;
	struct err err = ERR_INIT;

	example_text(&text);
	assert_non_null(strstr(buf_text(&text), "\"host_load\":[0.1,null]"));
	assert_non_null(strstr(buf_text(&text), "\"mitigations\":null"));
	assert_int_equal(read_text(text.data, text.len, &runs, &err), 0);
	assert_true(isnan(runs.run[0].conditions.load_after));
	assert_null(runs.run[0].conditions.mitigations);
	mx_runs_finish(&runs);
}

static void a_last_line_that_was_cut_off_is_told_and_left_out(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	size_t whole, cut;
	struct mx_runs runs;
	struct err err = ERR_INIT;

	example_text(&text);
	whole = (size_t)(strchr(text.data, '\n') - text.data) + 1;
	for (cut = whole + 1; cut < text.len; cut++) {
		assert_int_equal(read_text(text.data, cut, &runs, &err), 0);
		assert_true(runs.cut);
		assert_int_equal(runs.n, 0);
		assert_int_equal(runs.good, whole);
		mx_runs_finish(&runs);
	}
	assert_int_equal(read_text(text.data, whole, &runs, &err), 0);
	assert_false(runs.cut);
	mx_runs_finish(&runs);
}

/* The example with one piece of it replaced is refused in these words. */
static void assert_refused(const char *piece, const char *other, const char *words)
{
	cleanup_buf struct buf text = BUF_INIT, bad = BUF_INIT;
	struct mx_runs runs;
	struct err err = ERR_INIT;
	char *at;

	example_text(&text);
	at = strstr(text.data, piece);
	assert_non_null(at);
	buf_add(&bad, text.data, (size_t)(at - text.data));
	buf_adds(&bad, other);
	buf_adds(&bad, at + strlen(piece));
	assert_true(read_text(bad.data, bad.len, &runs, &err) < 0);
	if (!strstr(err.msg, words))
		fail_msg("'%s' does not say '%s'", err.msg, words);
	mx_runs_finish(&runs);
}

static void what_is_wrong_is_refused_by_line_and_name(void **state)
{
	assert_refused("\"scxplore-matrix\":1", "\"scxplore-matrix\":9", "line 1: is of format 9");
	assert_refused("\"scxplore-matrix\":1", "\"x\":1", "line 1: is not the head");
	assert_refused("\"turn\":7", "\"turn\":-7", "line 2: 'turn'");
	assert_refused("\"turn\":7", "\"turn\":7.5", "line 2: 'turn'");
	assert_refused("\"verdict\":\"inconclusive\"", "\"verdict\":\"fine\"", "line 2: 'verdict'");
	assert_refused("\"exit\":2", "\"exit\":3", "line 2: 'exit'");
	assert_refused("\"samples\":[123456789012345", "\"samples\":[NaN", "line 2: 'samples'");
	assert_refused("\"samples\":[123456789012345", "\"samples\":[1e99", "line 2: 'samples'");
	assert_refused("\"samples\":[123456789012345]", "\"samples\":[]", "line 2: 'samples'");
	assert_refused("\"shard\":[2,4]", "\"shard\":[5,4]", "line 1: 'shard'");
	assert_refused("\"sched\":[\"none\"]", "\"sched\":[]", "line 1: 'sched'");
	assert_refused("\"better\":\"lower\"", "\"better\":\"more\"", "line 2: 'better'");
	assert_refused("\"cell\":", "cell:", "line 2: is not JSON");
}

static void foreign_bytes_are_made_printable_in_both_directions(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct mx_head head = example_head();
	struct mx_run run = example_run();
	struct mx_runs runs;
	struct err err = ERR_INIT;

	free(run.why);
	run.why = xstrdup("a\x1b[2Jb\nc\xff");
	mx_head_write(&head, &text);
	mx_run_write(&run, &text);
	assert_null(strchr(text.data, '\x1b'));
	assert_int_equal(read_text(text.data, text.len, &runs, &err), 0);
	assert_string_equal(runs.run[0].why, "a?[2Jb?c?");
	mx_runs_finish(&runs);
	mx_head_finish(&head);
	mx_run_finish(&run);
	assert_int_equal(read_text("", 0, &runs, &err), -EINVAL);
	mx_runs_finish(&runs);
}

static void a_file_with_no_whole_line_is_no_matrix(void **state)
{
	struct mx_runs runs;
	struct err err = ERR_INIT;

	assert_int_equal(read_text("{\"scxplore-matrix\":1", 20, &runs, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "no saved matrix"));
	mx_runs_finish(&runs);
}

static void two_heads_of_different_questions_differ_by_name(void **state)
{
	struct mx_head a = example_head(), b = example_head();
	struct err err = ERR_INIT;

	b.shard = 1;
	assert_int_equal(mx_head_same(&a, &b, &err), 0);
	mx_words_add(&b.axis[MX_SCHED], "fifo");
	assert_true(mx_head_same(&a, &b, &err) < 0);
	assert_non_null(strstr(err.msg, "--sched"));
	b.sha256[0] = 'c';
	assert_true(mx_head_same(&a, &b, &err) < 0);
	assert_non_null(strstr(err.msg, "has changed"));
	mx_head_finish(&a);
	mx_head_finish(&b);
}

static void copies_are_deep(void **state)
{
	cleanup_buf struct buf a = BUF_INIT, b = BUF_INIT;
	struct mx_run run = example_run(), copy;
	struct mx_head head = example_head(), second;

	mx_run_copy(&copy, &run);
	mx_head_copy(&second, &head);
	mx_run_write(&run, &a);
	mx_head_write(&head, &a);
	mx_run_finish(&run);
	mx_head_finish(&head);
	mx_run_write(&copy, &b);
	mx_head_write(&second, &b);
	assert_string_equal(buf_text(&a), buf_text(&b));
	mx_run_finish(&copy);
	mx_head_finish(&second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_back_as_the_same_to_the_last_bit),
		cmocka_unit_test(a_condition_that_is_not_known_stays_unknown),
		cmocka_unit_test(a_last_line_that_was_cut_off_is_told_and_left_out),
		cmocka_unit_test(what_is_wrong_is_refused_by_line_and_name),
		cmocka_unit_test(foreign_bytes_are_made_printable_in_both_directions),
		cmocka_unit_test(a_file_with_no_whole_line_is_no_matrix),
		cmocka_unit_test(two_heads_of_different_questions_differ_by_name),
		cmocka_unit_test(copies_are_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
