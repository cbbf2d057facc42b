/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_trace - the store of the trace: by hand, and against a plain list that walks over all of it.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/trace.h"

static void add(struct trace *t, uint64_t t_ns, unsigned cpu, int32_t from, char state, int32_t to)
{
	assert_true(trace_add(t, &(struct trace_record){.t_ns = t_ns,
							.type = TRACE_SWITCH,
							.state = state,
							.cpu = (uint16_t)cpu,
							.tid = to,
							.other = from}));
}

static void wake(struct trace *t, uint64_t t_ns, unsigned cpu, int32_t by, int32_t tid, unsigned to)
{
	assert_true(trace_add(t, &(struct trace_record){.t_ns = t_ns,
							.type = TRACE_WAKE,
							.cpu = (uint16_t)cpu,
							.to = (uint16_t)to,
							.tid = tid,
							.other = by}));
}

#define ALL 0, UINT64_MAX

static void a_switch_ends_one_slice_and_begins_the_next(void **state)
{
	struct trace *t = trace_create(0);
	struct trace_slice s[8];

	assert_int_equal(trace_first_ns(t), 0);
	assert_int_equal(trace_slices(t, 0, ALL, s, 8), 0);
	add(t, 100, 0, 0, 'R', 7);
	add(t, 150, 0, 7, 'r', 8);
	add(t, 180, 0, 8, 'S', 0);
	add(t, 200, 0, 0, 'R', 7);
	trace_seen(t, 260);
	assert_int_equal(trace_slices(t, 0, ALL, s, 8), 4);
	assert_int_equal(s[0].tid, 7);
	assert_int_equal(s[0].begin_ns, 100);
	assert_int_equal(s[0].end_ns, 150);
	assert_int_equal(s[0].state, 'r');
	assert_true(s[0].wait_ns == SAMPLE_ABSENT);
	assert_int_equal(s[2].tid, TRACE_IDLE);
	/* it was put off at 150 and has wanted to run since */
	assert_int_equal(s[3].tid, 7);
	assert_int_equal(s[3].wait_ns, 50);
	assert_false(s[3].woken);
	assert_int_equal(s[3].state, 0);
	assert_int_equal(s[3].end_ns, 260);
	assert_int_equal(trace_slices(t, 0, 150, 180, s, 8), 1);
	assert_int_equal(trace_slices(t, 0, 149, 181, s, 8), 3);
	assert_int_equal(trace_slices(t, 1, ALL, s, 8), 0);
	assert_int_equal(trace_first_ns(t), 100);
	assert_int_equal(trace_last_ns(t), 260);
	trace_destroy(t);
}

static void a_wake_up_that_comes_late_from_another_cpu_counts(void **state)
{
	struct trace *t = trace_create(0);
	struct trace_slice s;
	struct trace_record r[4];

	add(t, 100, 1, 0, 'R', 7);
	add(t, 120, 1, 7, 'S', 0);
	add(t, 300, 2, 0, 'R', 7);
	wake(t, 250, 0, 9, 7, 2);
	assert_true(trace_task_slice_at(t, 7, 300, 0, &s));
	assert_int_equal(s.cpu, 2);
	assert_int_equal(s.wait_ns, 50);
	assert_true(s.woken);
	assert_int_equal(trace_task_marks(t, 7, ALL, r, 4), 1);
	assert_int_equal(r[0].other, 9);
	assert_int_equal(r[0].to, 2);
	assert_int_equal(trace_marks(t, 0, 250, 251, r, 4), 1);
	assert_int_equal(trace_marks(t, 0, 251, 300, r, 4), 0);
	/* the wake-up was seen a moment before it had gone: it waits from when it went */
	wake(t, 290, 3, 9, 8, 2);
	add(t, 280, 4, 0, 'R', 8);
	add(t, 295, 4, 8, 'S', 0);
	add(t, 310, 5, 0, 'R', 8);
	assert_true(trace_task_slice_at(t, 8, 310, 0, &s));
	assert_int_equal(s.wait_ns, 15);
	trace_destroy(t);
}

