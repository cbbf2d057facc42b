/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_wait - see model_wait.h. Pure, but for model_wait_sample(). Invariant: no word is said
 * about a place that the source did not tell.
 */
#include "ops/model_wait.h"

#include "base/text.h"
#include "ops/model_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- CPUs and classes -------------------------------------------------------------------- */

const char *model_class_name(uint64_t sclass)
{
	static const char *const names[SAMPLE_CLASSES] = {
		[SAMPLE_CLASS_STOP] = "stop", [SAMPLE_CLASS_DEADLINE] = "DL",
		[SAMPLE_CLASS_RT] = "RT",     [SAMPLE_CLASS_EXT] = "ext",
		[SAMPLE_CLASS_FAIR] = "fair", [SAMPLE_CLASS_IDLE] = "idle",
	};

	return sclass < SAMPLE_CLASSES && names[sclass] ? names[sclass] : "-";
}

static uint32_t cpu_row(const struct model *m, int64_t cpu)
{
	size_t i;

	if (cpu >= 0 && (size_t)cpu < m->ncpus && m->cpus[cpu].now.cpu == cpu)
		return (uint32_t)cpu;
	for (i = 0; i < m->ncpus; i++)
		if (m->cpus[i].now.cpu == cpu)
			return (uint32_t)i;
	return MODEL_NONE;
}

static bool above(uint64_t v, uint64_t least)
{
	return v != SAMPLE_ABSENT && v >= least;
}

bool model_cpu_hog(const struct model *m, uint32_t cpu, uint64_t *ns)
{
	const struct sample_cpu *c = cpu < m->ncpus ? &m->cpus[cpu].now : NULL;
	uint32_t task = c && c->pid > 0 ? model_tid(m, c->pid) : MODEL_NONE;
	uint64_t sclass;

	if (task == MODEL_NONE)
		return false;
	sclass = c->sclass != SAMPLE_ABSENT ? c->sclass : m->tasks[task].sclass;
	if (!sclass || sclass > SAMPLE_CLASS_RT || m->seen[task].since_ns >= m->sample_ns)
		return false;
	*ns = m->sample_ns - m->seen[task].since_ns;
	return *ns >= WAIT_HOG_NS &&
	       (above(c->nr_running, 2) || above(c->scx_running, 1) || above(c->local_dsq, 1));
}

bool model_class_differs(const struct model *m, const struct sample_task *t, uint64_t *want)
{
	enum { NORMAL, FIFO, RR, BATCH, IDLE = 5, DEADLINE, EXT };
	const struct sample_sched *s = &m->sched_now;
	enum { ENABLED = 1 }; /* of the kernel's enum scx_enable_state */

	if (!t->sclass || t->sclass == SAMPLE_ABSENT)
		return false;
	switch (t->policy) {
	case FIFO:
	case RR:
		*want = SAMPLE_CLASS_RT;
		break;
	case DEADLINE:
		*want = SAMPLE_CLASS_DEADLINE;
		break;
	case NORMAL:
	case BATCH:
	case IDLE:
	case EXT:
		if (s->state == SAMPLE_ABSENT && !model_sched_now(m))
			*want = t->policy == EXT ? t->sclass : SAMPLE_CLASS_FAIR;
		else if (s->state == SAMPLE_ABSENT || s->switch_all == SAMPLE_ABSENT)
			return false;
		else
			*want = s->state == ENABLED && (s->switch_all || t->policy == EXT)
					? SAMPLE_CLASS_EXT
					: SAMPLE_CLASS_FAIR;
		break;
	default:
		return false;
	}
	/* the migration and stop threads are FIFO by name */
	return t->sclass != *want && t->sclass != SAMPLE_CLASS_STOP &&
	       t->sclass != SAMPLE_CLASS_IDLE;
}

static bool has(const struct sample_mask *mask, int64_t cpu)
{
	return cpu >= 0 && cpu < SAMPLE_CPUS_MAX && (mask->bits[cpu / 64] >> (cpu % 64) & 1);
}

bool model_task_cpus(const struct model *m, const struct sample_task *t, struct sample_mask *out)
{
	const struct model_cgroup *g = model_cgroup_by_id(m, t->cgroup_id);
	const struct sample_mask *own = model_mask(m, t->allowed);
	const struct sample_mask *set =
		g && g->now_ns == m->sample_ns ? model_mask(m, g->now.cpuset) : NULL;
	size_t i;

	if (!own && !set)
		return false;
	for (i = 0; i < SAMPLE_CPUS_MAX / 64; i++)
		out->bits[i] =
			(own ? own->bits[i] : UINT64_MAX) & (set ? set->bits[i] : UINT64_MAX);
	return true;
}

/* Kernel threads that are bound to a CPU stand above cpusets; they are in the root cgroup. */
bool model_task_outside(const struct model *m, const struct sample_task *t)
{
	struct sample_mask may;

	return t->state == 'R' && model_task_cpus(m, t, &may) && !has(&may, t->cpu);
}

