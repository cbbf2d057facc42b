/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_trace - the tables of a stretch of the recorded trace: switches (who had which CPU, from
 * when to when), marks (wake-ups, migrations, losses), waits (a histogram). Pure. Invariant: what
 * is not known of a stretch is a row that says so, never a task that did not run.
 */
#include "ops/sheet.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIGURE(name)                                                                               \
	static void name(const struct sheet *s, const struct sheet_row *r,                         \
			 const struct sheet_column *c, struct sheet_value *v)

enum { CHUNK = 256 };

static uint64_t end_of(const struct sheet *s)
{
	return s->ask.to_ns ? s->ask.to_ns : TRACE_TIME_MAX;
}

static void set_text(struct sheet_value *v, const char *text)
{
	v->is = SHEET_KNOWN;
	text_copy(v->text, sizeof(v->text), text);
}

/* "hogs.2[213]"; who it was at that moment. */
static void set_task(const struct sheet *s, int32_t tid, uint64_t t_ns, struct sheet_value *v)
{
	struct trace_task who;
	char name[96];

	v->is = SHEET_KNOWN;
	if (tid == TRACE_IDLE) {
		set_text(v, "idle");
		v->mark = SHEET_DIM;
	} else if (tid == TRACE_UNKNOWN) {
		set_text(v, "not known");
		v->mark = SHEET_WARN;
	} else if (trace_name_at(s->model->trace, tid, t_ns, &who)) {
		model_task_name(s->model, who.pid, who.comm, name, sizeof(name));
		snprintf(v->text, sizeof(v->text), "%s[%d]", name, (int)tid);
	} else {
		snprintf(v->text, sizeof(v->text), "[%d]", (int)tid);
	}
}

static void set_cgroup(const struct sheet *s, int32_t tid, uint64_t t_ns, struct sheet_value *v)
{
	const struct model_cgroup *g;
	struct trace_task who;

	if (tid <= 0)
		return;
	v->is = SHEET_ABSENT;
	if (!trace_name_at(s->model->trace, tid, t_ns, &who))
		return;
	g = model_cgroup_by_id(s->model, who.cgroup_id);
	if (g || who.cgroup_id == 1)
		set_text(v, g ? model_below_root(s->model, g->path) : "/");
}

