/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_workers - measures the standard checks of a group's workers: from their reports, as an op
 * noted them or as they came last, and from the ledger.
 * Invariant: a worker that has not measured it leaves all unmeasured, with its name.
 */
#include "ops/check_private.h"
#include "ops/checks.h"
#include "ops/figures.h"
#include "ops/model_ledger.h"
#include "ops/model_metric.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A share of less is noise: an operating system tick or two. */
#define WALL_MIN_NS UINT64_C(100000000)

static const struct work_report *report_of(const struct model *m, uint64_t seq,
					   const struct model_group *g, const struct model_task *t,
					   uint64_t *when_ns)
{
	*when_ns = t->report_ns;
	return seq == CHECK_AT_END ? t->report
				   : model_noted_report(m, seq, g->name, t->index, when_ns);
}

static enum verdict workers_of(const struct model *m, uint64_t seq, const char *name,
			       const struct model_group **g, struct buf *why)
{
	*g = check_group_of(m, name, why);
	if (!*g)
		return VERDICT_FAIL;
	if ((*g)->payload) {
		buf_addf(why, "'%s' is a program: only workers of 'spawn' report", name);
		return VERDICT_INCONCLUSIVE;
	}
	if (!check_all_started(m, *g, why))
		return VERDICT_FAIL;
	if (seq != CHECK_AT_END && !model_has_note(m, seq, name)) {
		buf_addf(why, "nothing was noted of '%s' at that moment", name);
		return VERDICT_INCONCLUSIVE;
	}
	return VERDICT_PASS;
}

static enum verdict not_measured(const struct check_def *def, const struct model_group *g,
				 const struct model_task *t, const struct work_report *r,
				 struct buf *why)
{
	buf_addf(why, "%s: %s.%" PRIu64 "[%" PRId64 "] %s", def->measure, g->name, t->index, t->pid,
		 r ? "has not measured it" : "has sent no report");
	return VERDICT_INCONCLUSIVE;
}

/* One worker's number; NaN = it has none. */
typedef double (*worker_fn)(const struct check_def *def, const struct model *m,
			    const struct work_report *r);

static void set_where(struct check_seen *seen, const struct model_group *g,
		      const struct model_task *t, const struct work_report *r, uint64_t when_ns,
		      bool gap)
{
	int n = snprintf(seen->where, sizeof(seen->where), "%s.%" PRIu64 "[%" PRId64 "]", g->name,
			 t->index, t->pid);
	size_t used = n < 0 ? 0 : (size_t)n;

	if (used >= sizeof(seen->where))
		return;
	if (gap && r->gap_at_ns != REPORT_ABSENT && r->gap_cpu != REPORT_ABSENT)
		snprintf(seen->where + used, sizeof(seen->where) - used,
			 " up to %.3fs, on CPU %" PRIu64, check_seconds(r->gap_at_ns), r->gap_cpu);
	else
		snprintf(seen->where + used, sizeof(seen->where) - used, " at %.3fs",
			 check_seconds(when_ns));
}

/* The worst of all workers. */
static enum verdict take_worst(const struct model *m, uint64_t seq, const struct check_def *def,
			       const char *name, worker_fn of, struct check_seen *seen,
			       struct buf *why)
{
	const struct model_group *g;
	enum verdict v = workers_of(m, seq, name, &g, why);
	uint64_t when_ns;
	size_t i;

	for (i = 0; v == VERDICT_PASS && i < g->ntasks; i++) {
		const struct work_report *r = report_of(m, seq, g, &g->tasks[i], &when_ns);
		double x = r ? of(def, m, r) : NAN;

		if (isnan(x))
			return not_measured(def, g, &g->tasks[i], r, why);
		if (i && (def->at_least ? x >= seen->value : x <= seen->value))
			continue;
		seen->value = x;
		set_where(seen, g, &g->tasks[i], r, when_ns,
			  def->figure && !strcmp(def->figure, "gap"));
	}
	return v;
}

