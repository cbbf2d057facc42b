/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * figures - see figures.h: one row a figure, one row a comparison.
 * Invariant: every reader of a report on the host goes through this table.
 */
#include "ops/figures.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PLAIN(fn, field)                                                                           \
	static uint64_t fn(const struct work_report *r)                                            \
	{                                                                                          \
		return r->field;                                                                   \
	}

PLAIN(units, units)
PLAIN(iterations, iterations)
PLAIN(gap, gap_ns)
PLAIN(migrations, migrations)
PLAIN(wakes, wakes)
PLAIN(run_delay, run_delay_ns)
PLAIN(run_count, run_count)
PLAIN(cpu, cpu_ns)
PLAIN(wall, wall_ns)

static uint64_t cpus(const struct work_report *r)
{
	return r->units == REPORT_ABSENT ? REPORT_ABSENT : report_cpus(r);
}

static uint64_t wake_p50(const struct work_report *r)
{
	return report_wake_ns(r, 500);
}

static uint64_t wake_p99(const struct work_report *r)
{
	return report_wake_ns(r, 990);
}

static uint64_t wake_max(const struct work_report *r)
{
	return r->wakes && r->wakes != REPORT_ABSENT ? r->wake_max_ns : REPORT_ABSENT;
}

static const struct figure table[] = {
	{"work-units", false, "smallest things done", units, FIGURE_SUM, BETTER_HIGHER},
	{"iterations", false, "whole rounds", iterations, FIGURE_SUM, BETTER_HIGHER},
	{"gap", true, "longest time between two units", gap, FIGURE_LARGEST, BETTER_LOWER},
	{"migrations", false, "units that began on another CPU", migrations, FIGURE_SUM, BETTER_UNKNOWN},
	{"cpus", false, "how many CPUs it worked on", cpus, FIGURE_TOGETHER, BETTER_UNKNOWN},
	{"wakes", false, "wake-ups that were measured", wakes, FIGURE_SUM, BETTER_UNKNOWN},
	{"wake-p50", true, "latency half of its wake-ups did not pass", wake_p50, FIGURE_TOGETHER, BETTER_LOWER},
	{"wake-p99", true, "latency 99 of 100 wake-ups did not pass", wake_p99, FIGURE_TOGETHER, BETTER_LOWER},
	{"wake-max", true, "longest wake-up latency", wake_max, FIGURE_LARGEST, BETTER_LOWER},
	{"run-delay", true, "time it was runnable and did not run", run_delay, FIGURE_SUM, BETTER_LOWER},
	{"run-count", false, "how often it was given a CPU", run_count, FIGURE_SUM, BETTER_UNKNOWN},
	{"cpu", true, "CPU time", cpu, FIGURE_SUM, BETTER_UNKNOWN},
	{"off-cpu", true, "time it was not on a CPU", report_off_cpu_ns, FIGURE_SUM, BETTER_UNKNOWN},
	{"wall", true, "time since it was let go", wall, FIGURE_LARGEST, BETTER_UNKNOWN},
};

static const struct {
	const char *word;
	bool less, equal, more;
} compares[] = {
	{"==", .equal = true}, {"!=", .less = true, .more = true},
	{"<", .less = true},   {"<=", .less = true, .equal = true},
	{">", .more = true},   {">=", .more = true, .equal = true},
};

const struct figure *figure_at(size_t i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

const struct figure *figure_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

const char *figure_compare_at(size_t i)
{
	return i < ARRAY_SIZE(compares) ? compares[i].word : NULL;
}

/* order: below 0 when what was seen is less. */
static bool holds(const char *op, int order)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(compares); i++)
		if (!strcmp(compares[i].word, op))
			return order < 0   ? compares[i].less
			       : order > 0 ? compares[i].more
					   : compares[i].equal;
	return false;
}

bool figure_is_compare(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(compares); i++)
		if (!strcmp(compares[i].word, word))
			return true;
	return false;
}

bool figure_compare(uint64_t seen, const char *op, uint64_t value)
{
	return holds(op, seen < value ? -1 : seen > value);
}

bool figure_compare_real(double seen, const char *op, double value, double tolerance)
{
	double slack = fabs(value) * tolerance;

	if (*op == '<')
		value += slack;
	else if (*op == '>')
		value -= slack;
	else if (fabs(seen - value) <= slack)
		seen = value;
	return holds(op, seen < value ? -1 : seen > value);
}

/* All workers as one: only what FIGURE_TOGETHER needs. */
static void together(struct work_report *all, const struct work_report *r)
{
	size_t i;

	if (r->wakes != REPORT_ABSENT) {
		all->wakes = all->wakes == REPORT_ABSENT ? r->wakes : all->wakes + r->wakes;
		for (i = 0; i < REPORT_BUCKETS; i++)
			all->wake[i] += r->wake[i];
		if (r->wake_max_ns != REPORT_ABSENT &&
		    (all->wake_max_ns == REPORT_ABSENT || r->wake_max_ns > all->wake_max_ns))
			all->wake_max_ns = r->wake_max_ns;
	}
	if (r->units != REPORT_ABSENT)
		all->units = 0;
	for (i = 0; i < ARRAY_SIZE(all->cpus); i++)
		all->cpus[i] |= r->cpus[i];
}

