/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts_post - how the last scheduler ended, as rows: why, after what, the call chain, who was
 * where and had waited how long, who waited when it was last seen, its counters; earlier ends.
 * Invariant: of the dump's text nothing is shown that was not sanitised.
 */
#include "base/text.h"
#include "ops/dump.h"
#include "ops/trace.h"
#include "tui/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

static void time_between(uint64_t from, uint64_t to, char *dst, size_t size)
{
	text_format_time(dst, size, to > from ? to - from : 0);
}

static void end(const struct model *m, const struct model_sched *s, size_t life, struct facts *f)
{
	const struct model_op *before = model_op(m, s->before_seq);
	char lived[32], since[32];

	time_between(s->enabled_ns, s->died_ns, lived, sizeof(lived));
	facts_add(f, FACT_END, ROLE_NORMAL, life, 0, "%s ended at %.3fs, after %s in force",
		  s->name, seconds(s->died_ns), lived);
	facts_add(f, FACT_END, s->kind >= 1024 ? ROLE_FAIL : ROLE_NORMAL, life, 0, "why     %s%s%s",
		  s->kind ? model_sched_kind(s) : "- (the kernel did not say)",
		  *s->reason ? ": " : "", s->reason);
	if (*s->message)
		facts_add(f, FACT_END, s->kind >= 1024 ? ROLE_FAIL : ROLE_NORMAL, life, 0,
			  "message %s", s->message);
	if (before) {
		time_between(before->begin_ns, s->died_ns, since, sizeof(since));
		facts_add(f, FACT_END, ROLE_NORMAL, life, 0, "before  %s (begun %s earlier)",
			  before->text, since);
	} else {
		facts_add(f, FACT_END, ROLE_DIM, life, 0, "before  no op");
	}
	if (s->parsed && s->parsed->pid)
		facts_add(f, FACT_END, ROLE_NORMAL, life, 0, "by      %s[%" PRId32 "]",
			  s->parsed->comm, s->parsed->pid);
	if (!s->parsed)
		facts_add(f, FACT_TEXT, ROLE_DIM, life, 0, "dump    - (none came)");
	if (s->dump_missing || (s->parsed && (s->parsed->cut || s->parsed->truncated)))
		facts_add(f, FACT_TEXT, ROLE_WARN, life, 0,
			  "dump    not whole: %" PRIu64 " lines did not come, %" PRIu64
			  " found no room here%s",
			  s->dump_missing, s->parsed ? s->parsed->cut : 0,
			  s->parsed && s->parsed->truncated ? ", the kernel cut it" : "");
}

static void chain(const struct dump *d, size_t life, struct facts *f)
{
	char name[DUMP_SYMBOL_MAX];
	size_t i;
	bool bpf;

	if (d->nchain)
		facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0,
			  "CALL CHAIN OF THE EXIT  innermost first");
	for (i = 0; i < d->nchain; i++) {
		dump_function(d->chain[i], name, sizeof(name), &bpf);
		facts_add(f, FACT_CHAIN, bpf ? ROLE_WARN : ROLE_NORMAL, life, i, "  %s%s",
			  d->chain[i], bpf ? "   the scheduler's own" : "");
	}
}

static void dump_task(const struct dump_task *t, size_t life, size_t i, struct facts *f)
{
	char wait[32] = "0ms", held[64], vtime[24], weight[24]; /* the kernel tells whole ms */

	if (t->wait_ms)
		text_format_time(wait, sizeof(wait), (uint64_t)t->wait_ms * 1000000);
	facts_held(t->held, t->dsq, SAMPLE_ABSENT, held, sizeof(held));
	facts_number(t->vtime, vtime, sizeof(vtime));
	facts_number(t->weight, weight, sizeof(weight));
	facts_add(f, FACT_DUMP_TASK,
		  t->current                   ? ROLE_RUNNING
		  : t->held == SAMPLE_HELD_BPF ? ROLE_WARN
					       : ROLE_NORMAL,
		  life, i, "  %c%c %-15s %7" PRId32 " %8s  %-14s w%-5s cpus %-6s vtime %s",
		  t->current ? '*' : ' ', t->state, t->comm, t->pid, t->current ? "-" : wait, held,
		  weight, t->cpus, vtime);
}

static void dump_cpus(const struct dump *d, size_t life, struct facts *f)
{
	size_t i, k;

	if (d->ncpus)
		facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0,
			  "AT THAT MOMENT  %zu CPU%s, %zu task%s: state, task, waited, held by",
			  d->ncpus, d->ncpus == 1 ? "" : "s", d->ntasks, d->ntasks == 1 ? "" : "s");
	for (i = 0; i < d->ncpus; i++) {
		const struct dump_cpu *c = &d->cpus[i];
		char nr[24];

		facts_number(c->nr_running, nr, sizeof(nr));
		facts_add(f, FACT_DUMP_CPU, ROLE_CGROUP, life, i,
			  " CPU %-3" PRIu32 " NR %s  runs %s[%" PRId32 "]  %s", c->cpu, nr, c->comm,
			  c->pid, c->class);
		for (k = 0; k < c->ntasks; k++)
			dump_task(&d->tasks[c->task + k], life, c->task + k, f);
	}
}