static int by_time(const void *a, const void *b)
{
	const struct sheet_row *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/* Of all CPUs in order of time, unless another order was asked for. */
static void order(struct sheet *s)
{
	if (s->n)
		qsort(s->rows, s->n, sizeof(*s->rows), by_time);
	sheet_sort(s, 0);
}

/* ---- switches: row.index = CPU, row.id = begin ------------------------------------------- */

/* Every row's slice is looked up when it is asked for: the table keeps nothing of its own. */
static bool slice_of(const struct sheet *s, const struct sheet_row *r, struct trace_slice *out)
{
	return trace_slice_at(s->model->trace, r->index, r->id, 0, out);
}

FIGURE(slice_task)
{
	struct trace_slice one;

	if (slice_of(s, r, &one))
		set_task(s, one.tid, one.begin_ns, v);
}

FIGURE(slice_cpu)
{
	sheet_set(v, r->index);
}

FIGURE(slice_begin)
{
	sheet_set(v, r->id);
}

FIGURE(slice_end)
{
	struct trace_slice one;

	/* one that runs on has no end */
	if (slice_of(s, r, &one) && one.state)
		sheet_set(v, one.end_ns);
}

FIGURE(slice_length)
{
	struct trace_slice one;

	if (slice_of(s, r, &one))
		sheet_set(v, one.end_ns - one.begin_ns);
}

FIGURE(slice_tid)
{
	struct trace_slice one;

	if (slice_of(s, r, &one))
		sheet_set(v, one.tid < 0 ? SAMPLE_ABSENT : (uint64_t)one.tid);
}

FIGURE(slice_pid)
{
	struct trace_slice one;
	struct trace_task who;

	if (!slice_of(s, r, &one) || one.tid <= 0)
		return;
	sheet_set(v, trace_name_at(s->model->trace, one.tid, one.begin_ns, &who) ? (uint64_t)who.pid
										 : SAMPLE_ABSENT);
}

FIGURE(slice_cgroup)
{
	struct trace_slice one;

	if (slice_of(s, r, &one))
		set_cgroup(s, one.tid, one.begin_ns, v);
}

FIGURE(slice_state)
{
	struct trace_slice one;

	if (!slice_of(s, r, &one) || one.tid <= 0 || !one.state)
		return;
	v->is = one.state == '?' ? SHEET_ABSENT : SHEET_KNOWN;
	snprintf(v->text, sizeof(v->text), "%c", one.state);
}

FIGURE(slice_wait)
{
	struct trace_slice one;

	if (slice_of(s, r, &one) && one.tid > 0)
		sheet_set(v, one.wait_ns);
}

FIGURE(slice_since)
{
	struct trace_slice one;

	if (slice_of(s, r, &one) && one.tid > 0 && one.wait_ns != SAMPLE_ABSENT)
		set_text(v, one.woken ? "wake-up" : "put off");
}

static void build_switches(struct sheet *s)
{
	const struct trace *t = s->model->trace;
	cleanup_free struct trace_slice *some = xcalloc(CHUNK, sizeof(*some));
	uint64_t from;
	unsigned cpu;
	size_t n, i;

	for (cpu = 0; cpu < trace_cpus(t); cpu++)
		for (from = s->ask.from_ns; from < end_of(s); from = some[n - 1].end_ns) {
			n = trace_slices(t, cpu, from, end_of(s), some, CHUNK);
			for (i = 0; i < n; i++) {
				struct sheet_row row = {.index = cpu, .id = some[i].begin_ns};

				if (sheet_keeps(s, &row))
					sheet_add(s, row);
			}
			if (n < CHUNK)
				break;
		}
	order(s);
}

#define SWITCHES "the recorded stream of switches"
#define UNNAMED  "nobody has told who this thread is"

static const char *const slice_wanted[] = {"at",    "cpu",     "task",      "tid",
					   "pid",   "cgroup",  "length_ns", "end_at",
					   "state", "wait_ns", "since",     NULL};

static const struct sheet_column slice_columns[] = {
	{"task", "TASK", SHEET_TEXT, 16, 40, 0, .left = true, .value = slice_task,
	 .says = "who had the CPU; idle; not known where records were lost or not made",
	 .from = SWITCHES},
	{"at", "AT", SHEET_MOMENT, 12, 0, 1, .value = slice_begin, .says = "from when on",
	 .from = SWITCHES},
	{"cpu", "CPU", SHEET_COUNT, 3, 0, 2, .value = slice_cpu, .says = "which CPU",
	 .from = SWITCHES},
	{"length_ns", "RAN", SHEET_NS, 8, 0, 3, .value = slice_length,
	 .says = "for how long; of one that runs on so far", .from = SWITCHES},
	{"state", "S", SHEET_TEXT, 1, 0, 4, .left = true, .value = slice_state,
	 .says = "in which state it went: r = still runnable, it was put off; blank = it runs on",
	 .from = SWITCHES, .absent = "the record of its end was lost"},
	{"wait_ns", "WAITED", SHEET_NS, 8, 0, 5, .value = slice_wait,
	 .says = "how long it was runnable before", .from = SWITCHES,
	 .absent = "its begin is not in what was recorded"},
	{"since", "SINCE", SHEET_TEXT, 7, 0, 6, .left = true, .value = slice_since,
	 .says = "what it waited from: a wake-up, or being put off a CPU", .from = SWITCHES},
	{"cgroup", "CGROUP", SHEET_TEXT, 8, 30, 7, .left = true, .value = slice_cgroup,
	 .says = "its cgroup then", .from = SWITCHES, .absent = UNNAMED},
	{"tid", "TID", SHEET_COUNT, 7, 0, 8, .value = slice_tid, .says = "its thread; 0 = idle",
	 .from = SWITCHES, .absent = "it is not known who ran"},
	{"pid", "PID", SHEET_COUNT, 7, 0, 9, .value = slice_pid, .says = "its process",
	 .from = SWITCHES, .absent = UNNAMED},
	{"end_at", "TO", SHEET_MOMENT, 12, 0, 10, .value = slice_end,
	 .says = "until when; blank = it runs on", .from = SWITCHES},
};

const struct sheet_def sheet_switches = {
	.name = "switches",
	.summary = "a row is a stretch of a CPU's time and who had it, in order of time",
	.empty = "no switch was recorded then: --trace, or the Timeline (4), records them",
	.columns = slice_columns,
	.ncolumns = ARRAY_SIZE(slice_columns),
	.timed = true,
	.wanted = slice_wanted,
	.build = build_switches,
};

/* ---- marks: row.index = CPU, row.id = time, row.first + row.below << 32 = its number */

static bool mark_of(const struct sheet *s, const struct sheet_row *r, struct trace_record *out)
{
	return trace_mark_at(s->model->trace, r->index, (uint64_t)r->below << 32 | r->first, out);
}

FIGURE(mark_type)
{
	struct trace_record one;

	if (mark_of(s, r, &one))
		set_text(v, one.type == TRACE_WAKE      ? "wake"
			    : one.type == TRACE_MIGRATE ? "migrate"
							: "lost");
}

FIGURE(mark_at)
{
	sheet_set(v, r->id);
}

FIGURE(mark_cpu)
{
	sheet_set(v, r->index);
}

FIGURE(mark_task)
{
	struct trace_record one;

	if (mark_of(s, r, &one) && one.type != TRACE_LOST)
		set_task(s, one.tid, one.t_ns, v);
}

FIGURE(mark_by)
{
	struct trace_record one;

	if (!mark_of(s, r, &one) || one.type != TRACE_WAKE)
		return;
	if (one.other)
		set_task(s, one.other, one.t_ns, v);
	else
		set_text(v, "interrupt");
}

FIGURE(mark_to)
{
	struct trace_record one;

	if (mark_of(s, r, &one) && one.type != TRACE_LOST)
		sheet_set(v, one.to);
}

FIGURE(mark_count)
{
	struct trace_record one;

	if (mark_of(s, r, &one) && one.type == TRACE_LOST)
		sheet_set(v, one.count);
}

FIGURE(mark_tid)
{
	struct trace_record one;

	if (mark_of(s, r, &one) && one.type != TRACE_LOST)
		sheet_set(v, one.tid < 0 ? SAMPLE_ABSENT : (uint64_t)one.tid);
}

static void build_marks(struct sheet *s)
{
	const struct trace *t = s->model->trace;
	struct trace_record one;
	unsigned cpu;
	uint64_t n;

	for (cpu = 0; cpu < trace_cpus(t); cpu++)
		for (n = trace_mark_find(t, cpu, s->ask.from_ns);
		     trace_mark_at(t, cpu, n, &one) && one.t_ns < end_of(s); n++) {
			struct sheet_row row = {.index = cpu,
						.id = one.t_ns,
						.first = (uint32_t)n,
						.below = (uint32_t)(n >> 32)};

			if (sheet_keeps(s, &row))
				sheet_add(s, row);
		}
	order(s);
}

static const char *const mark_wanted[] = {"at", "cpu", "what",  "task", "tid",
					  "by", "to",  "count", NULL};

static const struct sheet_column mark_columns[] = {
	{"what", "WHAT", SHEET_TEXT, 7, 0, 0, .left = true, .value = mark_type,
	 .says = "wake, migrate, or records that were lost", .from = SWITCHES},
	{"at", "AT", SHEET_MOMENT, 12, 0, 1, .value = mark_at, .says = "when", .from = SWITCHES},
	{"cpu", "CPU", SHEET_COUNT, 3, 0, 2, .value = mark_cpu,
	 .says = "the CPU that did it; of a migration the one it left", .from = SWITCHES},
	{"task", "TASK", SHEET_TEXT, 16, 40, 3, .left = true, .value = mark_task,
	 .says = "who was woken or went", .from = SWITCHES},
	{"by", "BY", SHEET_TEXT, 16, 40, 4, .left = true, .value = mark_by, .says = "who woke it",
	 .from = SWITCHES},
	{"to", "TO", SHEET_COUNT, 3, 0, 5, .value = mark_to, .says = "the CPU it shall run on",
	 .from = SWITCHES},
	{"count", "LOST", SHEET_COUNT, 6, 0, 6, .value = mark_count, .says = "how many records",
	 .from = SWITCHES},
	{"tid", "TID", SHEET_COUNT, 7, 0, 7, .value = mark_tid, .says = "its thread",
	 .from = SWITCHES, .absent = "it is not known"},
};

const struct sheet_def sheet_marks = {
	.name = "marks",
	.summary = "a row is a wake-up, a migration, or a loss of records, in order of time",
	.empty = "nothing was recorded then: --trace, or the Timeline (4), records it",
	.columns = mark_columns,
	.ncolumns = ARRAY_SIZE(mark_columns),
	.timed = true,
	.wanted = mark_wanted,
	.build = build_marks,
};

/* ---- waits: row.index = range, row.first = of woken, row.below = of put off -------------- */

FIGURE(wait_range)
{
	char text[32];

	text_format_time(text, sizeof(text), trace_range_ns(r->index ? r->index : 1));
	v->is = SHEET_KNOWN;
	snprintf(v->text, sizeof(v->text), "%s%s", r->index ? ">=" : "<", text);
}

FIGURE(wait_from)
{
	sheet_set(v, trace_range_ns(r->index));
}

FIGURE(wait_below)
{
	if (r->index + 1 < TRACE_RANGES)
		sheet_set(v, trace_range_ns(r->index + 1));
}

FIGURE(wait_count)
{
	sheet_set(v, (c->at & 1 ? r->first : 0) + (uint64_t)(c->at & 2 ? r->below : 0));
}

static void build_waits(struct sheet *s)
{
	struct trace_waits w = {0};
	bool any = false;
	unsigned cpu, i;

	for (cpu = 0; cpu < trace_cpus(s->model->trace); cpu++)
		trace_waits(s->model->trace, cpu, s->ask.from_ns, end_of(s), &w);
	for (i = 0; i < TRACE_RANGES; i++)
		any = any || w.woken[i] || w.put_off[i];
	for (i = 0; any && i < TRACE_RANGES; i++) {
		struct sheet_row row = {.index = i,
					.id = i + 1,
					.first = (uint32_t)w.woken[i],
					.below = (uint32_t)w.put_off[i]};

		if (sheet_keeps(s, &row))
			sheet_add(s, row);
	}
	sheet_sort(s, 0);
}

static const struct sheet_column wait_columns[] = {
	{"range", "WAIT", SHEET_TEXT, 8, 0, 0, .left = true, .value = wait_range,
	 .says = "how long tasks were runnable before they got a CPU", .from = SWITCHES},
	{"from_ns", "FROM", SHEET_NS, 8, 0, 1, .value = wait_from,
	 .says = "the least wait of the range", .from = SWITCHES},
	{"below_ns", "BELOW", SHEET_NS, 8, 0, 2, .value = wait_below,
	 .says = "the first too long; the last range has none", .from = SWITCHES},
	{"woken", "WAKE-UP", SHEET_COUNT, 8, 0, 3, .value = wait_count, .at = 1,
	 .says = "how many, since a wake-up: wake-up latency", .from = SWITCHES},
	{"put_off", "PUT OFF", SHEET_COUNT, 8, 0, 4, .value = wait_count, .at = 2,
	 .says = "how many, since they were put off a CPU", .from = SWITCHES},
	{"all", "ALL", SHEET_COUNT, 8, 0, 5, .value = wait_count, .at = 3,
	 .says = "both: run delay", .from = SWITCHES},
};

const struct sheet_def sheet_waits = {
	.name = "waits",
	.summary = "a row is a range of waits and how many there were: latency and run delay as "
		   "histograms",
	.empty = "no wait was recorded then: --trace, or the Timeline (4), records switches",
	.columns = wait_columns,
	.ncolumns = ARRAY_SIZE(wait_columns),
	.timed = true,
	.build = build_waits,
};
