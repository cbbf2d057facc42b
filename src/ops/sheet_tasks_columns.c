/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_tasks_columns - the figures of the table of tasks: one function a kind of figure, one row a
 * column. Pure. Invariant: what the source does not tell is absent, what a row cannot have is
 * blank.
 */
#include "ops/sheet_tasks.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/wire_policy.h"
#include "ops/model_metric.h"
#include "ops/model_wait.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TASK(field)   offsetof(struct sample_task, field)
#define CGROUP(field) offsetof(struct sample_cgroup, field)

#define FIGURE(name)                                                                               \
	static void name(const struct sheet *s, const struct sheet_row *r,                         \
			 const struct sheet_column *c, struct sheet_value *v)

static uint64_t field_of(const void *row, size_t at)
{
	uint64_t v;

	memcpy(&v, (const char *)row + at, sizeof(v));
	return v;
}

static void set_text(struct sheet_value *v, enum sheet_mark mark, const char *text)
{
	v->is = SHEET_KNOWN;
	v->mark = mark;
	text_copy(v->text, sizeof(v->text), text);
}

/* The i-th task of a row: itself, or the members folded into it. */
static const struct sample_task *member(const struct sheet *s, const struct sheet_row *r,
					uint32_t i, uint32_t *at)
{
	if (!r->below && i)
		return NULL;
	if (r->below && i >= r->below)
		return NULL;
	*at = r->below ? s->members[r->first + i] : r->index;
	return &s->model->tasks[*at];
}

/* ---- columns that stand in the sample ----------------------------------------------------- */

FIGURE(task_field)
{
	const struct sample_task *t = sheet_task(s, r);
	uint64_t sum = 0, one;
	uint32_t i, at;

	if (!t)
		return;
	if (!c->sum || !r->below) {
		sheet_set(v, field_of(t, c->at));
		return;
	}
	for (i = 0; (t = member(s, r, i, &at)); i++) {
		one = field_of(t, c->at);
		if (one == SAMPLE_ABSENT) {
			v->is = SHEET_ABSENT;
			return;
		}
		sum += one;
	}
	sheet_set(v, sum);
}

FIGURE(cgroup_field)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (!g)
		return;
	if (!g->now_ns)
		v->is = SHEET_ABSENT;
	else
		sheet_set(v, field_of(&g->now, c->at));
}

/* ---- who it is --------------------------------------------------------------------------- */

FIGURE(name)
{
	const struct model *m = s->model;
	const struct model_cgroup *g = sheet_cgroup(s, r);
	const struct sample_task *t = sheet_task(s, r);
	const char *last;
	char who[96];

	v->is = SHEET_KNOWN;
	if (g) {
		last = strrchr(g->path, '/');
		v->mark = SHEET_CGROUP;
		snprintf(v->text, sizeof(v->text), "%s  %u",
			 r->depth && last && s->ask.outline != OUTLINE_FLAT ? last : g->path,
			 g->promise.tasks);
		return;
	}
	if (!t) {
		v->mark = SHEET_CGROUP;
		snprintf(v->text, sizeof(v->text), "cgroup #%" PRIu64 " (name not known)",
			 r->id & INT64_MAX);
		return;
	}
	model_task_name(m, t->pid, t->comm, who, sizeof(who));
	if (r->below)
		snprintf(v->text, sizeof(v->text), "%s[%d] x%u", who, (int)t->pid, r->below);
	else if (t->tid == t->pid)
		snprintf(v->text, sizeof(v->text), "%s[%d]", who, (int)t->pid);
	else
		snprintf(v->text, sizeof(v->text), "%s[%d/%d]", who, (int)t->pid, (int)t->tid);
}

FIGURE(comm)
{
	if (sheet_task(s, r))
		set_text(v, SHEET_DIM, sheet_task(s, r)->comm);
}

FIGURE(pid)
{
	if (sheet_task(s, r))
		sheet_set(v, (uint64_t)sheet_task(s, r)->pid);
}

FIGURE(tid)
{
	if (sheet_task(s, r))
		sheet_set(v, (uint64_t)sheet_task(s, r)->tid);
}

FIGURE(path)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (sheet_task(s, r))
		g = model_cgroup_by_id(s->model, sheet_task(s, r)->cgroup_id);
	if (g)
		set_text(v, SHEET_CGROUP, model_below_root(s->model, g->path));
	else
		v->is = SHEET_ABSENT;
}