static void waiters(const struct model *m, const struct model_sched *s, size_t life,
		    struct facts *f)
{
	char earlier[32], name[96], held[64], wait[32];
	size_t i;

	if (!s->seen_ns)
		return;
	time_between(s->seen_ns, s->died_ns, earlier, sizeof(earlier));
	facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0,
		  "OLDEST WAITERS  in the last sample of it in force, %s before its end%s", earlier,
		  s->nwaiters ? "" : ": none");
	for (i = 0; i < s->nwaiters; i++) {
		const struct sample_task *t = &s->waiters[i];

		snprintf(wait, sizeof(wait), "-");
		if (t->since_ns != SAMPLE_ABSENT)
			time_between(t->since_ns, s->seen_ns, wait, sizeof(wait));
		facts_held(t->held, t->dsq, (uint64_t)t->cpu, held, sizeof(held));
		model_task_name(m, t->pid, t->comm, name, sizeof(name));
		facts_add(f, FACT_WAITER, ROLE_WAITING, life, i, "   r %-15s %7d %8s  %-14s CPU %d",
			  name, (int)t->tid, wait, held, (int)t->cpu);
	}
}

/* What a probed run has noted: a line each, the last one last. */
static void calls(const struct model_sched *s, struct facts *f)
{
	const char *text = buf_text(&s->calls);
	size_t at = 0, n;
	char line[400];

	if (s->calls.len)
		facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0,
			  "CALLS BEFORE THE END  probed: > called, < returned");
	for (; at < s->calls.len; at += n + 1) {
		const char *nl = memchr(text + at, '\n', s->calls.len - at);

		n = nl ? (size_t)(nl - text) - at : s->calls.len - at;
		text_sanitise(line, sizeof(line), text + at, n);
		facts_add(f, FACT_TEXT, ROLE_NORMAL, 0, 0, "  %s", line);
	}
}

/* ---- the last moments of the timeline ---- */

#define LAST_NS UINT64_C(100000000)
enum { LAST_SHOWN = 40 }; /* slices of one CPU */

static void slice(const struct model *m, const struct trace_slice *t, uint64_t died_ns,
		  struct facts *f)
{
	uint64_t begin = t->begin_ns < died_ns ? died_ns - t->begin_ns : 0;
	char name[96] = "idle", before[32], ran[32], wait[32] = "-";
	struct trace_task who;

	if (t->tid == TRACE_UNKNOWN)
		snprintf(name, sizeof(name), "not known");
	else if (t->tid != TRACE_IDLE && trace_name_at(m->trace, t->tid, t->begin_ns, &who))
		snprintf(name, sizeof(name), "%s[%d]", who.comm, (int)t->tid);
	else if (t->tid != TRACE_IDLE)
		snprintf(name, sizeof(name), "[%d]", (int)t->tid);
	text_format_time(before, sizeof(before), begin);
	time_between(t->begin_ns, t->end_ns, ran, sizeof(ran));
	if (t->wait_ns != SAMPLE_ABSENT)
		text_format_time(wait, sizeof(wait), t->wait_ns);
	facts_add(f, FACT_TEXT, t->tid > 0 ? ROLE_NORMAL : ROLE_DIM, 0, 0,
		  "  -%-9s %-24s for %-9s%s%s%s", before, name, ran, t->tid > 0 ? " after " : "",
		  t->tid > 0 ? wait : "", t->tid > 0 ? " of waiting" : "");
}

static void last_moments(const struct model *m, const struct model_sched *s, struct facts *f)
{
	uint64_t from = s->died_ns > LAST_NS ? s->died_ns - LAST_NS : 0;
	unsigned cpu, cpus = trace_cpus(m->trace);
	struct trace_slice t;
	int back;

	if (!trace_last_ns(m->trace) || trace_last_ns(m->trace) < from ||
	    trace_first_ns(m->trace) >= s->died_ns)
		return;
	facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0, "THE LAST 100ms  of the timeline, by CPU");
	for (cpu = 0; cpu < cpus; cpu++) {
		facts_add(f, FACT_TEXT, ROLE_CGROUP, 0, 0, " CPU %u", cpu);
		if (trace_slice_at(m->trace, cpu, s->died_ns - 1, -LAST_SHOWN, &t) &&
		    t.end_ns > from)
			facts_add(f, FACT_TEXT, ROLE_DIM, 0, 0, "  more before (4 shows them)");
		for (back = LAST_SHOWN - 1; back >= 0; back--)
			if (trace_slice_at(m->trace, cpu, s->died_ns - 1, -back, &t) &&
			    t.end_ns > from)
				slice(m, &t, s->died_ns, f);
	}
}

