/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_perfetto - the session as a trace that Perfetto opens: every switch and wake-up as the
 * kernel's own events, so that it draws its CPU and thread tracks; threads by name; steps and ops
 * as slices; lengths of runqueues and DSQs, sample by sample, as counters.
 *
 * Field numbers are those of Perfetto's schema (trace_packet.proto and what it includes). Times
 * are the guest's CLOCK_MONOTONIC. What is not known is a slice on a track of its own, never a
 * task that runs on.
 */
#include "ops/export.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/op.h"
#include "ops/past.h"
#include "ops/proto.h"
#include "ops/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TRACE_PACKET = 1 };
enum {
	PACKET_FTRACE = 1,
	PACKET_PROCESS_TREE = 2,
	PACKET_TIME = 8,
	PACKET_SEQUENCE = 10,
	PACKET_EVENT = 11,
	PACKET_FLAGS = 13,
	PACKET_TRACK = 60
};
enum { BUNDLE_CPU = 1, BUNDLE_EVENT = 2, BUNDLE_LOST = 3 };
enum { FTRACE_TIME = 1, FTRACE_PID = 2, FTRACE_SWITCH = 4, FTRACE_WAKING = 20 };
enum {
	SWITCH_PREV_COMM = 1,
	SWITCH_PREV = 2,
	SWITCH_STATE = 4,
	SWITCH_NEXT_COMM = 5,
	SWITCH_NEXT = 6
};
enum { WAKING_COMM = 1, WAKING_PID = 2, WAKING_CPU = 5 };
enum { TREE_PROCESS = 1, TREE_THREAD = 2 };
enum { PROCESS_PID = 1, PROCESS_CMDLINE = 3 };
enum { THREAD_TID = 1, THREAD_NAME = 2, THREAD_PID = 3 };
enum { TRACK_UUID = 1, TRACK_NAME = 2, TRACK_PARENT = 5, TRACK_COUNTER = 8 };
enum { EVENT_TYPE = 9, EVENT_TRACK = 11, EVENT_NAME = 23, EVENT_COUNTER = 30 };
enum { TYPE_BEGIN = 1, TYPE_END = 2, TYPE_COUNTER = 4 };

#define SEQUENCE      1
#define CLEARED       1 /* sequence flag: nothing from before is needed */
#define BUNDLE_EVENTS 512
#define LANES         16 /* ops that overlap each other stand on tracks of their own */
#define UUID_ROOT     1
#define UUID_STEPS    2
#define UUID_OPS      10   /* + lane */
#define UUID_UNKNOWN  1000 /* + CPU */
#define UUID_CPU      10000
#define UUID_DSQ      UINT64_C(1000000)
#define DSQS_MAX      4096

struct writer {
	const struct model *m;
	struct buf *out;
	struct buf packet, message, inner, event; /* scratch */
	struct {
		uint64_t id, sched; /* two schedulers may have queues of one id */
	} dsqs[DSQS_MAX]; /* that have a track */
	size_t ndsqs;
	bool cpu_tracks[SAMPLE_CPUS_MAX][3];
};

static void put_packet(struct writer *w)
{
	proto_u64(&w->packet, PACKET_SEQUENCE, SEQUENCE);
	proto_message(w->out, TRACE_PACKET, &w->packet);
	buf_reset(&w->packet);
}

/* ---- names ---------------------------------------------------------------------------------- */

static void comm_of(const struct writer *w, int32_t tid, uint64_t t_ns, unsigned cpu, char *dst,
		    size_t size)
{
	struct trace_task n;

	if (tid <= 0)
		snprintf(dst, size, "swapper/%u", cpu);
	else if (trace_name_at(w->m->trace, tid, t_ns, &n))
		snprintf(dst, size, "%s", n.comm);
	else
		snprintf(dst, size, "%" PRId32, tid);
}