static void what_was_lost_is_not_known(void **state)
{
	struct trace *t = trace_create(0);
	struct trace_slice s[8];
	struct trace_record r;

	add(t, 100, 0, 0, 'R', 7);
	wake(t, 140, 0, 7, 8, 1);
	assert_true(trace_add(t, &(struct trace_record){.t_ns = 200,
							.type = TRACE_LOST,
							.count = UINT64_C(0x500000003)}));
	add(t, 220, 0, 7, 'S', 0);
	assert_int_equal(trace_slices(t, 0, ALL, s, 8), 3);
	assert_int_equal(s[0].end_ns, 140);
	assert_int_equal(s[0].state, '?');
	assert_int_equal(s[1].tid, TRACE_UNKNOWN);
	assert_int_equal(s[1].end_ns, 220);
	assert_int_equal(s[2].tid, TRACE_IDLE);
	assert_true(trace_mark_at(t, 0, trace_mark_find(t, 0, 200), &r));
	assert_true(r.count == UINT64_C(0x500000003));
	/* nobody said so, but who goes is not who came */
	add(t, 300, 1, 0, 'R', 5);
	add(t, 350, 1, 6, 'S', 0);
	assert_int_equal(trace_slices(t, 1, ALL, s, 8), 3);
	assert_int_equal(s[0].end_ns, 301);
	assert_int_equal(s[1].tid, TRACE_UNKNOWN);
	assert_int_equal(s[1].end_ns, 350);
	trace_destroy(t);
}

static void nothing_is_known_of_a_pause(void **state)
{
	struct trace *t = trace_create(0);
	struct trace_slice s[8];

	add(t, 100, 0, 0, 'R', 7);
	trace_seen(t, 150);
	trace_pause(t);
	add(t, 500, 0, 7, 'S', 0);
	assert_int_equal(trace_slices(t, 0, ALL, s, 8), 3);
	assert_int_equal(s[0].end_ns, 150);
	assert_int_equal(s[1].tid, TRACE_UNKNOWN);
	assert_int_equal(s[1].end_ns, 500);
	trace_destroy(t);
}

static void what_cannot_be_is_refused_and_counted(void **state)
{
	static const struct trace_record bad[] = {
		{.t_ns = 99, .type = TRACE_SWITCH, .tid = 7},
		{.t_ns = 100, .type = TRACE_SWITCH, .tid = 7},
		{.t_ns = 200, .type = TRACE_SWITCH, .cpu = SAMPLE_CPUS_MAX, .tid = 7},
		{.t_ns = 200, .type = TRACE_SWITCH, .tid = -1},
		{.t_ns = 200, .type = TRACE_SWITCH, .tid = TRACE_TID_MAX},
		{.t_ns = 200, .type = TRACE_SWITCH, .tid = 7, .other = INT32_MIN},
		{.t_ns = 200, .type = TRACE_WAKE, .tid = 0},
		{.t_ns = 200, .type = TRACE_WAKE, .tid = 7, .to = SAMPLE_CPUS_MAX},
		{.t_ns = 200, .type = 0, .tid = 7},
		{.t_ns = 200, .type = 77, .tid = 7},
		{.t_ns = UINT64_MAX, .type = TRACE_SWITCH, .tid = 7},
	};
	struct trace *t = trace_create(0);
	struct trace_slice s[2];
	size_t i;

	add(t, 100, 0, 0, 'R', 7);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(trace_add(t, &bad[i]));
	trace_seen(t, UINT64_MAX);
	trace_name(t, &(struct trace_task){.tid = -5});
	trace_name(t, &(struct trace_task){.tid = INT32_MAX});
	assert_int_equal(trace_account(t).refused, ARRAY_SIZE(bad));
	assert_int_equal(trace_account(t).taken, 1);
	assert_int_equal(trace_slices(t, 0, ALL, s, 2), 1);
	assert_int_equal(trace_last_ns(t), 100);
	trace_destroy(t);
}

static struct trace_task name(int32_t tid, uint64_t t_ns, const char *comm, uint64_t cgroup)
{
	struct trace_task n = {.tid = tid, .t_ns = t_ns, .pid = tid, .cgroup_id = cgroup};

