/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric_report - see metric_report.h.
 * Invariant: names of groups and numbers consist of characters that are plain in JSON and Markdown.
 */
#include "ops/metric_report.h"

#include "ops/model.h"
#include "ops/model_metric.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#define JSON_FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/* Of a name that was used again only the last group speaks. */
static bool speaks(const struct model *m, const struct model_group *g)
{
	struct metric metric;

	return model_group(m, g->name) == g && model_group_metric_at(g, 0, &metric);
}

static struct json_object *one(const struct metric *v)
{
	static const char *const better[] = {NULL, "lower", "higher"};
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "value", json_object_new_double(v->value));
	json_object_object_add(o, "unit", json_object_new_string(metric_unit_name(v->unit)));
	json_object_object_add(o, "min", json_object_new_double(v->min));
	json_object_object_add(o, "max", json_object_new_double(v->max));
	json_object_object_add(o, "mean", json_object_new_double(v->mean));
	json_object_object_add(o, "samples", json_object_new_uint64(v->samples));
	json_object_object_add(o, "t_ns", json_object_new_uint64(v->when_ns));
	if (better[v->better])
		json_object_object_add(o, "better", json_object_new_string(better[v->better]));
	return o;
}

struct json_object *metric_report_json(const struct model *m)
{
	struct json_object *all = NULL, *group;
	struct metric metric;
	size_t g, i;

	for (g = 0; g < m->ngroups; g++) {
		if (!speaks(m, &m->groups[g]))
			continue;
		group = json_object_new_object();
		for (i = 0; model_group_metric_at(&m->groups[g], i, &metric); i++)
			json_object_object_add(group, metric.name, one(&metric));
		if (!all)
			all = json_object_new_object();
		json_object_object_add(all, m->groups[g].name, group);
	}
	return all;
}

void metric_report_line(const struct model *m, struct buf *out)
{
	struct json_object *all = metric_report_json(m), *line;

	if (!all)
		return;
	line = json_object_new_object();
	json_object_object_add(line, "metrics", all);
	buf_addf(out, "%s\n", json_object_to_json_string_ext(line, JSON_FLAGS));
	json_object_put(line);
}

static void md_row(const char *group, const struct metric *v, struct buf *out)
{
	static const char *const better[] = {"", "lower", "higher"};
	char value[48], least[48] = "", mean[48] = "", most[48] = "";

	metric_format(v->unit, v->value, value, sizeof(value));
	if (v->samples > 1) {
		metric_format(v->unit, v->min, least, sizeof(least));
		metric_format(v->unit, v->mean, mean, sizeof(mean));
		metric_format(v->unit, v->max, most, sizeof(most));
	}
	buf_addf(out, "| `%s` | `%s` | %s | %s | %s | %s | %" PRIu64 " | %s |\n", group, v->name,
		 value, least, mean, most, v->samples, better[v->better]);
}

void metric_report_md(const struct model *m, struct buf *out)
{
	bool head = false;
	struct metric metric;
	size_t g, i;

	for (g = 0; g < m->ngroups; g++) {
		if (!speaks(m, &m->groups[g]))
			continue;
		if (!head)
			buf_adds(out,
				 "\n### Numbers\n\n"
				 "| group | name | last | least | mean | most | times | better |\n"
				 "|---|---|---:|---:|---:|---:|---:|---|\n");
		head = true;
		for (i = 0; model_group_metric_at(&m->groups[g], i, &metric); i++)
			md_row(m->groups[g].name, &metric, out);
	}
}
