/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pane_cpus - one row a CPU: who runs there, in which cgroup, queue, rates. Absent figures show as
 * "-".
 */
#include "tui/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
	char name[96], where[64], nr[16], sw[16], mig[16], busy[16];
	int name_width = r.cols >= 60 ? 18 : 12, group_width = r.cols - name_width - 33;
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
	number(sw, sizeof(sw), model_cpu_rate(m, i, now->switches, old->switches, &v), &v);
	number(mig, sizeof(mig), model_cpu_rate(m, i, now->migrations, old->migrations, &v), &v);
	number(busy, sizeof(busy), model_cpu_busy(m, i, &v), &v);
	canvas_printf(c, r, y, 0, -1, ROLE_NORMAL, "%3u", now->cpu);
	canvas_printf(c, r, y, 4, name_width, idle ? ROLE_DIM : ROLE_RUNNING, "%s", name);
	if (group_width > 3)
		canvas_text(c, r, y, 5 + name_width, group_width, ROLE_CGROUP, where);
	else
		group_width = 0;
	canvas_printf(c, r, y, 5 + name_width + group_width, -1, ROLE_NORMAL, " %3s %7s %6s %4s%s",
		      nr, sw, mig, busy, strcmp(busy, "-") ? "%" : "");
}

void pane_cpus(const struct model *m, struct tui_state *st, struct canvas *c, struct rect r)
{
	struct list *l = &st->lists[PANE_CPUS];
	int name_width = r.cols >= 60 ? 18 : 12, group_width = r.cols - name_width - 33, i;
	bool focused = st->focus == PANE_CPUS;

	canvas_rule(c, r, 0, "CPUS", focused);
	if (r.rows > 1) {
		canvas_printf(c, r, 1, 0, -1, ROLE_DIM, "CPU %-*s", name_width, "CURRENT");
		if (group_width > 3)
			canvas_text(c, r, 1, 5 + name_width, group_width, ROLE_DIM, "CGROUP");
		else
			group_width = 0;
		canvas_printf(c, r, 1, 5 + name_width + group_width, -1, ROLE_DIM,
			      " %3s %7s %6s %5s", "NR", "SW/s", "MIG/s", "BUSY");
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
