/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_tasks_now - the table of tasks: what a task does at the moment of the sample, for how long,
 * where it is and may be. Pure. Invariant: what the source does not tell is absent.
 */
#include "ops/sheet_tasks.h"

#include "base/text.h"
#include "ops/model_wait.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- what it does now -------------------------------------------------------------------- */

TASKS_FIGURE(state)
{
	static const char letters[] = "RrDTtSZX";
	static const enum sheet_mark marks[] = {SHEET_RUNNING, SHEET_WAITING, SHEET_WARN,
						SHEET_PLAIN,   SHEET_PLAIN,   SHEET_DIM,
						SHEET_DIM,     SHEET_DIM};
	const struct sample_task *t = sheet_task(s, r);
	const char *at = t && t->state ? strchr(letters, t->state) : NULL;
	const char text[2] = {t && t->state > ' ' && t->state < 0x7f ? t->state : '?', '\0'};

	if (t)
		sheet_tasks_set_text(v, at ? marks[at - letters] : SHEET_DIM, text);
}

uint64_t sheet_tasks_since(const struct sheet *s, uint32_t task)
{
	const struct model *m = s->model;

	return m->sample_ns > m->seen[task].since_ns ? m->sample_ns - m->seen[task].since_ns : 0;
}

/* What began after the sample before is that short, but how short is not known. */
static void set_since(const struct sheet *s, uint32_t task, struct sheet_value *v)
{
	bool exact = s->model->seen[task].exact;

	sheet_set(v, sheet_tasks_since(s, task));
	if (!exact && !v->whole) {
		v->is = SHEET_ABSENT;
		v->why =
			"it began after the sample before this one; when, the source does not tell";
	} else if (!exact) {
		v->why = "at least: it was so in every sample since";
	}
}

TASKS_FIGURE(state_for)
{
	if (!sheet_task(s, r))
		return;
	set_since(s, r->index, v);
}

/* Of a process that is folded: that of the thread which has waited longest. */
TASKS_FIGURE(waiting)
{
	const struct sample_task *t;
	uint64_t longest = 0;
	struct model_wait w;
	uint32_t i, at;

	if (!sheet_task(s, r))
		return;
	for (i = 0; (t = sheet_tasks_member(s, r, i, &at)); i++) {
		if (t->state != 'r' && t->held != SAMPLE_HELD_THROTTLED &&
		    t->held != SAMPLE_HELD_FROZEN)
			continue;
		if (v->is != SHEET_BLANK && sheet_tasks_since(s, at) < longest)
			continue;
		longest = sheet_tasks_since(s, at);
		v->why = NULL;
		set_since(s, at, v);
		v->mark = longest < WAIT_LOST_NS ? SHEET_PLAIN : SHEET_WARN;
		if (t->held == SAMPLE_HELD_BPF && model_wait_of(s->model, at, &w) &&
		    w.kind == WAIT_LOST)
			v->mark = SHEET_FAIL;
	}
}

TASKS_FIGURE(held)
{
	const struct sample_task *t = sheet_task(s, r);

	if (!t)
		return;
	model_held_name(s->model, t, v->text, sizeof(v->text));
	v->is = *v->text ? SHEET_KNOWN : t->state == 'r' ? SHEET_ABSENT : SHEET_BLANK;
	v->mark = t->held == SAMPLE_HELD_RUNNING ? SHEET_RUNNING
		  : t->held == SAMPLE_HELD_BPF   ? SHEET_WARN
						 : SHEET_WAITING;
	if (t->state == 'R' && v->is == SHEET_BLANK)
		sheet_tasks_set_text(v, SHEET_RUNNING, "running");
}

TASKS_FIGURE(cpu)
{
	if (sheet_task(s, r))
		sheet_set(v, (uint64_t)(uint32_t)sheet_task(s, r)->cpu);
}

TASKS_FIGURE(last)
{
	const struct sample_task *t = sheet_task(s, r);
	size_t used = 0;
	bool wide = false;
	unsigned i, cpu;

	if (!t)
		return;
	if (t->last_cpus == SAMPLE_ABSENT) {
		v->is = SHEET_ABSENT;
		return;
	}
	v->is = SHEET_KNOWN;
	for (i = 0; i < 4; i++) {
		cpu = t->last_cpus >> (16 * i) & 0xffff;
		wide = wide || (cpu > 9 && cpu != 0xffff);
	}
	for (i = 0; i < 4; i++) {
		cpu = t->last_cpus >> (16 * i) & 0xffff;
		if (cpu == 0xffff)
			break;
		used += (size_t)snprintf(v->text + used, sizeof(v->text) - used, "%s%u",
					 wide && i ? "<" : "", cpu);
	}
}

void sheet_mask_text(const struct sample_mask *mask, char *dst, size_t size)
{
	size_t used = 0;
	unsigned cpu, to;

	*dst = '\0';
	for (cpu = 0; cpu < SAMPLE_CPUS_MAX && used < size; cpu = to + 1) {
		to = cpu;
		if (!(mask->bits[cpu / 64] >> (cpu % 64) & 1))
			continue;
		while (to + 1 < SAMPLE_CPUS_MAX &&
		       (mask->bits[(to + 1) / 64] >> ((to + 1) % 64) & 1))
			to++;
		used += (size_t)snprintf(dst + used, size - used, to > cpu ? "%s%u-%u" : "%s%u",
					 used ? "," : "", cpu, to);
	}
}

TASKS_FIGURE(cpus)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);
	const struct sample_task *t = sheet_task(s, r);
	const struct sample_mask *set = g ? model_mask(s->model, g->now.cpuset) : NULL;
	struct sample_mask may;
	unsigned i;

	if (r->kind == TASKS_NAMELESS)
		return;
	v->is = SHEET_ABSENT;
	if (g && g->now_ns == s->model->sample_ns && set)
		may = *set;
	else if (!t || !model_task_cpus(s->model, t, &may))
		return;
	/* CPUs that the guest does not have are no limit */
	for (i = 0; i < SAMPLE_CPUS_MAX; i++)
		if (i >= s->model->ncpus && s->model->ncpus)
			may.bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
	v->is = SHEET_KNOWN;
	sheet_mask_text(&may, v->text, sizeof(v->text));
	if (!*v->text)
		text_copy(v->text, sizeof(v->text), "none");
	if (t && model_task_outside(s->model, t))
		v->mark = SHEET_FAIL;
}
