/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_line - the agent's main line, with made-up handlers and a list in place of the port.
 */
#include "test.h"

#include "guest/line.h"
#include "guest/port.h"

#include <errno.h>

static struct loop loop;
static char said[4096]; /* "begin 1;done 1 text;..." */
static bool pending_begun;
static struct line *running;

void port_event(const struct event *ev)
{
	size_t len = strlen(said);

	snprintf(said + len, sizeof(said) - len, "%s %llu%s%s;", event_def(ev->type)->json,
		 (unsigned long long)ev->seq, ev->text ? " " : "", ev->text ? ev->text : "");
}

void port_log(unsigned level, const char *fmt, ...)
{
}

static void begin_at_once(struct line *l, const struct wire_op *op)
{
	line_done(l, "%s", wire_op_str(op, WARG_TEXT));
}

static void begin_pending(struct line *l, const struct wire_op *op)
{
	pending_begun = true;
	running = l;
}

static void poke_pending(struct line *l)
{
	line_done(l, "poked");
}

static void cancel_pending(struct line *l, int code, const char *why)
{
	line_failed(l, code, "%s", why);
}

static const struct line_handler at_once = {.begin = begin_at_once, .repeats = true};
static const struct line_handler pending = {
	.begin = begin_pending, .poke = poke_pending, .cancel = cancel_pending};
static const struct line_handler finisher = {.even_late = true};

const struct line_handler *line_handler(unsigned id)
{
	return id == OP_HOLD ? &at_once : id == OP_WAIT ? &pending : NULL;
}

const struct line_handler *line_finish_handler(void)
{
	return &finisher;
}

void line_finish(struct line *l)
{
	line_done(l, "torn down");
}

static void add(uint64_t seq, unsigned id, uint64_t after_ns)
{
	uint8_t frame[256];
	struct wire_writer w;

	wire_op_begin(&w, frame, sizeof(frame), (uint16_t)id, 2);
	wire_op_put_str(&w, WARG_TEXT, "yes");
	wire_op_put_u64(&w, WARG_AFTER, after_ns);
	line_add(seq, frame + WIRE_HEADER_SIZE, w.len - WIRE_HEADER_SIZE);
}

static int fresh(void **state)
{
	said[0] = '\0';
	pending_begun = false;
	return 0;
}

static void ops_wait_for_the_gate_and_then_run_in_order(void **state)
{
	add(1, OP_HOLD, 0);
	add(2, OP_HOLD, 0);
	assert_string_equal(said, "");
	line_start();
	assert_string_equal(said, "begin 1;done 1 yes;begin 2;done 2 yes;");
}

static void an_op_that_waits_holds_up_the_next_one(void **state)
{
	add(3, OP_WAIT, 0);
	add(4, OP_HOLD, 0);
	assert_true(pending_begun);
	assert_int_equal(line_seq(running), 3);
	assert_string_equal(said, "begin 3;");
	line_poke();
	assert_string_equal(said, "begin 3;done 3 poked;begin 4;done 4 yes;");
	assert_int_equal(line_seq(running), 0);
}

static void only_the_op_that_was_meant_is_cancelled(void **state)
{
	add(5, OP_WAIT, 0);
	line_cancel(99);
	assert_string_equal(said, "begin 5;");
	line_cancel(5);
	assert_string_equal(said, "begin 5;failed 5 cut short;");
	line_cancel(0);
}

static void an_op_begins_only_after_its_pause(void **state)
{
	uint64_t began = loop_now_ns();

	add(6, OP_HOLD, 0);
	add(7, OP_HOLD, 30000000);
	assert_string_equal(said, "begin 6;done 6 yes;");
	while (!strstr(said, "done 7") && loop_now_ns() - began < 5000000000ull)
		loop_turn(&loop, 100);
	assert_non_null(strstr(said, "done 7"));
	assert_true(loop_now_ns() - began >= 30000000);
}

static void a_cancel_during_the_pause_begins_the_op_now(void **state)
{
	add(8, OP_HOLD, 3600000000000ull);
	assert_string_equal(said, "");
	line_cancel(0);
	assert_string_equal(said, "begin 8;done 8 yes;");
}

static void an_unknown_op_and_a_broken_one_fail_alone(void **state)
{
	add(9, 999, 0);
	line_add(10, "\x01", 1);
	add(11, OP_HOLD, 0);
	assert_non_null(strstr(said, "failed 9 this agent knows no op 999"));
	assert_non_null(strstr(said, "failed 10"));
	assert_non_null(strstr(said, "done 11 yes"));
}

static void a_full_queue_refuses_more_and_says_so(void **state)
{
	unsigned i;

	add(20, OP_WAIT, 0);
	for (i = 0; i < 5000; i++)
		line_add(100 + i, "", 0);
	assert_non_null(strstr(said, "too many ops wait"));
	said[0] = '\0';
	line_poke();
	assert_int_equal(line_seq(running), 0);
}

static void the_end_comes_after_all_ops(void **state)
{
	add(30, OP_WAIT, 0);
	line_add(31, NULL, 0);
	line_poke();
	assert_string_equal(said, "begin 30;done 30 poked;end 31;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ops_wait_for_the_gate_and_then_run_in_order, fresh),
		cmocka_unit_test_setup(an_op_that_waits_holds_up_the_next_one, fresh),
		cmocka_unit_test_setup(only_the_op_that_was_meant_is_cancelled, fresh),
		cmocka_unit_test_setup(an_op_begins_only_after_its_pause, fresh),
		cmocka_unit_test_setup(a_cancel_during_the_pause_begins_the_op_now, fresh),
		cmocka_unit_test_setup(an_unknown_op_and_a_broken_one_fail_alone, fresh),
		cmocka_unit_test_setup(a_full_queue_refuses_more_and_says_so, fresh),
		cmocka_unit_test_setup(the_end_comes_after_all_ops, fresh),
	};
	struct err err = ERR_INIT;

	if (loop_init(&loop, &err) || line_init(&loop, &err))
		return 1;
	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
