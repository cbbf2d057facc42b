/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_cgroups - the table of cgroups: that of tasks without them, for exports. Its columns and
 * figures are those of sheet_tasks. Pure.
 */
#include "ops/expectation.h"
#include "ops/sheet_tasks.h"

static void build(struct sheet *s)
{
	s->ask.outline = OUTLINE_GROUPS;
	sheet_tasks_build(s);
}

static const char *const wanted[] = {
	"name",        "cgroup",           "tasks",       "weight",
	"run_percent", "promised_percent", "limit",       "cpus",
	"throttled",   "throttled_ns",     "usage_ns",    "user_ns",
	"system_ns",   "pressure_percent", "pressure_ns", "check",
	"sched",
	NULL,
};

const struct sheet_def sheet_cgroups = {
	.name = "cgroups",
	.summary = "a row is a cgroup: the table of tasks without them",
	.empty = "no cgroup yet",
	.columns = sheet_tasks_columns,
	.ncolumns = SHEET_TASKS_COLUMNS,
	.wanted = wanted,
	.build = build,
	.text = sheet_tasks_text,
	.describe = sheet_tasks_describe,
	.expect = expectation_of_tasks,
};
