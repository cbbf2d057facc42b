/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_reader - see trace_reader.h.
 *
 * How records of several CPUs come into one order: whatever is read at one poll was written before
 * the next poll began; so at the next poll nothing older than the newest of them can still be to
 * come, and everything up to it is handed on. Names are read after the records and told before them,
 * so that whoever comes with a switch is known by its address then. Invariant: a CPU's queue is in
 * order of time.
 */
#include "session/trace_reader.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "session/trace_whose.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* An overrun ring is read on from here: the writer must not be at our heels at once. */
#define LEAP(slots) ((slots) / 8)
/* Interrupts nest no deeper; what is further out of order was made so. */
#define STEPS_MAX 16
#define HELD_MAX  (1u << 20) /* records of a CPU that wait for another one */
#define SLEEPERS  4096       /* a power of two */

struct held {
	struct trace_record r;
	bool by_address; /* a switch: who comes is at `task`, if known */
	uint64_t task;
};

struct queue {
	struct held *records;
	size_t first, n, room;
};

struct ring {
	uint64_t at; /* next position */
	uint64_t delivered, lost;
	uint64_t gap;     /* lost since the last record */
	uint64_t last_ns; /* of the last record read */
	bool halted;      /* at one that is being written */
	struct queue queue;
};

struct pages {
	const uint8_t **list;
	size_t n;
};

struct trace_reader {
	const struct trace_sink *sink;
	void *arg;
	uint32_t ncpus, slots;
	struct pages heads, records, names;
	struct ring *rings;
	struct trace_whose *whose;
	uint64_t names_at, names_lost;
	uint64_t newest_ns; /* of all records read so far */
	uint64_t seen_ns;   /* what was told last */
	struct {
		int32_t tid;
		char state;   /* that its last wake-up ended */
	} sleepers[SLEEPERS]; /* by the lowest bits of the tid: the newest stay */
};

static int resolve(struct pages *p, const struct wire_trace_pages *from,
		   const struct guest_memory *memory, struct err *err)
{
	uint32_t i;

	p->n = from->n;
	p->list = xcalloc(p->n, sizeof(*p->list));
	for (i = 0; i < from->n; i++) {
		p->list[i] = guest_memory_at(memory, wire_trace_page(from, i), WIRE_TRACE_PAGE);
		if (!p->list[i])
			return err_set(err, ERANGE,
				       "read the stream of switches: the guest says it is where no "
				       "memory is; go on without it");
	}
	return 0;
}

static int resolve_records(struct trace_reader *r, const struct wire_trace_rings *rings,
			   const struct trace_rings *seen, const struct guest_memory *memory,
			   struct err *err)
{
	size_t i;

	if (!seen)
		return resolve(&r->records, &rings->records, memory, err);
	r->records.n = (seen->ncpus * TRACE_RING((size_t)seen->slots) + WIRE_TRACE_PAGE - 1) /
		       WIRE_TRACE_PAGE;
	r->records.list = xcalloc(r->records.n, sizeof(*r->records.list));
	for (i = 0; i < r->records.n; i++)
		r->records.list[i] = seen->bytes + i * WIRE_TRACE_PAGE;
	return 0;
}

struct trace_reader *trace_reader_create(const struct guest_memory *memory,
					 const struct wire_trace_rings *rings,
					 const struct trace_rings *seen,
					 const struct trace_sink *sink, void *arg, struct err *err)
{
	struct trace_reader *r;

	if (!memory->base) {
		err_set(err, ENODEV, "read the stream of switches: there is no guest");
		return NULL;
	}
	r = xcalloc(1, sizeof(*r));
	r->sink = sink;
	r->arg = arg;
	r->ncpus = seen ? seen->ncpus : rings->ncpus;
	r->slots = seen ? seen->slots : rings->slots;
	r->rings = xcalloc(r->ncpus, sizeof(*r->rings));
	r->whose = trace_whose_create();
	if (resolve(&r->heads, &rings->heads, memory, err) ||
	    resolve_records(r, rings, seen, memory, err) ||
	    resolve(&r->names, &rings->names, memory, err)) {
		trace_reader_destroy(r);
		return NULL;
	}
	return r;
}

void trace_reader_destroy(struct trace_reader *r)
{
	uint32_t i;

	if (!r)
		return;
	for (i = 0; i < r->ncpus; i++)
		free(r->rings[i].queue.records);
	free(r->rings);
	trace_whose_destroy(r->whose);
	free(r->heads.list);
	free(r->records.list);
	free(r->names.list);
	free(r);
}

