/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows - sorts cgroups by path and tasks by id below them. Pure; the order does not jump between
 * frames.
 */
#include "tui/rows.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <string.h>

static const struct model *sorting; /* qsort has no argument; one thread */

static int by_path(const void *a, const void *b)
{
	return strcmp(sorting->cgroups[*(const size_t *)a].path,
		      sorting->cgroups[*(const size_t *)b].path);
}

const struct model_task *rows_group_task(const struct model *m, int64_t pid,
					 const struct model_group **group)
{
	size_t g, t;

	for (g = m->ngroups; g--;) {
		for (t = 0; t < m->groups[g].ntasks; t++) {
			if (m->groups[g].tasks[t].pid != pid || m->groups[g].tasks[t].exited)
				continue;
			*group = &m->groups[g];
			return &m->groups[g].tasks[t];
		}
	}
	*group = NULL;
	return NULL;
}

static bool matches(const struct model *m, const struct sample_task *t, const char *filter)
{
	char name[96];

	if (!*filter)
		return true;
	model_task_name(m, t->pid, t->comm, name, sizeof(name));
	return strstr(name, filter) || strstr(t->comm, filter);
}

static int depth_of(const char *path)
{
	int n = 0;

	for (; *path; path++)
		n += *path == '/' && path[1];
	return n > 0 ? n - 1 : 0;
}

static size_t add_tasks(const struct model *m, uint64_t id, int depth, const char *filter,
			bool *taken, struct row *rows, size_t n, unsigned *count)
{
	size_t i;

	*count = 0;
	for (i = 0; i < m->ntasks; i++) {
		if (taken[i] || m->tasks[i].cgroup_id != id)
			continue;
		taken[i] = true;
		(*count)++;
		if (n < ROWS_MAX && matches(m, &m->tasks[i], filter))
			rows[n++] = (struct row){.index = i, .cgroup_id = id, .depth = depth + 1};
	}
	return n;
}

size_t rows_build(const struct model *m, const char *filter, struct row *rows)
{
	cleanup_free size_t *order = xcalloc(m->ncgroups + 1, sizeof(*order));
	cleanup_free bool *taken = xcalloc(m->ntasks + 1, sizeof(*taken));
	size_t live = 0, n = 0, i;

	for (i = 0; i < m->ncgroups; i++)
		if (!m->cgroups[i].gone)
			order[live++] = i;
	sorting = m;
	qsort(order, live, sizeof(*order), by_path);
	for (i = 0; i < live && n < ROWS_MAX; i++) {
		const struct model_cgroup *g = &m->cgroups[order[i]];
		size_t at = n;

		rows[n++] = (struct row){.is_cgroup = true,
					 .index = order[i],
					 .cgroup_id = g->id,
					 .depth = depth_of(g->path)};
		n = add_tasks(m, g->id, rows[at].depth, filter, taken, rows, n, &rows[at].tasks);
	}
	/* tasks in cgroups nobody has told the name of */
	for (i = 0; i < m->ntasks && n + 1 < ROWS_MAX; i++) {
		size_t at = n;

		if (taken[i])
			continue;
		rows[n++] = (struct row){
			.is_cgroup = true, .index = ROW_NONE, .cgroup_id = m->tasks[i].cgroup_id};
		n = add_tasks(m, m->tasks[i].cgroup_id, 0, filter, taken, rows, n, &rows[at].tasks);
	}
	return n;
}