/* The dump's are those of the very moment. */
static const struct sample_scx *last_counters(const struct model_sched *s, size_t *n)
{
	if (s->parsed && s->parsed->ncounters) {
		*n = s->parsed->ncounters;
		return s->parsed->counters;
	}
	*n = s->ncounters;
	return s->counters;
}

static void counters(const struct model_sched *s, size_t life, struct facts *f)
{
	size_t n, i;
	const struct sample_scx *c = last_counters(s, &n);
	char text[32];

	if (n)
		facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0, "COUNTERS AT THE END  from %s",
			  s->parsed && s->parsed->ncounters ? "the dump" : "the last sample");
	for (i = 0; i < n; i++) {
		facts_counter(c[i].name, c[i].value, text, sizeof(text));
		facts_add(f, FACT_LAST_COUNT, c[i].value ? ROLE_NORMAL : ROLE_DIM, life, i,
			  "  %-40s %12s", c[i].name, text);
	}
}

void facts_post(const struct model *m, struct facts *f)
{
	size_t n, i, last = 0;
	const struct model_sched *s = model_sched_ended(m, &n);

	if (!s) {
		facts_add(f, FACT_TEXT, ROLE_DIM, 0, 0,
			  "no sched_ext scheduler has ended yet; this page stays when one does");
		return;
	}
	last = (size_t)(s - m->scheds);
	end(m, s, last, f);
	if (s->parsed) {
		dump_cpus(s->parsed, last, f);
		chain(s->parsed, last, f);
	}
	waiters(m, s, last, f);
	last_moments(m, s, f);
	calls(s, f);
	counters(s, last, f);
	if (n > 1)
		facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0, "EARLIER ENDS  Enter opens");
	for (i = last; i--;)
		if (m->scheds[i].ended)
			facts_add(f, FACT_LIFE, ROLE_DIM, i, 0, "  %.3fs %s  %s%s%s",
				  seconds(m->scheds[i].died_ns), m->scheds[i].name,
				  model_sched_kind(&m->scheds[i]),
				  *m->scheds[i].message ? ": " : "", m->scheds[i].message);
}

/* ---- opened ---- */

/* Lines of the dump, each sanitised. */
static void add_lines(const struct model_sched *s, struct dump_range r, struct buf *out)
{
	const char *text = buf_text(&s->dump);
	size_t at = r.at, end = r.at + r.len;

	while (at < end && end <= s->dump.len) {
		const char *nl = memchr(text + at, '\n', end - at);
		size_t n = nl ? (size_t)(nl - text) - at : end - at;
		char line[512];

		text_sanitise(line, sizeof(line), text + at, n);
		if (*line)
			buf_addf(out, "%s\n", line);
		at += n + 1;
	}
}

static void describe_end(const struct model *m, const struct model_sched *s, struct buf *out)
{
	const struct model_op *by = model_op(m, s->seq), *before = model_op(m, s->before_seq);

	buf_addf(out, "%s: %s%s%s\n", s->name, s->kind ? model_sched_kind(s) : "how is not known",
		 *s->reason ? ", " : "", s->reason);
	if (*s->message)
		buf_addf(out, "%s\n", s->message);
	buf_addf(out, "in force at %.3fs, ended at %.3fs\n", seconds(s->enabled_ns),
		 seconds(s->died_ns));
	if (by)
		buf_addf(out, "put in force by: %s\n", by->text);
	if (before)
		buf_addf(out, "the op before its end: %s, begun at %.3fs\n", before->text,
			 seconds(before->begin_ns));
	if (s->parsed && s->parsed->own.len) {
		buf_adds(out, "the scheduler's own words in the dump:\n");
		add_lines(s, s->parsed->own, out);
	}
}

static const char *explain_held(uint64_t held)
{
	switch (held) {
	case SAMPLE_HELD_BPF:
		return "runnable, on no queue and not running: the scheduler keeps it to itself";
	case SAMPLE_HELD_USER:
		return "on a queue that the scheduler made";
	case SAMPLE_HELD_GLOBAL:
		return "on a global queue of the kernel's";
	case SAMPLE_HELD_LOCAL:
		return "on a CPU's local queue";
	case SAMPLE_HELD_RUNNING:
		return "had the CPU";
	default:
		return "the dump does not say what holds it";
	}
}

void facts_post_describe(const struct model *m, const struct fact *f, struct buf *out)
{
	const struct model_sched *s = &m->scheds[f->a];
	const struct dump *d = s->parsed;

	switch (f->kind) {
	case FACT_END:
	case FACT_LIFE:
		describe_end(m, s, out);
		break;
	case FACT_DUMP_CPU:
		add_lines(s, d->cpus[f->b].text, out);
		break;
	case FACT_DUMP_TASK:
		buf_addf(out, "%s[%" PRId32 "]: %s\n", d->tasks[f->b].comm, d->tasks[f->b].pid,
			 explain_held(d->tasks[f->b].held));
		add_lines(s, d->tasks[f->b].text, out);
		break;
	default:
		buf_addf(out, "%s\n", f->text);
		break;
	}
}
