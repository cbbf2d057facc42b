/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts_subs - the sub-schedulers as rows of screen 3: a tree, each with what of its counters has
 * moved. Pure. Invariant: what is not known is "-".
 */
#include "base/text.h"
#include "guest/wire_event.h"
#include "tui/facts.h"

#include <inttypes.h>
#include <stdio.h>

static void sub(const struct model *m, size_t i, struct facts *f)
{
	const struct sample_sub *s = &m->subs[i];
	const struct model_cgroup *g = model_cgroup_by_id(m, s->cgroup_id);
	int depth = s->level != SAMPLE_ABSENT && s->level > 1 ? (int)(s->level - 1) * 2 : 0;
	char level[24], bypass[24];

	facts_number(s->level, level, sizeof(level));
	facts_number(s->bypass, bypass, sizeof(bypass));
	facts_add(f, FACT_SUB,
		  s->exit_kind && s->exit_kind != SAMPLE_ABSENT ? ROLE_FAIL : ROLE_CGROUP, i, 0,
		  " %*s%s at %s  level %s  tasks %" PRIu64 "  bypass %s%s", depth > 32 ? 32 : depth,
		  "", s->name, g ? g->path : "-", level, model_sub_tasks(m, s), bypass,
		  s->exit_kind && s->exit_kind != SAMPLE_ABSENT ? "  IS ENDING" : "");
}

static void counter(const struct model *m, const struct sample_sub *s, size_t i, uint32_t c,
		    struct facts *f)
{
	char value[32], rate[40] = "-";
	double per_s;

	facts_counter(m->scx[c].name, s->events[c], value, sizeof(value));
	if (model_sub_rate(m, s, c, &per_s))
		snprintf(rate, sizeof(rate), "%.0f/s", per_s);
	facts_add(f, FACT_SUB, ROLE_NORMAL, i, 0, "   %-37s %11s %11s", m->scx[c].name, value,
		  rate);
}

void facts_subs(const struct model *m, struct facts *f)
{
	uint32_t i, c;

	facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0, "SUB-SCHEDULERS  %s",
		  m->nsubs ? "of cgroups; their counters that have moved" : "- (none is attached)");
	for (i = 0; i < m->nsubs; i++) {
		sub(m, i, f);
		for (c = 0; c < m->nscx; c++)
			if (m->subs[i].events[c] && m->subs[i].events[c] != SAMPLE_ABSENT)
				counter(m, &m->subs[i], i, c, f);
	}
}

void facts_subs_describe(const struct model *m, const struct fact *f, struct buf *out)
{
	const struct sample_sub *s = &m->subs[f->a];
	const struct model_cgroup *g = model_cgroup_by_id(m, s->cgroup_id);
	char text[40];
	uint32_t c;

	buf_addf(out, "%s schedules the tasks of %s and below, by leave of %s\n", s->name,
		 g ? g->path : "a cgroup whose name is not known", model_sched_of(m, s->parent));
	for (c = 0; c < m->nscx; c++) {
		facts_counter(m->scx[c].name, s->events[c], text, sizeof(text));
		buf_addf(out, "%12s %s\n", text, m->scx[c].name);
	}
}
