/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line_body - bodies: lists of ops that run again and again beside the main line, see line.h.
 *
 * Rounds begin by a timer, never from within the round before, so that a body without a pause
 * cannot keep the agent from its other work. Invariant: every op of a body is told to the host
 * exactly once as done or not reached, and at most once as failed.
 */
#include "guest/line.h"
#include "guest/fault_switch.h"

#include "base/text.h"
#include "guest/line_private.h"
#include "guest/port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SAY_NS 500000000ull /* between two words on how a body gets on */

enum { ENDED_MAX = 64 };

static struct loop *loop;
static struct line sides[LINE_SIDES_MAX];

/* Ops of the step so far that `hold loop` would do again. */
static struct {
	struct line_entry ops[LINE_BODY_OPS_MAX];
	unsigned nops;
	uint8_t bytes[LINE_BODY_MAX];
	size_t len;
	bool cut;
} noted;

static struct {
	char name[LINE_NAME_MAX];
	uint64_t rounds, failures;
} ended[ENDED_MAX];
static unsigned ended_next;

static void go_on(struct line *l);

struct line *line_side_slot(unsigned i)
{
	return &sides[i];
}

struct line *line_side_at(unsigned i)
{
	return sides[i].used ? &sides[i] : NULL;
}

struct line *line_side(const char *name)
{
	unsigned i;

	for (i = 0; i < LINE_SIDES_MAX; i++)
		if (sides[i].used && !strcmp(sides[i].name, name))
			return &sides[i];
	return NULL;
}

struct line *line_collecting(void)
{
	unsigned i;

	for (i = 0; i < LINE_SIDES_MAX; i++)
		if (sides[i].used && sides[i].collecting)
			return &sides[i];
	return NULL;
}

const char *line_name(const struct line *l)
{
	return l->name;
}

unsigned line_body_ops(const struct line *l)
{
	return l->nops;
}

uint64_t line_rounds(const struct line *l)
{
	return l->rounds;
}

bool line_ended(const char *name, uint64_t *rounds, uint64_t *failures)
{
	unsigned n, i;

	/* the newest of that name */
	for (n = 1; *name && n <= ENDED_MAX; n++) {
		i = (ended_next + ENDED_MAX - n) % ENDED_MAX;
		if (strcmp(ended[i].name, name))
			continue;
		*rounds = ended[i].rounds;
		*failures = ended[i].failures;
		return true;
	}
	return false;
}

static bool append(struct line_entry *ops, unsigned *nops, uint8_t *bytes, size_t *len,
		   uint64_t seq, const uint8_t *data, size_t n)
{
	if (*nops == LINE_BODY_OPS_MAX || n > LINE_BODY_MAX - *len)
		return false;
	memcpy(bytes + *len, data, n);
	ops[(*nops)++] = (struct line_entry){.seq = seq, .at = *len, .len = n};
	*len += n;
	return true;
}

bool line_body_add(struct line *side, uint64_t seq, const uint8_t *bytes, size_t len)
{
	return append(side->ops, &side->nops, side->bytes, &side->len, seq, bytes, len);
}

void line_body_note(uint64_t seq, const uint8_t *bytes, size_t len)
{
	if (!append(noted.ops, &noted.nops, noted.bytes, &noted.len, seq, bytes, len))
		noted.cut = true;
}

void line_new_step(void)
{
	noted.nops = 0;
	noted.len = 0;
	noted.cut = false;
}

static void say(struct line *l, bool over)
{
	char text[160], time[32];

	text_format_time(time, sizeof(time), loop_now_ns() - l->start_ns);
	snprintf(text, sizeof(text), "%llu round%s in %s, %llu op%s failed%s",
		 (unsigned long long)l->rounds, l->rounds == 1 ? "" : "s", time,
		 (unsigned long long)l->failures, l->failures == 1 ? "" : "s",
		 over ? ", over" : "");
	port_event(&(struct event){.type = EV_ROUNDS,
				   .name = l->name,
				   .count = l->rounds,
				   .id = l->failures,
				   .flag = over,
				   .text = text});
	l->said_ns = loop_now_ns();
}

static void tell_unreached(const struct line *l)
{
	unsigned i;

	for (i = 0; i < l->nops; i++)
		if (!l->ops[i].told) {
			port_event(&(struct event){.type = EV_BEGIN, .seq = l->ops[i].seq});
			port_event(&(struct event){.type = EV_DONE,
						   .seq = l->ops[i].seq,
						   .text = "not reached in any round"});
		}
}

static void over(struct line *l)
{
	unsigned i = ended_next++ % ENDED_MAX;

	text_copy(ended[i].name, sizeof(ended[i].name), l->name);
	ended[i].rounds = l->rounds;
	ended[i].failures = l->failures;
	loop_arm(loop, l->round_timer, 0, 0);
	loop_arm(loop, l->for_timer, 0, 0);
	tell_unreached(l);
	say(l, true);
	l->used = false;
	line_poke();
}

static void finish(struct line *l)
{
	l->rounds++;
	over(l);
}

static void next_round(struct line *l)
{
	uint64_t due = l->start_ns + ++l->rounds * l->period_ns, now = loop_now_ns();

	l->next = 0;
	if (now - l->said_ns >= SAY_NS)
		say(l, false);
	/* rounds that took longer than their time are not made up for */
	if (due < now) {
		l->start_ns += now - due;
		due = now;
	}
	l->run = LINE_AFTER;
	loop_arm(loop, l->round_timer, due - now + 1, 0);
}

