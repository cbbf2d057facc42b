/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracing - see tracing.h.
 *
 * Where the guest is emulated and its memory is read, the emulator is the witness of switches, and
 * the agent is asked for names alone: first the witness looks, then the names are asked for; the
 * other way round at the end, so that all that was seen is read. Invariant: a record is in the session
 * file's pack when it is in the model.
 */
#include "session/tracing.h"

#include "base/cleanup.h"
#include "base/die.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/epoll.h>

#define POLL_NS    UINT64_C(20000000)
#define FLUSH_NS   UINT64_C(1000000000)
#define FLUSH_SIZE (48u << 10) /* bytes of a pack */
#define TURN_NS    UINT64_C(10000000000) /* that the emulator may take to look, or not to */

enum turn {
	TURN_NONE,
	TURN_ON,    /* it is to look */
	TURN_OFF,   /* it is to look no more, and then the agent is told */
	TURN_CLEAR, /* it has to stop looking before it is asked anew */
};

struct tracing {
	struct loop *loop;
	struct trace *trace;
	const struct tracing_ops *ops;
	void *arg;
	loop_id timer;
	bool wanted, ready, asked;
	bool closing; /* the agent was told to stop and has not said that it has */
	uint32_t slots;
	struct witness *witness; /* of this turn, and while it looks; NULL = the guest's programs tell */
	enum turn turn;
	loop_id turn_timer, answer;
	bool unable, by_guest; /* it was tried and did not look; it is not to */
	struct trace_reader *reader;
	struct trace_account before; /* of streams that have ended */
	uint64_t names_lost;
	uint64_t seen_ns, flushed_ns;
	struct trace_pack *pack;
	struct trace_task *names;
	size_t nnames;
};

struct trace_account tracing_account(const struct tracing *t)
{
	struct trace_account a = t->before, now;

	if (!t->reader)
		return a;
	now = trace_reader_account(t->reader);
	a.produced += now.produced;
	a.delivered += now.delivered;
	a.dropped += now.dropped;
	/* on no CPU that is known */
	if (t->witness) {
		a.produced += witness_unplaced(t->witness);
		a.dropped += witness_unplaced(t->witness);
	}
	return a;
}

static void flush(struct tracing *t, bool ends)
{
	struct journal *j = t->ops->journal(t->arg);
	struct trace_json lines = {.t_ns = t->seen_ns,
				   .ends = ends,
				   .pack = t->pack,
				   .names = t->names,
				   .nnames = t->nnames,
				   .account = tracing_account(t)};
	struct err err = ERR_INIT;

	if (j && journal_trace(j, &lines, &err) < 0)
		t->ops->log(t->arg, 3, err.msg);
	trace_pack_reset(t->pack);
	t->nnames = 0;
	t->flushed_ns = loop_now_ns();
}

static void on_record(void *arg, const struct trace_record *r)
{
	struct tracing *t = arg;

	trace_add(t->trace, r);
	if (trace_pack_add(t->pack, r))
		return;
	/* of an earlier time: the next pack begins */
	flush(t, false);
	trace_pack_add(t->pack, r);
}

static void on_name(void *arg, const struct trace_task *n)
{
	struct tracing *t = arg;

	trace_name(t->trace, n);
	if (t->nnames == TRACE_JSON_NAMES)
		flush(t, false);
	t->names[t->nnames++] = *n;
}

static void on_seen(void *arg, uint64_t t_ns)
{
	struct tracing *t = arg;

	trace_seen(t->trace, t_ns);
	t->seen_ns = t_ns;
}

static const struct trace_sink sink = {.record = on_record, .name = on_name, .seen = on_seen};

static void tell_lost_names(struct tracing *t)
{
	uint64_t lost = trace_reader_names_lost(t->reader);
	char text[160];

	if (lost == t->names_lost)
		return;
	snprintf(text, sizeof(text),
		 "%" PRIu64 " names of tasks came quicker than they could be read: their switches "
		 "are shown by number",
		 lost - t->names_lost);
	t->names_lost = lost;
	t->ops->log(t->arg, 4, text);
}