/* Threads carry the names that the screens show: worker.1 rather than the program's. */
static void put_threads(struct writer *w)
{
	uint64_t last = trace_last_ns(w->m->trace);
	struct trace_task n;
	char name[160];
	int32_t tid = 0;

	buf_reset(&w->message);
	while ((tid = trace_next_tid(w->m->trace, tid))) {
		if (!trace_name_at(w->m->trace, tid, last, &n))
			continue;
		model_task_name(w->m, n.pid, n.comm, name, sizeof(name));
		if (n.pid == tid) {
			buf_reset(&w->inner);
			proto_i64(&w->inner, PROCESS_PID, tid);
			proto_text(&w->inner, PROCESS_CMDLINE, name);
			proto_message(&w->message, TREE_PROCESS, &w->inner);
		}
		buf_reset(&w->inner);
		proto_i64(&w->inner, THREAD_TID, tid);
		proto_text(&w->inner, THREAD_NAME, name);
		proto_i64(&w->inner, THREAD_PID, n.pid);
		proto_message(&w->message, TREE_THREAD, &w->inner);
	}
	proto_u64(&w->packet, PACKET_TIME, trace_first_ns(w->m->trace));
	proto_u64(&w->packet, PACKET_FLAGS, CLEARED);
	proto_message(&w->packet, PACKET_PROCESS_TREE, &w->message);
	put_packet(w);
}

/* ---- tracks --------------------------------------------------------------------------------- */

static void put_track(struct writer *w, uint64_t uuid, uint64_t parent, bool counter,
		      const char *name)
{
	buf_reset(&w->message);
	buf_reset(&w->inner);
	proto_u64(&w->message, TRACK_UUID, uuid);
	proto_text(&w->message, TRACK_NAME, name);
	if (parent)
		proto_u64(&w->message, TRACK_PARENT, parent);
	if (counter)
		proto_message(&w->message, TRACK_COUNTER, &w->inner);
	proto_message(&w->packet, PACKET_TRACK, &w->message);
	put_packet(w);
}

static void put_event(struct writer *w, uint64_t t_ns, unsigned type, uint64_t uuid,
		      const char *name, uint64_t value)
{
	buf_reset(&w->message);
	proto_u64(&w->message, EVENT_TYPE, type);
	proto_u64(&w->message, EVENT_TRACK, uuid);
	if (name)
		proto_text(&w->message, EVENT_NAME, name);
	if (type == TYPE_COUNTER)
		proto_u64(&w->message, EVENT_COUNTER, value);
	proto_u64(&w->packet, PACKET_TIME, t_ns);
	proto_message(&w->packet, PACKET_EVENT, &w->message);
	put_packet(w);
}

static void put_slice(struct writer *w, uint64_t from, uint64_t to, uint64_t uuid, const char *name)
{
	put_event(w, from, TYPE_BEGIN, uuid, name, 0);
	put_event(w, to, TYPE_END, uuid, NULL, 0);
}

/* ---- switches and wake-ups ------------------------------------------------------------------ */

/* As the kernel numbers them (include/linux/sched.h): who is runnable still has 0. */
static int64_t state_number(char state)
{
	static const char letters[] = "SDTtXZPI";
	const char *at = state ? strchr(letters, state) : NULL;

	return at ? INT64_C(1) << (at - letters) : 0;
}

static void add_event(struct writer *w, uint64_t t_ns, int32_t pid, unsigned kind)
{
	buf_reset(&w->event);
	proto_u64(&w->event, FTRACE_TIME, t_ns);
	proto_i64(&w->event, FTRACE_PID, pid > 0 ? pid : 0);
	proto_message(&w->event, kind, &w->inner);
	proto_message(&w->message, BUNDLE_EVENT, &w->event);
}

static void add_switch(struct writer *w, const struct trace_slice *before,
		       const struct trace_slice *s)
{
	int32_t prev = before->tid > 0 ? before->tid : 0, next = s->tid > 0 ? s->tid : 0;
	char comm[SAMPLE_COMM + 16];

	buf_reset(&w->inner);
	comm_of(w, prev, s->begin_ns, s->cpu, comm, sizeof(comm));
	proto_text(&w->inner, SWITCH_PREV_COMM, comm);
	proto_i64(&w->inner, SWITCH_PREV, prev);
	proto_i64(&w->inner, SWITCH_STATE, state_number(before->state));
	comm_of(w, next, s->begin_ns, s->cpu, comm, sizeof(comm));
	proto_text(&w->inner, SWITCH_NEXT_COMM, comm);
	proto_i64(&w->inner, SWITCH_NEXT, next);
	add_event(w, s->begin_ns, prev, FTRACE_SWITCH);
}