/* ---- waits ------------------------------------------------------------------------------- */

/* Every CPU the task may use is a hog's; the one it ran on last is named. */
static bool all_hogged(const struct model *m, const struct sample_task *t, uint32_t *cpu,
		       uint64_t *ns)
{
	struct sample_mask may;
	uint64_t now;
	uint32_t i;

	*cpu = MODEL_NONE;
	if (!model_task_cpus(m, t, &may))
		return false;
	for (i = 0; i < m->ncpus; i++) {
		if (!has(&may, m->cpus[i].now.cpu))
			continue;
		if (!model_cpu_hog(m, i, &now))
			return false;
		if (*cpu == MODEL_NONE || (int64_t)m->cpus[i].now.cpu == t->cpu) {
			*cpu = i;
			*ns = now;
		}
	}
	return *cpu != MODEL_NONE;
}

/* It stands in line at its CPU: told so, or because only sched_ext keeps tasks elsewhere. */
static bool stands_at_cpu(const struct model *m, const struct sample_task *t)
{
	if (t->held == SAMPLE_ABSENT || !t->held)
		return t->sclass == SAMPLE_CLASS_FAIR || t->sclass == SAMPLE_CLASS_RT ||
		       t->sclass == SAMPLE_CLASS_DEADLINE ||
		       (m->sched_state && !model_sched_now(m));
	return t->held == SAMPLE_HELD_QUEUE || t->held == SAMPLE_HELD_LOCAL;
}

static bool behind_hog(const struct model *m, const struct sample_task *t, struct model_wait *w)
{
	if (stands_at_cpu(m, t)) {
		w->hog_cpu = cpu_row(m, t->cpu);
		if (w->hog_cpu != MODEL_NONE && model_cpu_hog(m, w->hog_cpu, &w->hog_ns) &&
		    m->cpus[w->hog_cpu].now.pid != t->tid)
			return true;
	}
	if (all_hogged(m, t, &w->hog_cpu, &w->hog_ns))
		return true;
	w->hog_cpu = MODEL_NONE;
	return false;
}

static uint64_t lost_after(uint64_t limit_ns)
{
	return limit_ns && limit_ns / 4 < WAIT_LOST_NS ? limit_ns / 4 : WAIT_LOST_NS;
}

static bool waits(const struct sample_task *t)
{
	return t->state == 'r' || t->held == SAMPLE_HELD_THROTTLED || t->held == SAMPLE_HELD_FROZEN;
}

bool model_wait_of(const struct model *m, uint32_t task, struct model_wait *out)
{
	const struct sample_task *t = task < m->ntasks ? &m->tasks[task] : NULL;

	if (!t || !waits(t))
		return false;
	*out = (struct model_wait){.task = task,
				   .kind = WAIT_QUEUED,
				   .since_ns = m->seen[task].since_ns,
				   .exact = m->seen[task].exact,
				   .first = !m->seen[task].exact &&
					    m->seen[task].before == MODEL_NONE,
				   .held = t->held,
				   .dsq = t->dsq,
				   .hog_cpu = MODEL_NONE};
	out->wait_ns = m->sample_ns > out->since_ns ? m->sample_ns - out->since_ns : 0;
	if (t->sclass == SAMPLE_CLASS_EXT && m->sched_now.watchdog_ns != SAMPLE_ABSENT)
		out->limit_ns = m->sched_now.watchdog_ns;
	if (t->held == SAMPLE_HELD_THROTTLED)
		out->kind = WAIT_THROTTLED;
	else if (t->held == SAMPLE_HELD_FROZEN)
		out->kind = WAIT_FROZEN;
	else if (behind_hog(m, t, out))
		out->kind = WAIT_HOG;
	else if (t->held == SAMPLE_HELD_BPF)
		out->kind = out->wait_ns >= lost_after(out->limit_ns) ? WAIT_LOST : WAIT_BPF;
	return true;
}

bool model_wait_oldest(const struct model *m, struct model_wait *out)
{
	uint32_t best = MODEL_NONE, limited = MODEL_NONE, *slot, i;

	for (i = 0; i < m->ntasks; i++) {
		if (!waits(&m->tasks[i]))
			continue;
		slot = m->tasks[i].held == SAMPLE_HELD_THROTTLED ||
				       m->tasks[i].held == SAMPLE_HELD_FROZEN
			       ? &limited
			       : &best;
		if (*slot == MODEL_NONE || m->seen[i].since_ns < m->seen[*slot].since_ns)
			*slot = i;
	}
	return model_wait_of(m, best != MODEL_NONE ? best : limited, out);
}

/* ---- words ------------------------------------------------------------------------------- */

static void dsq_name(uint64_t dsq, char *dst, size_t size)
{
	/* SCX_DSQ_FLAG_BUILTIN and the ids below it, kernel/sched/ext.c */
	if (dsq == SAMPLE_ABSENT)
		snprintf(dst, size, "DSQ");
	else
		snprintf(dst, size, "DSQ 0x%" PRIx64, dsq & INT64_MAX);
}

