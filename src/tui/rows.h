/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows - the tree of cgroups with their tasks as a flat list of rows, in a stable order.
 */
#ifndef TUI_ROWS_H
#define TUI_ROWS_H

#include "tui/state.h"

#define ROWS_MAX 8192

struct row {
	bool is_cgroup;
	size_t index; /* in model->cgroups or model->tasks; ROW_NONE: a cgroup that is not known by
			 name */
	uint64_t cgroup_id;
	int depth;
	unsigned tasks; /* cgroup rows: how many are directly in it */
};
#define ROW_NONE ((size_t)-1)

/* Fills rows (ROWS_MAX) and returns their number. Tasks that do not match the filter are left out.
 */
size_t rows_build(const struct model *m, const char *filter, struct row *rows);

/* The group and task a sampled task belongs to; NULL when to none. */
const struct model_task *rows_group_task(const struct model *m, int64_t pid,
					 const struct model_group **group);

#endif