static double figure_of(const struct check_def *def, const struct model *m,
			const struct work_report *r)
{
	const struct figure *f = figure_find(def->figure);
	uint64_t x = f ? f->of(r) : REPORT_ABSENT;

	return x == REPORT_ABSENT ? (double)NAN : (double)x;
}

enum verdict check_take_figure(const struct model *m, uint64_t seq, const struct check_def *def,
			       const char *group, unsigned samples, struct check_seen *seen,
			       struct buf *why)
{
	return take_worst(m, seq, def, group, figure_of, seen, why);
}

static double rate_of(const struct check_def *def, const struct model *m,
		      const struct work_report *r)
{
	if (r->iterations == REPORT_ABSENT || r->wall_ns == REPORT_ABSENT ||
	    r->wall_ns < WALL_MIN_NS)
		return NAN;
	return (double)r->iterations * 1e9 / (double)r->wall_ns;
}

enum verdict check_take_rate(const struct model *m, uint64_t seq, const struct check_def *def,
			     const char *group, unsigned samples, struct check_seen *seen,
			     struct buf *why)
{
	return take_worst(m, seq, def, group, rate_of, seen, why);
}

static double migrations_of(const struct check_def *def, const struct model *m,
			    const struct work_report *r)
{
	if (r->units == REPORT_ABSENT || !r->units || r->migrations == REPORT_ABSENT)
		return NAN;
	return (double)r->migrations / (double)r->units;
}

enum verdict check_take_migrations(const struct model *m, uint64_t seq, const struct check_def *def,
				   const char *group, unsigned samples, struct check_seen *seen,
				   struct buf *why)
{
	return take_worst(m, seq, def, group, migrations_of, seen, why);
}

/* Nodes whose CPUs it worked on: CPUs are numbered node by node. */
static double local_pages(const struct check_def *def, const struct model *m,
			  const struct work_report *r)
{
	unsigned nodes, llcs, cores, threads, cpus, node, cpu;
	uint64_t local = 0, all = 0;
	bool used[REPORT_NODES_MAX] = {false};

	if (!m->topology ||
	    sscanf(m->topology, "%un%ul%uc%ut", &nodes, &llcs, &cores, &threads) != 4 || !nodes ||
	    nodes > REPORT_NODES_MAX || llcs > REPORT_CPUS_MAX || cores > REPORT_CPUS_MAX ||
	    threads > REPORT_CPUS_MAX)
		return NAN;
	cpus = (unsigned)((uint64_t)llcs * cores * threads / nodes);
	for (cpu = 0; cpus && cpu < REPORT_CPUS_MAX; cpu++)
		if (r->cpus[cpu / 64] >> (cpu % 64) & 1 && cpu / cpus < nodes)
			used[cpu / cpus] = true;
	for (node = 0; node < nodes; node++) {
		if (r->numa_pages[node] == REPORT_ABSENT)
			continue;
		all += r->numa_pages[node];
		local += used[node] ? r->numa_pages[node] : 0;
	}
	return all ? 100.0 * (double)local / (double)all : (double)NAN;
}

enum verdict check_take_numa(const struct model *m, uint64_t seq, const struct check_def *def,
			     const char *group, unsigned samples, struct check_seen *seen,
			     struct buf *why)
{
	return take_worst(m, seq, def, group, local_pages, seen, why);
}

/* Over the workers of a group: least, most, mean and deviation of a number of each. */
struct over {
	double least, most, sum, squares;
	const struct model_task *least_task, *most_task;
	size_t n;
};

static enum verdict take_over(const struct model *m, uint64_t seq, const struct check_def *def,
			      const char *name, worker_fn of, struct over *o, struct buf *why)
{
	const struct model_group *g;
	enum verdict v = workers_of(m, seq, name, &g, why);
	uint64_t when_ns;

	*o = (struct over){.n = 0};
	if (v == VERDICT_PASS && g->ntasks < 2) {
		buf_addf(why, "'%s' has one worker: there is nobody to compare it with", name);
		return VERDICT_SKIP;
	}
	for (; v == VERDICT_PASS && o->n < g->ntasks; o->n++) {
		const struct model_task *t = &g->tasks[o->n];
		const struct work_report *r = report_of(m, seq, g, t, &when_ns);
		double x = r ? of(def, m, r) : NAN;

		if (isnan(x))
			return not_measured(def, g, t, r, why);
		if (!o->n || x < o->least) {
			o->least = x;
			o->least_task = t;
		}
		if (!o->n || x > o->most) {
			o->most = x;
			o->most_task = t;
		}
		o->sum += x;
		o->squares += x * x;
	}
	return v;
}

