/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_line - the agent's main line, with made-up handlers and a list in place of the port.
 */
#include "test.h"

#include "guest/exact.h"
#include "guest/shake.h"
#include "guest/line.h"
#include "guest/port.h"

#include <errno.h>

static struct loop loop;
static char said[4096]; /* "begin 1;done 1 text;..." */
static bool pending_begun;
static struct line *running;

void exact_end(void)
{
}

uint64_t shake_op_ns(uint64_t seq)
{
	return 0;
}

void exact_speak(void)
{
}

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

static const struct line_handler at_once = {.begin = begin_at_once};
static const struct line_handler pending = {
	.begin = begin_pending, .poke = poke_pending, .cancel = cancel_pending};
static void begin_round(struct line *l, const struct wire_op *op);
static const struct line_handler in_round = {.begin = begin_round, .repeats = true};
static const struct line_handler finisher = {.even_late = true};

const struct line_handler *line_handler(unsigned id)
{
	return id == OP_HOLD ? &at_once : id == OP_WAIT ? &pending : id == OP_SIGNAL ? &in_round : NULL;
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

/* ---- bodies ---- */

static unsigned rounds_begun;

static void begin_round(struct line *l, const struct wire_op *op)
{
	rounds_begun++;
	if (wire_op_u64(op, WARG_AFTER, 0))
		line_failed(l, EIO, "no");
	else
		line_done(l, "yes");
}

static struct line *body(unsigned nops, uint64_t period_ns, uint64_t for_ns, uint64_t after_ns)
{
	struct err err = ERR_INIT;
	struct line *side = line_collect("body", period_ns, for_ns, 0, &err);
	unsigned i;

	rounds_begun = 0;
	assert_non_null(side);
	for (i = 0; i < nops; i++)
		add(200 + i, OP_SIGNAL, after_ns);
	assert_int_equal(line_body_ops(side), nops);
	assert_string_equal(said, "");
	return side;
}

static void run_until_over(void)
{
	uint64_t began = loop_now_ns();

	while (line_side("body") && loop_now_ns() - began < 5000000000ull)
		loop_turn(&loop, 100);
	assert_null(line_side("body"));
}

static void a_body_runs_beside_the_main_line_until_its_time_is_over(void **state)
{
	uint64_t rounds, failures;

	line_run_body(body(2, 1000000, 30000000, 0));
	add(40, OP_HOLD, 0);
	assert_string_equal(said, "begin 40;done 40 yes;");
	run_until_over();
	assert_true(line_ended("body", &rounds, &failures));
	assert_true(rounds > 1);
	assert_int_equal(failures, 0);
	assert_true(rounds_begun >= 2 * rounds);
	/* each op is told in its first round only */
	assert_non_null(strstr(said, "begin 200;done 200 yes;begin 201;done 201 yes;"));
	assert_null(strstr(strstr(said, "done 201"), "done 200"));
}

static void a_failure_in_a_body_is_told_once_and_counted(void **state)
{
	uint64_t rounds, failures;
	char *first;

	line_run_body(body(1, 1000000, 20000000, 5));
	run_until_over();
	assert_true(line_ended("body", &rounds, &failures));
	assert_true(rounds > 1);
	assert_true(failures >= rounds);
	first = strstr(said, "failed 200 no");
	assert_non_null(first);
	assert_null(strstr(first + 1, "failed 200"));
}

static void a_stopped_body_tells_what_it_never_reached(void **state)
{
	struct line *side = body(1, 1000000, 0, 0);

	line_stop(side);
	assert_null(line_side("body"));
	assert_ptr_equal(strstr(said, "begin 200;done 200 not reached in any round;rounds 0 0 rounds in"),
			 said);
}

static void a_loop_repeats_only_what_changes_something(void **state)
{
	struct err err = ERR_INIT;
	uint64_t rounds, failures;

	line_new_step();
	assert_null(line_repeat("body", 1000000, 10000000, 0, &err));
	assert_int_equal(err.code, ENOENT);
	add(50, OP_WAIT, 0);
	add(51, OP_SIGNAL, 0);
	line_poke();
	rounds_begun = 0;
	assert_non_null(line_repeat("body", 1000000, 10000000, 0, &err));
	run_until_over();
	assert_true(line_ended("body", &rounds, &failures));
	assert_true(rounds_begun >= 2);
	line_new_step();
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
		cmocka_unit_test_setup(a_body_runs_beside_the_main_line_until_its_time_is_over, fresh),
		cmocka_unit_test_setup(a_failure_in_a_body_is_told_once_and_counted, fresh),
		cmocka_unit_test_setup(a_stopped_body_tells_what_it_never_reached, fresh),
		cmocka_unit_test_setup(a_loop_repeats_only_what_changes_something, fresh),
		cmocka_unit_test_setup(the_end_comes_after_all_ops, fresh),
	};
	struct err err = ERR_INIT;

	if (loop_init(&loop, &err) || line_init(&loop, &err))
		return 1;
	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
