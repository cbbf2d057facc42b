/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_work - every work type of the table: read, written, grouped; and reports of workers.
 */
#include "test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "guest/wire_custom.h"
#include "guest/wire_report.h"
#include "guest/wire_work.h"
#include "ops/figures.h"
#include "ops/help.h"
#include "ops/op.h"
#include "ops/work_types.h"

#include <errno.h>

static struct op *must_parse(const char *line)
{
	struct err err = ERR_INIT;
	struct op *op;

	if (op_parse(line, &op, &err) < 0 || !op)
		fail_msg("%s: %s", line, err.msg);
	return op;
}

static void assert_refused(const char *line, const char *word)
{
	struct err err = ERR_INIT;
	struct op *op;

	if (op_parse(line, &op, &err) == 0)
		fail_msg("%s: was taken", line);
	if (!strstr(err.msg, word))
		fail_msg("%s: '%s' says nothing of '%s'", line, err.msg, word);
}

static void every_row_has_a_name_a_summary_and_defaults_within_its_limits(void **state)
{
	const struct work_type *t;
	size_t i, j;

	for (i = 0; (t = work_type_at(i)); i++) {
		assert_non_null(t->name);
		assert_non_null(t->summary);
		assert_ptr_equal(work_type_find(t->name), t);
		for (j = 0; j < WORK_PARAMS_MAX && t->params[j].key; j++) {
			const struct work_param *p = &t->params[j];

			assert_non_null(p->summary);
			assert_int_equal(work_param_index(t, p->key), j);
			if (p->unit == WORK_COUNT || p->unit == WORK_TIME || p->unit == WORK_BYTES)
				assert_true(p->min <= p->def && p->def <= p->max);
			if (p->unit == WORK_PHASES)
				assert_true(work_phases(p->text,
							(struct work_phase[WORK_PHASES_MAX]){{0}},
							NULL) > 0);
		}
		assert_null(t->params[j].key);
	}
	assert_int_equal(i, WORK_IDS);
	assert_null(work_type_find("spinn"));
}

static void every_type_with_all_its_parameters_is_written_as_it_was_read(void **state)
{
	const struct work_type *t;
	size_t i, j;

	for (i = 0; (t = work_type_at(i)); i++) {
		cleanup_buf struct buf line = BUF_INIT;
		cleanup_op struct op *op = NULL, *back = NULL;
		cleanup_free char *text = NULL, *again = NULL;
		char value[WORK_TEXT_MAX];
		struct work_values v;

		work_defaults(t, &v);
		buf_addf(&line, "spawn a@low %s", t->name);
		for (j = 0; j < WORK_PARAMS_MAX && t->params[j].key; j++) {
			work_value_text(t, &v, j, value, sizeof(value));
			buf_addf(&line, " %s=%s", t->params[j].key, value);
		}
		op = must_parse(buf_text(&line));
		text = op_format(op);
		back = must_parse(text);
		again = op_format(back);
		assert_string_equal(text, again);
		for (j = 0; j < WORK_PARAMS_MAX && t->params[j].key; j++)
			assert_non_null(strstr(text, t->params[j].key));
	}
}

static void every_type_takes_whole_groups_and_nothing_else(void **state)
{
	const struct work_type *t;
	size_t i;

	for (i = 0; (t = work_type_at(i)); i++) {
		cleanup_free char *alone = xasprintf("spawn a %s", t->name);
		cleanup_op struct op *op = must_parse(alone);
		struct work_values v;
		uint32_t group;

		work_defaults(t, &v);
		group = work_group_size(t, &v);
		if (group == 1) {
			assert_null(op_arg(op, WARG_COUNT));
			continue;
		}
		assert_int_equal(op_arg(op, WARG_COUNT)->num, group);
		{
			cleanup_free char *odd = xasprintf("spawn a %s n=%u", t->name, group + 1);
			cleanup_free char *twice = xasprintf("spawn a %s n=%u", t->name, 2 * group);
			cleanup_op struct op *two = must_parse(twice);

			assert_refused(odd, "groups of");
			assert_int_equal(op_arg(two, WARG_COUNT)->num, 2 * group);
		}
	}
}

static void a_group_is_as_large_as_its_parameters_say(void **state)
{
	cleanup_op struct op *op = must_parse("spawn a futex-fan-out fan-out=9");

	assert_int_equal(op_arg(op, WARG_COUNT)->num, 10);
	assert_refused("spawn a futex-fan-out fan-out=9 n=5", "n=10");
}

