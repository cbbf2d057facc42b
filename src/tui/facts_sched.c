/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts_sched - the scheduler in force, as rows: its state, its DSQs with what is on them in order,
 * the kernel's counters with what they grow by. Pure. Invariant: what is not known is "-".
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "tui/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *yes_no(uint64_t v)
{
	return v == SAMPLE_ABSENT ? "-" : v ? "yes" : "no";
}

static void in_force(const struct model *m, struct facts *f)
{
	const struct model_sched *s = model_sched_now(m);
	const struct model_op *by = s ? model_op(m, s->seq) : NULL;
	const struct sample_sched *now = &m->sched_now;
	char rejected[24], bypass[24], watchdog[32] = "-";

	facts_add(f, FACT_IN_FORCE, ROLE_NORMAL, 0, 0, "%s %s  enable_seq %" PRIu64 "%s%s",
		  s ? s->name : "no sched_ext scheduler:", m->sched_state ? m->sched_state : "-",
		  m->sched_enables, by ? "  by: " : "", by ? by->text : "");
	facts_number(now->rejected != SAMPLE_ABSENT ? now->rejected : m->sched_rejected, rejected,
		     sizeof(rejected));
	facts_number(now->bypass, bypass, sizeof(bypass));
	if (now->watchdog_ns != SAMPLE_ABSENT)
		text_format_time(watchdog, sizeof(watchdog), now->watchdog_ns);
	facts_add(f, FACT_IN_FORCE,
		  now->bypass != SAMPLE_ABSENT && now->bypass ? ROLE_WARN : ROLE_NORMAL, 0, 0,
		  "switch_all %s  nr_rejected %s  bypass %s  watchdog %s", yes_no(now->switch_all),
		  rejected, bypass, watchdog);
}

/* ---- DSQs ---- */

static const struct model *sorting; /* qsort has no argument; one thread */

static int by_place(const void *a, const void *b)
{
	const struct sample_task *x = &sorting->tasks[*(const size_t *)a];
	const struct sample_task *y = &sorting->tasks[*(const size_t *)b];

	return (x->dsq_place > y->dsq_place) - (x->dsq_place < y->dsq_place);
}

static void queued(const struct model *m, size_t dsq, size_t at, struct facts *f)
{
	const struct sample_dsq *d = &m->dsqs[dsq];
	const struct sample_task *t = &m->tasks[at];
	char name[96], place[24], vtime[32] = "-", wait[32] = "-";

	model_task_name(m, t->pid, t->comm, name, sizeof(name));
	facts_number(t->dsq_place, place, sizeof(place));
	if (d->head_vtime != SAMPLE_ABSENT && t->vtime != SAMPLE_ABSENT)
		snprintf(vtime, sizeof(vtime), "%+" PRId64, (int64_t)(t->vtime - d->head_vtime));
	if (t->since_ns != SAMPLE_ABSENT && t->since_ns <= m->sample_ns)
		text_format_time(wait, sizeof(wait), m->sample_ns - t->since_ns);
	facts_add(f, FACT_QUEUED, ROLE_WAITING, dsq, at,
		  "  %5s %-16s %7d  waits %8s  vtime-head %s", place, name, (int)t->tid, wait,
		  vtime);
}

static void dsq(const struct model *m, size_t i, size_t *of, struct facts *f)
{
	const struct sample_dsq *d = &m->dsqs[i];
	char name[48], nr[24], oldest[32] = "-", head[24];
	size_t n = 0, k;

	sheet_dsq_name(d->id, d->cpu, name, sizeof(name));
	facts_number(d->nr, nr, sizeof(nr));
	facts_number(d->head_vtime, head, sizeof(head));
	if (d->oldest_ns != SAMPLE_ABSENT && d->oldest_ns <= m->sample_ns)
		text_format_time(oldest, sizeof(oldest), m->sample_ns - d->oldest_ns);
	facts_add(f, FACT_DSQ, d->nr == SAMPLE_ABSENT || d->nr ? ROLE_CGROUP : ROLE_DIM, i, 0,
		  " %-18s NR %-6s oldest %-9s head vtime %s%s%s", name, nr, oldest, head,
		  d->sched == SAMPLE_ABSENT ? "" : "  of ",
		  d->sched == SAMPLE_ABSENT ? "" : model_sched_of(m, d->sched));
	for (k = 0; k < m->ntasks; k++)
		if (model_on_dsq(&m->tasks[k], d))
			of[n++] = k;
	sorting = m;
	qsort(of, n, sizeof(*of), by_place);
	for (k = 0; k < n; k++)
		queued(m, i, of[k], f);
	if (d->nr != SAMPLE_ABSENT && n < d->nr)
		facts_add(f, FACT_TEXT, ROLE_DIM, 0, 0,
			  "        %" PRIu64 " more whose place is not known", d->nr - n);
}

static void dsqs(const struct model *m, struct facts *f)
{
	cleanup_free size_t *of = xcalloc(m->ntasks + 1, sizeof(*of));
	size_t i, n = 0;
	char depth[24];

	facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0, "DSQS  %zu: what is on them, in order",
		  m->ndsqs);
	for (i = 0; i < m->ndsqs; i++)
		dsq(m, i, of, f);
	/* without a look from outside the probe knows the local ones' depth */
	for (i = 0; !m->ndsqs && i < m->ncpus; i++) {
		if (m->cpus[i].now.local_dsq == SAMPLE_ABSENT)
			continue;
		facts_number(m->cpus[i].now.local_dsq, depth, sizeof(depth));
		facts_add(f, FACT_TEXT, m->cpus[i].now.local_dsq ? ROLE_CGROUP : ROLE_DIM, 0, 0,
			  " local %-12u NR %s", m->cpus[i].now.cpu, depth);
		n++;
	}
	if (!m->ndsqs && !n)
		facts_add(f, FACT_TEXT, ROLE_DIM, 0, 0, " - (no sample has told of any)");
}