	snprintf(n.comm, sizeof(n.comm), "%s", comm);
	return n;
}

static void tell(struct trace *t, struct trace_task n)
{
	trace_name(t, &n);
}

/* As of 100 ns before the moment, at most. */
static void tell_vaguely(struct trace *t, struct trace_task n)
{
	n.vague_ns = 100;
	trace_name(t, &n);
}

static void a_tid_is_who_it_was_then(void **state)
{
	struct trace *t = trace_create(0);
	struct trace_task n;
	int i;

	tell(t, name(7, 100, "sh", 1));
	tell(t, name(7, 300, "bench\033[2J", 1));
	tell(t, name(7, 200, "sh", 2)); /* late */
	tell(t, name(7, 400, "bench\033[2J", 1));
	assert_true(trace_name_at(t, 7, 50, &n));
	assert_string_equal(n.comm, "sh");
	assert_true(trace_name_at(t, 7, 250, &n));
	assert_int_equal(n.cgroup_id, 2);
	assert_true(trace_name_at(t, 7, 999, &n));
	assert_string_equal(n.comm, "bench?[2J");
	assert_int_equal(n.t_ns, 300);
	assert_false(trace_name_at(t, 8, 999, &n));
	for (i = 0; i < 1000; i++)
		tell(t, name(7, 1000 + (uint64_t)i, i % 2 ? "a" : "b", 1));
	assert_true(trace_name_at(t, 7, 5000, &n));
	assert_string_equal(n.comm, "a");
	assert_int_equal(trace_next_tid(t, 0), 7);
	assert_int_equal(trace_next_tid(t, 7), 0);
	trace_destroy(t);
}

static void a_vague_name_does_not_hide_one_that_was_told_meanwhile(void **state)
{
	struct trace *t = trace_create(0);
	struct trace_task n;

	tell(t, name(7, 100, "sh", 1));
	tell(t, name(7, 250, "cat", 1));
	tell_vaguely(t, name(7, 300, "sh", 1)); /* read between 200 and 300 */
	assert_true(trace_name_at(t, 7, 999, &n));
	assert_string_equal(n.comm, "cat");
	/* whichever comes first */
	tell_vaguely(t, name(7, 400, "cat", 2));
	tell(t, name(7, 350, "dog", 2));
	assert_true(trace_name_at(t, 7, 999, &n));
	assert_string_equal(n.comm, "dog");
	assert_true(trace_name_at(t, 7, 349, &n));
	assert_string_equal(n.comm, "cat");
	/* but it counts where nothing else is known */
	tell_vaguely(t, name(7, 500, "cow", 3));
	assert_true(trace_name_at(t, 7, 999, &n));
	assert_string_equal(n.comm, "cow");
	trace_destroy(t);
}

static void a_cell_says_who_had_most_and_how_full_it_is(void **state)
{
	struct trace *t = trace_create(TRACE_BYTES);
	struct trace_cell c[8];
	uint64_t at = 1000;
	int i;

	add(t, 1000, 0, 0, 'R', 7);
	add(t, 1070, 0, 7, 'S', 8);
	add(t, 1090, 0, 8, 'S', 0);
	add(t, 1250, 0, 0, 'R', 8);
	trace_seen(t, 1350);
	trace_cells(t, 0, 900, 100, 6, c);
	assert_int_equal(c[0].slices, 0);
	assert_int_equal(c[1].tid, 7);
	assert_int_equal(c[1].busy_ns, 90);
	assert_int_equal(c[1].top_ns, 70);
	assert_int_equal(c[1].slices, 3);
	assert_int_equal(c[2].tid, TRACE_IDLE);
	assert_int_equal(c[2].busy_ns, 0);
	assert_int_equal(c[3].tid, 8);
	assert_int_equal(c[3].busy_ns, 50);
	assert_int_equal(c[4].busy_ns, 50);
	assert_int_equal(c[5].slices, 0);
	/* far more slices than are looked at, in a pattern: 3 of 4 parts of time are task 5's */
	for (i = 0; i < 10000; i++) {
		add(t, at, 1, i ? 6 : 0, 'r', 5);
		add(t, at + 30, 1, 5, 'r', 6);
		at += 40;
	}
	trace_cells(t, 1, 1000, 200000, 2, c);
	assert_int_equal(c[0].tid, 5);
	assert_int_equal(c[0].busy_ns, 200000);
	assert_int_equal(c[0].slices, 10000);
	assert_in_range(c[0].top_ns, 100001, 200000);
	trace_destroy(t);
}

