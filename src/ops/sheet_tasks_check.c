/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_tasks_check - the table of tasks: numbers of payloads, and what is wrong, the worst first.
 * Pure.
 */
#include "ops/sheet_tasks.h"

#include "ops/model_metric.h"
#include "ops/model_wait.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- numbers and verdicts ---------------------------------------------------------------- */

/* The number of a payload that came last; one that is known to be good or bad before others. */
TASKS_FIGURE(number)
{
	const struct sample_task *t = sheet_task(s, r);
	const struct model_group *g = NULL;
	const struct metric *best = NULL, *one;
	char text[48];
	size_t i;

	if (t && (t->tid != t->pid || !model_task_of(s->model, t->pid, &g)))
		return;
	for (i = 0; g && (one = metrics_at(g->metrics, i)); i++)
		if (!best || (one->better != BETTER_UNKNOWN) > (best->better != BETTER_UNKNOWN) ||
		    (!one->better == !best->better && one->when_ns > best->when_ns))
			best = one;
	if (!best)
		return;
	metric_format(best->unit, best->value, text, sizeof(text));
	v->is = SHEET_KNOWN;
	snprintf(v->text, sizeof(v->text), "%s %s", best->name, text);
}

static void check_cgroup(const struct model_cgroup *g, struct sheet_value *v)
{
	const struct model_promise *p = &g->promise;
	uint64_t held = g->now_ns && g->now.throttled != SAMPLE_ABSENT ? g->now.throttled : 0;
	bool weight = p->weight == PROMISE_IGNORED ||
		      (p->weight != PROMISE_UNKNOWN && p->max != PROMISE_IGNORED && !held);
	char text[64];

	if (weight || p->max != PROMISE_UNKNOWN) {
		snprintf(text, sizeof(text), "%s%s cpu.%s",
			 (weight ? p->weight : p->max) == PROMISE_IGNORED ? "! " : "",
			 promise_word(weight ? p->weight : p->max), weight ? "weight" : "max");
		sheet_tasks_set_text(v, strchr(text, '!') ? SHEET_FAIL : SHEET_OK, text);
	}
	if (!weight && held) {
		snprintf(text, sizeof(text), "%sthrottled %" PRIu64 "x", *v->text ? ", " : "",
			 held);
		strncat(v->text, text, sizeof(v->text) - strlen(v->text) - 1);
		v->is = SHEET_KNOWN;
		v->mark = SHEET_WARN;
	}
}

static void check_placement(const struct model *m, const struct sample_task *t,
			    struct sheet_value *v)
{
	const struct model_group *g;
	const struct model_task *task = model_task_of(m, t->pid, &g);

	if (t->pid == m->shell_pid)
		sheet_tasks_set_text(v, SHEET_WARN, "shell");
	else if (!task || !task->wanted)
		v->is = SHEET_BLANK;
	else if (task->placed && (!task->exec_cgroup || !strcmp(task->exec_cgroup, task->wanted)))
		sheet_tasks_set_text(v, SHEET_OK, task->exec_cgroup ? "+ok exec" : "+ok");
	else
		sheet_tasks_set_text(v, SHEET_FAIL, "X MISPLACED");
}

/* The worst first. */
TASKS_FIGURE(check)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);
	const struct sample_task *t = sheet_task(s, r);
	const struct model *m = s->model;
	struct model_wait w;
	uint64_t want;
	char text[64];
	bool waits;

	if (g)
		check_cgroup(g, v);
	if (!t)
		return;
	waits = model_wait_of(m, r->index, &w);
	check_placement(m, t, v);
	if (waits && w.kind == WAIT_LOST) {
		sheet_tasks_set_text(v, SHEET_FAIL, "! LOST");
	} else if (model_task_outside(m, t)) {
		snprintf(text, sizeof(text), "! OUTSIDE %d", (int)t->cpu);
		sheet_tasks_set_text(v, SHEET_FAIL, text);
	} else if (v->mark == SHEET_FAIL) {
		return;
	} else if (waits && w.kind == WAIT_HOG) {
		snprintf(text, sizeof(text), "! HOG CPU %u", m->cpus[w.hog_cpu].now.cpu);
		sheet_tasks_set_text(v, SHEET_WARN, text);
	} else if (model_class_differs(m, t, &want)) {
		snprintf(text, sizeof(text), "! CLASS %s, not %s", model_class_name(t->sclass),
			 model_class_name(want));
		sheet_tasks_set_text(v, SHEET_WARN, text);
	}
}