static void add_waking(struct writer *w, const struct trace_record *r)
{
	char comm[SAMPLE_COMM + 16];

	buf_reset(&w->inner);
	comm_of(w, r->tid, r->t_ns, r->cpu, comm, sizeof(comm));
	proto_text(&w->inner, WAKING_COMM, comm);
	proto_i64(&w->inner, WAKING_PID, r->tid);
	proto_u64(&w->inner, WAKING_CPU, r->to);
	add_event(w, r->t_ns, r->other, FTRACE_WAKING);
}

static void put_bundle(struct writer *w, unsigned cpu, unsigned *events, bool *lost)
{
	if (*events) {
		proto_u64(&w->message, BUNDLE_CPU, cpu);
		if (*lost)
			proto_u64(&w->message, BUNDLE_LOST, 1);
		proto_message(&w->packet, PACKET_FTRACE, &w->message);
		put_packet(w);
	}
	buf_reset(&w->message);
	*events = 0;
	*lost = false;
}

/* Slices and wake-ups of a CPU in one order of time. */
static void put_cpu(struct writer *w, unsigned cpu)
{
	const struct trace *t = w->m->trace;
	struct trace_slice before = {.tid = TRACE_IDLE}, s;
	struct trace_record r;
	uint64_t mark = trace_mark_find(t, cpu, 0), at = 0;
	bool lost = false, more, marks = trace_mark_at(t, cpu, mark, &r);
	unsigned events = 0;

	buf_reset(&w->message);
	more = trace_slices(t, cpu, at, UINT64_MAX, &s, 1);
	while (more || marks) {
		if (marks && (!more || r.t_ns < s.begin_ns)) {
			if (r.type == TRACE_WAKE) {
				add_waking(w, &r);
				events++;
			}
			lost = lost || r.type == TRACE_LOST;
			marks = trace_mark_at(t, cpu, ++mark, &r);
		} else {
			add_switch(w, &before, &s);
			events++;
			before = s;
			at = s.end_ns;
			more = at > s.begin_ns && trace_slices(t, cpu, at, UINT64_MAX, &s, 1) &&
			       s.begin_ns >= at;
		}
		if (events >= BUNDLE_EVENTS)
			put_bundle(w, cpu, &events, &lost);
	}
	put_bundle(w, cpu, &events, &lost);
}

/* Stretches of which it is not known who ran. */
static void put_unknown(struct writer *w, unsigned cpu)
{
	struct trace_slice s;
	uint64_t at = 0;
	char name[40];
	bool any = false;

	while (trace_slices(w->m->trace, cpu, at, UINT64_MAX, &s, 1) && s.end_ns > at) {
		at = s.end_ns;
		if (s.tid != TRACE_UNKNOWN)
			continue;
		if (!any) {
			snprintf(name, sizeof(name), "CPU %u not recorded", cpu);
			put_track(w, UUID_UNKNOWN + cpu, UUID_ROOT, false, name);
			any = true;
		}
		put_slice(w, s.begin_ns, s.end_ns, UUID_UNKNOWN + cpu, "not known");
	}
}

/* ---- steps and ops -------------------------------------------------------------------------- */

static void put_steps(struct writer *w)
{
	const struct model *m = w->m;
	size_t i;

	put_track(w, UUID_STEPS, UUID_ROOT, false, "steps");
	for (i = 0; i < m->nsteps; i++) {
		const struct model_step *s = &m->steps[i];
		uint64_t end = s->end_ns ? s->end_ns : m->now_ns;
		cleanup_free char *name = xasprintf("step %zu %s", i, s->label);

		if (s->begin_ns && end >= s->begin_ns)
			put_slice(w, s->begin_ns, end, UUID_STEPS, i ? name : "backdrop");
	}
}