static void the_bound_holds_and_it_says_from_when_on_all_is_there(void **state)
{
	const size_t bound = 1u << 20;
	struct trace *t = trace_create(bound);
	static struct trace_slice s[100000];
	uint64_t at = 0, first;
	size_t n, i;
	int round;

	for (round = 0; round < 200000; round++) {
		unsigned cpu = (unsigned)round % 4;
		int32_t tid = 1 + round % 5000, before = round < 4 ? 0 : 1 + (round - 4) % 5000;

		at += 10;
		wake(t, at, (cpu + 1) % 4, 1, tid, cpu);
		add(t, at + 1, cpu, before, 'S', tid);
		assert_true(trace_bytes(t) <= bound);
	}
	first = trace_first_ns(t);
	assert_true(first > at / 2 && first < at);
	n = trace_slices(t, 2, first, UINT64_MAX, s, ARRAY_SIZE(s));
	assert_true(n > 1000);
	for (i = 1; i < n; i++)
		assert_int_equal(s[i].wait_ns, 1);
	/* names of tasks that have nothing else go, too */
	for (i = 0; i < 200000; i++) {
		struct trace_task k = name((int32_t)(10000 + i), 5, "x", 1);

		trace_name(t, &k);
		assert_true(trace_bytes(t) <= bound);
	}
	trace_destroy(t);
}

/* ---- against a plain list ------------------------------------------------------------------ */

#define CPUS  6
#define TASKS 40

struct plain {
	struct trace_record *r; /* taken, in order of arrival */
	size_t n, room;
	struct trace_slice *s; /* made of them, by CPU */
	size_t ns;
};

static uint64_t seed;

static uint64_t chance(uint64_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % below;
}

static void plain_keep(struct plain *p, const struct trace_record *r)
{
	if (p->n == p->room) {
		p->room = p->room ? p->room * 2 : 1024;
		p->r = xreallocarray(p->r, p->room, sizeof(*p->r));
	}
	p->r[p->n++] = *r;
}

static void plain_slice(struct plain *p, uint64_t at, int32_t tid, unsigned cpu)
{
	p->s[p->ns++] = (struct trace_slice){.begin_ns = at, .tid = tid, .cpu = (uint16_t)cpu};
}

/* Slices of one CPU after the other, from its records in order. */
static void plain_slices(struct plain *p, uint64_t end)
{
	unsigned cpu;
	size_t i, first;

	p->s = xcalloc(p->n * 2 + 1, sizeof(*p->s));
	for (cpu = 0; cpu < CPUS; cpu++) {
		uint64_t last = 0;

		first = p->ns;
		for (i = 0; i < p->n; i++) {
			const struct trace_record *r = &p->r[i];
			struct trace_slice *now = p->ns > first ? &p->s[p->ns - 1] : NULL;
			uint64_t at;

			if (r->cpu != cpu)
				continue;
			if (now && now->tid != TRACE_UNKNOWN &&
			    (r->type == TRACE_LOST ||
			     (r->type == TRACE_SWITCH && now->tid != r->other))) {
				now->state = '?';
				at = last > now->begin_ns ? last : now->begin_ns + 1;
				if (at < r->t_ns)
					plain_slice(p, at, TRACE_UNKNOWN, cpu);
			} else if (now && now->tid != TRACE_UNKNOWN && r->type == TRACE_SWITCH) {
				now->state = r->state;
			} else if (now && r->type == TRACE_SWITCH && now->tid == r->other) {
				now->state = r->state;
			}
			last = r->t_ns;
			if (r->type == TRACE_SWITCH)
				plain_slice(p, r->t_ns, r->tid, cpu);
		}
		for (i = first; i < p->ns; i++)
			p->s[i].end_ns = i + 1 < p->ns ? p->s[i + 1].begin_ns : end;
	}
}