static void poll(struct tracing *t, bool last)
{
	struct trace_account a;

	trace_reader_poll(t->reader, t->ops->now(t->arg), last);
	tell_lost_names(t);
	a = tracing_account(t);
	trace_accounted(t->trace, &a);
	if (last || t->pack->bytes.len >= FLUSH_SIZE || loop_now_ns() >= t->flushed_ns + FLUSH_NS)
		flush(t, last);
}

static void on_timer(void *arg)
{
	poll(arg, false);
}

/* What is left is read, and the rings are let go. */
static void finish(struct tracing *t)
{
	loop_arm(t->loop, t->timer, 0, 0);
	if (!t->reader)
		return;
	poll(t, true);
	t->before = tracing_account(t);
	trace_reader_destroy(t->reader);
	t->reader = NULL;
	t->names_lost = 0;
}

static void send_want(struct tracing *t, enum wire_trace_want want)
{
	uint8_t frame[WIRE_HEADER_SIZE + 8];
	struct wire_writer w;

	wire_begin(&w, frame, sizeof(frame));
	wire_put_u8(&w, want);
	wire_put_u32(&w, t->slots);
	if (!wire_end(&w, WIRE_TRACE, 0, 0) || t->ops->send(t->arg, frame, w.len) < 0)
		t->ops->log(t->arg, 3,
			    "ask for the stream of switches: the channel does not take it");
	else {
		t->closing = t->asked && want == WIRE_TRACE_OFF;
		t->asked = want != WIRE_TRACE_OFF;
	}
}

/* ---- the witness ---- */

static void ask(struct tracing *t);

static void end_turn(struct tracing *t)
{
	t->turn = TURN_NONE;
	loop_arm(t->loop, t->turn_timer, 0, 0);
	loop_remove(t->loop, t->answer);
	t->answer = -1;
}

/* It does not look, whatever it was told: programs in the guest do. */
static void give_up(struct tracing *t, const char *why)
{
	char text[400];

	end_turn(t);
	witness_off(t->witness);
	if (t->reader) {
		t->before.produced += witness_unplaced(t->witness);
		t->before.dropped += witness_unplaced(t->witness);
	}
	t->witness = NULL;
	t->unable = true;
	snprintf(text, sizeof(text),
		 "%s; programs in the guest tell of its switches instead, which costs it some 5%%",
		 why);
	t->ops->log(t->arg, 4, text);
}

static void on_answer(void *arg, int fd, uint32_t events)
{
	struct tracing *t = arg;
	enum witness_state is = witness_state(t->witness);
	enum turn turn = t->turn;

	if (is == WITNESS_FAILED)
		give_up(t, "the emulator cannot see the kernel's tracepoints");
	else if (is == (turn == TURN_ON ? WITNESS_ON : WITNESS_OFF))
		end_turn(t);
	else
		return;
	if (turn == TURN_ON && is == WITNESS_ON) {
		t->ops->log(t->arg, 6, "the emulator sees each switch: the guest runs nothing for it");
		send_want(t, WIRE_TRACE_NAMES);
	}
	if (turn == TURN_OFF)
		send_want(t, WIRE_TRACE_OFF);
	if (turn == TURN_CLEAR)
		t->witness = NULL;
	ask(t);
}

static void on_turn_over(void *arg)
{
	struct tracing *t = arg;
	enum turn turn = t->turn;

	if (turn == TURN_NONE)
		return;
	give_up(t, "the emulator did not answer whether it sees the kernel's tracepoints");
	if (turn == TURN_OFF)
		send_want(t, WIRE_TRACE_OFF);
	ask(t);
}

static bool begin_turn(struct tracing *t, enum turn turn)
{
	t->answer = loop_add_fd(t->loop, witness_answer(t->witness), EPOLLIN, on_answer, t);
	if (t->answer < 0)
		return false;
	t->turn = turn;
	loop_arm(t->loop, t->turn_timer, TURN_NS, 0);
	if (turn == TURN_ON)
		witness_on(t->witness, t->slots);
	else
		witness_off(t->witness);
	return true;
}

