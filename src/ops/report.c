/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report - collects test points from the model and writes them in the formats test runners read.
 * Invariant: names and reasons are one line each and safe for the format they are written in.
 */
#include "ops/report.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/metric_report.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

static void add(struct report *r, enum verdict v, char *name, const char *why, uint64_t ns)
{
	size_t len = why ? strlen(why) : 0;
	struct report_point *p;
	char *safe = xcalloc(1, len + 1);

	text_sanitise(safe, len + 1, why ? why : "", len);
	r->points = xreallocarray(r->points, r->n + 1, sizeof(*r->points));
	p = &r->points[r->n++];
	*p = (struct report_point){.name = name, .verdict = v, .why = safe, .ns = ns};
	text_sanitise(name, strlen(name) + 1, name, strlen(name));
}

static void add_op(struct report *r, const struct model_op *op)
{
	bool expects = op->op && (op->op->def->flags & OPF_EXPECT);

	if (expects)
		add(r, op->verdict == VERDICT_NONE ? VERDICT_INCONCLUSIVE : op->verdict,
		    xstrdup(op->text), op->verdict_text ? op->verdict_text : "was never reached",
		    op->end_ns > op->begin_ns ? op->end_ns - op->begin_ns : 0);
	else if (op->state == OPS_FAILED)
		add(r, VERDICT_INCONCLUSIVE, xstrdup(op->text), op->note, 0);
	else if (op->state != OPS_DONE)
		add(r, VERDICT_INCONCLUSIVE, xstrdup(op->text), "was never finished", 0);
}

/* "/scxplore/low" -> "low"; the system's root cgroup stays "/". */
static const char *below_root(const struct model *m, const char *path)
{
	size_t n = m->root ? strlen(m->root) : 0;

	if (n && !strncmp(path, m->root, n) && path[n] == '/')
		return path + n + 1;
	return path;
}

/* A body starts a group of the same name again and again: one line for all that was right. */
static bool said_by_a_later_one(const struct model *m, const struct model_group *g)
{
	size_t i;

	for (i = 0; i < g->ntasks; i++)
		if (!g->tasks[i].placed)
			return false;
	return model_group(m, g->name) != g;
}

static void add_placement(struct report *r, const struct model *m, const struct model_group *g)
{
	cleanup_buf struct buf why = BUF_INIT;
	const char *cgroup;
	enum verdict v;

	if (!g->ntasks || !g->tasks[0].wanted || said_by_a_later_one(m, g))
		return;
	cgroup = below_root(m, g->tasks[0].wanted);
	v = check_placed(m, g->name, cgroup, &why);
	add(r, v, xasprintf("%s is in '%s' before its first instruction", g->name, cgroup),
	    buf_text(&why), 0);
}

static void add_sched(struct report *r, const struct model *m)
{
	cleanup_buf struct buf why = BUF_INIT;
	enum verdict v = check_sched_session(m, &why);

	if (v != VERDICT_SKIP)
		add(r, v, xstrdup("sched: the scheduler that was named is the one that ran"),
		    buf_text(&why), 0);
}

void report_build(struct report *r, const char *title, const struct model *m)
{
	size_t i;

	*r = (struct report){.n = 0};
	text_sanitise(r->title, sizeof(r->title), title, strlen(title));
	for (i = 0; i < m->nops; i++)
		add_op(r, &m->ops[i]);
	for (i = 0; i < m->ngroups; i++)
		add_placement(r, m, &m->groups[i]);
	add_sched(r, m);
}

void report_finish(struct report *r)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		free(r->points[i].name);
		free(r->points[i].why);
	}
	free(r->points);
	*r = (struct report){0};
}

enum verdict report_verdict(const struct report *r)
{
	bool seen[VERDICT_NONE + 1] = {false};
	size_t i;

	for (i = 0; i < r->n; i++)
		seen[r->points[i].verdict] = true;
	if (seen[VERDICT_FAIL])
		return VERDICT_FAIL;
	if (seen[VERDICT_INCONCLUSIVE])
		return VERDICT_INCONCLUSIVE;
	return seen[VERDICT_SKIP] && !seen[VERDICT_PASS] ? VERDICT_SKIP : VERDICT_PASS;
}

void report_tap_text(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '#' || *s == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *s);
	}
}

static void tap_points(const struct report *r, struct buf *out, const char *diag)
{
	size_t i;

	buf_addf(out, "1..%zu\n", r->n);
	for (i = 0; i < r->n; i++) {
		const struct report_point *p = &r->points[i];
		bool skip = p->verdict == VERDICT_SKIP;

		buf_addf(out, "%s %zu - ", p->verdict == VERDICT_PASS || skip ? "ok" : "not ok",
			 i + 1);
		report_tap_text(out, p->name);
		if (skip)
			buf_adds(out, " # SKIP ");
		buf_adds(out, skip ? p->why : "");
		buf_addc(out, '\n');
		if (p->verdict != VERDICT_PASS && !skip)
			buf_addf(out, "%s %s: %s\n", diag, verdict_name(p->verdict), p->why);
	}
}

