/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_model_watch - writes to watched places in words, how often is judged, and where there are no
 * watches.
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "ops/model.h"
#include "ops/model_watch.h"
#include "session/exact.h"

#include <errno.h>

static void write_to(struct model *m, struct event ev)
{
	ev.type = EV_WATCH_HIT;
	ev.name = "x:int";
	ev.cgroup = "";
	ev.text = ev.text ? ev.text : "";
	ev.data = ev.data ? ev.data : "";
	ev.path = ev.path ? ev.path : "";
	model_apply(m, &ev);
}

static void a_write_is_told_as_far_as_it_was_seen(void **state)
{
	static const char *const words[] = {
		"1, was 0; scx_enable() on CPU 1, task[77]", "1, was 0; CPU 3, idle",
		"2, was 1; seen late, who wrote is not known", "-, was 2; a?[mb() on CPU 0, idle"};
	struct model *m = model_create();
	size_t i;

	write_to(m, (struct event){
			    .text = "1", .data = "0", .path = "scx_enable", .index = 1, .pid = 77});
	write_to(m, (struct event){.text = "1", .data = "0", .index = 3});
	write_to(m, (struct event){.text = "2", .data = "1", .path = "f", .flag = true});
	write_to(m, (struct event){.data = "2", .path = "a\033[mb"});
	for (i = 0; i < ARRAY_SIZE(words); i++)
		assert_string_equal(model_watch_hit(m, "x:int", i)->words, words[i]);
	assert_null(model_watch_hit(m, "x:int", i));
	assert_null(model_watch_hit(m, "y:int", 0));
	model_destroy(m);
}

static void set(struct model *m, bool on, int64_t code)
{
	model_apply(m, &(struct event){.type = EV_WATCH,
				       .name = "x:int",
				       .text = code ? "lost" : "",
				       .cgroup = "",
				       .path = "",
				       .data = "",
				       .flag = on,
				       .code = code});
}

static void writes_are_counted_from_when_the_watch_was_set(void **state)
{
	struct model *m = model_create();

	assert_null(model_watch_place(m, "x:int"));
	set(m, true, 0);
	write_to(m, (struct event){.text = "1"});
	write_to(m, (struct event){.text = "2"});
	set(m, false, 0);
	assert_int_equal(model_watch_place(m, "x:int")->writes, 2);
	assert_true(model_watch_place(m, "x:int")->whole);
	set(m, true, 0);
	assert_int_equal(model_watch_place(m, "x:int")->writes, 0);
	write_to(m, (struct event){.text = "3"});
	set(m, false, 5);
	assert_int_equal(model_watch_place(m, "x:int")->writes, 1);
	assert_false(model_watch_place(m, "x:int")->whole);
	set(m, true, 0);
	assert_true(model_watch_place(m, "x:int")->whole);
	assert_string_equal(model_watch_hit(m, "x:int", 2)->words, "3; CPU 0, idle");
	model_destroy(m);
}

static void how_often_is_judged_by_what_was_seen(void **state)
{
	static const struct {
		uint64_t count;
		bool whole;
		const char *compare;
		int64_t writes;
		enum verdict verdict;
	} rows[] = {{2, true, ">=", 2, VERDICT_PASS},
		    {1, true, ">=", 2, VERDICT_FAIL},
		    {0, true, "==", 0, VERDICT_PASS},
		    {1, true, "==", 0, VERDICT_FAIL},
		    {1, true, "!=", 0, VERDICT_PASS},
		    {1, true, "<", 1, VERDICT_FAIL},
		    {1, true, "<=", 1, VERDICT_PASS},
		    {1, true, ">", 1, VERDICT_FAIL},
		    {2, false, ">=", 2, VERDICT_PASS},
		    {1, false, ">=", 2, VERDICT_INCONCLUSIVE},
		    {3, false, "==", 2, VERDICT_FAIL},
		    {2, false, "==", 2, VERDICT_INCONCLUSIVE},
		    {2, false, "<", 2, VERDICT_FAIL},
		    {1, false, "<", 2, VERDICT_INCONCLUSIVE},
		    {2, false, "<=", 2, VERDICT_INCONCLUSIVE},
		    {3, false, "!=", 2, VERDICT_PASS},
		    {1, false, "!=", 2, VERDICT_INCONCLUSIVE},
		    {2, false, ">", 2, VERDICT_INCONCLUSIVE}};
	struct model *m = model_create();
	cleanup_buf struct buf why = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		model_apply(m, &(struct event){.type = EV_WATCH_COUNT,
					       .seq = i + 1,
					       .name = "x",
					       .text = "",
					       .cgroup = "",
					       .path = "",
					       .data = "",
					       .count = rows[i].count,
					       .flag = rows[i].whole});
		buf_reset(&why);
		if (check_watch(m, i + 1, "x", rows[i].compare, rows[i].writes, &why) !=
		    rows[i].verdict)
			fail_msg("row %zu: %s", i, buf_text(&why));
	}
	assert_int_equal(check_watch(m, 99, "x", ">=", 0, &why), VERDICT_INCONCLUSIVE);
	model_apply(m, &(struct event){.type = EV_WATCH_COUNT,
				       .seq = 100,
				       .name = "x",
				       .text = "",
				       .cgroup = "",
				       .path = "",
				       .data = "",
				       .code = 1});
	assert_int_equal(check_watch(m, 100, "x", "==", 0, &why), VERDICT_INCONCLUSIVE);
	model_destroy(m);
}

static void an_exact_run_has_no_watches(void **state)
{
	static const char *const lines[] = {"watch x:int", "unwatch x:int",
					    "expect watch x:int > 0"};
	struct exact *e = exact_create(0);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		cleanup_op struct op *op = NULL;
		struct err err = ERR_INIT;

		assert_int_equal(op_parse(lines[i], &op, &err), 0);
		assert_int_equal(exact_take(e, op, &err), -EINVAL);
		assert_non_null(strstr(err.msg, "an exact run does not bear"));
		assert_non_null(strstr(err.msg, "without --exact"));
	}
	exact_destroy(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_write_is_told_as_far_as_it_was_seen),
		cmocka_unit_test(writes_are_counted_from_when_the_watch_was_set),
		cmocka_unit_test(how_often_is_judged_by_what_was_seen),
		cmocka_unit_test(an_exact_run_has_no_watches),
	};

	return cmocka_run_group_tests_name("model_watch", tests, NULL, NULL);
}
