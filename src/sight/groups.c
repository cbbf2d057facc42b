/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * groups - cgroups: which one a task is in, and a row for each.
 *
 * The tree is walked from the root of the one hierarchy; a name is taken from kernfs, as the files
 * are. Invariant: a tree that is being changed is left out from there on, and counted.
 */
#include "sight/sight_private.h"

#include <stdio.h>

#define CHILDREN_MAX (8 * SAMPLE_CGROUPS_MAX)
#define FIXED_SHIFT  10
#define WEIGHT_FAIR  1024 /* of weight 100 */

uint64_t sight_cgroup_id(struct sight *s, uint64_t set)
{
	const struct layout *l = &s->layout;
	size_t slot = (set >> 6) % (sizeof(s->groups) / sizeof(*s->groups));
	uint64_t at, id;

	if (!set || set == SAMPLE_ABSENT)
		return 0;
	if (s->groups[slot].set == set)
		return s->groups[slot].id;
	if (!space_u64(&s->space, set + l->css_set_dfl.offset, &at))
		return 0;
	id = sight_cgroup_at(s, at);
	if (!id)
		return 0;
	s->groups[slot].set = set;
	s->groups[slot].id = id;
	return id;
}

uint64_t sight_cgroup_at(struct sight *s, uint64_t cgrp)
{
	const struct layout *l = &s->layout;
	uint64_t at, id;

	return l->cgrp_kn.size && l->kn_id.size && cgrp &&
			       space_u64(&s->space, cgrp + l->cgrp_kn.offset, &at) &&
			       space_u64(&s->space, at + l->kn_id.offset, &id)
		       ? id
		       : 0;
}

static uint64_t to_weight(uint64_t shares)
{
	return ((shares >> FIXED_SHIFT) * 100 + WEIGHT_FAIR / 2) / WEIGHT_FAIR;
}

static void fill_cpu(struct sight *s, uint64_t css, struct sample_cgroup *g)
{
	const struct layout *l = &s->layout;
	const uint8_t *tg = css ? space_at(&s->space, css - l->tg_css.offset, l->tg_size) : NULL;
	uint64_t v;

	if (!tg)
		return;
	v = field_get(tg, &l->tg_shares);
	if (v != SAMPLE_ABSENT)
		g->weight = to_weight(v);
	v = field_get(tg, &l->tg_idle);
	if (v != SAMPLE_ABSENT && v)
		g->weight = 0;
	v = field_get(tg, &l->tg_quota);
	g->quota_ns = v == UINT64_MAX && l->tg_quota.size ? 0 : v; /* RUNTIME_INF */
	g->period_ns = field_get(tg, &l->tg_period);
	g->periods = field_get(tg, &l->tg_periods);
	g->throttled = field_get(tg, &l->tg_throttled);
	g->throttled_ns = field_get(tg, &l->tg_throttled_ns);
}

static uint64_t css_of(const struct layout *l, const uint8_t *cgrp, int subsys)
{
	uint64_t v;

	if (subsys < 0 || !l->cgrp_subsys.size ||
	    l->cgrp_subsys.offset + 8 * ((uint64_t)subsys + 1) > l->cgrp_size)
		return 0;
	memcpy(&v, cgrp + l->cgrp_subsys.offset + 8 * (size_t)subsys, sizeof(v));
	return v;
}

static void fill(struct sight *s, const uint8_t *cgrp, struct sample_cgroup *g)
{
	const struct layout *l = &s->layout;
	uint64_t cpuset = css_of(l, cgrp, l->cpuset_subsys), mask;

	g->usage_ns = g->periods = g->throttled = g->throttled_ns = g->psi_some_ns = SAMPLE_ABSENT;
	sample_clear(g, &sample_cgroup_fields);
	fill_cpu(s, css_of(l, cgrp, l->cpu_subsys), g);
	g->frozen = field_get(cgrp, &l->cgrp_frozen);
	g->sched = field_get(cgrp, &l->cgrp_scx); /* an address: sight_subs_tell() */
	if (cpuset && l->cpuset_effective.size &&
	    space_u64(&s->space, cpuset - l->cpuset_css.offset + l->cpuset_effective.offset, &mask))
		g->cpuset = sight_mask(s, mask);
	g->procs = 0;
}

/* The path of a child: its parent's and a slash and its name; false = too long. */
static bool make_path(struct sight *s, uint64_t kn, const char *parent, char *path)
{
	char name[SAMPLE_PATH_MAX];
	uint64_t at;

	if (!space_u64(&s->space, kn + s->layout.kn_name.offset, &at))
		return false;
	space_text(&s->space, at, name, sizeof(name));
	return *name && snprintf(path, SAMPLE_PATH_MAX, "%s/%s", parent[1] ? parent : "", name) <
				SAMPLE_PATH_MAX;
}

static void walk(struct sight *s, uint64_t cgrp_va, const char *parent, int depth, unsigned *seen)
{
	const struct layout *l = &s->layout;
	const uint8_t *cgrp = space_at(&s->space, cgrp_va, l->cgrp_size);
	struct sample *out = s->out;
	struct sample_cgroup *g;
	uint64_t kn, head, node, back;

	if (!cgrp || depth > SIGHT_DEPTH_MAX || out->ncgroups == SAMPLE_CGROUPS_MAX) {
		out->cut++;
		return;
	}
	g = &out->cgroups[out->ncgroups];
	kn = field_get(cgrp, &l->cgrp_kn);
	if (!space_u64(&s->space, kn + l->kn_id.offset, &g->id))
		return;
	if (!parent)
		snprintf(g->path, sizeof(g->path), "/");
	else if (!make_path(s, kn, parent, g->path)) {
		out->cut++;
		return;
	}
	fill(s, cgrp, g);
	out->ncgroups++;
	head = cgrp_va + l->cgrp_self.offset + l->css_children.offset;
	for (node = head;
	     space_u64(&s->space, node, &node) && node != head && ++*seen < CHILDREN_MAX;) {
		if (!space_u64(&s->space, node + 8, &back))
			break;
		walk(s, node - l->css_sibling.offset - l->cgrp_self.offset, g->path, depth + 1,
		     seen);
	}
}

static void count_tasks(struct sight *s)
{
	struct sample *out = s->out;
	uint32_t i, k = 0;

	for (i = 0; i < out->ntasks; i++) {
		uint64_t id = out->tasks[i].cgroup_id;
		uint32_t n;

		/* neighbours are often in one */
		for (n = 0; n < out->ncgroups && out->cgroups[k].id != id; n++)
			k = (k + 1) % out->ncgroups;
		if (n < out->ncgroups)
			out->cgroups[k].procs++;
	}
}

void sight_groups(struct sight *s)
{
	const struct layout *l = &s->layout;
	unsigned seen = 0;

	s->out->ncgroups = 0;
	if (!s->symbols.cgrp_dfl_root || !l->root_cgrp.size || !l->cgrp_kn.size || !l->kn_id.size ||
	    !l->kn_name.size || !l->css_children.size || !l->css_sibling.size || !l->cgrp_self.size)
		return;
	walk(s, sight_symbol(s, s->symbols.cgrp_dfl_root) + l->root_cgrp.offset, NULL, 0, &seen);
	count_tasks(s);
}
