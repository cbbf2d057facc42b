/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_tasks_got - the table of tasks: how much of the CPUs it got, how it is scheduled, what its
 * cgroup is promised. Pure. Invariant: a rate over an absent counter is absent.
 */
#include "ops/sheet_tasks.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/wire_policy.h"
#include "ops/model_wait.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- how much it got --------------------------------------------------------------------- */

static bool shares(const struct sheet *s, const struct sheet_row *r, double *run, double *wait)
{
	double one_run, one_wait;
	uint32_t i, at;

	*run = *wait = 0;
	for (i = 0; sheet_tasks_member(s, r, i, &at); i++) {
		if (!model_task_share(s->model, at, &one_run, &one_wait))
			return false;
		*run += one_run;
		*wait = one_wait < 0 || *wait < 0 ? -1 : *wait + one_wait;
	}
	return true;
}

#define ONE_SAMPLE "there is no second sample of it yet, or its counters stand still"

TASKS_FIGURE(run_share)
{
	double run, wait;

	v->is = r->kind == TASKS_NAMELESS ? SHEET_BLANK : SHEET_ABSENT;
	v->why = ONE_SAMPLE;
	if (r->kind == TASKS_TASK
		    ? shares(s, r, &run, &wait)
		    : r->kind == TASKS_CGROUP && model_cgroup_use(s->model, r->index, &run)) {
		sheet_set_real(v, run);
		v->why = NULL;
	}
}

TASKS_FIGURE(wait_share)
{
	double run, wait;

	if (!sheet_task(s, r))
		return;
	v->is = SHEET_ABSENT;
	v->why = ONE_SAMPLE;
	if (shares(s, r, &run, &wait) && wait >= 0) {
		sheet_set_real(v, wait);
		v->why = NULL;
	}
}

TASKS_FIGURE(sleep_time)
{
	const struct sample_task *t = sheet_task(s, r);
	uint64_t lived;

	if (!t)
		return;
	v->is = SHEET_ABSENT;
	if (t->start_ns == SAMPLE_ABSENT || t->run_ns == SAMPLE_ABSENT ||
	    t->wait_ns == SAMPLE_ABSENT || t->start_ns > s->model->sample_ns)
		return;
	lived = s->model->sample_ns - t->start_ns;
	if (t->state == 'r' && lived > sheet_tasks_since(s, r->index))
		lived -= sheet_tasks_since(
			s, r->index); /* a wait that goes on is not in its wait time yet */
	sheet_set(v, lived > t->run_ns + t->wait_ns ? lived - t->run_ns - t->wait_ns : 0);
}

TASKS_FIGURE(rate)
{
	double sum = 0, one;
	uint32_t i, at;
	const struct sample_task *t;

	if (!sheet_task(s, r))
		return;
	v->is = SHEET_ABSENT;
	v->why = ONE_SAMPLE;
	for (i = 0; (t = sheet_tasks_member(s, r, i, &at)); i++) {
		if (!model_task_rate(s->model, at, sheet_tasks_field(t, c->at), c->at, &one))
			return;
		sum += one;
	}
	v->why = NULL;
	sheet_set_real(v, sum);
}

TASKS_FIGURE(promised)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (!g)
		return;
	v->is = SHEET_ABSENT;
	v->why = g->promise.weight_why ? g->promise.weight_why : "no window of 2s has ended yet";
	if (!g->promise.weight_why || g->promise.promised < 0)
		return;
	sheet_set_real(v, g->promise.promised);
}

TASKS_FIGURE(weight)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (r->kind == TASKS_TASK)
		sheet_set(v, sheet_task(s, r)->weight);
	else if (g)
		sheet_set(v, g->now_ns ? g->now.weight : SAMPLE_ABSENT);
}

/* ---- how it is scheduled ----------------------------------------------------------------- */

TASKS_FIGURE(policy)
{
	static const struct {
		const char *word;
		uint8_t number;
	} words[] = {
#define X(word, number, form) {word, number},
		POLICY_LIST(X)
#undef X
	};
	const struct sample_task *t = sheet_task(s, r);
	size_t i;

	for (i = 0; t && i < ARRAY_SIZE(words); i++)
		if (words[i].number == t->policy)
			sheet_tasks_set_text(v, SHEET_PLAIN, words[i].word);
	if (t && v->is == SHEET_BLANK)
		v->is = SHEET_ABSENT;
}