/* false: the guest's own programs are to tell. */
static bool call_witness(struct tracing *t)
{
	struct witness *w = t->unable || t->by_guest ? NULL : t->ops->witness(t->arg);
	struct err err = ERR_INIT;

	t->witness = w;
	if (!w)
		return false;
	if (witness_state(w) != WITNESS_OFF) {
		if (begin_turn(t, TURN_CLEAR))
			return true;
		t->witness = NULL;
		return false;
	}
	if (t->ops->desk(t->arg, witness_desk(w), &err) == 0 && begin_turn(t, TURN_ON))
		return true;
	give_up(t, err.msg);
	return false;
}

static void ask(struct tracing *t)
{
	if (!t->ready || t->closing || t->turn != TURN_NONE || t->wanted == t->asked)
		return;
	if (t->wanted && !call_witness(t))
		send_want(t, WIRE_TRACE_ALL);
	else if (!t->wanted && !(t->witness && begin_turn(t, TURN_OFF)))
		send_want(t, WIRE_TRACE_OFF);
}

void tracing_want(struct tracing *t, bool on, uint32_t slots)
{
	t->wanted = on;
	t->slots = slots;
	ask(t);
}

void tracing_by_guest(struct tracing *t, bool by_guest)
{
	t->by_guest = by_guest;
}

void tracing_ready(struct tracing *t)
{
	t->ready = true;
	ask(t);
}

void tracing_rings(struct tracing *t, struct wire_reader *payload)
{
	const struct guest_memory *memory = t->ops->memory(t->arg);
	struct wire_trace_rings rings;
	struct trace_rings seen;
	struct err err = ERR_INIT;

	finish(t);
	if (wire_trace_read(payload, &rings) < 0) {
		t->ops->log(
			t->arg, 4,
			"the guest says where its stream of switches is, and it makes no sense: "
			"left out");
		return;
	}
	if (t->witness)
		seen.bytes = witness_rings(t->witness, &seen.ncpus, &seen.slots);
	t->reader = trace_reader_create(memory, &rings, t->witness ? &seen : NULL, &sink, t, &err);
	if (!t->reader) {
		t->ops->log(t->arg, 3, err.msg);
		return;
	}
	t->flushed_ns = loop_now_ns();
	loop_arm(t->loop, t->timer, POLL_NS, POLL_NS);
}

/* The model adds what was missed to its trace's account when the event comes to it. */
void tracing_event(struct tracing *t, bool on, uint64_t missed)
{
	bool told = t->closing;

	if (on)
		return;
	finish(t);
	t->before.produced += missed;
	t->before.dropped += missed;
	t->asked = t->closing = false;
	if (t->turn != TURN_NONE)
		end_turn(t);
	if (t->witness && witness_state(t->witness) != WITNESS_OFF)
		witness_off(t->witness);
	t->witness = NULL;
	/* it may have been wanted again meanwhile; what the agent refuses is not asked for again */
	if (told)
		ask(t);
}

void tracing_gone(struct tracing *t)
{
	t->ready = t->closing = false;
	tracing_event(t, false, 0);
}

bool tracing_is_on(const struct tracing *t)
{
	return t->reader;
}

struct tracing *tracing_create(struct loop *loop, struct trace *trace,
			       const struct tracing_ops *ops, void *arg)
{
	struct tracing *t = xcalloc(1, sizeof(*t));

	t->loop = loop;
	t->trace = trace;
	t->ops = ops;
	t->arg = arg;
	t->timer = loop_add_timer(loop, on_timer, t);
	t->turn_timer = loop_add_timer(loop, on_turn_over, t);
	t->answer = -1;
	t->pack = trace_pack_create();
	t->names = xcalloc(TRACE_JSON_NAMES, sizeof(*t->names));
	return t;
}

void tracing_destroy(struct tracing *t)
{
	if (!t)
		return;
	loop_remove(t->loop, t->timer);
	loop_remove(t->loop, t->turn_timer);
	loop_remove(t->loop, t->answer);
	trace_reader_destroy(t->reader);
	trace_pack_destroy(t->pack);
	free(t->names);
	free(t);
}