/* ---- the guest's memory ---- */

/* offset is a multiple of the size of what is there, which divides a page. */
/* Of something that lies in one page: the next one is anywhere. */
static_assert(sizeof(struct trace_head) % sizeof(struct trace_slot) == 0, "a head is in one page");
static_assert(WIRE_TRACE_PAGE % sizeof(struct trace_slot) == 0, "a record is in one page");
static_assert(offsetof(struct trace_slot, end) == sizeof(struct trace_slot) - 8, "its last word");
static_assert(WIRE_TRACE_PAGE % sizeof(struct trace_name_slot) == 0, "a name is in one page");

static const void *at_offset(const struct pages *p, uint64_t offset)
{
	return p->list[offset / WIRE_TRACE_PAGE] + offset % WIRE_TRACE_PAGE;
}

static uint64_t load(const void *word)
{
	return __atomic_load_n((const uint64_t *)word, __ATOMIC_ACQUIRE);
}

static uint64_t ring_at(const struct trace_reader *r, uint32_t cpu)
{
	return cpu * TRACE_RING((uint64_t)r->slots);
}

static uint64_t produced(const struct trace_reader *r, uint32_t cpu)
{
	return load(at_offset(&r->records, ring_at(r, cpu))) / sizeof(struct trace_slot);
}

static uint64_t names_produced(const struct trace_reader *r)
{
	return load(at_offset(&r->heads, 0));
}

/* Has the writer been there again, or is it about to? */
static bool overrun(uint64_t head, uint64_t at, uint64_t slots)
{
	return head > at && head - at > slots;
}

/* ---- queues ---- */

static void push(struct queue *q, const struct held *h)
{
	const struct trace_record *rec = &h->r;
	size_t i, steps;

	if (q->first + q->n == q->room) {
		if (q->first > q->n) {
			memcpy(q->records, q->records + q->first, q->n * sizeof(*q->records));
			q->first = 0;
		} else {
			q->room = q->room ? 2 * q->room : 256;
			q->records = xreallocarray(q->records, q->room, sizeof(*q->records));
		}
	}
	/* an interrupt may have written the next one before: it is put right here */
	for (i = q->first + q->n++, steps = 0;
	     i > q->first && q->records[i - 1].r.t_ns > rec->t_ns && steps < STEPS_MAX;
	     i--, steps++)
		q->records[i] = q->records[i - 1];
	q->records[i] = *h;
	if (i > q->first && q->records[i - 1].r.t_ns > rec->t_ns)
		q->records[i].r.t_ns = q->records[i - 1].r.t_ns;
}

/*
 * Who was woken while it was about to leave its CPU had no state of its own any more when it left:
 * what it was stands in the wake-up, which is before it in order of time.
 */
static void settle_state(struct trace_reader *r, struct trace_record *rec)
{
	if (rec->type == TRACE_WAKE) {
		size_t at = (uint32_t)rec->tid % SLEEPERS;

		r->sleepers[at].tid = rec->tid;
		r->sleepers[at].state = rec->state == WIRE_TRACE_WAKING ? '?' : rec->state;
		rec->state = 0;
	} else if (rec->type == TRACE_SWITCH && rec->state == WIRE_TRACE_WAKING) {
		size_t at = (uint32_t)rec->other % SLEEPERS;

		rec->state = r->sleepers[at].tid == rec->other && r->sleepers[at].state
				     ? r->sleepers[at].state
				     : '?';
	}
}

/* Who comes is who goes with the CPU's next switch: nothing is lost in between, and it is there. */
static bool who_goes_next(const struct queue *q, int32_t *tid)
{
	size_t i;

	for (i = q->first + 1; i < q->first + q->n; i++) {
		if (q->records[i].r.type == TRACE_LOST)
			return false;
		if (q->records[i].r.type == TRACE_SWITCH) {
			*tid = q->records[i].r.other;
			return true;
		}
	}
	return false;
}

/* A switch to nobody knows whom counts as one that did not come through. */
static void settle_who(struct trace_reader *r, struct ring *g)
{
	struct held *h = &g->queue.records[g->queue.first];

	if (!h->by_address ||
	    trace_whose_get(r->whose, h->task, h->r.t_ns, &h->r.tid))
		return;
	if (who_goes_next(&g->queue, &h->r.tid)) {
		trace_whose_put(r->whose, h->task, h->r.tid, h->r.t_ns);
		return;
	}
	*h = (struct held){
		.r = {.t_ns = h->r.t_ns, .type = TRACE_LOST, .cpu = h->r.cpu, .count = 1}};
	g->delivered--;
	g->lost++;
}