static const struct trace_slice *plain_before(const struct plain *p, const struct trace_slice *s)
{
	const struct trace_slice *best = NULL;
	size_t i;

	for (i = 0; i < p->ns; i++)
		if (p->s[i].tid == s->tid && p->s[i].begin_ns < s->begin_ns &&
		    (!best || p->s[i].begin_ns > best->begin_ns))
			best = &p->s[i];
	return best;
}

static uint64_t plain_wait(const struct plain *p, const struct trace_slice *s)
{
	const struct trace_slice *b = plain_before(p, s);
	uint64_t since = SAMPLE_ABSENT, from = b ? b->begin_ns : 0;
	size_t i;

	if (b && b->state == 'r')
		return b->end_ns <= s->begin_ns ? s->begin_ns - b->end_ns : SAMPLE_ABSENT;
	for (i = 0; i < p->n; i++) {
		const struct trace_record *r = &p->r[i];
		uint64_t at = r->t_ns;

		if (r->type != TRACE_WAKE || r->tid != s->tid || at < from || at > s->begin_ns)
			continue;
		if (b && at < b->end_ns)
			at = b->end_ns;
		since = since < at ? since : at;
	}
	return since <= s->begin_ns ? s->begin_ns - since : SAMPLE_ABSENT;
}

/* A scheduler of sorts: tasks sleep, are woken and put off, and records are lost now and then. */
static void simulate(struct trace *t, struct plain *p, size_t rounds)
{
	int32_t runs[CPUS] = {0};
	enum { SLEEPS, READY, RUNS } what[TASKS + 1] = {0};
	struct trace_record *later[CPUS];
	size_t nlater[CPUS] = {0};
	uint64_t at = 1000;
	unsigned c;
	size_t i, j;

	for (c = 0; c < CPUS; c++)
		later[c] = xcalloc(rounds + 1, sizeof(*later[c]));
	for (i = 0; i < rounds; i++) {
		struct trace_record r = {.cpu = (uint16_t)chance(CPUS)};
		int32_t k = 1 + (int32_t)chance(TASKS);

		at += 1 + chance(50);
		r.t_ns = at;
		c = r.cpu;
		if (what[k] == SLEEPS) {
			r.type = TRACE_WAKE;
			r.tid = k;
			r.other = runs[c];
			r.to = (uint16_t)chance(CPUS);
			what[k] = READY;
		} else if (what[k] == READY || (what[k] == RUNS && runs[c] == k)) {
			int32_t next = what[k] == READY ? k : 0;

			r.type = TRACE_SWITCH;
			r.tid = next;
			r.other = runs[c];
			r.state = chance(2) ? 'r' : 'S';
			if (runs[c])
				what[runs[c]] = r.state == 'r' ? READY : SLEEPS;
			if (next)
				what[next] = RUNS;
			runs[c] = next;
		} else {
			r.type = TRACE_MIGRATE;
			r.tid = k;
			r.to = (uint16_t)chance(CPUS);
		}
		if (!chance(40))
			continue; /* it is lost, and nobody says so */
		if (!chance(100))
			r = (struct trace_record){
				.t_ns = at, .type = TRACE_LOST, .cpu = (uint16_t)c, .count = 1};
		later[c][nlater[c]++] = r;
		if (chance(30) && i + 1 < rounds)
			continue;
		/* one buffer comes, or at the end all */
		for (c = 0; c < CPUS; c++) {
			if (i + 1 < rounds && chance(3))
				continue;
			for (j = 0; j < nlater[c]; j++)
				if (trace_add(t, &later[c][j]))
					plain_keep(p, &later[c][j]);
			nlater[c] = 0;
		}
	}
	for (c = 0; c < CPUS; c++)
		free(later[c]);
}

static void assert_same(const struct trace_slice *a, const struct trace_slice *b)
{
	assert_int_equal(a->begin_ns, b->begin_ns);
	assert_int_equal(a->end_ns, b->end_ns);
	assert_int_equal(a->tid, b->tid);
	assert_int_equal(a->cpu, b->cpu);
	assert_int_equal(a->state, b->state);
}

