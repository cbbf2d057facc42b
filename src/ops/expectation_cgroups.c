/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expectation_cgroups - which expectation fits which figure of a cgroup: one row a column, as
 * expectation_tables has for tasks. What a file of the cgroup says is expected of that file; what
 * its tasks got, of the one group whose tasks are in and below it. Of a cgroup with several groups,
 * or with none, nothing is expected that only a group can be judged by.
 */
#include "ops/expectation.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/describe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct on {
	const struct model *m;
	const struct model_cgroup *in;
	const char *below;           /* its name as ops have it */
	const struct model_group *g; /* whose tasks are all there are; NULL = none or several */
	const char *of;              /* of the fit: a check, a figure */
};

static bool tasks(const struct on *o, struct buf *out)
{
	cleanup_free char *name = xasprintf("@%s", o->below);

	buf_adds(out, "expect tasks ");
	words_quote(out, name);
	buf_addf(out, " == %u", o->in->promise.tasks);
	return true;
}

static void file(const struct on *o, const char *name, const char *text, struct buf *out)
{
	cleanup_free char *path = xasprintf("/sys/fs/cgroup%s/%s", o->in->path, name);

	buf_adds(out, "expect file ");
	words_quote(out, path);
	buf_adds(out, " == ");
	words_quote(out, text);
}

static bool weight(const struct on *o, struct buf *out)
{
	uint64_t is = o->in->now.weight;
	char text[24];

	if (!o->in->now_ns || is == SAMPLE_ABSENT)
		return false;
	snprintf(text, sizeof(text), "%" PRIu64, is ? is : 1);
	file(o, is ? "cpu.weight" : "cpu.idle", text, out);
	return true;
}

static bool limit(const struct on *o, struct buf *out)
{
	enum { NS_PER_US = 1000 };
	uint64_t quota = o->in->now.quota_ns, period = o->in->now.period_ns;
	char text[64];

	if (!o->in->now_ns || quota == SAMPLE_ABSENT || period == SAMPLE_ABSENT)
		return false;
	if (quota)
		snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64, quota / NS_PER_US,
			 period / NS_PER_US);
	else
		snprintf(text, sizeof(text), "max %" PRIu64, period / NS_PER_US);
	file(o, "cpu.max", text, out);
	return true;
}

static bool cpus(const struct on *o, struct buf *out)
{
	const struct sample_mask *mask = o->in->now_ns ? model_mask(o->m, o->in->now.cpuset) : NULL;
	char text[256];

	if (!mask)
		return false;
	sheet_mask_text(mask, text, sizeof(text));
	/* what was cut short is not the file's text */
	if (strlen(text) + 1 == sizeof(text))
		return false;
	file(o, "cpuset.cpus.effective", text, out);
	return true;
}

static bool share(const struct on *o, struct buf *out)
{
	return o->g && expectation_share(o->m, o->g, out);
}

static bool check(const struct on *o, struct buf *out)
{
	return o->g && expectation_check(o->m, o->of, o->g, out);
}

static bool grown(const struct on *o, struct buf *out)
{
	return o->g && expectation_grown(o->m, o->g, o->of, out);
}

static const struct {
	const char *column;
	bool (*line)(const struct on *o, struct buf *out);
	const char *of;
} fits[] = {
	{"name", tasks, NULL},
	{"cgroup", tasks, NULL},
	{"tasks", tasks, NULL},
	{"weight", weight, NULL},
	{"limit", limit, NULL},
	{"cpus", cpus, NULL},
	{"run_percent", share, NULL},
	{"promised_percent", share, NULL},
	{"check", share, NULL},
	{"usage_ns", grown, "cpu"},
	/* who is held back, or waits, does nothing meanwhile */
	{"throttled", check, "gap"},
	{"throttled_ns", check, "gap"},
	{"pressure_percent", check, "gap"},
	{"pressure_ns", check, "gap"},
};

static bool is_below(const struct model *m, const struct model_cgroup *in, uint64_t id)
{
	size_t len = strlen(in->path), i;

	for (i = 0; i < m->ncgroups; i++)
		if (m->cgroups[i].id == id)
			return !strncmp(m->cgroups[i].path, in->path, len) &&
			       strchr("/", m->cgroups[i].path[len]);
	return false;
}

/* The group of all tasks of the last sample that are in it or below. */
static const struct model_group *only_group(const struct model *m, const struct model_cgroup *in)
{
	const struct model_group *only = NULL, *g;
	size_t i;

	for (i = 0; i < m->ntasks; i++) {
		if (!is_below(m, in, m->tasks[i].cgroup_id))
			continue;
		if (!model_task_of(m, m->tasks[i].pid, &g) || (only && only != g))
			return NULL;
		only = g;
	}
	return only;
}

bool expectation_of_cgroup(const struct model *m, const struct model_cgroup *in, const char *column,
			   struct buf *out)
{
	struct on o = {.m = m, .in = in, .below = model_below_root(m, in->path)};
	size_t i;

	/* one that no op has made is nobody's to expect things of */
	if (o.below == in->path || !o.below[1])
		return false;
	o.below++;
	for (i = 0; i < ARRAY_SIZE(fits) && strcmp(fits[i].column, column); i++)
		;
	if (i == ARRAY_SIZE(fits))
		return false;
	o.of = fits[i].of;
	o.g = only_group(m, in);
	return fits[i].line(&o, out);
}