/* Everything before limit, in order; a record of LOST goes with the one it stands before. */
static void hand_on(struct trace_reader *r, uint64_t limit)
{
	for (;;) {
		struct ring *best = NULL;
		uint64_t best_ns = limit;
		struct queue *q;
		uint32_t i;

		for (i = 0; i < r->ncpus; i++) {
			q = &r->rings[i].queue;
			if (q->n && q->records[q->first].r.t_ns < best_ns) {
				best = &r->rings[i];
				best_ns = q->records[q->first].r.t_ns;
			}
		}
		if (!best)
			return;
		q = &best->queue;
		settle_who(r, best);
		settle_state(r, &q->records[q->first].r);
		r->sink->record(r->arg, &q->records[q->first].r);
		q->first = --q->n ? q->first + 1 : 0;
	}
}

/* ---- records ---- */

/* The moment nearest to `now_ns` that ends in these bits. */
static uint64_t whole_time(uint64_t low, uint64_t now_ns)
{
	const uint64_t span = UINT64_C(1) << WIRE_TRACE_TIME_BITS;
	uint64_t t = (now_ns & ~(span - 1)) | low;

	if (t > now_ns + span / 2 && t >= span)
		return t - span;
	return t + span / 2 < now_ns ? t + span : t;
}

static void tell_gap(struct ring *g, uint32_t cpu, uint64_t t_ns)
{
	struct held h = {
		.r = {.t_ns = t_ns, .type = TRACE_LOST, .cpu = (uint16_t)cpu, .count = g->gap}};

	if (!g->gap)
		return;
	g->gap = 0;
	push(&g->queue, &h);
}

static void lose(struct ring *g, uint64_t n)
{
	g->at += n;
	g->lost += n;
	g->gap += n;
}

static void take(struct trace_reader *r, uint32_t cpu, const struct wire_trace_record *w,
		 uint64_t now_ns)
{
	struct ring *g = &r->rings[cpu];
	uint64_t t_ns = whole_time(w->t_low, now_ns);
	struct held h = {.r = {.t_ns = t_ns,
			       .type = (enum trace_type)w->type,
			       .state = w->type == TRACE_RING_MIGRATE ? 0 : w->state,
			       .cpu = (uint16_t)cpu,
			       .to = w->to,
			       .tid = w->tid,
			       .other = w->other},
			 .by_address = w->by_address,
			 .task = w->task};

	if (w->type == TRACE_RING_MIGRATE) {
		h.r.cpu = (uint16_t)w->other;
		h.r.other = 0;
	}
	tell_gap(g, cpu, t_ns);
	push(&g->queue, &h);
	g->delivered++;
	g->at++;
	g->last_ns = t_ns;
	if (t_ns > r->newest_ns)
		r->newest_ns = t_ns;
}

/*
 * The time of a switch is written when its position is there already. Until then the slot has that
 * of a lap ago, which is before all that was read of this one, or none.
 */
static bool has_its_time(const struct ring *g, uint64_t head, const struct wire_trace_record *w,
			 uint64_t now_ns)
{
	return !w->by_address || head > g->at + 1 ||
	       (w->t_low && whole_time(w->t_low, now_ns) > g->last_ns);
}

/* Its position first, and its time last; the writer takes the next one before it writes. */
static void copy_slot(struct trace_slot *to, const struct trace_slot *from)
{
	const uint64_t *words = (const uint64_t *)(const void *)from;
	uint64_t copy[sizeof(*to) / sizeof(uint64_t)];
	size_t i = sizeof(copy) / sizeof(copy[0]);

	while (i--)
		copy[i] = load(&words[i]);
	memcpy(to, copy, sizeof(*to));
}

