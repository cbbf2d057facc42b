/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pane_cpus - one row a CPU: who runs there, in which cgroup, queue, local DSQ, rates. Absent figures
 * show as "-".
 */
#include "tui/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where columns stand; the cgroup has what the others leave. */
struct columns {
	int name, group; /* widths */
	int rest;        /* column of what follows the cgroup */
	bool dsq;        /* how many tasks the local DSQ holds: while a sched_ext scheduler is in force */
};

static struct columns columns(const struct model *m, struct rect r)
{
	struct columns k = {.name = r.cols >= 60 ? 18 : 12, .dsq = r.cols >= 55 && model_sched_now(m)};

	k.group = r.cols - k.name - 33 - (k.dsq ? 5 : 0);
	if (k.group <= 3)
		k.group = 0;
	k.rest = 5 + k.name + k.group;
	return k;
}

static void number(char *dst, size_t size, bool known, const double *v)
{
	if (known)
		snprintf(dst, size, "%.0f", *v);
	else
		snprintf(dst, size, "-");
}

static void row(const struct model *m, size_t i, struct canvas *c, struct rect r, int y)
{
	const struct sample_cpu *now = &m->cpus[i].now, *old = &m->cpus[i].before;
	const struct model_cgroup *g = model_cgroup_by_id(m, now->cgroup_id);
	const struct columns k = columns(m, r);
	char name[96], where[64], nr[16], dsq[16] = "", sw[16], mig[16], busy[16];
	bool idle = !now->pid;
	double v = 0;

	if (idle)
		snprintf(name, sizeof(name), "idle");
	else
		model_task_name(m, now->pid, now->comm, name, sizeof(name));
	snprintf(where, sizeof(where), "%s",
		 idle                  ? "-"
		 : g                   ? below_root(m, g->path)
		 : now->cgroup_id == 1 ? "/"
				       : "-");
	v = (double)now->nr_running;
	number(nr, sizeof(nr), now->nr_running != SAMPLE_ABSENT, &v);
	v = (double)now->local_dsq;
	if (k.dsq)
		number(dsq, sizeof(dsq), now->local_dsq != SAMPLE_ABSENT, &v);
	number(sw, sizeof(sw), model_cpu_rate(m, i, now->switches, old->switches, &v), &v);
	number(mig, sizeof(mig), model_cpu_rate(m, i, now->migrations, old->migrations, &v), &v);
	number(busy, sizeof(busy), model_cpu_busy(m, i, &v), &v);
	canvas_printf(c, r, y, 0, -1, ROLE_NORMAL, "%3u", now->cpu);
	canvas_printf(c, r, y, 4, k.name, idle ? ROLE_DIM : ROLE_RUNNING, "%s", name);
	if (k.group)
		canvas_text(c, r, y, 5 + k.name, k.group, ROLE_CGROUP, where);
	canvas_printf(c, r, y, k.rest, -1, ROLE_NORMAL, " %3s%*s %7s %6s %4s%s", nr, k.dsq ? 5 : 0, dsq,
		      sw, mig, busy, strcmp(busy, "-") ? "%" : "");
}

void pane_cpus(const struct model *m, struct tui_state *st, struct canvas *c, struct rect r)
{
	struct list *l = &st->lists[PANE_CPUS];
	const struct columns k = columns(m, r);
	bool focused = st->focus == PANE_CPUS;
	int i;

	canvas_rule(c, r, 0, "CPUS", focused);
	if (r.rows > 1) {
		canvas_printf(c, r, 1, 0, -1, ROLE_DIM, "CPU %-*s", k.name, "CURRENT");
		if (k.group)
			canvas_text(c, r, 1, 5 + k.name, k.group, ROLE_DIM, "CGROUP");
		canvas_printf(c, r, 1, k.rest, -1, ROLE_DIM, " %3s%*s %7s %6s %5s", "NR", k.dsq ? 5 : 0,
			      k.dsq ? "DSQ" : "", "SW/s", "MIG/s", "BUSY");
	}
	list_fit(l, (int)m->ncpus, r.rows - 2);
	for (i = 0; i < r.rows - 2 && l->top + i < l->count; i++) {
		row(m, (size_t)(l->top + i), c, r, i + 2);
		if (focused && l->top + i == l->sel)
			canvas_mark_row(c, r, i + 2, ROLE_CURSOR);
	}
	if (!m->ncpus && r.rows > 2)
		canvas_text(c, r, 2, 0, -1, ROLE_DIM,
			    m->ready ? "no sample yet" : "the guest is not up");
}