bool figure_metric(const struct figure *f, const struct work_report *const *reports, size_t n,
		   struct metric *out)
{
	struct work_report all = {.units = REPORT_ABSENT,
				  .wakes = REPORT_ABSENT,
				  .wake_max_ns = REPORT_ABSENT};
	uint64_t together_is = REPORT_ABSENT;
	double sum = 0;
	size_t i;

	*out = (struct metric){.unit = f->is_time ? UNIT_NS : UNIT_PLAIN, .better = f->better};
	text_copy(out->name, sizeof(out->name), f->name);
	for (i = 0; i < n; i++) {
		uint64_t of = f->of(reports[i]);

		if (of == REPORT_ABSENT)
			continue;
		out->min = !out->samples || (double)of < out->min ? (double)of : out->min;
		out->max = !out->samples || (double)of > out->max ? (double)of : out->max;
		sum += (double)of;
		out->samples++;
	}
	if (!out->samples)
		return false;
	for (i = 0; f->over == FIGURE_TOGETHER && i < n; i++)
		together(&all, reports[i]);
	if (f->over == FIGURE_TOGETHER)
		together_is = f->of(&all);
	out->mean = sum / (double)out->samples;
	out->value = together_is != REPORT_ABSENT ? (double)together_is
		     : f->over == FIGURE_SUM	  ? sum
						  : out->max;
	return true;
}

int figure_value(const struct figure *f, const char *text, uint64_t *value, struct err *err)
{
	if (f->is_time && !text_duration(text, value))
		return err_set(err, EINVAL,
			       "'%.40s' is not a time, as '%s' is; write 10us, 250ms "
			       "or 2s",
			       text, f->name);
	if (!f->is_time && !text_u64(text, 0, INT64_MAX, value))
		return err_set(err, EINVAL, "'%.40s' is not a number, as '%s' is", text, f->name);
	return 0;
}

void figure_format(const struct figure *f, uint64_t value, char *dst, size_t size)
{
	if (value == REPORT_ABSENT)
		text_copy(dst, size, "-");
	else if (f->is_time)
		text_format_duration(dst, size, value);
	else
		snprintf(dst, size, "%" PRIu64, value);
}

static int unknown(const char *what, const char *word, const char *const *names, size_t n,
		   struct err *err)
{
	const char *near = text_nearest(word, names, n);

	return err_set(err, EINVAL, "'%.40s' is no %s; %s '%s'", word, what,
		       near ? "did you mean" : "the first is", near ? near : names[0]);
}

int figures_check(const struct op *op, struct err *err)
{
	const struct op_val *name = op_arg(op, WARG_FIGURE), *cmp = op_arg(op, WARG_COMPARE),
			    *value = op_arg(op, WARG_VALUE);
	const char *names[ARRAY_SIZE(table)];
	const struct figure *f;
	uint64_t v;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(compares); i++)
		names[i] = compares[i].word;
	if (cmp && !figure_is_compare(cmp->str))
		return unknown("comparison", cmp->str, names, i, err);
	if (!name || !value)
		return 0;
	for (i = 0; i < ARRAY_SIZE(table); i++)
		names[i] = table[i].name;
	f = figure_find(name->str);
	if (!f)
		return unknown("figure of a report", name->str, names, i, err);
	return figure_value(f, value->str, &v, err);
}

static void add_time(struct buf *out, const char *what, uint64_t ns)
{
	char text[32] = "-";

	if (ns != REPORT_ABSENT)
		text_format_time(text, sizeof(text), ns);
	buf_addf(out, "%s%s", what, text);
}

void figures_line(const struct work_report *r, struct buf *out)
{
	if (r->units == REPORT_ABSENT)
		buf_adds(out, "- units");
	else
		buf_addf(out, "%" PRIu64 " units", r->units);
	add_time(out, " in ", r->wall_ns);
	add_time(out, ", CPU ", r->cpu_ns);
	add_time(out, ", gap ", r->gap_ns);
	if (r->migrations != REPORT_ABSENT)
		buf_addf(out, ", %" PRIu64 " migrations over %u CPUs", r->migrations,
			 report_cpus(r));
	if (report_wake_ns(r, 500) == REPORT_ABSENT)
		return;
	add_time(out, ", wake-up p50 ", report_wake_ns(r, 500));
	add_time(out, " p99 ", report_wake_ns(r, 990));
	add_time(out, " max ", r->wake_max_ns);
}

void figures_describe(const struct work_report *r, struct buf *out)
{
	char text[128], list[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		uint64_t v = table[i].of(r);

		if (v != REPORT_ABSENT && table[i].is_time)
			text_format_time(text, sizeof(text), v);
		else
			figure_format(&table[i], v, text, sizeof(text));
		buf_addf(out, "%-10s %s", table[i].name, text);
		if (table[i].of == gap && v != REPORT_ABSENT) {
			buf_addf(out, ", to %.3fs", (double)r->gap_at_ns / 1e9);
			if (r->gap_cpu != REPORT_ABSENT)
				buf_addf(out, " on CPU %" PRIu64, r->gap_cpu);
		}
		if (table[i].of == cpus) {
			report_cpu_list(r, list, sizeof(list));
			buf_addf(out, " (%s)", list);
		}
		buf_addf(out, "  %s\n", table[i].summary);
	}
	for (i = 0; i < REPORT_NODES_MAX; i++)
		if (r->numa_pages[i] != REPORT_ABSENT)
			buf_addf(out, "node %-5zu %" PRIu64 " pages\n", i, r->numa_pages[i]);
}
