/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line - the queue of the main line, and how one op runs on any line, see line.h.
 * Invariant: ops lie whole in one arena, an op's bytes are given back only after its last event.
 */
#include "guest/line.h"

#include "base/text.h"
#include "guest/exact.h"
#include "guest/line_private.h"
#include "guest/port.h"
#include "guest/shake.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { QUEUE_OPS = 4096, ARENA = 8 << 20 };

static struct loop *loop;
static struct line main_line = {.used = true, .is_main = true};
static struct line_entry entries[QUEUE_OPS];
static size_t entry_head, entry_count;
static uint8_t arena[ARENA];
static size_t arena_tail; /* where the next op goes; starts anew whenever the queue is empty */

static bool gate, late;
static uint64_t duration_ns, last_end_ns, changes;
static unsigned changing;
static loop_id after_timer, duration_timer;

static void turn(void);

static struct line_entry *head(void)
{
	return &entries[entry_head];
}

uint64_t line_seq(const struct line *l)
{
	return l && l->run == LINE_RUNNING ? l->now->seq : 0;
}

const struct wire_op *line_op(const struct line *l)
{
	return &l->op;
}

void *line_state(struct line *l)
{
	return l->state;
}

uint64_t line_elapsed_ns(const struct line *l)
{
	return loop_now_ns() - l->began_ns;
}

void line_timer(struct line *l, uint64_t ns)
{
	loop_arm(loop, l->op_timer, ns, 0);
}

static void refuse(uint64_t seq, int code, const char *text)
{
	port_event(&(struct event){.type = EV_BEGIN, .seq = seq});
	port_event(&(struct event){.type = EV_FAILED, .seq = seq, .code = code, .text = text});
}

uint64_t line_changes(void)
{
	return (changes << 1) | (changing != 0);
}

static void set_handler(struct line *l, const struct line_handler *h)
{
	l->handler = h;
	changing += h->changes;
}

static void pop(void)
{
	last_end_ns = loop_now_ns();
	entry_head = (entry_head + 1) % QUEUE_OPS;
	if (--entry_count == 0)
		arena_tail = 0;
}

static void tell_end(const struct line_entry *e, int code, const char *text)
{
	if (e->end) {
		/* the end is no op: it comes all the same, and what stayed behind is told */
		if (code)
			port_log(3, "%s", text);
		exact_end();
		port_event(&(struct event){.type = EV_END, .seq = e->seq});
		exact_speak();
	} else {
		port_event(&(struct event){.type = code ? EV_FAILED : EV_DONE,
					   .seq = e->seq,
					   .code = code,
					   .text = text});
	}
}

static void end_op(struct line *l, int code, const char *text)
{
	changes += l->handler->changes;
	changing -= l->handler->changes;
	loop_arm(loop, l->op_timer, 0, 0);
	l->handler = NULL;
	l->run = LINE_IDLE;
	if (!l->is_main) {
		line_body_op_ended(l, code, text);
		return;
	}
	tell_end(l->now, code, text);
	pop();
	turn();
}

void line_done(struct line *l, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	end_op(l, 0, text);
}

void line_failed(struct line *l, int code, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	end_op(l, code ? code : EIO, text);
}

void line_failed_err(struct line *l, const struct err *err)
{
	line_failed(l, err->code, "%s", err->msg);
}

static void poke(struct line *l)
{
	if (l && l->run == LINE_RUNNING && l->handler->poke)
		l->handler->poke(l);
}

void line_poke(void)
{
	unsigned i;

	for (i = 0; i < LINE_SIDES_MAX; i++)
		poke(line_side_at(i));
	poke(&main_line);
}

/* The op's bytes stay where they are until it has ended. */
void line_begin_op(struct line *l, struct line_entry *e, const uint8_t *bytes)
{
	struct wire_reader r = {.data = bytes + e->at, .len = e->len};
	const struct line_handler *h;
	char after[32];

	l->run = LINE_RUNNING;
	l->now = e;
	l->began_ns = loop_now_ns();
	memset(l->state, 0, sizeof(l->state));
	if (e->end) {
		set_handler(l, line_finish_handler());
		line_finish(l);
		return;
	}
	if (!e->told)
		port_event(&(struct event){.type = EV_BEGIN, .seq = e->seq});
	if (wire_op_read(&r, &l->op)) {
		set_handler(l, line_finish_handler());
		line_failed(l, EPROTO, "the op came in pieces that make no sense");
		return;
	}
	h = line_handler(l->op.id);
	set_handler(l, h ? h : line_finish_handler());
	if (!h) {
		line_failed(l, ENOSYS, "this agent knows no op %u", l->op.id);
	} else if (late && !h->even_late) {
		text_format_time(after, sizeof(after), duration_ns);
		line_failed(l, ETIME, "the scenario's time of %s is over", after);
	} else {
		if (l->is_main && h->repeats)
			line_body_note(e->seq, bytes + e->at, e->len);
		h->begin(l, &l->op);
	}
}