static void values_cross_the_wire_as_plain_numbers(void **state)
{
	cleanup_op struct op *op = must_parse("spawn a wake-chain work=1.5ms wake=futex n=8");
	size_t n;
	char **list = work_types_wire(op, &n);

	assert_int_equal(n, 4);
	assert_string_equal(list[0], "work");
	assert_string_equal(list[1], "1500000");
	assert_string_equal(list[3], "1");
	words_free(list);
	op_destroy(op);
	op = must_parse("spawn a cache-pressure size=2M");
	list = work_types_wire(op, &n);
	assert_string_equal(list[1], "2097152");
	words_free(list);
}

static void what_is_wrong_with_a_parameter_is_said(void **state)
{
	assert_refused("spawn a bursty brust=1ms", "did you mean 'burst='");
	assert_refused("spawn a spin burst=1ms", "none at all");
	assert_refused("spawn a bursty burst=50", "not a time");
	assert_refused("spawn a bursty burst=10m", "from 1us to 60s");
	assert_refused("spawn a bursty burst=1ms burst=2ms", "given twice");
	assert_refused("spawn a wake-chain wake=signal", "pipe or futex");
	assert_refused("spawn a cache-pressure size=huge", "bytes from");
	assert_refused("spawn a mixed burst=-1", "a number from");
	assert_refused("spawn a sequence phases=spin:10ms,dance:1ms", "dance");
	assert_refused("spawn a sequence phases=", "there are none");
	assert_refused("spawn a mixed m=4", "n=");
	assert_refused("spawn a spin 4", "too much");
}

static void help_lists_every_type_and_parameter(void **state)
{
	cleanup_buf struct buf out = BUF_INIT, man = BUF_INIT;
	const struct work_type *t;
	size_t i, j;

	help_op(op_def_by_id(OP_SPAWN), &out);
	help_man(&man);
	for (i = 0; (t = work_type_at(i)); i++) {
		assert_non_null(strstr(buf_text(&out), t->name));
		for (j = 0; j < WORK_PARAMS_MAX && t->params[j].key; j++)
			assert_non_null(strstr(buf_text(&out), t->params[j].summary));
		for (j = 0; j < WORK_PARAMS_MAX && t->params[j].key; j++)
			assert_non_null(strstr(buf_text(&man), t->params[j].summary));
	}
}

/* ---- reports ---- */

static void a_report_is_read_as_it_was_written(void **state)
{
	struct work_report r, back;
	char text[REPORT_TEXT_MAX];
	unsigned i;

	report_read("", &r);
	assert_int_equal(r.units, REPORT_ABSENT);
	r.units = 12;
	r.gap_ns = UINT64_MAX - 1;
	r.numa_pages[1] = 7;
	r.cpus[0] = 0xb;
	r.cpus[15] = 1ull << 63;
	for (i = 0; i < REPORT_BUCKETS; i++)
		r.wake[i] = UINT32_MAX - i;
	assert_true(report_write(&r, text, sizeof(text)));
	report_read(text, &back);
	assert_memory_equal(&r, &back, sizeof(r));
	assert_int_equal(report_cpus(&back), 4);
	report_cpu_list(&back, text, sizeof(text));
	assert_string_equal(text, "0-1,3,1023");
	assert_false(report_write(&r, text, 64));
}

static void a_forged_report_stays_within_its_limits(void **state)
{
	struct work_report r;

	report_read("units=99999999999999999999 gap=-1 iterations=3x cpus=0-99999,7 numa=99:1 "
		    "wake=256:1,9:1 "
		    "wall= =5 cpu",
		    &r);
	assert_int_equal(r.units, REPORT_ABSENT);
	assert_int_equal(r.gap_ns, REPORT_ABSENT);
	assert_int_equal(r.iterations, REPORT_ABSENT);
	assert_int_equal(r.wall_ns, REPORT_ABSENT);
	assert_int_equal(report_cpus(&r), 0);
	assert_int_equal(report_wake_ns(&r, 500), REPORT_ABSENT);
}

static void latencies_fall_into_their_bucket_and_percentiles_are_near(void **state)
{
	struct work_report r;
	uint64_t ns;
	unsigned b, i;

	for (ns = 1; ns < UINT64_MAX / 3; ns = ns * 3 + 1) {
		b = report_bucket(ns);
		assert_true(b < REPORT_BUCKETS);
		assert_true(ns <= report_bucket_end(b));
		assert_true(report_bucket_end(b) <= ns + ns / 4 + 1);
	}
	assert_int_equal(report_bucket(UINT64_MAX), REPORT_BUCKETS - 1);
	report_read("", &r);
	for (i = 1; i <= 1000; i++)
		r.wake[report_bucket(i * 1000)]++;
	r.wake_max_ns = 1000000;
	assert_in_range(report_wake_ns(&r, 500), 500000, 625000);
	assert_in_range(report_wake_ns(&r, 990), 990000, 1000000);
	assert_int_equal(report_wake_ns(&r, 1000), 1000000);
}

