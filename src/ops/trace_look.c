/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_look - looking at the trace: slices and marks of a CPU or of a task, and cells to be drawn.
 *
 * Invariant: nothing is changed here, and no look-up walks through more than it gives, but for a
 * bounded number of marks beside.
 */
#include "ops/trace_private.h"

#define SAMPLE_LOOKS 8    /* of more slices than TRACE_CELL_LOOKS: each costs a cache miss */
#define WALK_MAX     4096 /* marks between two slices of a task */

uint64_t trace_first_ns(const struct trace *t)
{
	return t->gone_ns > t->begin_ns ? t->gone_ns : t->begin_ns;
}

uint64_t trace_begin_ns(const struct trace *t)
{
	return t->begin_ns;
}

uint64_t trace_last_ns(const struct trace *t)
{
	return t->last_ns;
}

unsigned trace_cpus(const struct trace *t)
{
	return t->ncpus;
}

uint64_t trace_version(const struct trace *t)
{
	return t->version;
}

static const struct slice *slice_at(const struct cpu *c, uint64_t n)
{
	return lane_at(&c->slices, n);
}

static uint64_t slice_end(const struct trace *t, const struct cpu *c, uint64_t n)
{
	return n + 1 < c->slices.next ? slice_at(c, n + 1)->t_ns : trace_open_end(t, c);
}

/* The place of a slice among the references of its task; k->n when it has none. */
static size_t ref_of(const struct trace *t, const struct task *k, const struct cpu *c, uint64_t n)
{
	uint64_t at = slice_at(c, n)->t_ns;
	size_t i;

	for (i = task_find(k, at); i < k->n && task_ref(k, i)->t_ns == at; i++) {
		const struct ref *r = task_ref(k, i);

		if (!r->mark && r->n == n && r->cpu == (unsigned)(c - t->cpus))
			return i;
	}
	return k->n;
}

/*
 * Since it was put off the CPU, or since the first wake-up after it had gone to sleep. Where there
 * is none, one from while it ran counts from when it went: the waker saw it go.
 */
uint64_t trace_waits_since(const struct trace *t, const struct task *k, size_t i, bool *woken)
{
	uint64_t end = 0;
	size_t j = i, left = WALK_MAX;

	*woken = false;
	while (j && left--) {
		const struct ref *r = task_ref(k, --j);
		const struct cpu *c = &t->cpus[r->cpu];

		if (r->mark && ref_holds(t, r))
			continue;
		if (!r->mark && ref_holds(t, r)) {
			end = slice_end(t, c, r->n);
			if (slice_at(c, r->n)->state == 'r')
				return end;
		}
		break;
	}
	for (; j < i; j++) {
		const struct ref *r = task_ref(k, j);
		const struct mark *m;

		if (!r->mark || !ref_holds(t, r))
			continue;
		m = lane_at(&t->cpus[r->cpu].marks, r->n);
		if (m->type != TRACE_WAKE)
			continue;
		*woken = true;
		if (r->t_ns >= end)
			return r->t_ns;
	}
	return *woken ? end : SAMPLE_ABSENT;
}

static void fill(const struct trace *t, unsigned cpu, uint64_t n, struct trace_slice *out)
{
	const struct cpu *c = &t->cpus[cpu];
	const struct slice *s = slice_at(c, n);
	const struct task *k = task_get(t, s->tid);
	uint64_t since;
	size_t i;

	*out = (struct trace_slice){.begin_ns = s->t_ns,
				    .end_ns = slice_end(t, c, n),
				    .tid = s->tid,
				    .cpu = (uint16_t)cpu,
				    .state = s->state,
				    .wait_ns = SAMPLE_ABSENT};
	if (!k)
		return;
	i = ref_of(t, k, c, n);
	if (i == k->n)
		return;
	since = trace_waits_since(t, k, i, &out->woken);
	if (since <= s->t_ns)
		out->wait_ns = s->t_ns - since;
}

/* The number of the first slice that ends after the moment. */
static uint64_t slice_from(const struct trace *t, const struct cpu *c, uint64_t t_ns)
{
	uint64_t n = lane_find(&c->slices, t_ns);

	if (n > c->slices.first && slice_end(t, c, n - 1) > t_ns)
		n--;
	return n;
}

size_t trace_slices(const struct trace *t, unsigned cpu, uint64_t from_ns, uint64_t to_ns,
		    struct trace_slice *out, size_t max)
{
	const struct cpu *c;
	size_t got = 0;
	uint64_t n;

	if (cpu >= t->ncpus)
		return 0;
	c = &t->cpus[cpu];
	for (n = slice_from(t, c, from_ns); n < c->slices.next && got < max; n++) {
		if (slice_at(c, n)->t_ns >= to_ns)
			break;
		fill(t, cpu, n, &out[got++]);
	}
	return got;
}

