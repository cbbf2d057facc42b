/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_tree - what is in what: cgroups below cgroups, CPUs below LLCs and nodes.
 *
 * Part of the model's only writer. Invariant: in cgroup_order a cgroup comes after the one it is
 * in, and all that is below it follows at once.
 */
#include "base/die.h"
#include "ops/model_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct model *sorting; /* qsort has no argument; one thread */

/* As strcmp, but '/' comes before any other character: "/a/b" before "/a-b". */
static int by_path(const void *x, const void *y)
{
	const unsigned char *a = (const unsigned char *)sorting->cgroups[*(const uint32_t *)x].path;
	const unsigned char *b = (const unsigned char *)sorting->cgroups[*(const uint32_t *)y].path;

	for (; *a && *a == *b; a++, b++)
		;
	if (*a == *b || !*a || !*b)
		return (*a > *b) - (*a < *b);
	return *a == '/' ? -1 : *b == '/' ? 1 : (*a > *b) - (*a < *b);
}

static bool is_in(const char *path, const char *above)
{
	size_t n = strlen(above);

	return !strcmp(above, "/") ? path[1] : !strncmp(path, above, n) && path[n] == '/';
}

void model_tree_update(struct model *m)
{
	size_t i, n = 0;

	if (!m->tree_changed)
		return;
	m->tree_changed = false;
	m->cgroup_order = xreallocarray(m->cgroup_order, m->ncgroups, sizeof(*m->cgroup_order));
	for (i = 0; i < m->ncgroups; i++) {
		m->cgroups[i].parent = MODEL_NONE;
		if (!m->cgroups[i].gone)
			m->cgroup_order[n++] = (uint32_t)i;
	}
	m->ncgroup_order = n;
	sorting = m;
	if (n)
		qsort(m->cgroup_order, n, sizeof(*m->cgroup_order), by_path);
	for (i = 0; i < n; i++) {
		struct model_cgroup *c = &m->cgroups[m->cgroup_order[i]];
		uint32_t above = i ? m->cgroup_order[i - 1] : MODEL_NONE;

		while (above != MODEL_NONE && !is_in(c->path, m->cgroups[above].path))
			above = m->cgroups[above].parent;
		c->parent = above;
		c->depth = above == MODEL_NONE ? 0 : (uint16_t)(m->cgroups[above].depth + 1);
	}
}

/* An LLC is a run of CPUs, a node a run of LLCs (vmm/topology.c makes them so). */
bool model_cpu_place(const struct model *m, unsigned cpu, unsigned *node, unsigned *llc)
{
	unsigned nodes, llcs, cores, threads;

	if (!m->topology ||
	    sscanf(m->topology, "%un%ul%uc%ut", &nodes, &llcs, &cores, &threads) != 4 || !nodes ||
	    !llcs || !cores || !threads || llcs % nodes || cores > 4096 || threads > 4096)
		return false;
	*llc = cpu / (cores * threads);
	*node = *llc / (llcs / nodes);
	return *llc < llcs;
}