static void a_figure_that_is_missing_is_shown_as_missing(void **state)
{
	const struct figure *f;
	cleanup_buf struct buf out = BUF_INIT;
	struct work_report r;
	char text[32];
	size_t i;

	report_read("", &r);
	for (i = 0; (f = figure_at(i)); i++) {
		assert_int_equal(f->of(&r), REPORT_ABSENT);
		figure_format(f, f->of(&r), text, sizeof(text));
		assert_string_equal(text, "-");
		assert_ptr_equal(figure_find(f->name), f);
	}
	figures_line(&r, &out);
	assert_non_null(strstr(buf_text(&out), "- units"));
}

static void expectations_of_reports_are_checked_when_they_are_typed(void **state)
{
	const char *cmp;
	size_t i, j;

	for (i = 0; figure_at(i); i++)
		for (j = 0; (cmp = figure_compare_at(j)); j++) {
			cleanup_free char *line =
				xasprintf("expect report a %s %s %s", figure_at(i)->name, cmp,
					  figure_at(i)->is_time ? "250ms" : "3");
			cleanup_op struct op *op = must_parse(line);
			cleanup_free char *text = op_format(op);

			assert_string_equal(text, line);
		}
	assert_refused("expect report a gapp < 2s", "did you mean 'gap'");
	assert_refused("expect report a gap < 2", "not a time");
	assert_refused("expect report a cpus < 2s", "not a number");
	assert_refused("expect report a cpus =< 2", "no comparison");
	assert_refused("expect report a cpus <", "VALUE is missing");
}

static void custom_work_names_a_program_and_a_function(void **state)
{
	static const char *const wrong[] = {
		"custom:", "custom:churn", "custom::churn", "custom:a/b:churn", "custom:/a/b:", "custom:/a/b:x y",
		"custom:/a/b:0123456789012345678901234567890123456789012345678901234567890123456789",
	};
	struct custom_work c;
	struct err err = ERR_INIT;
	size_t i;

	assert_int_equal(custom_parse("custom:/tmp/a:b/test:my_churn2", false, &c, &err), 0);
	assert_string_equal(c.program, "/tmp/a:b/test");
	assert_string_equal(c.function, "my_churn2");
	assert_int_equal(custom_parse("custom:churn", true, &c, &err), 0);
	assert_string_equal(c.program, "");
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (custom_parse(wrong[i], false, &c, &err) != -EINVAL)
			fail_msg("'%s' was taken", wrong[i]);
		assert_true(*err.msg);
	}
	assert_int_equal(custom_check_key("a-b_3", &err), 0);
	assert_int_equal(custom_check_key("", &err), -EINVAL);
	assert_int_equal(custom_check_key("a=b", &err), -EINVAL);
}

static void custom_work_takes_parameters_of_its_own_and_round_trips(void **state)
{
	static const char line[] = "spawn w@low custom:/tmp/test:churn n=3 \"label=a b\" period=5ms";
	cleanup_op struct op *op = NULL, *bad = NULL;
	cleanup_free char *text = NULL;
	struct err err = ERR_INIT;

	if (op_parse(line, &op, &err) < 0)
		fail_msg("%s", err.msg);
	text = op_format(op);
	assert_string_equal(text, line);
	assert_int_equal(op_arg(op, WARG_PARAMS)->n, 4);
	assert_string_equal(op_arg(op, WARG_PARAMS)->list[1], "a b");
	assert_int_equal(op_parse("spawn w custom:/tmp/test:churn x=1 x=2", &bad, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "given twice"));
	assert_int_equal(op_parse("spawn w custom:test:churn", &bad, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "absolute"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(custom_work_names_a_program_and_a_function),
		cmocka_unit_test(custom_work_takes_parameters_of_its_own_and_round_trips),
		cmocka_unit_test(every_row_has_a_name_a_summary_and_defaults_within_its_limits),
		cmocka_unit_test(every_type_with_all_its_parameters_is_written_as_it_was_read),
		cmocka_unit_test(every_type_takes_whole_groups_and_nothing_else),
		cmocka_unit_test(a_group_is_as_large_as_its_parameters_say),
		cmocka_unit_test(values_cross_the_wire_as_plain_numbers),
		cmocka_unit_test(what_is_wrong_with_a_parameter_is_said),
		cmocka_unit_test(help_lists_every_type_and_parameter),
		cmocka_unit_test(a_report_is_read_as_it_was_written),
		cmocka_unit_test(a_forged_report_stays_within_its_limits),
		cmocka_unit_test(latencies_fall_into_their_bucket_and_percentiles_are_near),
		cmocka_unit_test(a_figure_that_is_missing_is_shown_as_missing),
		cmocka_unit_test(expectations_of_reports_are_checked_when_they_are_typed),
	};

	return cmocka_run_group_tests_name("work", tests, NULL, NULL);
}