TASKS_FIGURE(class)
{
	const struct sample_task *t = sheet_task(s, r);
	uint64_t want;
	char text[32];

	if (!t)
		return;
	if (t->sclass == SAMPLE_ABSENT || !t->sclass) {
		v->is = SHEET_ABSENT;
		return;
	}
	snprintf(text, sizeof(text), "%s%s", model_class_name(t->sclass),
		 model_class_differs(s->model, t, &want) ? " !" : "");
	sheet_tasks_set_text(v, strchr(text, '!') ? SHEET_WARN : SHEET_PLAIN, text);
}

TASKS_FIGURE(niceness)
{
	const struct sample_task *t = sheet_task(s, r);
	char text[8];

	if (!t)
		return;
	snprintf(text, sizeof(text), "%d", (int)t->nice);
	sheet_tasks_set_text(v, SHEET_PLAIN, text);
}

TASKS_FIGURE(priority)
{
	const struct sample_task *t = sheet_task(s, r);
	char text[24];

	if (!t)
		return;
	if (t->prio == SAMPLE_ABSENT) {
		v->is = SHEET_ABSENT;
		return;
	}
	snprintf(text, sizeof(text), "%" PRId64, (int64_t)t->prio - 1);
	sheet_tasks_set_text(v, SHEET_PLAIN, text);
}

TASKS_FIGURE(dsq)
{
	const struct sample_task *t = sheet_task(s, r);

	if (!t)
		return;
	v->is = t->dsq == SAMPLE_ABSENT ? SHEET_ABSENT : SHEET_KNOWN;
	if (v->is == SHEET_KNOWN)
		snprintf(v->text, sizeof(v->text), "0x%" PRIx64, t->dsq);
}

TASKS_FIGURE(vtime_head)
{
	const struct sample_task *t = sheet_task(s, r);
	const struct model *m = s->model;
	size_t i;

	if (!t)
		return;
	v->is = SHEET_ABSENT;
	if (t->dsq == SAMPLE_ABSENT || t->vtime == SAMPLE_ABSENT)
		return;
	for (i = 0; i < m->ndsqs; i++)
		if (model_on_dsq(t, &m->dsqs[i]) && m->dsqs[i].head_vtime != SAMPLE_ABSENT) {
			v->is = SHEET_KNOWN;
			v->whole = t->vtime - m->dsqs[i].head_vtime;
			v->number = (double)(int64_t)v->whole;
			return;
		}
}

TASKS_FIGURE(waker)
{
	const struct sample_task *t = sheet_task(s, r);
	const struct model *m = s->model;
	uint32_t at;
	char name[96];

	if (!t)
		return;
	if (t->waker == SAMPLE_ABSENT) {
		v->is = SHEET_ABSENT;
		return;
	}
	if (!t->waker) {
		sheet_tasks_set_text(v, SHEET_DIM, "interrupt");
		return;
	}
	at = model_tid(m, (int64_t)t->waker);
	v->is = SHEET_KNOWN;
	if (at == MODEL_NONE) {
		snprintf(v->text, sizeof(v->text), "%" PRIu64 " (not here)", t->waker);
		return;
	}
	model_task_name(m, m->tasks[at].pid, m->tasks[at].comm, name, sizeof(name));
	snprintf(v->text, sizeof(v->text), "%s[%" PRIu64 "]", name, t->waker);
}

/* ---- cgroups ----------------------------------------------------------------------------- */

TASKS_FIGURE(tasks)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (g)
		sheet_set(v, g->promise.below);
	else if (r->below)
		sheet_set(v, r->below);
}

TASKS_FIGURE(limit)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (!g)
		return;
	v->is = SHEET_ABSENT;
	if (!g->now_ns || g->now.quota_ns == SAMPLE_ABSENT)
		return;
	v->is = SHEET_KNOWN;
	if (!g->now.quota_ns || g->now.period_ns == SAMPLE_ABSENT || !g->now.period_ns)
		text_copy(v->text, sizeof(v->text), "max");
	else
		snprintf(v->text, sizeof(v->text), "%.0f%%",
			 (double)g->now.quota_ns * 100 / (double)g->now.period_ns);
}

TASKS_FIGURE(pressure)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (!g)
		return;
	v->is = SHEET_ABSENT;
	if (g->now_ns && g->now.psi_avg10 != SAMPLE_ABSENT)
		sheet_set_real(v, (double)g->now.psi_avg10 / 100);
}