static void compare_cpu(const struct trace *t, const struct plain *p, unsigned cpu, uint64_t from,
			uint64_t to)
{
	static struct trace_slice got[65536];
	size_t n = trace_slices(t, cpu, from, to, got, ARRAY_SIZE(got)), i, at = 0;

	for (i = 0; i < p->ns; i++) {
		if (p->s[i].cpu != cpu || p->s[i].begin_ns >= to || p->s[i].end_ns <= from)
			continue;
		assert_true(at < n);
		assert_same(&got[at], &p->s[i]);
		if (trace_first_ns(t) <= p->r[0].t_ns && got[at].tid > 0)
			assert_true(got[at].wait_ns == plain_wait(p, &p->s[i]));
		at++;
	}
	assert_int_equal(at, n);
}

static void compare_task(const struct trace *t, const struct plain *p, int32_t tid, uint64_t from,
			 uint64_t to)
{
	static struct trace_slice got[65536];
	size_t n = trace_task_slices(t, tid, from, to, got, ARRAY_SIZE(got)), i, j;
	size_t want = 0;

	for (i = 0; i < p->ns; i++) {
		if (p->s[i].tid != tid || p->s[i].begin_ns >= to || p->s[i].end_ns <= from)
			continue;
		want++;
		for (j = 0; j < n && got[j].begin_ns != p->s[i].begin_ns; j++)
			;
		assert_true(j < n);
		assert_same(&got[j], &p->s[i]);
	}
	assert_int_equal(want, n);
	for (i = 1; i < n; i++)
		assert_true(got[i - 1].begin_ns <= got[i].begin_ns);
}

static void compare_marks(const struct trace *t, const struct plain *p, uint64_t from, uint64_t to)
{
	static struct trace_record got[65536];
	unsigned cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		size_t n = trace_marks(t, cpu, from, to, got, ARRAY_SIZE(got)), i, at = 0;

		for (i = 0; i < p->n; i++) {
			const struct trace_record *r = &p->r[i];

			if (r->type == TRACE_SWITCH || r->cpu != cpu || r->t_ns < from ||
			    r->t_ns >= to)
				continue;
			assert_true(at < n);
			assert_int_equal(got[at].t_ns, r->t_ns);
			assert_int_equal(got[at].type, r->type);
			assert_int_equal(got[at].tid, r->tid);
			assert_int_equal(got[at].other, r->other);
			assert_int_equal(got[at].to, r->to);
			assert_int_equal(got[at].count, r->count);
			at++;
		}
		assert_int_equal(at, n);
	}
}

static void compare_cells(const struct trace *t, const struct plain *p, uint64_t from,
			  uint64_t step)
{
	struct trace_cell got[50];
	unsigned cpu;
	size_t i, j;

	for (cpu = 0; cpu < CPUS; cpu++) {
		trace_cells(t, cpu, from, step, ARRAY_SIZE(got), got);
		for (j = 0; j < ARRAY_SIZE(got); j++) {
			uint64_t a = from + j * step, b = a + step, busy = 0, n = 0;
			uint64_t per[TASKS + 1] = {0}, most = 0;

			for (i = 0; i < p->ns; i++) {
				const struct trace_slice *s = &p->s[i];
				uint64_t x = s->begin_ns > a ? s->begin_ns : a;
				uint64_t y = s->end_ns < b ? s->end_ns : b;

				if (s->cpu != cpu || s->begin_ns >= b || s->end_ns <= a)
					continue;
				n++;
				if (s->tid <= 0)
					continue;
				busy += y - x;
				per[s->tid] += y - x;
				most = most > per[s->tid] ? most : per[s->tid];
			}
			assert_int_equal(got[j].slices, n);
			assert_int_equal(got[j].busy_ns, busy);
			if (n && n <= TRACE_CELL_LOOKS) {
				assert_int_equal(got[j].top_ns, most);
				if (most)
					assert_int_equal(per[got[j].tid], most);
			}
		}
	}
}

