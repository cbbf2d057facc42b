/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracing - see tracing.h. Invariant: a record is in the session file's pack when it is in the
 * model.
 */
#include "session/tracing.h"

#include "base/cleanup.h"
#include "base/die.h"

#include <inttypes.h>
#include <stdlib.h>

#define POLL_NS    UINT64_C(20000000)
#define FLUSH_NS   UINT64_C(1000000000)
#define FLUSH_SIZE (48u << 10) /* bytes of a pack */

struct tracing {
	struct loop *loop;
	struct trace *trace;
	const struct tracing_ops *ops;
	void *arg;
	loop_id timer;
	bool wanted, ready, asked;
	uint32_t slots;
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

static void ask(struct tracing *t)
{
	uint8_t frame[WIRE_HEADER_SIZE + 8];
	struct wire_writer w;

	if (!t->ready || t->wanted == t->asked)
		return;
	wire_begin(&w, frame, sizeof(frame));
	wire_put_u8(&w, t->wanted);
	wire_put_u32(&w, t->slots);
	if (!wire_end(&w, WIRE_TRACE, 0, 0) || t->ops->send(t->arg, frame, w.len) < 0)
		t->ops->log(t->arg, 3,
			    "ask for the stream of switches: the channel does not take it");
	else
		t->asked = t->wanted;
}

void tracing_want(struct tracing *t, bool on, uint32_t slots)
{
	t->wanted = on;
	t->slots = slots;
	ask(t);
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
	struct err err = ERR_INIT;

	finish(t);
	if (wire_trace_read(payload, &rings) < 0) {
		t->ops->log(
			t->arg, 4,
			"the guest says where its stream of switches is, and it makes no sense: "
			"left out");
		return;
	}
	t->reader = trace_reader_create(memory, &rings, &sink, t, &err);
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
	if (on)
		return;
	finish(t);
	t->before.produced += missed;
	t->before.dropped += missed;
	t->asked = false;
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
	t->pack = trace_pack_create();
	t->names = xcalloc(TRACE_JSON_NAMES, sizeof(*t->names));
	return t;
}

void tracing_destroy(struct tracing *t)
{
	if (!t)
		return;
	loop_remove(t->loop, t->timer);
	trace_reader_destroy(t->reader);
	trace_pack_destroy(t->pack);
	free(t->names);
	free(t);
}