static unsigned peek(struct wire_op *op)
{
	struct wire_reader r = {.data = arena + head()->at, .len = head()->len};

	return head()->end || wire_op_read(&r, op) ? 0 : op->id;
}

/* While a body is open, what comes is put into it. */
static bool collect(unsigned id)
{
	struct line *side = line_collecting();
	const struct line_handler *h = line_handler(id);

	if (!side || head()->end || id == OP_END)
		return false;
	if (h && h->main_only)
		refuse(head()->seq, EINVAL,
		       "this op has no place between 'every' and 'end': close the body first");
	else if (!line_body_add(side, head()->seq, arena + head()->at, head()->len))
		refuse(head()->seq, ENOBUFS, "the body is too large: 256 ops, 256 KiB");
	pop();
	return true;
}

/* Looks at the head of the queue: begins it, or arms the timer until it may begin. */
static void step(void)
{
	static struct wire_op op;
	uint64_t after, now = loop_now_ns();
	unsigned id = peek(&op);

	if (collect(id))
		return;
	after = !id || late ? 0 : wire_op_u64(&op, WARG_AFTER, 0) + shake_op_ns(head()->seq);
	if (after > now - last_end_ns) {
		main_line.run = LINE_AFTER;
		loop_arm(loop, after_timer, after - (now - last_end_ns), 0);
		return;
	}
	line_begin_op(&main_line, head(), arena);
}

/* An op may end while it begins: a loop instead of recursion. */
static void turn(void)
{
	if (main_line.turning)
		return;
	main_line.turning = true;
	while (gate && main_line.run == LINE_IDLE && entry_count)
		step();
	main_line.turning = false;
}

static void on_after(void *arg)
{
	if (main_line.run != LINE_AFTER)
		return;
	main_line.turning = true;
	line_begin_op(&main_line, head(), arena);
	main_line.turning = false;
	turn();
}

static void on_timeout(void *arg)
{
	struct line *l = arg;

	if (l->run == LINE_RUNNING && l->handler->timeout)
		l->handler->timeout(l);
}

static void on_duration(void *arg)
{
	char over[32], why[96];

	late = true;
	text_format_time(over, sizeof(over), duration_ns);
	snprintf(why, sizeof(why), "the scenario's time of %s is over", over);
	line_body_stop_all();
	if (main_line.run == LINE_AFTER)
		on_after(NULL);
	else if (main_line.run == LINE_RUNNING && main_line.handler->cancel)
		main_line.handler->cancel(&main_line, ETIME, why);
}

static struct line *running(uint64_t seq)
{
	unsigned i;

	for (i = 0; seq && i < LINE_SIDES_MAX; i++)
		if (line_side_at(i) && line_seq(line_side_at(i)) == seq)
			return line_side_at(i);
	return main_line.run == LINE_IDLE || (seq && head()->seq != seq) ? NULL : &main_line;
}

void line_cancel(uint64_t seq)
{
	struct line *l = running(seq);

	if (!l)
		return;
	if (l->run == LINE_AFTER)
		on_after(NULL);
	else if (l->handler->cancel)
		l->handler->cancel(l, ECANCELED, "cut short");
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

uint64_t line_duration(void)
{
	return duration_ns;
}

void line_add(uint64_t seq, const void *payload, size_t len)
{
	struct line_entry *e = &entries[(entry_head + entry_count) % QUEUE_OPS];

	if (entry_count == QUEUE_OPS || len > ARENA - arena_tail) {
		refuse(seq, ENOBUFS, "too many ops wait in the agent: send fewer at a time");
		return;
	}
	*e = (struct line_entry){.seq = seq, .at = arena_tail, .len = len, .end = !payload};
	if (len)
		memcpy(arena + arena_tail, payload, len);
	arena_tail += len;
	entry_count++;
	turn();
}

int line_init(struct loop *l, struct err *err)
{
	unsigned i;

	loop = l;
	after_timer = loop_add_timer(loop, on_after, NULL);
	duration_timer = loop_add_timer(loop, on_duration, NULL);
	main_line.op_timer = loop_add_timer(loop, on_timeout, &main_line);
	if (after_timer < 0 || main_line.op_timer < 0 || duration_timer < 0 ||
	    line_body_init(loop, err))
		return err_sys(err, ENOSPC, "make the lines' timers");
	for (i = 0; i < LINE_SIDES_MAX; i++) {
		struct line *side = line_side_slot(i);

		side->op_timer = loop_add_timer(loop, on_timeout, side);
		if (side->op_timer < 0)
			return err_sys(err, ENOSPC, "make the lines' timers");
	}
	return 0;
}
