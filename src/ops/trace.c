/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace - the writer of the store: records become slices and marks, the oldest go when it is full.
 *
 * Invariants: the slices of a CPU begin one after the other, never at one time; what is not known
 * for certain is a slice of TRACE_UNKNOWN; nothing a record says is used before it was checked.
 */
#include "ops/trace.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/trace_private.h"

#include <stdlib.h>
#include <string.h>

#define BOUND_LEAST (64u << 10)
/* What a task that has nothing but names costs, about; and their share of the room, at most. */
#define UNREFERRED_BYTES (sizeof(struct task) + sizeof(struct trace_task) + sizeof(void *))
#define UNREFERRED_SHARE 8

struct trace *trace_create(size_t bytes)
{
	struct trace *t = xcalloc(1, sizeof(*t));
	size_t i;

	t->bound = bytes > BOUND_LEAST ? bytes : BOUND_LEAST;
	for (i = 0; i < SAMPLE_CPUS_MAX; i++) {
		t->cpus[i].slices.entry = sizeof(struct slice);
		t->cpus[i].slices.more = sizeof(struct block_waits);
		t->cpus[i].marks.entry = sizeof(struct mark);
		t->cpus[i].marks.marks = true;
	}
	return t;
}

void trace_destroy(struct trace *t)
{
	size_t i;

	if (!t)
		return;
	for (i = 0; i < SAMPLE_CPUS_MAX; i++) {
		lane_finish(&t->cpus[i].slices);
		lane_finish(&t->cpus[i].marks);
	}
	task_finish_all(t);
	free(t);
}

size_t trace_bytes(const struct trace *t)
{
	return t->bytes;
}

/* ---- making room -------------------------------------------------------------------------- */

/* The lane whose first block is the oldest of those that can go, or NULL. */
static struct lane *oldest_lane(struct trace *t)
{
	struct lane *best = NULL;
	uint64_t best_ns = 0;
	unsigned i;

	for (i = 0; i < t->ncpus; i++) {
		struct lane *both[] = {&t->cpus[i].slices, &t->cpus[i].marks};
		size_t j;

		for (j = 0; j < ARRAY_SIZE(both); j++) {
			uint64_t ns;

			if (both[j]->nblocks < 2)
				continue;
			ns = *(uint64_t *)lane_at(both[j], both[j]->first + LANE_BLOCK);
			if (!best || ns < best_ns) {
				best = both[j];
				best_ns = ns;
			}
		}
	}
	return best;
}

static int32_t tid_of(const struct lane *l, uint64_t n)
{
	const struct mark *m;

	if (!l->marks)
		return ((const struct slice *)lane_at(l, n))->tid;
	m = lane_at(l, n);
	return m->type == TRACE_LOST ? 0 : m->tid;
}

static bool drop_block(struct trace *t)
{
	struct lane *l = oldest_lane(t);
	int32_t tids[LANE_BLOCK];
	uint64_t ns;
	size_t i;

	if (!l)
		return false;
	for (i = 0; i < LANE_BLOCK; i++)
		tids[i] = tid_of(l, l->first + i);
	lane_drop_block(t, l);
	ns = *(uint64_t *)lane_at(l, l->first);
	if (ns > t->gone_ns)
		t->gone_ns = ns;
	for (i = 0; i < LANE_BLOCK; i++)
		task_forget(t, tids[i]);
	return true;
}

static void make_room(struct trace *t)
{
	while (t->bytes > t->bound) {
		bool many = t->unreferred > t->bound / UNREFERRED_SHARE / UNREFERRED_BYTES;

		if (many ? task_drop_oldest(t) : drop_block(t) || task_drop_oldest(t))
			continue;
		break;
	}
}

/* ---- records ------------------------------------------------------------------------------ */

uint64_t trace_open_end(const struct trace *t, const struct cpu *c)
{
	uint64_t seen = t->seen_ns ? t->seen_ns : t->last_ns;

	return c->last_ns > seen ? c->last_ns : seen;
}

static struct slice *last_slice(const struct cpu *c)
{
	const struct lane *l = &c->slices;

	return l->next > l->first ? lane_at(l, l->next - 1) : NULL;
}

static void push_slice(struct trace *t, struct cpu *c, uint64_t t_ns, int32_t tid)
{
	const struct slice *before = last_slice(c);
	uint64_t busy = before ? before->busy_ns : 0;
	struct slice *s;
	struct ref r = {.t_ns = t_ns, .n = c->slices.next, .cpu = (uint16_t)(c - t->cpus)};
	struct task *k;
	size_t n, at;

	if (before && before->tid > 0)
		busy += t_ns - before->t_ns;
	s = lane_push(t, &c->slices);
	*s = (struct slice){.t_ns = t_ns, .busy_ns = busy, .tid = tid};
	waits_count_nobody(c, r.n);
	if (tid <= 0)
		return;
	k = task_make(t, tid);
	n = k->n;
	at = task_refer(t, k, r);
	if (k->n == n)
		t->account.refused++; /* too late for the task's own list: its CPU has it */
	else
		waits_count(t, k, at);
}

/* How the task went is known now: a later slice of it may have come before this was. */
static void recount(struct trace *t, const struct slice *s)
{
	struct task *k = task_get(t, s->tid);
	size_t i;

	if (!k || !k->n || task_ref(k, k->n - 1)->t_ns <= s->t_ns)
		return;
	for (i = task_find(k, s->t_ns + 1); i < k->n && task_ref(k, i)->mark; i++)
		;
	if (i < k->n)
		waits_count(t, k, i);
}

