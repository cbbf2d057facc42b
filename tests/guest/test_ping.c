/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_ping - the agent answers while every CPU is busy; frames by hand, without a session.
 */
#include "../unit/test.h"

#include "base/cleanup.h"
#include "guest/wire_event.h"
#include "guest/wire_op.h"
#include "vmm/guest.h"

enum { PINGS = 50, SPINNERS = 16 };
#define DEADLINE_NS 90000000000ull
#define ANSWER_NS   2000000000ull /* generous: the host itself may be busy */

static struct {
	bool hello, ready, probes, spinning, failed, gone;
	uint64_t pong;
} seen;

static void on_frame(void *arg, const struct wire_header *h, struct wire_reader *payload)
{
	struct event ev;

	if (h->type != WIRE_EVENT || wire_event_read(h, payload, &ev))
		return;
	seen.hello |= ev.type == EV_HELLO;
	seen.ready |= ev.type == EV_READY;
	seen.probes |= ev.type == EV_PROBES;
	seen.spinning |= ev.type == EV_DONE;
	seen.failed |= ev.type == EV_FAILED;
	if (ev.type == EV_PONG)
		seen.pong = ev.id;
}

static void on_gone(void *arg, bool clean, const char *text)
{
	if (!clean)
		print_error("%s\n", text);
	seen.gone = true;
}

static void on_stage(void *arg, const char *name, uint64_t ns)
{
}

static void on_accel(void *arg, enum accel accel, const char *reason)
{
}

static void on_log(void *arg, int level, const char *text)
{
}

static const struct guest_ops ops = {
	.stage = on_stage, .accel = on_accel, .frame = on_frame, .log = on_log, .gone = on_gone};

static void until(struct loop *loop, const bool *flag, const char *what)
{
	uint64_t end = loop_now_ns() + DEADLINE_NS;

	while (!*flag && !seen.gone && loop_now_ns() < end)
		loop_turn(loop, 1000);
	if (!*flag)
		fail_msg("%s: did not come", what);
}

static void send(struct guest *g, struct wire_writer *w, enum wire_type type, uint64_t seq)
{
	assert_true(wire_end(w, type, seq, 0));
	assert_int_equal(guest_send(g, w->data, w->len), 0);
}

static uint64_t ping(struct loop *loop, struct guest *g, uint64_t token)
{
	uint64_t began = loop_now_ns();
	struct wire_writer w;
	uint8_t frame[64];

	wire_begin(&w, frame, sizeof(frame));
	wire_put_u64(&w, token);
	send(g, &w, WIRE_PING, 0);
	while (seen.pong != token && !seen.gone && loop_now_ns() - began < DEADLINE_NS)
		loop_turn(loop, 1000);
	return loop_now_ns() - began;
}

static void a_ping_is_answered_while_every_cpu_is_busy(void **state)
{
	struct guest_config config = {.topology = {1, 1, 2, 1}, .kernel = getenv("SXP_KERNEL")};
	struct err err = ERR_INIT;
	struct wire_writer w;
	uint8_t frame[256];
	struct loop loop;
	struct guest *g;
	uint64_t i, ns, worst = 0;

	assert_int_equal(loop_init(&loop, &err), 0);
	g = guest_create(&loop, &config, &ops, NULL);
	if (guest_start(g, &err))
		fail_msg("%s", err.msg);
	until(&loop, &seen.hello, "hello");
	wire_begin(&w, frame, sizeof(frame));
	send(g, &w, WIRE_CONFIG, 0);
	wire_begin(&w, frame, sizeof(frame));
	send(g, &w, WIRE_START, 0);
	until(&loop, &seen.ready, "ready");
	wire_op_begin(&w, frame, sizeof(frame), OP_SPAWN, 3);
	wire_op_put_str(&w, WARG_NAME, "hogs");
	wire_op_put_str(&w, WARG_WORK, "spin");
	wire_op_put_u64(&w, WARG_COUNT, SPINNERS);
	send(g, &w, WIRE_OP, 1);
	until(&loop, &seen.spinning, "spinning workers");
	for (i = 1; i <= PINGS; i++) {
		ns = ping(&loop, g, i);
		if (ns > worst)
			worst = ns;
	}
	print_message("# worst answer of %d: %.1f ms\n", PINGS, (double)worst / 1e6);
	assert_true(worst < ANSWER_NS);
	assert_false(seen.failed);
	guest_destroy(g);
	loop_finish(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ping_is_answered_while_every_cpu_is_busy),
	};

	return cmocka_run_group_tests_name("ping", tests, NULL, NULL);
}
