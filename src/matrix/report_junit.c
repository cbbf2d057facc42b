/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_junit - a matrix as JUnit XML: a suite of cells with the conditions as its properties, and
 * a suite of gates when there are some.
 */
#include "base/cleanup.h"
#include "matrix/report.h"
#include "ops/report.h"

static void attribute(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, " %s=\"", name);
	report_xml_text(out, value);
	buf_addc(out, '"');
}

static void property(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, "      <property");
	attribute(out, "name", name);
	attribute(out, "value", value);
	buf_adds(out, "/>\n");
}

static void suite(struct buf *out, const char *name, const size_t count[VERDICT_NONE])
{
	size_t n = 0;
	int v;

	for (v = 0; v < VERDICT_NONE; v++)
		n += count[v];
	buf_adds(out, "  <testsuite");
	attribute(out, "name", name);
	buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", n,
		 count[VERDICT_FAIL], count[VERDICT_INCONCLUSIVE], count[VERDICT_SKIP]);
}

static void open_case(struct buf *out, const char *class, const char *name, enum verdict v,
		      const char *why)
{
	static const char *const element[] = {
		[VERDICT_FAIL] = "failure",
		[VERDICT_INCONCLUSIVE] = "error",
		[VERDICT_SKIP] = "skipped",
	};

	buf_adds(out, "    <testcase");
	attribute(out, "classname", class);
	attribute(out, "name", name);
	buf_adds(out, ">\n");
	if (v == VERDICT_PASS)
		return;
	buf_addf(out, "      <%s", element[v]);
	attribute(out, "message", why);
	buf_adds(out, "/>\n");
}

static void cell(const struct mx_report *r, const struct mx_row *row, struct buf *out)
{
	cleanup_buf struct buf name = BUF_INIT, why = BUF_INIT, series = BUF_INIT;
	size_t i;

	for (i = 1; i <= MX_AXES; i++)
		buf_addf(&name, "%s%s", i > 1 ? " " : "", mx_cell_word(row->cell, i));
	mx_report_why(row, &why);
	open_case(out, row->cell->scenario, buf_text(&name), row->verdict, buf_text(&why));
	for (i = 0; i < row->nseries; i++) {
		if (!mx_report_has_series(r, row->series[i].name))
			continue;
		buf_addf(&series, "%s: ", row->series[i].name);
		mx_report_series(&row->series[i], &series);
		buf_addc(&series, '\n');
	}
	mx_report_deltas(r, row, &series);
	if (series.len) {
		buf_adds(out, "      <system-out>");
		report_xml_text(out, buf_text(&series));
		buf_adds(out, "</system-out>\n");
	}
	buf_adds(out, "    </testcase>\n");
}

static void differences(const struct mx_report *r, struct buf *out)
{
	size_t i, k;

	for (i = 0; i < r->ncomparisons; i++) {
		const struct mx_comparison *c = &r->comparison[i];

		for (k = 0; k < c->n; k++) {
			cleanup_buf struct buf name = BUF_INIT;

			if (!*c->pair[k].differs)
				continue;
			buf_adds(&name, "conditions differ: ");
			mx_report_cell_name(c->pair[k].b->cell, &name);
			buf_addf(&name, " %s", c->title);
			property(out, buf_text(&name), c->pair[k].differs);
		}
		for (k = 0; k < c->nalone; k++)
			property(out, c->title, c->alone[k]);
	}
}

void mx_report_junit(const struct mx_report *r, struct buf *out)
{
	const struct mx_table *t = r->table;
	cleanup_buf struct buf left_out = BUF_INIT;
	size_t count[VERDICT_NONE] = {0}, i;

	for (i = 0; i < t->n; i++)
		count[t->row[i].verdict]++;
	buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	suite(out, t->runs->head.scenario, count);
	buf_adds(out, ">\n    <properties>\n");
	property(out, "begun", t->runs->head.started);
	mx_report_conditions(r, property, out);
	differences(r, out);
	mx_report_left_out(r, &left_out);
	if (left_out.len)
		property(out, "left out", buf_text(&left_out));
	buf_adds(out, "    </properties>\n");
	for (i = 0; i < t->n; i++)
		cell(r, &t->row[i], out);
	buf_adds(out, "  </testsuite>\n");
	if (r->gateds->n) {
		size_t judged[VERDICT_NONE] = {0};

		for (i = 0; i < r->gateds->n; i++)
			judged[r->gateds->v[i].verdict]++;
		suite(out, "gates", judged);
		buf_adds(out, ">\n");
		for (i = 0; i < r->gateds->n; i++) {
			cleanup_buf struct buf name = BUF_INIT;

			mx_report_gate_name(&r->gateds->v[i], &name);
			open_case(out, "gates", buf_text(&name), r->gateds->v[i].verdict,
				  r->gateds->v[i].why);
			buf_adds(out, "      <system-out>");
			report_xml_text(out, r->gateds->v[i].why);
			buf_adds(out, "</system-out>\n    </testcase>\n");
		}
		buf_adds(out, "  </testsuite>\n");
	}
	buf_adds(out, "</testsuites>\n");
}