/* ---- counters ---- */

static void rate_text(const char *name, double per_s, char *dst, size_t size)
{
	char text[32];

	if (model_scx_is_time(name)) {
		text_format_time(text, sizeof(text), per_s > 0 ? (uint64_t)per_s : 0);
		snprintf(dst, size, "%s/s", text);
	} else {
		snprintf(dst, size, per_s < 10 && per_s > 0 ? "%.1f/s" : "%.0f/s", per_s);
	}
}

static void counters(const struct model *m, struct facts *f)
{
	char value[32], rate[40], step[32];
	uint64_t grown;
	double per_s;
	uint32_t i;

	facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0, "%-40s %11s %11s %11s",
		  model_sched_now(m) || !m->nscx ? "COUNTERS" : "COUNTERS of the last scheduler",
		  "SINCE LOAD", "NOW", "THIS STEP");
	for (i = 0; i < m->nscx; i++) {
		facts_counter(m->scx[i].name, m->scx[i].value, value, sizeof(value));
		snprintf(rate, sizeof(rate), "-");
		snprintf(step, sizeof(step), "-");
		if (model_scx_rate(m, i, &per_s))
			rate_text(m->scx[i].name, per_s, rate, sizeof(rate));
		if (model_scx_step(m, m->nsteps - 1, i, &grown))
			facts_counter(m->scx[i].name, grown, step, sizeof(step));
		facts_add(f, FACT_COUNTER, m->scx[i].value ? ROLE_NORMAL : ROLE_DIM, i, 0,
			  " %-39s %11s %11s %11s", m->scx[i].name, value, rate, step);
	}
	if (!m->nscx)
		facts_add(f, FACT_TEXT, ROLE_DIM, 0, 0,
			  model_sched_now(m)
				  ? " - (this kernel counts nothing: that came with 6.15)"
				  : " - (they count while a scheduler is in force)");
}

void facts_sched(const struct model *m, struct facts *f)
{
	in_force(m, f);
	dsqs(m, f);
	counters(m, f);
	facts_subs(m, f);
	facts_stats(m, f);
	facts_parts(m, f);
}

/* ---- opened ---- */

static void describe_counter(const struct model *m, uint32_t c, struct buf *out)
{
	const char *name = m->scx[c].name;
	char text[40];
	uint64_t grown;
	double per_s;
	size_t i;

	facts_counter(name, m->scx[c].value, text, sizeof(text));
	buf_addf(out, "%s: %s since this scheduler came into force%s\n", name, text,
		 model_scx_is_time(name) ? " (the kernel counts ns)" : "");
	if (model_scx_rate(m, c, &per_s)) {
		rate_text(name, per_s, text, sizeof(text));
		buf_addf(out, "%s between the last two samples\n", text);
	}
	for (i = m->nsteps; i--;) {
		if (!model_scx_step(m, i, c, &grown))
			continue;
		facts_counter(name, grown, text, sizeof(text));
		buf_addf(out, "%12s in ", text);
		if (i)
			buf_addf(out, "step %zu %s\n", i, m->steps[i].label);
		else
			buf_adds(out, "the backdrop\n");
	}
}

static void describe_state(const struct model *m, struct buf *out)
{
	const struct model_sched *s = model_sched_now(m);
	const struct model_op *by = s ? model_op(m, s->seq) : NULL;

	buf_addf(out, "%s, %s\n", s ? s->name : "no sched_ext scheduler",
		 m->sched_state ? m->sched_state : "nothing said yet");
	if (s)
		buf_addf(out, "in force since %.3fs, %s%s\n", (double)s->enabled_ns / 1e9,
			 by ? "by: " : "not by an op", by ? by->text : "");
	buf_addf(out, "%zu schedulers so far, %" PRIu64 " tasks refused by this one\n", m->nscheds,
		 m->sched_rejected);
}

void facts_sched_describe(const struct model *m, const struct fact *f, struct buf *out)
{
	const struct sample_task *t;

	switch (f->kind) {
	case FACT_IN_FORCE:
		describe_state(m, out);
		break;
	case FACT_COUNTER:
		describe_counter(m, (uint32_t)f->a, out);
		break;
	case FACT_SUB:
		facts_subs_describe(m, f, out);
		break;
	case FACT_STAT:
		facts_stats_describe(m, f, out);
		break;
	case FACT_QUEUED:
		t = &m->tasks[f->b];
		buf_addf(out, "%s\nthread %d of %d, weight ", f->text, (int)t->tid, (int)t->pid);
		if (t->weight == SAMPLE_ABSENT)
			buf_adds(out, "-\n");
		else
			buf_addf(out, "%" PRIu64 "\n", t->weight);
		if (t->vtime != SAMPLE_ABSENT)
			buf_addf(out, "vtime %" PRIu64 "\n", t->vtime);
		break;
	case FACT_DSQ:
		buf_addf(out, "%s\nid 0x%" PRIx64 "\n", f->text, m->dsqs[f->a].id);
		break;
	default:
		buf_addf(out, "%s\n", f->text);
		break;
	}
}