void model_held_name(const struct model *m, const struct sample_task *t, char *dst, size_t size)
{
	*dst = '\0';
	switch (t->held) {
	case SAMPLE_HELD_RUNNING:
		text_copy(dst, size, "running");
		break;
	case SAMPLE_HELD_QUEUE:
		snprintf(dst, size, "queue %d", (int)t->cpu);
		break;
	case SAMPLE_HELD_LOCAL:
		snprintf(dst, size, "local %d", (int)t->cpu);
		break;
	case SAMPLE_HELD_GLOBAL:
		text_copy(dst, size, "global");
		break;
	case SAMPLE_HELD_USER:
		dsq_name(t->dsq, dst, size);
		break;
	case SAMPLE_HELD_BPF:
		text_copy(dst, size, "BPF");
		break;
	case SAMPLE_HELD_THROTTLED:
		text_copy(dst, size, "throttled");
		break;
	case SAMPLE_HELD_FROZEN:
		text_copy(dst, size, "frozen");
		break;
	default:
		break;
	}
}

static void hog_words(const struct model *m, const struct model_wait *w, struct buf *out)
{
	const struct sample_cpu *c = &m->cpus[w->hog_cpu].now;
	char name[96], ran[32];

	model_task_name(m, c->pid, c->comm, name, sizeof(name));
	text_format_time(ran, sizeof(ran), w->hog_ns);
	buf_addf(out, "behind %s[%d], %s for %s on CPU %u", name, (int)c->pid,
		 c->sclass == SAMPLE_CLASS_DEADLINE ? "deadline"
		 : c->sclass == SAMPLE_CLASS_STOP   ? "stop class"
						    : "real-time",
		 ran, c->cpu);
}

void model_wait_where(const struct model *m, const struct model_wait *w, struct buf *out)
{
	const struct sample_task *t = &m->tasks[w->task];
	char name[64];

	if (w->kind == WAIT_HOG) {
		hog_words(m, w, out);
		return;
	}
	switch (w->held) {
	case SAMPLE_HELD_QUEUE:
		buf_addf(out, "in the runqueue of CPU %d", (int)t->cpu);
		break;
	case SAMPLE_HELD_LOCAL:
		buf_addf(out, "on local DSQ of CPU %d", (int)t->cpu);
		break;
	case SAMPLE_HELD_GLOBAL:
		buf_adds(out, "on a global DSQ");
		break;
	case SAMPLE_HELD_USER:
		dsq_name(w->dsq, name, sizeof(name));
		buf_addf(out, "on %s", name);
		if (t->dsq_place != SAMPLE_ABSENT)
			buf_addf(out, ", %" PRIu64 " before it", t->dsq_place);
		break;
	case SAMPLE_HELD_BPF:
		buf_adds(out, "in BPF");
		break;
	case SAMPLE_HELD_THROTTLED:
		buf_adds(out, "by cpu.max");
		break;
	case SAMPLE_HELD_FROZEN:
		buf_adds(out, "by cgroup.freeze");
		break;
	default:
		buf_adds(out, "somewhere: the source does not tell queues apart");
		break;
	}
}

/* It changes nothing in the guest. */
static bool only_looks(const struct op_def *d)
{
	return d->flags & (OPF_EXPECT | OPF_STEP) || d->id == OP_WAIT || d->id == OP_HOLD ||
	       d->id == OP_HOLD_UNTIL || d->id == OP_HOLD_LOOP;
}

const struct model_op *model_op_before(const struct model *m, uint64_t t_ns)
{
	const struct model_op *found = NULL, *op;
	size_t i;

	for (i = m->nops; i--;) {
		op = &m->ops[i];
		if (!op->begin_ns || op->begin_ns > t_ns || (op->op && only_looks(op->op->def)))
			continue;
		if (!found || op->begin_ns > found->begin_ns)
			found = op;
	}
	return found;
}

void model_wait_sample(struct model *m)
{
	enum { LOST_KEPT = 1000 };
	uint64_t said;
	const struct model_op *before;
	struct model_wait w;
	char name[96];

	if (!model_wait_oldest(m, &w) || w.kind != WAIT_LOST)
		return;
	/* when it began is told anew by each source and sample, and not to the same nanosecond */
	if (idmap_get(&m->lost, (uint64_t)m->tasks[w.task].tid, &said) &&
	    w.since_ns < said + WAIT_LOST_NS)
		return;
	if (m->lost.kept >= LOST_KEPT)
		idmap_finish(&m->lost);
	idmap_put(&m->lost, (uint64_t)m->tasks[w.task].tid, w.since_ns);
	before = model_op_before(m, w.since_ns);
	model_task_name(m, m->tasks[w.task].pid, m->tasks[w.task].comm, name, sizeof(name));
	model_log_lost(m, name, m->tasks[w.task].tid, w.since_ns, before ? before->text : NULL);
}