static double off_cpu_percent(const struct check_def *def, const struct model *m,
			      const struct work_report *r)
{
	uint64_t off = report_off_cpu_ns(r);

	if (off == REPORT_ABSENT || r->wall_ns == REPORT_ABSENT || r->wall_ns < WALL_MIN_NS)
		return NAN;
	return 100.0 * (double)off / (double)r->wall_ns;
}

enum verdict check_take_spread(const struct model *m, uint64_t seq, const struct check_def *def,
			       const char *group, unsigned samples, struct check_seen *seen,
			       struct buf *why)
{
	struct over o;
	enum verdict v = take_over(m, seq, def, group, off_cpu_percent, &o, why);

	if (v != VERDICT_PASS)
		return v;
	seen->value = o.most - o.least;
	snprintf(seen->where, sizeof(seen->where),
		 "%s.%" PRIu64 " was off the CPU %.1f%% of its time, %s.%" PRIu64 " %.1f%%", group,
		 o.most_task->index, o.most, group, o.least_task->index, o.least);
	return v;
}

/* Work done for each second of CPU time: what it got for it, not how much it got. */
static double throughput_of(const struct check_def *def, const struct model *m,
			    const struct work_report *r)
{
	if (r->units == REPORT_ABSENT || r->cpu_ns == REPORT_ABSENT || !r->cpu_ns)
		return NAN;
	return (double)r->units * 1e9 / (double)r->cpu_ns;
}

enum verdict check_take_parity(const struct model *m, uint64_t seq, const struct check_def *def,
			       const char *group, unsigned samples, struct check_seen *seen,
			       struct buf *why)
{
	struct over o;
	enum verdict v = take_over(m, seq, def, group, throughput_of, &o, why);
	double mean, variance;

	if (v != VERDICT_PASS)
		return v;
	mean = o.sum / (double)o.n;
	if (mean <= 0) {
		buf_addf(why, "no worker of '%s' has done any work", group);
		return VERDICT_INCONCLUSIVE;
	}
	variance = o.squares / (double)o.n - mean * mean;
	seen->value = variance > 0 ? 100 * sqrt(variance) / mean : 0;
	snprintf(seen->where, sizeof(seen->where),
		 "%s.%" PRIu64 " did %.6g a second of CPU time, %s.%" PRIu64 " %.6g", group,
		 o.least_task->index, o.least, group, o.most_task->index, o.most);
	return v;
}

enum verdict check_take_escapes(const struct model *m, uint64_t seq, const struct check_def *def,
				const char *group, unsigned samples, struct check_seen *seen,
				struct buf *why)
{
	const struct model_look *look = model_look(m, seq, group);

	if (!look) {
		buf_addf(why, "nothing was noted of '%s': were the probes absent?", group);
		return VERDICT_INCONCLUSIVE;
	}
	if (!look->escapes && look->delay_ns == LEDGER_NOT_YET) {
		buf_addf(why, "'%s' has not run yet", group);
		return VERDICT_INCONCLUSIVE;
	}
	if (!look->escapes && look->lost) {
		buf_addf(why, "%" PRIu64 " notes of '%s' found no room", look->lost, group);
		return VERDICT_INCONCLUSIVE;
	}
	seen->value = (double)look->escapes;
	if (look->escapes)
		snprintf(seen->where, sizeof(seen->where),
			 "first thread %" PRId64 " (%s) on CPU %" PRIu64 " at %.6fs in '%.80s'",
			 look->escape.tid, look->escape_comm, look->escape.cpu,
			 check_seconds(look->escape.t_ns), look->escape.cgroup);
	return VERDICT_PASS;
}