static unsigned range(uint64_t ns)
{
	unsigned i = 0;

	while (i + 1 < TRACE_RANGES && trace_range_ns(i + 1) <= ns)
		i++;
	return i;
}

/* Against what trace_slices() says of each, which was compared with the plain list. */
static void compare_waits(const struct trace *t, int32_t tid, uint64_t from, uint64_t to)
{
	static struct trace_slice s[65536];
	struct trace_waits want = {0}, got = {0}, task = {0};
	unsigned cpu;
	size_t n, i;

	for (cpu = 0; cpu < CPUS; cpu++) {
		n = trace_slices(t, cpu, from, to, s, ARRAY_SIZE(s));
		for (i = 0; i < n; i++) {
			if (s[i].begin_ns < from || s[i].tid <= 0)
				continue;
			if (s[i].wait_ns == SAMPLE_ABSENT)
				want.unknown++;
			else
				(s[i].woken ? want.woken : want.put_off)[range(s[i].wait_ns)]++;
		}
		trace_waits(t, cpu, from, to, &got);
	}
	assert_memory_equal(&got, &want, sizeof(got));
	memset(&want, 0, sizeof(want));
	n = trace_task_slices(t, tid, from, to, s, ARRAY_SIZE(s));
	for (i = 0; i < n; i++) {
		if (s[i].begin_ns < from)
			continue;
		if (s[i].wait_ns == SAMPLE_ABSENT)
			want.unknown++;
		else
			(s[i].woken ? want.woken : want.put_off)[range(s[i].wait_ns)]++;
	}
	assert_true(trace_task_waits(t, tid, from, to, SIZE_MAX, &task));
	assert_memory_equal(&task, &want, sizeof(task));
}

static void compare_all(size_t bytes, size_t rounds, uint64_t with, bool bytes_bound)
{
	struct trace *t = trace_create(bytes);
	struct plain p = {0};
	uint64_t first, last;
	unsigned i;

	seed = with;
	simulate(t, &p, rounds);
	first = trace_first_ns(t);
	last = trace_last_ns(t);
	plain_slices(&p, last);
	assert_int_equal(trace_account(t).taken, p.n);
	for (i = 0; i < 30; i++) {
		uint64_t from = i ? first + chance(last - first) : first;
		uint64_t to = i ? from + chance((last - from) / (1 + chance(50)) + 2) : last + 1;

		compare_cpu(t, &p, i % CPUS, from, to);
		compare_task(t, &p, 1 + (int32_t)chance(TASKS), from, to);
		compare_marks(t, &p, from, to);
		if (!bytes_bound)
			compare_waits(t, 1 + (int32_t)chance(TASKS), from, to);
		compare_cells(t, &p, from, 1 + chance((to - from) / (1 + chance(40)) + 1));
	}
	free(p.r);
	free(p.s);
	trace_destroy(t);
}

static void it_says_what_a_plain_list_says(void **state)
{
	uint64_t i;

	for (i = 1; i <= 20; i++)
		compare_all(64u << 20, 3000, i, false);
}

static void it_says_the_same_of_what_is_left_when_it_was_full(void **state)
{
	uint64_t i;

	for (i = 1; i <= 10; i++)
		compare_all(400u << 10, 20000, 100 + i, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_switch_ends_one_slice_and_begins_the_next),
		cmocka_unit_test(a_wake_up_that_comes_late_from_another_cpu_counts),
		cmocka_unit_test(what_was_lost_is_not_known),
		cmocka_unit_test(nothing_is_known_of_a_pause),
		cmocka_unit_test(what_cannot_be_is_refused_and_counted),
		cmocka_unit_test(a_tid_is_who_it_was_then),
		cmocka_unit_test(a_vague_name_does_not_hide_one_that_was_told_meanwhile),
		cmocka_unit_test(a_cell_says_who_had_most_and_how_full_it_is),
		cmocka_unit_test(the_bound_holds_and_it_says_from_when_on_all_is_there),
		cmocka_unit_test(it_says_what_a_plain_list_says),
		cmocka_unit_test(it_says_the_same_of_what_is_left_when_it_was_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