/* What goes on from `at` on is not known; before t_ns something is known again (0 = not yet). */
static void cut(struct trace *t, struct cpu *c, uint64_t at, uint64_t t_ns)
{
	struct slice *s = last_slice(c);

	if (!s || s->tid == TRACE_UNKNOWN)
		return;
	s->state = '?';
	if (at <= s->t_ns)
		at = s->t_ns + 1;
	if (!t_ns || at < t_ns)
		push_slice(t, c, at, TRACE_UNKNOWN);
	recount(t, s);
}

static bool on_switch(struct trace *t, struct cpu *c, const struct trace_record *r)
{
	struct slice *s = last_slice(c);

	if (s && r->t_ns <= s->t_ns)
		return false;
	if (s && s->tid == r->other)
		s->state = r->state;
	else
		cut(t, c, c->last_ns, r->t_ns);
	push_slice(t, c, r->t_ns, r->tid);
	if (s)
		recount(t, s);
	return true;
}

static bool on_mark(struct trace *t, struct cpu *c, const struct trace_record *r)
{
	struct ref ref = {
		.t_ns = r->t_ns, .n = c->marks.next, .mark = 1, .cpu = (uint16_t)(c - t->cpus)};
	struct mark m = {.t_ns = r->t_ns,
			 .tid = r->tid,
			 .other = r->other,
			 .to = r->to,
			 .type = (uint8_t)r->type};
	struct task *k;
	size_t n, at;

	if (r->type == TRACE_LOST) {
		cut(t, c, c->last_ns, r->t_ns);
		m.tid = (int32_t)(uint32_t)(r->count >> 32);
		m.other = (int32_t)(uint32_t)r->count;
		m.to = 0;
		*(struct mark *)lane_push(t, &c->marks) = m;
		return true;
	}
	k = task_make(t, r->tid);
	n = k->n;
	at = task_refer(t, k, ref);
	if (k->n == n)
		return false;
	*(struct mark *)lane_push(t, &c->marks) = m;
	/* it may have come later than the slice that it explains */
	while (r->type == TRACE_WAKE && ++at < k->n && task_ref(k, at)->mark)
		;
	if (r->type == TRACE_WAKE && at < k->n)
		waits_count(t, k, at);
	return true;
}

static bool tid_is(int32_t tid)
{
	return tid >= 0 && (uint32_t)tid < TRACE_TID_MAX;
}

static bool sane(const struct trace *t, const struct trace_record *r)
{
	if (r->cpu >= SAMPLE_CPUS_MAX || r->t_ns > TRACE_TIME_MAX ||
	    r->t_ns < t->cpus[r->cpu].last_ns)
		return false;
	if (r->type == TRACE_LOST)
		return true;
	if (!tid_is(r->tid) || !tid_is(r->other))
		return false;
	if (r->type == TRACE_SWITCH)
		return true;
	return (r->type == TRACE_WAKE || r->type == TRACE_MIGRATE) && r->tid &&
	       r->to < SAMPLE_CPUS_MAX;
}

bool trace_add(struct trace *t, const struct trace_record *r)
{
	struct cpu *c;

	t->version++;
	if (!sane(t, r)) {
		t->account.refused++;
		return false;
	}
	c = &t->cpus[r->cpu];
	if (!(r->type == TRACE_SWITCH ? on_switch(t, c, r) : on_mark(t, c, r))) {
		t->account.refused++;
		return false;
	}
	t->account.taken++;
	c->last_ns = r->t_ns;
	if (r->cpu >= t->ncpus)
		t->ncpus = r->cpu + 1u;
	if (!t->begin_ns || r->t_ns < t->begin_ns)
		t->begin_ns = r->t_ns ? r->t_ns : 1;
	if (r->t_ns > t->last_ns)
		t->last_ns = r->t_ns;
	make_room(t);
	return true;
}

void trace_name(struct trace *t, const struct trace_task *n)
{
	struct trace_task clean = *n;

	if (!tid_is(n->tid) || !n->tid)
		return;
	text_sanitise(clean.comm, sizeof(clean.comm), n->comm, strnlen(n->comm, SAMPLE_COMM));
	task_name(t, task_make(t, n->tid), &clean);
	t->version++;
	make_room(t);
}

void trace_seen(struct trace *t, uint64_t t_ns)
{
	if (t_ns > TRACE_TIME_MAX || t_ns <= t->seen_ns)
		return;
	t->seen_ns = t_ns;
	if (t->begin_ns && t_ns > t->last_ns)
		t->last_ns = t_ns;
	t->version++;
}

void trace_pause(struct trace *t)
{
	unsigned i;

	for (i = 0; i < t->ncpus; i++) {
		struct cpu *c = &t->cpus[i];
		uint64_t end = trace_open_end(t, c);

		cut(t, c, end, 0);
		if (end > c->last_ns)
			c->last_ns = end;
	}
	t->version++;
	make_room(t);
}

void trace_accounted(struct trace *t, const struct trace_account *a)
{
	t->account.produced = a->produced;
	t->account.delivered = a->delivered;
	t->account.dropped = a->dropped;
	t->version++;
}

struct trace_account trace_account(const struct trace *t)
{
	return t->account;
}
