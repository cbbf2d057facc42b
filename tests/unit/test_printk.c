/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_printk - lines of trace_pipe as kernels write them, and as they do not.
 */
#include "tests/unit/test.h"

#include "guest/printk.h"

static struct printk_line parse(const char *text)
{
	static char line[256];
	struct printk_line l;

	snprintf(line, sizeof(line), "%s", text);
	printk_parse(line, &l);
	return l;
}

static void a_line_tells_task_time_and_text(void **state)
{
	struct printk_line l =
		parse("          hogs-214     [001] d..31    12.345678: bpf_trace_printk: enqueue 5: x");

	assert_string_equal(l.task, "hogs-214");
	assert_string_equal(l.text, "enqueue 5: x");
	assert_int_equal(l.t_ns, 12345678000);
	assert_int_equal(l.lost, 0);
}

static void a_name_may_have_blanks_and_brackets(void **state)
{
	struct printk_line l = parse(" my [x] task-9 [000] ...11 0.000001: bpf_trace_printk: ");

	assert_string_equal(l.text, "");
	assert_int_equal(l.t_ns, 1000);
	assert_string_equal(parse("           <...>-31      [000] .N.2.   3.5: bpf_trace_printk: a").task,
			    "<...>-31");
}

static void records_that_were_lost_are_counted(void **state)
{
	struct printk_line l = parse("CPU:1 [LOST 27 EVENTS]");

	assert_null(l.text);
	assert_int_equal(l.lost, 27);
}

static void other_lines_are_none(void **state)
{
	assert_null(parse("").text);
	assert_null(parse("# tracer: nop").text);
	assert_null(parse("x-1 [000] ... 1.0: sched_switch: prev_comm=[LOST 5").text);
	assert_int_equal(parse("x [LOST 5 EVENTS]").lost, 0);
	assert_int_equal(parse("x-1 [000] ... 99999999999999999999.1: bpf_trace_printk: a").t_ns, 0);
	assert_int_equal(parse("x-1 [000] ... soon: bpf_trace_printk: a").t_ns, 0);
	assert_string_equal(parse(": bpf_trace_printk: a").task, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_tells_task_time_and_text),
		cmocka_unit_test(a_name_may_have_blanks_and_brackets),
		cmocka_unit_test(records_that_were_lost_are_counted),
		cmocka_unit_test(other_lines_are_none),
	};

	return cmocka_run_group_tests_name("printk", tests, NULL, NULL);
}