/* An op may end while it begins: a loop instead of recursion. */
static void go_on(struct line *l)
{
	if (l->turning)
		return;
	l->turning = true;
	while (l->used && l->run == LINE_IDLE) {
		if (l->stopping || !l->nops ||
		    (l->rounds == 2 && fault_is(FAULT_EVERY_STOPS_EARLY)))
			over(l);
		else if (l->next == l->nops && l->last_round)
			finish(l);
		else if (l->next == l->nops)
			next_round(l);
		else
			line_begin_op(l, &l->ops[l->next], l->bytes);
	}
	l->turning = false;
}

void line_body_op_ended(struct line *l, int code, const char *text)
{
	struct line_entry *e = l->now;

	l->next++;
	l->failures += code != 0;
	/* cut short because the body stops: no failure of the op */
	if (l->stopping && code) {
		l->failures--;
		code = 0;
	}
	if (!e->told || (code && !e->failing))
		port_event(&(struct event){.type = code ? EV_FAILED : EV_DONE,
					   .seq = e->seq,
					   .code = code,
					   .text = text});
	e->told = true;
	e->failing |= code != 0;
	go_on(l);
}

static void on_round(void *arg)
{
	struct line *l = arg;

	if (!l->used || l->run != LINE_AFTER)
		return;
	l->run = LINE_IDLE;
	go_on(l);
}

void line_stop(struct line *l)
{
	l->stopping = true;
	if (l->collecting) {
		l->collecting = false;
		over(l);
		return;
	}
	if (l->run == LINE_RUNNING && l->handler->blocks)
		l->handler->cancel(l, ECANCELED, "stopped");
	else if (l->run == LINE_AFTER)
		on_round(l);
}

/* A round that has begun is finished, so that what a body leaves behind does not depend on luck. */
static void on_for(void *arg)
{
	struct line *l = arg;

	l->last_round = true;
	if (l->used && l->run == LINE_AFTER)
		line_stop(l);
}

unsigned line_stop_step(unsigned step)
{
	unsigned i, n = 0;

	for (i = 0; i < LINE_SIDES_MAX; i++)
		if (sides[i].used && sides[i].step == step && !sides[i].stopping)
			line_stop(&sides[i]);
	for (i = 0; i < LINE_SIDES_MAX; i++)
		n += sides[i].used && sides[i].step == step;
	return n;
}

void line_body_stop_all(void)
{
	unsigned i;

	for (i = 0; i < LINE_SIDES_MAX; i++)
		if (sides[i].used && !sides[i].stopping)
			line_stop(&sides[i]);
}

static struct line *side_make(const char *name, uint64_t period_ns, uint64_t for_ns, unsigned step,
			      struct err *err)
{
	struct line *l = NULL;
	unsigned i;

	for (i = 0; i < LINE_SIDES_MAX && !l; i++)
		if (!sides[i].used)
			l = &sides[i];
	if (!l) {
		err_set(err, ENOSPC, "%d bodies run already: stop one with 'kill NAME' first",
			LINE_SIDES_MAX);
		return NULL;
	}
	l->used = true;
	l->stopping = l->collecting = l->last_round = false;
	l->run = LINE_IDLE;
	l->nops = l->next = 0;
	l->len = 0;
	l->rounds = l->failures = 0;
	l->period_ns = period_ns;
	l->for_ns = for_ns;
	l->start_ns = l->said_ns = loop_now_ns();
	l->step = step;
	text_copy(l->name, sizeof(l->name), name);
	return l;
}

struct line *line_collect(const char *name, uint64_t period_ns, uint64_t for_ns, unsigned step,
			  struct err *err)
{
	struct line *l = side_make(name, period_ns, for_ns, step, err);

	if (l)
		l->collecting = true;
	return l;
}

void line_run_body(struct line *l)
{
	l->collecting = false;
	l->start_ns = l->said_ns = loop_now_ns();
	if (l->for_ns)
		loop_arm(loop, l->for_timer, l->for_ns, 0);
	/* by the timer: whoever called has to end its own op first */
	l->run = LINE_AFTER;
	loop_arm(loop, l->round_timer, 1, 0);
}

struct line *line_repeat(const char *name, uint64_t period_ns, uint64_t for_ns, unsigned step,
			 struct err *err)
{
	struct line *l;
	unsigned i;

	if (noted.cut) {
		err_set(err, ENOBUFS, "the step has more ops than a loop can repeat (%d)",
			LINE_BODY_OPS_MAX);
		return NULL;
	}
	if (!noted.nops) {
		err_set(err, ENOENT,
			"there is nothing to repeat: no op of this step so far changes something "
			"that exists");
		return NULL;
	}
	l = side_make(name, period_ns, for_ns, step, err);
	if (!l)
		return NULL;
	memcpy(l->ops, noted.ops, noted.nops * sizeof(*noted.ops));
	memcpy(l->bytes, noted.bytes, noted.len);
	l->nops = noted.nops;
	l->len = noted.len;
	/* they ran on the main line and were told there */
	for (i = 0; i < l->nops; i++)
		l->ops[i].told = true;
	line_run_body(l);
	return l;
}

int line_body_init(struct loop *lp, struct err *err)
{
	unsigned i;

	loop = lp;
	for (i = 0; i < LINE_SIDES_MAX; i++) {
		sides[i].round_timer = loop_add_timer(loop, on_round, &sides[i]);
		sides[i].for_timer = loop_add_timer(loop, on_for, &sides[i]);
		if (sides[i].round_timer < 0 || sides[i].for_timer < 0)
			return err_sys(err, ENOSPC, "make the bodies' timers");
	}
	return 0;
}
