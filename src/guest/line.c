/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line - queue and state of the main line, see line.h.
 * Invariant: ops lie whole in one arena, an op's bytes are given back only after its last event.
 */
#include "guest/line.h"

#include "base/text.h"
#include "guest/port.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { QUEUE_OPS = 4096, ARENA = 8 << 20 };
enum line_state { LINE_IDLE, LINE_AFTER, LINE_RUNNING };

struct entry {
	uint64_t seq;
	size_t at, len; /* in the arena */
	bool end;
};

static struct loop *loop;
static struct entry entries[QUEUE_OPS];
static size_t entry_head, entry_count;
static uint8_t arena[ARENA];
static size_t arena_tail; /* where the next op goes; starts anew whenever the queue is empty */

static enum line_state state;
static bool gate, turning, late;
static uint64_t duration_ns, last_end_ns, began_ns, changes;
static loop_id after_timer, op_timer, duration_timer;
static struct wire_op op;
static const struct line_handler *handler;

static void turn(void);

static struct entry *head(void)
{
	return &entries[entry_head];
}

uint64_t line_seq(void)
{
	return state == LINE_RUNNING ? head()->seq : 0;
}

uint64_t line_elapsed_ns(void)
{
	return loop_now_ns() - began_ns;
}

void line_timer(uint64_t ns)
{
	loop_arm(loop, op_timer, ns, 0);
}

static void refuse(uint64_t seq, int code, const char *text)
{
	port_event(&(struct event){.type = EV_BEGIN, .seq = seq});
	port_event(&(struct event){.type = EV_FAILED, .seq = seq, .code = code, .text = text});
}

static void set_handler(const struct line_handler *h)
{
	handler = h;
	changes += h->changes;
}

uint64_t line_changes(void)
{
	return changes;
}

static void end_op(void)
{
	changes += handler->changes;
	loop_arm(loop, op_timer, 0, 0);
	handler = NULL;
	state = LINE_IDLE;
	last_end_ns = loop_now_ns();
	entry_head = (entry_head + 1) % QUEUE_OPS;
	if (--entry_count == 0)
		arena_tail = 0;
	turn();
}

void line_done(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (head()->end)
		port_event(&(struct event){.type = EV_END, .seq = head()->seq});
	else
		port_event(&(struct event){.type = EV_DONE, .seq = head()->seq, .text = text});
	end_op();
}

void line_failed(int code, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (head()->end) {
		/* the end is no op: it comes all the same, and what stayed behind is told */
		port_log(3, "%s", text);
		port_event(&(struct event){.type = EV_END, .seq = head()->seq});
	} else {
		port_event(&(struct event){
			.type = EV_FAILED, .seq = head()->seq, .code = code, .text = text});
	}
	end_op();
}

void line_failed_err(const struct err *err)
{
	line_failed(err->code, "%s", err->msg);
}

void line_poke(void)
{
	if (state == LINE_RUNNING && handler->poke)
		handler->poke();
}

static void begin(void)
{
	char after[32];

	state = LINE_RUNNING;
	began_ns = loop_now_ns();
	if (head()->end) {
		set_handler(line_finish_handler());
		line_finish();
		return;
	}
	port_event(&(struct event){.type = EV_BEGIN, .seq = head()->seq});
	set_handler(line_handler(op.id) ? line_handler(op.id) : line_finish_handler());
	if (!handler->begin) {
		line_failed(ENOSYS, "this agent knows no op %u", op.id);
	} else if (late && !handler->even_late) {
		text_format_time(after, sizeof(after), duration_ns);
		line_failed(ETIME, "the scenario's time of %s is over", after);
	} else {
		handler->begin(&op);
	}
}

/* Looks at the head of the queue: begins it, or arms the timer until it may begin. */
static void step(void)
{
	struct wire_reader r = {.data = arena + head()->at, .len = head()->len};
	uint64_t after, now = loop_now_ns();

	if (!head()->end && wire_op_read(&r, &op)) {
		state = LINE_RUNNING;
		set_handler(line_finish_handler());
		port_event(&(struct event){.type = EV_BEGIN, .seq = head()->seq});
		line_failed(EPROTO, "the op came in pieces that make no sense");
		return;
	}
	after = head()->end || late ? 0 : wire_op_u64(&op, WARG_AFTER, 0);
	if (after > now - last_end_ns) {
		state = LINE_AFTER;
		loop_arm(loop, after_timer, after - (now - last_end_ns), 0);
		return;
	}
	begin();
}

/* An op may end while it begins: a loop instead of recursion. */
static void turn(void)
{
	if (turning)
		return;
	turning = true;
	while (gate && state == LINE_IDLE && entry_count)
		step();
	turning = false;
}

static void on_after(void *arg)
{
	if (state != LINE_AFTER)
		return;
	turning = true;
	begin();
	turning = false;
	turn();
}

static void on_timeout(void *arg)
{
	if (state == LINE_RUNNING && handler->timeout)
		handler->timeout();
}

static void on_duration(void *arg)
{
	char over[32], why[96];

	late = true;
	text_format_time(over, sizeof(over), duration_ns);
	snprintf(why, sizeof(why), "the scenario's time of %s is over", over);
	if (state == LINE_AFTER)
		on_after(NULL);
	else if (state == LINE_RUNNING && handler->cancel)
		handler->cancel(ETIME, why);
}

void line_cancel(uint64_t seq)
{
	if (state == LINE_IDLE || (seq && head()->seq != seq))
		return;
	if (state == LINE_AFTER)
		on_after(NULL);
	else if (handler->cancel)
		handler->cancel(ECANCELED, "cut short");
}

void line_start(void)
{
	if (gate)
		return;
	gate = true;
	last_end_ns = loop_now_ns();
	if (duration_ns)
		loop_arm(loop, duration_timer, duration_ns, 0);
	turn();
}

void line_set_duration(uint64_t ns)
{
	duration_ns = ns;
}

void line_add(uint64_t seq, const void *payload, size_t len)
{
	struct entry *e = &entries[(entry_head + entry_count) % QUEUE_OPS];

	if (entry_count == QUEUE_OPS || len > ARENA - arena_tail) {
		refuse(seq, ENOBUFS, "too many ops wait in the agent: send fewer at a time");
		return;
	}
	*e = (struct entry){.seq = seq, .at = arena_tail, .len = len, .end = !payload};
	if (len)
		memcpy(arena + arena_tail, payload, len);
	arena_tail += len;
	entry_count++;
	turn();
}

int line_init(struct loop *l, struct err *err)
{
	loop = l;
	after_timer = loop_add_timer(loop, on_after, NULL);
	op_timer = loop_add_timer(loop, on_timeout, NULL);
	duration_timer = loop_add_timer(loop, on_duration, NULL);
	if (after_timer < 0 || op_timer < 0 || duration_timer < 0)
		return err_sys(err, ENOSPC, "make the main line's timers");
	return 0;
}