/* ---- what it does now -------------------------------------------------------------------- */

FIGURE(state)
{
	static const char letters[] = "RrDTtSZX";
	static const enum sheet_mark marks[] = {SHEET_RUNNING, SHEET_WAITING, SHEET_WARN,
						SHEET_PLAIN,   SHEET_PLAIN,   SHEET_DIM,
						SHEET_DIM,     SHEET_DIM};
	const struct sample_task *t = sheet_task(s, r);
	const char *at = t && t->state ? strchr(letters, t->state) : NULL;
	const char text[2] = {t && t->state > ' ' && t->state < 0x7f ? t->state : '?', '\0'};

	if (t)
		set_text(v, at ? marks[at - letters] : SHEET_DIM, text);
}

static uint64_t since(const struct sheet *s, uint32_t task)
{
	const struct model *m = s->model;

	return m->sample_ns > m->seen[task].since_ns ? m->sample_ns - m->seen[task].since_ns : 0;
}

FIGURE(state_for)
{
	if (!sheet_task(s, r))
		return;
	sheet_set(v, since(s, r->index));
	if (!s->model->seen[r->index].exact)
		v->why = "at least: it was so in every sample since";
}

/* Of a process that is folded: that of the thread which has waited longest. */
FIGURE(waiting)
{
	const struct sample_task *t;
	uint64_t longest = 0;
	struct model_wait w;
	uint32_t i, at;

	if (!sheet_task(s, r))
		return;
	for (i = 0; (t = member(s, r, i, &at)); i++) {
		if (t->state != 'r' && t->held != SAMPLE_HELD_THROTTLED &&
		    t->held != SAMPLE_HELD_FROZEN)
			continue;
		v->is = SHEET_KNOWN;
		if (since(s, at) < longest)
			continue;
		longest = since(s, at);
		sheet_set(v, longest);
		v->mark = longest < WAIT_LOST_NS ? SHEET_PLAIN : SHEET_WARN;
		if (!s->model->seen[at].exact)
			v->why = "at least: it waited in every sample since";
		if (t->held == SAMPLE_HELD_BPF && model_wait_of(s->model, at, &w) &&
		    w.kind == WAIT_LOST)
			v->mark = SHEET_FAIL;
	}
}

FIGURE(held)
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
		set_text(v, SHEET_RUNNING, "running");
}

FIGURE(cpu)
{
	if (sheet_task(s, r))
		sheet_set(v, (uint64_t)(uint32_t)sheet_task(s, r)->cpu);
}

FIGURE(last)
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

FIGURE(cpus)
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

/* ---- how much it got --------------------------------------------------------------------- */

static bool shares(const struct sheet *s, const struct sheet_row *r, double *run, double *wait)
{
	double one_run, one_wait;
	uint32_t i, at;

	*run = *wait = 0;
	for (i = 0; member(s, r, i, &at); i++) {
		if (!model_task_share(s->model, at, &one_run, &one_wait))
			return false;
		*run += one_run;
		*wait = one_wait < 0 || *wait < 0 ? -1 : *wait + one_wait;
	}
	return true;
}

#define ONE_SAMPLE "there is no second sample of it yet, or its counters stand still"

FIGURE(run_share)
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

FIGURE(wait_share)
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

FIGURE(sleep_time)
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
	if (t->state == 'r' && lived > since(s, r->index))
		lived -= since(s, r->index); /* a wait that goes on is not in its wait time yet */
	sheet_set(v, lived > t->run_ns + t->wait_ns ? lived - t->run_ns - t->wait_ns : 0);
}

FIGURE(rate)
{
	double sum = 0, one;
	uint32_t i, at;
	const struct sample_task *t;

	if (!sheet_task(s, r))
		return;
	v->is = SHEET_ABSENT;
	v->why = ONE_SAMPLE;
	for (i = 0; (t = member(s, r, i, &at)); i++) {
		if (!model_task_rate(s->model, at, field_of(t, c->at), c->at, &one))
			return;
		sum += one;
	}
	v->why = NULL;
	sheet_set_real(v, sum);
}

FIGURE(promised)
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

FIGURE(weight)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (r->kind == TASKS_TASK)
		sheet_set(v, sheet_task(s, r)->weight);
	else if (g)
		sheet_set(v, g->now_ns ? g->now.weight : SAMPLE_ABSENT);
}

/* ---- how it is scheduled ----------------------------------------------------------------- */