bool trace_slice_at(const struct trace *t, unsigned cpu, uint64_t t_ns, int by,
		    struct trace_slice *out)
{
	const struct cpu *c;
	uint64_t n;

	if (cpu >= t->ncpus)
		return false;
	c = &t->cpus[cpu];
	n = lane_find(&c->slices, t_ns);
	if (n == c->slices.next || slice_at(c, n)->t_ns != t_ns) {
		if (n == c->slices.first) {
			/* before all that is known: the first is one later */
			if (by <= 0)
				return false;
			by--;
		} else {
			n--;
		}
	}
	if (by < 0 ? (uint64_t) - (int64_t)by > n - c->slices.first
		   : (uint64_t)by >= c->slices.next - n)
		return false;
	fill(t, cpu, n + (uint64_t)(int64_t)by, out);
	return true;
}

/* The last reference to a slice before place i, or k->n. */
static size_t slice_before(const struct trace *t, const struct task *k, size_t i)
{
	size_t left = WALK_MAX;

	while (i-- && left--)
		if (!task_ref(k, i)->mark)
			return ref_holds(t, task_ref(k, i)) ? i : k->n;
	return k->n;
}

static void fill_ref(const struct trace *t, const struct ref *r, struct trace_slice *out)
{
	fill(t, r->cpu, r->n, out);
}

size_t trace_task_slices(const struct trace *t, int32_t tid, uint64_t from_ns, uint64_t to_ns,
			 struct trace_slice *out, size_t max)
{
	const struct task *k = task_get(t, tid);
	size_t i, before, got = 0;

	if (!k || !k->n)
		return 0;
	i = task_find(k, from_ns);
	before = slice_before(t, k, i);
	if (before < k->n) {
		const struct ref *r = task_ref(k, before);

		if (slice_end(t, &t->cpus[r->cpu], r->n) > from_ns)
			i = before;
	}
	for (; i < k->n && got < max && task_ref(k, i)->t_ns < to_ns; i++)
		if (!task_ref(k, i)->mark && ref_holds(t, task_ref(k, i)))
			fill_ref(t, task_ref(k, i), &out[got++]);
	return got;
}

bool trace_task_slice_at(const struct trace *t, int32_t tid, uint64_t t_ns, int by,
			 struct trace_slice *out)
{
	const struct task *k = task_get(t, tid);
	size_t i, left = WALK_MAX;

	if (!k || !k->n || t_ns == UINT64_MAX)
		return false;
	i = task_find(k, t_ns + 1);
	if (by <= 0) {
		i = slice_before(t, k, i);
		if (i == k->n)
			return false;
	} else {
		while (i < k->n && left-- &&
		       (task_ref(k, i)->mark || !ref_holds(t, task_ref(k, i))))
			i++;
		if (i >= k->n || task_ref(k, i)->mark || !ref_holds(t, task_ref(k, i)))
			return false;
	}
	fill_ref(t, task_ref(k, i), out);
	return true;
}

/* ---- marks -------------------------------------------------------------------------------- */

static void fill_mark(const struct trace *t, unsigned cpu, uint64_t n, struct trace_record *out)
{
	const struct mark *m = lane_at(&t->cpus[cpu].marks, n);

	*out = (struct trace_record){
		.t_ns = m->t_ns, .type = m->type, .cpu = (uint16_t)cpu, .to = m->to};
	if (m->type == TRACE_LOST) {
		out->count = (uint64_t)(uint32_t)m->tid << 32 | (uint32_t)m->other;
	} else {
		out->tid = m->tid;
		out->other = m->other;
	}
}

uint64_t trace_mark_find(const struct trace *t, unsigned cpu, uint64_t t_ns)
{
	return cpu < t->ncpus ? lane_find(&t->cpus[cpu].marks, t_ns) : 0;
}

bool trace_mark_at(const struct trace *t, unsigned cpu, uint64_t n, struct trace_record *out)
{
	if (cpu >= t->ncpus || n < t->cpus[cpu].marks.first || n >= t->cpus[cpu].marks.next)
		return false;
	fill_mark(t, cpu, n, out);
	return true;
}

size_t trace_marks(const struct trace *t, unsigned cpu, uint64_t from_ns, uint64_t to_ns,
		   struct trace_record *out, size_t max)
{
	uint64_t n = trace_mark_find(t, cpu, from_ns);
	size_t got = 0;

	while (got < max && trace_mark_at(t, cpu, n++, &out[got]) && out[got].t_ns < to_ns)
		got++;
	return got;
}

size_t trace_task_marks(const struct trace *t, int32_t tid, uint64_t from_ns, uint64_t to_ns,
			struct trace_record *out, size_t max)
{
	const struct task *k = task_get(t, tid);
	size_t i, got = 0;

	if (!k || !k->n)
		return 0;
	for (i = task_find(k, from_ns); i < k->n && got < max && task_ref(k, i)->t_ns < to_ns; i++)
		if (task_ref(k, i)->mark && ref_holds(t, task_ref(k, i)))
			fill_mark(t, task_ref(k, i)->cpu, task_ref(k, i)->n, &out[got++]);
	return got;
}

