/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subs - sub-schedulers (kernel 7.1 on): schedulers that are attached to a cgroup below another.
 *
 * struct scx_sched of each is in the list of its parent's children. A list that changes is left out
 * from there on, and counted. Invariant: a row stands behind the one it is below.
 */
#include "sight/sight_private.h"

enum { SUB_DEPTH_MAX = 16 };

static void fill(struct sight *s, uint64_t va, const uint8_t *sch, struct sample_sub *r)
{
	const struct layout *l = &s->layout;
	unsigned i;

	sample_clear(r, &sample_sub_fields);
	space_text(&s->space, va + l->sch_name.offset, r->name, sizeof(r->name));
	r->level = field_get(sch, &l->sch_level);
	r->exit_kind = field_get(sch, &l->sch_exit_kind);
	r->bypass = field_get(sch, &l->sch_bypass);
	if (l->sch_watchdog.size)
		r->watchdog_ns = sight_jiffies(s, field_get(sch, &l->sch_watchdog));
	if (!sight_scx_events(s, sch, r->events))
		for (i = 0; i < SAMPLE_SCX_MAX; i++)
			r->events[i] = SAMPLE_ABSENT;
}

static void walk(struct sight *s, uint64_t above, uint64_t parent, unsigned depth)
{
	const struct layout *l = &s->layout;
	uint64_t head = above + l->sch_children.offset, before = head, node, back, va, id, next;
	struct sample *out = s->out;
	const uint8_t *sch;
	struct sample_sub *r;

	if (!space_u64(&s->space, head, &node))
		return;
	for (; node && node != head; node = next, before = va + l->sch_sibling.offset) {
		va = node - l->sch_sibling.offset;
		sch = space_at(&s->space, va, l->sch_size);
		id = sch ? sight_cgroup_at(s, field_get(sch, &l->sch_cgrp)) : 0;
		if (depth > SUB_DEPTH_MAX || out->nsubs == SAMPLE_SUBS_MAX || !id ||
		    !space_u64(&s->space, node, &next) || !space_u64(&s->space, node + 8, &back) ||
		    back != before) {
			out->cut++;
			return;
		}
		s->subs[out->nsubs] = va;
		r = &out->subs[out->nsubs++];
		r->cgroup_id = id;
		fill(s, va, sch, r);
		r->parent = parent;
		walk(s, va, id, depth + 1);
	}
}

void sight_subs(struct sight *s, uint64_t root)
{
	const struct layout *l = &s->layout;

	if (l->sch_children.size && l->sch_sibling.size && l->sch_cgrp.size)
		walk(s, root, SAMPLE_ABSENT, 1);
}

static uint64_t id_of(struct sight *s, uint64_t va, uint64_t root)
{
	uint32_t i;

	for (i = 0; i < s->out->nsubs; i++)
		if (s->subs[i] == va)
			return s->out->subs[i].cgroup_id;
	/* one that came or went under the walk */
	if (s->out->nsubs && va && va != root)
		s->unsteady++;
	return SAMPLE_ABSENT;
}

void sight_subs_tell(struct sight *s, uint64_t root)
{
	const struct layout *l = &s->layout;
	struct sample *out = s->out;
	uint32_t i;

	for (i = 0; i < out->ncgroups; i++)
		if (out->cgroups[i].sched != SAMPLE_ABSENT)
			out->cgroups[i].sched = id_of(s, out->cgroups[i].sched, root);
	for (i = 0; i < s->ntasks && out->nsubs && l->task_scx_sched.size; i++)
		if (s->tasks[i].row != UINT32_MAX)
			out->tasks[s->tasks[i].row].sched =
				id_of(s, field_get(s->tasks[i].at, &l->task_scx_sched), root);
}
