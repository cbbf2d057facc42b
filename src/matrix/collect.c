/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * collect - see collect.h. A number that is not finite is no measurement and is left out.
 */
#include "matrix/collect.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "matrix/cell.h"
#include "ops/model_metric.h"
#include "ops/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SAMPLES_OF_RUN 150000 /* kept of all its metrics: a line of the file has to hold them */

/* samples: NULL and 0 = the value is the only one. Returns how many are in the file. */
static size_t add_number(struct mx_run *run, const char *group, const char *name, const char *unit,
			 enum metric_better better, double value, const double *samples, size_t n)
{
	cleanup_free char *full = xasprintf("%s:%s", group, name);
	struct mx_metric *m;

	if (!isfinite(value) || fabs(value) > METRIC_VALUE_MAX || run->nmetrics == MX_METRICS_MAX ||
	    strlen(full) > MX_WORD_MAX || mx_run_metric(run, full))
		return 0;
	m = mx_run_add_metric(run, full, unit, better, run->conditions.exact, n ? samples : &value,
			      n ? n : 1);
	if (n > 1 || m->samples[0] != value)
		m->value = value;
	return m->nsamples;
}

static void collect_groups(struct mx_run *run, const struct model *m)
{
	size_t kept = 0, i, j;
	struct metric metric;

	for (i = 0; i < m->ngroups; i++) {
		const struct model_group *g = &m->groups[i];

		/* a body starts one of that name again and again: the last stands for it */
		if (model_group(m, g->name) != g)
			continue;
		for (j = 0; model_group_metric_at(g, j, &metric); j++) {
			cleanup_free double *samples = NULL;
			size_t n;

			if (!metric.samples)
				continue;
			samples = model_group_samples_at(g, j, &n);
			if (kept + n > SAMPLES_OF_RUN)
				n = 0;
			kept += add_number(run, g->name, metric.name, metric_unit_name(metric.unit),
					   metric.better, metric.value, samples, n);
		}
	}
}

/* "SCX_EV_NAME 123" each, as the kernel wrote them when the scheduler was last seen in force. */
static bool collect_events(struct mx_run *run, const struct model *m)
{
	const struct model_file *file, *last = NULL;
	cleanup_free char *text = NULL;
	char *rest, *line;
	size_t i;

	for (i = 0; (file = model_file(m, MX_SCHED_FILE, i)); i++)
		if (!file->error && file->data.len)
			last = file;
	if (!last)
		return false;
	text = xcalloc(last->data.len + 1, 1);
	text_copy(text, last->data.len + 1, buf_text(&last->data));
	for (rest = text; (line = strsep(&rest, "\n"));) {
		char *value = strchr(line, ' ');
		uint64_t v;

		if (!value)
			continue;
		*value++ = '\0';
		if (metric_check_name(line, NULL) == 0 && text_u64(value, 0, UINT64_MAX, &v))
			add_number(run, "sched", line, "", BETTER_UNKNOWN, (double)v, NULL, 0);
	}
	return true;
}

/* Else the last sample's. */
static void collect_sched(struct mx_run *run, const struct model *m)
{
	uint32_t i;

	if (collect_events(run, m))
		return;
	for (i = 0; i < m->nscx; i++)
		if (m->scx[i].value != SAMPLE_ABSENT)
			add_number(run, "sched", m->scx[i].name, "", BETTER_UNKNOWN,
				   (double)m->scx[i].value, NULL, 0);
}

/* The last one on the kernel's command line counts; the kernel's own choice is "auto". */
static char *mitigations_of(const char *command)
{
	const char *p = command, *last = NULL;

	while (p && (p = strstr(p, "mitigations=")))
		last = p += strlen("mitigations=");
	return last ? xstrndup(last, strcspn(last, " '\"\n")) : xstrdup("auto");
}

/* The first line of a file that was read, printable; NULL = there is none. */
static char *first_line(const struct model_file *file)
{
	char text[256];
	const char *s;

	if (!file || file->error || !file->data.len)
		return NULL;
	s = buf_text(&file->data);
	text_sanitise(text, sizeof(text), s, strcspn(s, "\n"));
	return xstrdup(text);
}

static char *vulnerabilities_of(const struct model *m)
{
	struct buf out = BUF_INIT;
	const char *path;
	size_t i;

	for (i = 0; (path = mx_vulnerability_at(i)); i++) {
		cleanup_free char *said = first_line(model_file(m, path, 0));

		if (said)
			buf_addf(&out, "%s%s: %s", out.len ? " | " : "", strrchr(path, '/') + 1,
				 said);
	}
	return out.len ? buf_steal(&out) : NULL;
}

/* proc(5): cpu user nice system idle iowait irq softirq steal, in hundredths of a second on x86. */
static double steal_of(const struct model_file *file)
{
	cleanup_free char *line = first_line(file);
	uint64_t steal;

	if (!line || sscanf(line, "cpu %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &steal) != 1)
		return NAN;
	return (double)steal * 10;
}

/* Who is emulated is not told what was taken: the kernel's 0 is not known, then. */
static double guest_steal(const struct model *m)
{
	const struct model_file *first = model_file(m, MX_STAT_FILE, 0);
	const struct model_file *last = model_file(m, MX_STAT_FILE, (size_t)-1);

	if (!m->accel || strcmp(m->accel, "kvm") || first == last)
		return NAN;
	return steal_of(last) - steal_of(first);
}

static void collect_conditions(struct mx_run *run, const struct model *m, const char *command)
{
	struct mx_conditions *c = &run->conditions;

	c->accel = xstrdup(m->accel);
	c->exact = model_exact(m);
	c->kernel = xstrdup(m->kernel);
	if (command && *command)
		c->mitigations = mitigations_of(command);
	c->clock = first_line(model_file(m, MX_CLOCK_FILE, 0));
	c->vulnerabilities = vulnerabilities_of(m);
	c->guest_steal_ms = guest_steal(m);
}

static void judge(struct mx_run *run, const struct model *m, const char *title, const char *failed)
{
	struct report report;
	size_t i;

	report_build(&report, title, m);
	run->verdict = report_verdict(&report);
	if (failed && run->verdict != VERDICT_FAIL)
		run->verdict = VERDICT_INCONCLUSIVE;
	for (i = 0; i < report.n && !run->why && run->verdict != VERDICT_PASS; i++)
		if (report.points[i].verdict == run->verdict &&
		    (!failed || run->verdict == VERDICT_FAIL))
			run->why = xasprintf("%s: %s", report.points[i].name, report.points[i].why);
	if (!run->why)
		run->why = xstrdup(failed ? failed : "");
	run->exit = verdict_exit_code(run->verdict);
	report_finish(&report);
}

void mx_collect(struct mx_run *run, const struct model *m, const char *title, const char *failed,
		const char *command)
{
	collect_conditions(run, m, command);
	judge(run, m, title, failed);
	collect_groups(run, m);
	collect_sched(run, m);
}