/* ---- cells -------------------------------------------------------------------------------- */

/* Of tasks on this CPU before the moment, which is in slice n or at its end. */
static uint64_t busy_before(const struct trace *t, const struct cpu *c, uint64_t n, uint64_t t_ns)
{
	const struct slice *s = slice_at(c, n);
	uint64_t end = slice_end(t, c, n);

	if (s->tid <= 0 || t_ns <= s->t_ns)
		return s->busy_ns;
	return s->busy_ns + (t_ns < end ? t_ns : end) - s->t_ns;
}

/* The first slice at or after the moment, which is not before slice n: near n as a rule. */
static uint64_t seek(const struct cpu *c, uint64_t n, uint64_t t_ns)
{
	uint64_t low = n, step = 1, high;

	while (low + step < c->slices.next && slice_at(c, low + step)->t_ns < t_ns) {
		low += step;
		step *= 2;
	}
	high = low + step < c->slices.next ? low + step : c->slices.next;
	while (low < high) {
		uint64_t mid = low + (high - low) / 2;

		if (slice_at(c, mid)->t_ns < t_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct part {
	int32_t tid;
	uint64_t ns;
};

static void add_part(struct part *parts, size_t *n, int32_t tid, uint64_t ns)
{
	size_t i;

	for (i = 0; i < *n && parts[i].tid != tid; i++)
		;
	if (i == *n)
		parts[(*n)++] = (struct part){.tid = tid};
	parts[i].ns += ns;
}

/* Which of the k-th of SAMPLE_LOOKS parts of the slices is looked at: no pattern of who runs
 * after whom may decide it. */
static uint64_t look(uint64_t first, uint64_t count, size_t k)
{
	uint64_t from = count * k / SAMPLE_LOOKS, to = count * (k + 1) / SAMPLE_LOOKS;
	uint64_t x = (first + from) * UINT64_C(0x9e3779b97f4a7c15);

	return first + from + (x >> 32) % (to - from);
}

/* Who had most of the cell, of slices first .. first + count - 1 within [a, b). */
static void dominant(const struct trace *t, const struct cpu *c, uint64_t first, uint64_t count,
		     uint64_t a, uint64_t b, struct trace_cell *out)
{
	struct part parts[TRACE_CELL_LOOKS];
	uint64_t sum = 0, best = 0;
	size_t n = 0, k, looks = count <= TRACE_CELL_LOOKS ? (size_t)count : SAMPLE_LOOKS;

	for (k = 0; k < looks; k++) {
		uint64_t i = count > looks ? look(first, count, k) : first + k;
		const struct slice *s = slice_at(c, i);
		uint64_t end = slice_end(t, c, i), from = s->t_ns > a ? s->t_ns : a;

		end = end < b ? end : b;
		if (s->tid == TRACE_UNKNOWN)
			out->unknown = true;
		else if (s->tid > 0 && end >= from)
			add_part(parts, &n, s->tid, end - from);
	}
	out->tid = out->unknown ? TRACE_UNKNOWN : TRACE_IDLE;
	for (k = 0; k < n; k++) {
		sum += parts[k].ns;
		if (k && parts[k].ns <= best)
			continue;
		best = parts[k].ns;
		out->tid = parts[k].tid;
	}
	if (n)
		out->top_ns =
			count > looks && sum
				? (uint64_t)((double)out->busy_ns * (double)best / (double)sum)
				: best;
}

void trace_cells(const struct trace *t, unsigned cpu, uint64_t from_ns, uint64_t step_ns, size_t n,
		 struct trace_cell *out)
{
	const struct cpu *c = cpu < t->ncpus ? &t->cpus[cpu] : NULL;
	uint64_t a = from_ns, b, lo, next;
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = (struct trace_cell){.tid = TRACE_UNKNOWN};
	if (!c || c->slices.first == c->slices.next || !step_ns)
		return;
	next = lane_find(&c->slices, a);
	for (i = 0; i < n && a <= TRACE_TIME_MAX; i++, a = b) {
		b = step_ns > TRACE_TIME_MAX - a ? TRACE_TIME_MAX + 1 : a + step_ns;
		/* `next` begins at or after a: the one before it holds a */
		lo = next > c->slices.first && slice_end(t, c, next - 1) > a ? next - 1 : next;
		if (lo == c->slices.next)
			break;
		next = seek(c, next < c->slices.next ? next : lo, b);
		if (next <= lo)
			continue; /* begins after this cell */
		out[i].slices = next - lo;
		out[i].unknown = slice_at(c, lo)->t_ns > a;
		out[i].busy_ns = busy_before(t, c, next - 1, b) - busy_before(t, c, lo, a);
		dominant(t, c, lo, next - lo, a, b, &out[i]);
	}
}