static void head_comments(const struct report *r, const struct model *m, struct buf *out)
{
	buf_addf(out, "# %s\n# kernel %s, %s%s%s, topology %s\n", r->title,
		 m->kernel ? m->kernel : "-", m->accel ? m->accel : "-",
		 m->accel_why && *m->accel_why ? ": " : "", m->accel_why ? m->accel_why : "",
		 m->topology ? m->topology : "-");
	/* a line that can be put into the scenario */
	if (m->trace_hash)
		buf_addf(out, "# expect trace == %s on=%s\n# %" PRIu64 " records\n", m->trace_hash,
			 m->machine ? m->machine : "-", m->trace_records);
	else if (m->trace_why)
		buf_addf(out, "# the trace has no hash: %s\n", m->trace_why);
	if (m->fault)
		buf_addf(out, "# fault switch in force: %s\n", m->fault);
}

static void write_tap(const struct report *r, const struct model *m, struct buf *out)
{
	buf_adds(out, "TAP version 13\n");
	head_comments(r, m, out);
	tap_points(r, out, "#");
}

static void write_ktap(const struct report *r, const struct model *m, struct buf *out)
{
	buf_adds(out, "KTAP version 1\n");
	head_comments(r, m, out);
	tap_points(r, out, "#");
}

void report_xml_text(struct buf *out, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '<':
			buf_adds(out, "&lt;");
			break;
		case '>':
			buf_adds(out, "&gt;");
			break;
		case '&':
			buf_adds(out, "&amp;");
			break;
		case '"':
			buf_adds(out, "&quot;");
			break;
		default:
			buf_addc(out, *s);
		}
	}
}

static void junit_point(const struct report *r, const struct report_point *p, struct buf *out)
{
	static const char *const element[] = {
		[VERDICT_FAIL] = "failure",
		[VERDICT_INCONCLUSIVE] = "error",
		[VERDICT_SKIP] = "skipped",
	};

	buf_adds(out, "    <testcase classname=\"");
	report_xml_text(out, r->title);
	buf_adds(out, "\" name=\"");
	report_xml_text(out, p->name);
	buf_addf(out, "\" time=\"%.3f\"", (double)p->ns / 1e9);
	if (p->verdict == VERDICT_PASS) {
		buf_adds(out, "/>\n");
		return;
	}
	buf_addf(out, "><%s message=\"", element[p->verdict]);
	report_xml_text(out, p->why);
	buf_adds(out, "\"/></testcase>\n");
}

static size_t count(const struct report *r, enum verdict v)
{
	size_t n = 0, i;

	for (i = 0; i < r->n; i++)
		n += r->points[i].verdict == v;
	return n;
}

static void write_junit(const struct report *r, const struct model *m, struct buf *out)
{
	size_t i;

	buf_adds(out,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"");
	report_xml_text(out, r->title);
	buf_addf(out,
		 "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" hostname=\"",
		 r->n, count(r, VERDICT_FAIL), count(r, VERDICT_INCONCLUSIVE),
		 count(r, VERDICT_SKIP));
	report_xml_text(out, m->kernel ? m->kernel : "");
	buf_adds(out, "\">\n");
	for (i = 0; i < r->n; i++)
		junit_point(r, &r->points[i], out);
	buf_adds(out, "  </testsuite>\n</testsuites>\n");
}

static struct json_object *json_text(const char *s)
{
	return s ? json_object_new_string(s) : NULL;
}

static void write_json(const struct report *r, const struct model *m, struct buf *out)
{
	struct json_object *root = json_object_new_object(), *points = json_object_new_array(),
			   *metrics;
	size_t i;

	json_object_object_add(root, "title", json_text(r->title));
	json_object_object_add(root, "verdict", json_text(verdict_name(report_verdict(r))));
	json_object_object_add(root, "kernel", json_text(m->kernel));
	json_object_object_add(root, "accel", json_text(m->accel));
	json_object_object_add(root, "topology", json_text(m->topology));
	if (model_exact(m)) {
		json_object_object_add(root, "trace", json_text(m->trace_hash));
		json_object_object_add(root, "machine", json_text(m->machine));
	}
	if (m->fault)
		json_object_object_add(root, "fault", json_text(m->fault));
	for (i = 0; i < r->n; i++) {
		struct json_object *p = json_object_new_object();

		json_object_object_add(p, "name", json_text(r->points[i].name));
		json_object_object_add(p, "verdict", json_text(verdict_name(r->points[i].verdict)));
		json_object_object_add(p, "why", json_text(r->points[i].why));
		json_object_array_add(points, p);
	}
	json_object_object_add(root, "points", points);
	metrics = metric_report_json(m);
	if (metrics)
		json_object_object_add(root, "metrics", metrics);
	buf_addf(out, "%s\n",
		 json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN |
							      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
}

static const struct report_format formats[] = {
	{"tap", "Test Anything Protocol 13", write_tap},
	{"ktap", "kernel TAP 1", write_ktap},
	{"junit", "JUnit XML", write_junit},
	{"json", "one JSON object", write_json},
};

const struct report_format *report_format_at(size_t i)
{
	return i < ARRAY_SIZE(formats) ? &formats[i] : NULL;
}

const struct report_format *report_format_by_name(const char *name)
{
	const struct report_format *f;
	size_t i;

	for (i = 0; (f = report_format_at(i)); i++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}