static void put_ops(struct writer *w)
{
	uint64_t busy_until[LANES] = {0};
	const struct model *m = w->m;
	size_t i, lane;
	char track[32];

	for (i = 0; i < m->nops; i++) {
		const struct model_op *op = &m->ops[i];
		uint64_t end = op->end_ns ? op->end_ns : m->now_ns;
		cleanup_free char *name = NULL;

		if (!op->begin_ns || end < op->begin_ns)
			continue;
		for (lane = 0; lane + 1 < LANES && busy_until[lane] > op->begin_ns; lane++)
			;
		if (!busy_until[lane]) {
			snprintf(track, sizeof(track), lane ? "ops beside %zu" : "ops", lane);
			put_track(w, UUID_OPS + lane, UUID_ROOT, false, track);
		}
		/* where there are too many they would not nest: the last track takes it cut */
		if (end < busy_until[lane])
			end = busy_until[lane];
		name = xasprintf("%s%s", op->state == OPS_FAILED ? "FAILED " : "", op->text);
		put_slice(w, op->begin_ns > busy_until[lane] ? op->begin_ns : busy_until[lane], end,
			  UUID_OPS + lane, name);
		busy_until[lane] = end > op->begin_ns ? end : op->begin_ns + 1;
	}
}

/* ---- counters ------------------------------------------------------------------------------- */

static void cpu_counter(struct writer *w, uint64_t t_ns, unsigned cpu, unsigned which,
			uint64_t value)
{
	static const char *const names[] = {"runqueue CPU %u", "local DSQ CPU %u"};
	uint64_t uuid = UUID_CPU + (uint64_t)cpu * 4 + which;
	char name[40];

	if (value == SAMPLE_ABSENT || cpu >= SAMPLE_CPUS_MAX)
		return;
	if (!w->cpu_tracks[cpu][which]) {
		snprintf(name, sizeof(name), names[which], cpu);
		put_track(w, uuid, UUID_ROOT, true, name);
		w->cpu_tracks[cpu][which] = true;
	}
	put_event(w, t_ns, TYPE_COUNTER, uuid, NULL, value);
}

static void dsq_counter(struct writer *w, uint64_t t_ns, const struct sample_dsq *d)
{
	char name[80];
	size_t i;

	/* local ones are the CPUs' */
	if (d->nr == SAMPLE_ABSENT || d->id == SAMPLE_ABSENT || d->cpu != SAMPLE_ABSENT)
		return;
	for (i = 0; i < w->ndsqs && (w->dsqs[i].id != d->id || w->dsqs[i].sched != d->sched); i++)
		;
	if (i == DSQS_MAX)
		return;
	if (i == w->ndsqs) {
		w->dsqs[w->ndsqs].id = d->id;
		w->dsqs[w->ndsqs++].sched = d->sched;
		if (d->sched == SAMPLE_ABSENT)
			snprintf(name, sizeof(name), "DSQ 0x%" PRIx64, d->id);
		else
			snprintf(name, sizeof(name), "DSQ 0x%" PRIx64 " of cgroup %" PRIu64, d->id,
				 d->sched);
		put_track(w, UUID_DSQ + i, UUID_ROOT, true, name);
	}
	put_event(w, t_ns, TYPE_COUNTER, UUID_DSQ + i, NULL, d->nr);
}

static void on_sample(void *arg, const struct sample *s)
{
	struct writer *w = arg;
	uint32_t i;

	for (i = 0; i < s->ncpus; i++) {
		cpu_counter(w, s->t_ns, s->cpus[i].cpu, 0, s->cpus[i].nr_running);
		cpu_counter(w, s->t_ns, s->cpus[i].cpu, 1, s->cpus[i].local_dsq);
	}
	for (i = 0; i < s->ndsqs; i++)
		dsq_counter(w, s->t_ns, &s->dsqs[i]);
}

int export_perfetto_write(const struct export_input *in, struct buf *out, struct err *err)
{
	struct writer *w = xcalloc(1, sizeof(*w));
	unsigned cpu;
	int r = 0;

	w->m = in->model;
	w->out = out;
	put_threads(w);
	put_track(w, UUID_ROOT, 0, false, "scxplore");
	put_steps(w);
	put_ops(w);
	for (cpu = 0; cpu < trace_cpus(w->m->trace); cpu++) {
		put_cpu(w, cpu);
		put_unknown(w, cpu);
	}
	if (in->session_path)
		r = past_samples(in->session_path, on_sample, w, err);
	buf_finish(&w->packet);
	buf_finish(&w->message);
	buf_finish(&w->inner);
	buf_finish(&w->event);
	free(w);
	return r;
}