static void read_ring(struct trace_reader *r, uint32_t cpu, uint64_t now_ns, bool last)
{
	struct ring *g = &r->rings[cpu];
	uint64_t head = produced(r, cpu), now;
	struct wire_trace_record w;
	struct trace_slot copy;
	enum wire_trace_slot is;

	g->halted = false;
	if (overrun(head, g->at, r->slots))
		lose(g, head - g->at - r->slots + LEAP(r->slots));
	while (g->at < head) {
		uint64_t place = (g->at & (r->slots - 1)) * sizeof(struct trace_slot);
		const struct trace_slot *s =
			at_offset(&r->records, ring_at(r, cpu) + sizeof(struct trace_head) + place);

		copy_slot(&copy, s);
		now = produced(r, cpu);
		if (overrun(now, g->at, r->slots)) {
			lose(g, now - g->at - r->slots + LEAP(r->slots));
			continue;
		}
		is = wire_trace_slot(&copy, g->at, &w);
		if (is == WIRE_TRACE_SLOT_FULL && !has_its_time(g, head, &w, now_ns))
			is = WIRE_TRACE_SLOT_EMPTY;
		if (is == WIRE_TRACE_SLOT_FULL) {
			take(r, cpu, &w, now_ns);
		} else if (is == WIRE_TRACE_SLOT_BAD || last) {
			lose(g, 1);
		} else {
			g->halted = true;
			return;
		}
	}
}

/* ---- names ---- */

static bool skip_names(struct trace_reader *r, uint64_t head)
{
	uint64_t n = head - r->names_at - TRACE_NAMES + LEAP(TRACE_NAMES);

	if (!overrun(head, r->names_at, TRACE_NAMES))
		return false;
	r->names_lost += n;
	r->names_at += n;
	return true;
}

static void read_names(struct trace_reader *r)
{
	uint64_t head = names_produced(r), now, lap;

	skip_names(r, head);
	while (r->names_at < head) {
		const struct trace_name_slot *s =
			at_offset(&r->names, r->names_at % TRACE_NAMES * sizeof(*s));
		struct trace_name_slot copy;
		struct trace_task n;

		lap = load(&s->lap);
		memcpy(&copy, s, sizeof(copy));
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		now = names_produced(r);
		if (skip_names(r, now))
			continue;
		/* being written: the next time */
		if (lap != r->names_at / TRACE_NAMES + 1)
			return;
		r->names_at++;
		trace_whose_put(r->whose, copy.task, copy.tid & WIRE_TRACE_TID_MASK, copy.t_ns);
		if (!copy.tid)
			continue;
		n = (struct trace_task){.t_ns = copy.t_ns,
					.tid = copy.tid,
					.pid = copy.pid,
					.cgroup_id = copy.cgroup_id};
		memcpy(n.comm, copy.comm, sizeof(n.comm));
		n.comm[sizeof(n.comm) - 1] = '\0';
		r->sink->name(r->arg, &n);
	}
}

static void tell_seen(struct trace_reader *r, uint64_t t_ns)
{
	if (t_ns <= r->seen_ns)
		return;
	r->seen_ns = t_ns;
	r->sink->seen(r->arg, t_ns);
}

void trace_reader_poll(struct trace_reader *r, uint64_t now_ns, bool last)
{
	/* of the polls before; and who has sent a frame has seen everything before it happen */
	uint64_t limit = r->newest_ns > now_ns ? r->newest_ns : now_ns;
	bool full = false;
	uint32_t i;

	for (i = 0; i < r->ncpus; i++) {
		struct ring *g = &r->rings[i];

		read_ring(r, i, now_ns, last);
		if (g->halted && g->last_ns < limit)
			limit = g->last_ns;
		full |= g->queue.n > HELD_MAX;
	}
	read_names(r);
	if (full)
		limit = UINT64_MAX;
	if (!last) {
		hand_on(r, limit);
		tell_seen(r, full ? r->newest_ns : limit);
		return;
	}
	for (i = 0; i < r->ncpus; i++)
		tell_gap(&r->rings[i], i, r->newest_ns);
	hand_on(r, UINT64_MAX);
	tell_seen(r, r->newest_ns);
}

struct trace_account trace_reader_cpu_account(const struct trace_reader *r, unsigned cpu)
{
	const struct ring *g = &r->rings[cpu];

	return (struct trace_account){
		.produced = g->at, .delivered = g->delivered, .dropped = g->lost};
}

struct trace_account trace_reader_account(const struct trace_reader *r)
{
	struct trace_account sum = {0};
	uint32_t i;

	for (i = 0; i < r->ncpus; i++) {
		sum.produced += r->rings[i].at;
		sum.delivered += r->rings[i].delivered;
		sum.dropped += r->rings[i].lost;
	}
	return sum;
}

uint64_t trace_reader_names_lost(const struct trace_reader *r)
{
	return r->names_lost;
}