FIGURE(policy)
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
			set_text(v, SHEET_PLAIN, words[i].word);
	if (t && v->is == SHEET_BLANK)
		v->is = SHEET_ABSENT;
}

FIGURE(class)
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
	set_text(v, strchr(text, '!') ? SHEET_WARN : SHEET_PLAIN, text);
}

FIGURE(niceness)
{
	const struct sample_task *t = sheet_task(s, r);
	char text[8];

	if (!t)
		return;
	snprintf(text, sizeof(text), "%d", (int)t->nice);
	set_text(v, SHEET_PLAIN, text);
}

FIGURE(priority)
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
	set_text(v, SHEET_PLAIN, text);
}

FIGURE(dsq)
{
	const struct sample_task *t = sheet_task(s, r);

	if (!t)
		return;
	v->is = t->dsq == SAMPLE_ABSENT ? SHEET_ABSENT : SHEET_KNOWN;
	if (v->is == SHEET_KNOWN)
		snprintf(v->text, sizeof(v->text), "0x%" PRIx64, t->dsq);
}

FIGURE(vtime_head)
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
		if (m->dsqs[i].id == t->dsq && m->dsqs[i].head_vtime != SAMPLE_ABSENT) {
			v->is = SHEET_KNOWN;
			v->whole = t->vtime - m->dsqs[i].head_vtime;
			v->number = (double)(int64_t)v->whole;
			return;
		}
}

FIGURE(waker)
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
		set_text(v, SHEET_DIM, "interrupt");
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

FIGURE(tasks)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (g)
		sheet_set(v, g->promise.below);
	else if (r->below)
		sheet_set(v, r->below);
}

FIGURE(limit)
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

FIGURE(pressure)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (!g)
		return;
	v->is = SHEET_ABSENT;
	if (g->now_ns && g->now.psi_avg10 != SAMPLE_ABSENT)
		sheet_set_real(v, (double)g->now.psi_avg10 / 100);
}

/* ---- numbers and verdicts ---------------------------------------------------------------- */

/* The number of a payload that came last; one that is known to be good or bad before others. */
FIGURE(number)
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
		snprintf(text, sizeof(text), "%scpu.%s %s",
			 (weight ? p->weight : p->max) == PROMISE_IGNORED ? "! " : "",
			 weight ? "weight" : "max", promise_word(weight ? p->weight : p->max));
		set_text(v, strchr(text, '!') ? SHEET_FAIL : SHEET_OK, text);
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
		set_text(v, SHEET_WARN, "shell");
	else if (!task || !task->wanted)
		v->is = SHEET_BLANK;
	else if (task->placed && (!task->exec_cgroup || !strcmp(task->exec_cgroup, task->wanted)))
		set_text(v, SHEET_OK, task->exec_cgroup ? "+ok exec" : "+ok");
	else
		set_text(v, SHEET_FAIL, "X MISPLACED");
}

/* The worst first. */
FIGURE(check)
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
		set_text(v, SHEET_FAIL, "! LOST");
	} else if (model_task_outside(m, t)) {
		snprintf(text, sizeof(text), "! OUTSIDE %d", (int)t->cpu);
		set_text(v, SHEET_FAIL, text);
	} else if (v->mark == SHEET_FAIL) {
		return;
	} else if (waits && w.kind == WAIT_HOG) {
		snprintf(text, sizeof(text), "! HOG CPU %u", m->cpus[w.hog_cpu].now.cpu);
		set_text(v, SHEET_WARN, text);
	} else if (model_class_differs(m, t, &want)) {
		snprintf(text, sizeof(text), "! CLASS %s, not %s", model_class_name(t->sclass),
			 model_class_name(want));
		set_text(v, SHEET_WARN, text);
	}
}

/* ---- the table --------------------------------------------------------------------------- */

#define KERNEL  "the kernel's task_struct, in the sample"
#define PROBES  "the probes on wake-ups and switches, since they were attached"
#define NOPROBE "the probe that counts it is not attached or does not exist on this kernel"
#define SCX     "sched_ext's part of the task_struct"
#define NOSCX   "no sched_ext scheduler runs it, or the source cannot read it"
#define FILES   "the cgroup's files in the guest"
#define NOFILE  "the file is not there, or was not read yet"

static const struct sheet_column columns[] = {
	{"name", "CGROUP / TASK", SHEET_TEXT, 10, 40, 0, .left = true, .value = name,
	 .says = "a cgroup and how many tasks are directly in it; a task with its pid, a thread "
		 "with pid/tid",
	 .from = "the sample; names of groups are the session's"},
	{"state", "S", SHEET_TEXT, 1, 0, 1, .left = true, .value = state,
	 .says = "R running, r runnable and waiting, S sleeping, D uninterruptible, T stopped, Z "
		 "dead, I idle "
		 "kernel thread",
	 .from = KERNEL},
	{"waiting", "WAITING", SHEET_NS, 7, 0, 2, .value = waiting,
	 .says = "how long it has been runnable without a CPU, now; of a folded process: its "
		 "longest",
	 .from = "since when, by the kernel where the source tells it, else by the samples (then "
		 "it is at least "
		 "that)"},
	{"held", "HELD BY", SHEET_TEXT, 7, 12, 3, .left = true, .value = held,
	 .says = "where it is: running, queue N (a runqueue of the kernel), local N (local DSQ of "
		 "CPU N), DSQ "
		 "0x.. (the scheduler's), global, BPF (runnable, on no queue), throttled, frozen",
	 .from = SCX " and its runqueue", .absent = "the source cannot tell queues apart"},
	{"cpus", "CPUS", SHEET_TEXT, 5, 12, 9, .left = true, .value = cpus,
	 .says = "where it may run: its affinity and its cgroup's effective cpuset together",
	 .from = "cpus_ptr of the task, cpuset.cpus.effective of the cgroup", .absent = NOFILE},
	{"last", "LAST", SHEET_TEXT, 4, 11, 10, .left = true, .value = last,
	 .says = "the CPUs it ran on last, the newest first", .from = PROBES, .absent = NOPROBE},
	{"run_percent", "RUN%", SHEET_PERCENT, 4, 0, 4, .value = run_share,
	 .says = "share of one CPU that it ran, between the last two samples; of a cgroup between "
		 "its last two "
		 "readings",
	 .from = "run time of the task, cpu.stat of the cgroup"},
	{"wait_percent", "WAIT%", SHEET_PERCENT, 5, 0, 8, .value = wait_share,
	 .says = "share of its time that it waited for a CPU, between the last two samples",
	 .from = "run delay of the task (sched_info)", .absent = "the kernel counts no run delay"},
	{"promised_percent", "PROMISED", SHEET_PERCENT, 8, 0, 7, .value = promised,
	 .says = "what its weight promises of what it and the siblings that compete with it got "
		 "together",
	 .from = "cpu.weight, and run times over the last window of 2s"},
	{"wake_p99_ns", "P99 WAKE", SHEET_NS, 8, 0, 11, .value = task_field,
	 .at = TASK(wake_p99_ns),
	 .says = "99 of 100 of its wake-ups were not later, from wake-up to a CPU", .from = PROBES,
	 .absent = NOPROBE ", or it has not been woken since"},
	{"vtime_head_ns", "VTIME-HEAD", SHEET_SIGNED_NS, 10, 0, 14, .value = vtime_head,
	 .says = "its vtime less that of the first in its DSQ: 0 = it is next", .from = SCX,
	 .absent = "it is on no DSQ that is ordered by vtime"},
	{"weight", "W", SHEET_COUNT, 4, 0, 13, .value = weight,
	 .says = "weight: of a task in its class, of a cgroup cpu.weight (0 = cpu.idle)",
	 .from = KERNEL "; " FILES, .absent = NOFILE},
	{"class", "CLASS", SHEET_TEXT, 6, 0, 12, .left = true, .value = class,
	 .says = "the scheduling class that really runs it; ! = not the one its policy asks for",
	 .from = "sched_class of the task", .absent = "the source cannot read the class"},
	{"policy", "POLICY", SHEET_TEXT, 8, 0, 22, .left = true, .value = policy,
	 .says = "its scheduling policy: what was asked for", .from = KERNEL},
	{"cpu", "CPU", SHEET_COUNT, 3, 0, 6, .value = cpu, .says = "the CPU it is on, or was last",
	 .from = KERNEL},
	{"state_for_ns", "FOR", SHEET_NS, 7, 0, 18, .value = state_for,
	 .says = "how long it is in its state", .from = "as WAITING"},
	{"run_ns", "RUN", SHEET_NS, 7, 0, 15, .sum = true, .value = task_field, .at = TASK(run_ns),
	 .says = "time on a CPU since it was made", .from = KERNEL},
	{"wait_ns", "WAIT", SHEET_NS, 7, 0, 16, .sum = true, .value = task_field,
	 .at = TASK(wait_ns),
	 .says = "time runnable without a CPU since it was made; a wait counts when it ends",
	 .from = "run delay of the task (sched_info)", .absent = "the kernel counts no run delay"},
	{"sleep_ns", "SLEEP", SHEET_NS, 7, 0, 24, .value = sleep_time,
	 .says = "time neither running nor waiting since it was made",
	 .from = "its age less RUN and WAIT", .absent = "when it was made is not told"},
	{"switches_s", "SW/s", SHEET_PER_S, 6, 0, 19, .value = rate, .at = TASK(switches),
	 .says = "times it left a CPU", .from = KERNEL},
	{"voluntary", "VOL", SHEET_COUNT, 7, 0, 25, .sum = true, .value = task_field,
	 .at = TASK(voluntary), .says = "switches where it went to sleep",
	 .from = "nvcsw of the task", .absent = "the source does not read it"},
	{"involuntary", "INVOL", SHEET_COUNT, 7, 0, 26, .sum = true, .value = task_field,
	 .at = TASK(involuntary), .says = "switches where it was made to go",
	 .from = "nivcsw of the task", .absent = "the source does not read it"},
	{"migrations", "MIG", SHEET_COUNT, 6, 0, 17, .sum = true, .value = task_field,
	 .at = TASK(migrations), .says = "times it went to another CPU",
	 .from = "se.nr_migrations of the task"},
	{"mig_llc", "IN-LLC", SHEET_COUNT, 6, 0, 31, .sum = true, .value = task_field,
	 .at = TASK(mig_llc), .says = "migrations within a last-level cache", .from = PROBES,
	 .absent = NOPROBE},
	{"mig_cross", "X-LLC", SHEET_COUNT, 6, 0, 32, .sum = true, .value = task_field,
	 .at = TASK(mig_cross), .says = "migrations to another cache of its node", .from = PROBES,
	 .absent = NOPROBE},
	{"mig_node", "X-NODE", SHEET_COUNT, 6, 0, 33, .sum = true, .value = task_field,
	 .at = TASK(mig_node), .says = "migrations to another NUMA node", .from = PROBES,
	 .absent = NOPROBE},
	{"wakes", "WAKES", SHEET_COUNT, 7, 0, 27, .sum = true, .value = task_field,
	 .at = TASK(wakes), .says = "times it was woken", .from = PROBES, .absent = NOPROBE},
	{"wake_p50_ns", "P50 WAKE", SHEET_NS, 8, 0, 28, .value = task_field,
	 .at = TASK(wake_p50_ns),
	 .says = "half of its wake-ups were not later, from wake-up to a CPU", .from = PROBES,
	 .absent = NOPROBE ", or it has not been woken since"},
	{"wake_max_ns", "MAX WAKE", SHEET_NS, 8, 0, 29, .value = task_field,
	 .at = TASK(wake_max_ns), .says = "the latest of its wake-ups", .from = PROBES,
	 .absent = NOPROBE ", or it has not been woken since"},
	{"waker", "WOKEN BY", SHEET_TEXT, 12, 20, 21, .left = true, .value = waker,
	 .says = "who woke it last", .from = PROBES,
	 .absent = NOPROBE ", or it has not been woken since"},
	{"slice_ns", "SLICE", SHEET_NS, 7, 0, 30, .value = task_field, .at = TASK(slice_ns),
	 .says = "what is left of its slice", .from = SCX ", or se.slice", .absent = NOSCX},
	{"dsq", "DSQ", SHEET_TEXT, 8, 18, 34, .left = true, .value = dsq,
	 .says = "id of the DSQ it is on", .from = SCX, .absent = "it is on none"},
	{"dsq_place", "PLACE", SHEET_COUNT, 5, 0, 35, .value = task_field, .at = TASK(dsq_place),
	 .says = "how many are before it in its DSQ", .from = SCX, .absent = "it is on none"},
	{"vtime", "VTIME", SHEET_COUNT, 14, 0, 36, .value = task_field, .at = TASK(vtime),
	 .says = "its vtime in its DSQ's order, or its vruntime", .from = SCX ", or se.vruntime",
	 .absent = "the source does not read it"},
	{"nice", "NICE", SHEET_TEXT, 4, 0, 37, .value = niceness, .says = "its nice value",
	 .from = KERNEL},
	{"prio", "PRIO", SHEET_TEXT, 4, 0, 38, .value = priority,
	 .says = "the kernel's priority: -1 deadline, 0 to 99 real-time, 100 to 139 normal",
	 .from = KERNEL, .absent = "the source does not read it"},
	{"pid", "PID", SHEET_COUNT, 7, 0, 39, .value = pid, .says = "its process", .from = KERNEL},
	{"tid", "TID", SHEET_COUNT, 7, 0, 40, .value = tid, .says = "its thread", .from = KERNEL},
	{"comm", "COMMAND", SHEET_TEXT, 15, 0, 23, .left = true, .value = comm,
	 .says = "the name the kernel has for it", .from = KERNEL},
	{"cgroup", "CGROUP", SHEET_TEXT, 12, 30, 41, .left = true, .value = path,
	 .says = "its cgroup", .from = KERNEL, .absent = "nobody has told the cgroup's name"},
	{"tasks", "TASKS", SHEET_COUNT, 5, 0, 42, .value = tasks,
	 .says = "tasks in a cgroup and below it; threads of a folded process",
	 .from = "the sample"},
	{"limit", "MAX", SHEET_TEXT, 5, 0, 43, .value = limit,
	 .says = "cpu.max, in percent of one CPU", .from = FILES, .absent = NOFILE},
	{"throttled", "THROTTLED", SHEET_COUNT, 9, 0, 44, .value = cgroup_field,
	 .at = CGROUP(throttled), .says = "periods in which it was held back by cpu.max",
	 .from = "cpu.stat: nr_throttled", .absent = NOFILE},
	{"throttled_ns", "THR-TIME", SHEET_NS, 8, 0, 45, .value = cgroup_field,
	 .at = CGROUP(throttled_ns), .says = "time it was held back by cpu.max",
	 .from = "cpu.stat: throttled_usec", .absent = NOFILE},
	{"usage_ns", "USAGE", SHEET_NS, 8, 0, 46, .value = cgroup_field, .at = CGROUP(usage_ns),
	 .says = "CPU time it and all below it have had", .from = "cpu.stat: usage_usec",
	 .absent = NOFILE},
	{"user_ns", "USER", SHEET_NS, 8, 0, 47, .value = cgroup_field, .at = CGROUP(user_ns),
	 .says = "of it, in user mode", .from = "cpu.stat: user_usec", .absent = NOFILE},
	{"system_ns", "SYSTEM", SHEET_NS, 8, 0, 48, .value = cgroup_field, .at = CGROUP(system_ns),
	 .says = "of it, in the kernel", .from = "cpu.stat: system_usec", .absent = NOFILE},
	{"pressure_percent", "PSI%", SHEET_PERCENT, 4, 0, 49, .value = pressure,
	 .says = "share of the last 10s in which some task of it waited for a CPU",
	 .from = "cpu.pressure: some avg10", .absent = NOFILE},
	{"pressure_ns", "PSI", SHEET_NS, 8, 0, 50, .value = cgroup_field, .at = CGROUP(psi_some_ns),
	 .says = "time in which some task of it waited for a CPU",
	 .from = "cpu.pressure: some total", .absent = NOFILE},
	{"number", "NUMBER", SHEET_TEXT, 36, 0, 20, .left = true, .value = number,
	 .says = "a number that the payload has printed last; # shows all", .from = "its output"},
	{"check", "CHECK", SHEET_TEXT, 6, 26, 5, .left = true, .value = check,
	 .says = "what is wrong, the worst first: LOST, OUTSIDE N (runs on CPU N, which it may not "
		 "use), X MISPLACED, HOG CPU N (waits "
		 "behind a real-time task), CLASS; else that it was in its cgroup before its first "
		 "instruction (+ok; "
		 "+ok exec: the probe at exec saw it there, too); of a cgroup whether weight and "
		 "limit are kept",
	 .from = "all of the above"},
};

const struct sheet_def sheet_tasks = {
	.name = "tasks",
	.summary = "a row is a cgroup, or a task or thread in it",
	.empty = "no cgroup and no task yet: press a to add a cgroup, r to run something",
	.columns = columns,
	.ncolumns = ARRAY_SIZE(columns),
	.tree = true,
	.build = sheet_tasks_build,
	.text = sheet_tasks_text,
	.describe = sheet_tasks_describe,
	.expect = sheet_tasks_expect,
};
