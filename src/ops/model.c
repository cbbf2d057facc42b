/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model - the only writer of what is known. Events come from a guest or a file, both untrusted:
 * every count is capped, every text sanitised, an event that fits nothing is only logged. Samples
 * are model_sample.c's.
 */
#include "ops/model.h"
#include "ops/advance.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/model_ledger.h"
#include "ops/model_log.h"
#include "ops/model_metric.h"
#include "ops/model_private.h"
#include "ops/model_kernel.h"
#include "ops/model_stats.h"
#include "ops/model_watch.h"
#include "ops/model_tasks.h"
#include "ops/trace.h"

#include <string.h>

#define OPS_MAX     100000
#define GROUPS_MAX  100000
#define TASKS_MAX   (OP_COUNT_MAX * 4)
#define FILES_MAX   10000
#define FILE_BYTES  (64u << 10)
#define CGROUPS_MAX 10000
#define CGROUPS_GONE_MAX 1000 /* kept, for what was measured in them */
#define HOLD_SLACK_NS 1000000 /* between the clock of events and that of timers */
#define STAGES_MAX  64
#define TEXT_MAX    4096
#define CHECKPOINTS_MAX 10000

struct model *model_create(void)
{
	struct model *m = xcalloc(1, sizeof(*m));

	m->steps = xcalloc(1, sizeof(*m->steps));
	m->steps[0].label = xstrdup("backdrop");
	m->nsteps = 1;
	m->drops = m->cost_ns = m->cost_before_ns = SAMPLE_ABSENT;
	sample_clear(&m->sched_now, &sample_sched_fields);
	m->host_wait = m->host_load = m->host_steal = m->steal = SAMPLE_ABSENT;
	m->steal_from.stolen_ns = SAMPLE_ABSENT;
	m->log = xcalloc(MODEL_LOG_MAX, sizeof(*m->log));
	m->trace = trace_create(TRACE_BYTES);
	return m;
}

static void finish_group(struct model_group *g)
{
	size_t i;

	for (i = 0; i < g->ntasks; i++) {
		free(g->tasks[i].wanted);
		free(g->tasks[i].line);
		free(g->tasks[i].exec_cgroup);
		free(g->tasks[i].report);
	}
	free(g->tasks);
	free(g->name);
	buf_finish(&g->output[0]);
	buf_finish(&g->output[1]);
	metrics_destroy(g->metrics);
}

static void drop_texts(struct model *m)
{
	char **const texts[] = {&m->gone, &m->accel, &m->accel_why, &m->kernel,       &m->topology,
				&m->root, &m->fault, &m->probes,    &m->probes_absent,
				&m->machine, &m->trace_hash, &m->trace_why,  &m->branch, &m->branch_from};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		free(*texts[i]);
}

void model_destroy(struct model *m)
{
	size_t i;

	if (!m)
		return;
	drop_texts(m);
	for (i = 0; i < m->nstages; i++)
		free(m->stages[i].name);
	for (i = 0; i < m->nops; i++) {
		free(m->ops[i].text);
		op_destroy(m->ops[i].op);
		free(m->ops[i].note);
		free(m->ops[i].verdict_text);
	}
	for (i = 0; i < m->nsteps; i++) {
		free(m->steps[i].label);
		free(m->steps[i].scx);
	}
	for (i = 0; i < m->ngroups; i++)
		finish_group(&m->groups[i]);
	for (i = 0; i < m->nfiles; i++) {
		free(m->files[i].path);
		free(m->files[i].raw_path);
		buf_finish(&m->files[i].data);
	}
	for (i = 0; i < m->ncgroups; i++)
		free(m->cgroups[i].path);
	for (i = 0; i < m->ncheckpoints; i++)
		free(m->checkpoints[i].name);
	free(m->checkpoints);
	model_log_finish(m);
	model_ledger_finish(m);
	model_metric_finish(m);
	model_monitor_finish(m);
	free(m->stages);
	free(m->ops);
	free(m->steps);
	free(m->groups);
	free(m->files);
	free(m->cgroups);
	free(m->cpus);
	free(m->tasks);
	free(m->tasks_before);
	free(m->seen);
	free(m->seen_before);
	free(m->cgroup_order);
	idmap_finish(&m->pids);
	idmap_finish(&m->lost);
	idmap_finish(&m->cgroup_ids);
	free(m->dsqs);
	free(m->masks);
	free(m->mask_hashes);
	model_sched_finish(m);
	model_tasks_finish(m);
	model_kernel_finish(m);
	model_watch_finish(m);
	model_transfer_finish(m);
	trace_destroy(m->trace);
	free(m);
}

/* ---- small helpers -------------------------------------------------------------------- */

static char *clean(const char *s)
{
	size_t len = strnlen(s, TEXT_MAX);
	char *d = xcalloc(1, len + 1);

	text_sanitise(d, len + 1, s, len);
	return d;
}

static void set(char **slot, const char *s)
{
	free(*slot);
	*slot = s && *s ? clean(s) : NULL;
}

static struct model_op *op_at(struct model *m, uint64_t seq)
{
	size_t i = m->nops;

	while (seq && i--)
		if (m->ops[i].seq == seq)
			return &m->ops[i];
	return NULL;
}

static struct model_group *group_at(struct model *m, const char *name)
{
	size_t i = m->ngroups;

	while (i--)
		if (!strcmp(m->groups[i].name, name))
			return &m->groups[i];
	return NULL;
}

static unsigned current_step(const struct model *m, const struct model_op *op)
{
	return op ? op->step : (unsigned)m->nsteps - 1;
}

static struct model_group *group_make(struct model *m, const char *name, uint64_t seq)
{
	struct model_group *g = group_at(m, name);
	const struct model_op *op = op_at(m, seq);

	if (g && (g->seq == seq || !seq))
		return g;
	if (m->ngroups >= GROUPS_MAX || !*name)
		return NULL;
	m->groups = xreallocarray(m->groups, m->ngroups + 1, sizeof(*m->groups));
	g = &m->groups[m->ngroups++];
	*g = (struct model_group){.name = clean(name),
				  .seq = seq,
				  .step = current_step(m, op),
				  .payload = op && op->op && op->op->def->id == OP_RUN};
	return g;
}

static struct model_task *task_at(struct model_group *g, uint64_t index)
{
	size_t i;

	for (i = 0; g && i < g->ntasks; i++)
		if (g->tasks[i].index == index)
			return &g->tasks[i];
	return NULL;
}

static struct model_task *task_make(struct model_group *g, uint64_t index)
{
	struct model_task *t = task_at(g, index);

	if (t || !g || g->ntasks >= TASKS_MAX)
		return t;
	g->tasks = xreallocarray(g->tasks, g->ntasks + 1, sizeof(*g->tasks));
	t = &g->tasks[g->ntasks++];
	*t = (struct model_task){.index = index};
	return t;
}

/* The one that has been gone for longest, when there are more than are kept. */
static void forget_cgroup(struct model *m)
{
	size_t gone = 0, first = m->ncgroups, i;

	for (i = m->ncgroups; i--;)
		if (m->cgroups[i].gone) {
			gone++;
			first = i;
		}
	if (gone < CGROUPS_GONE_MAX)
		return;
	free(m->cgroups[first].path);
	memmove(&m->cgroups[first], &m->cgroups[first + 1],
		(m->ncgroups - first - 1) * sizeof(*m->cgroups));
	m->ncgroups--;
	idmap_finish(&m->cgroup_ids);
	for (i = 0; i < m->ncgroups; i++)
		idmap_put(&m->cgroup_ids, m->cgroups[i].id, i);
	m->tree_changed = true;
}

struct model_cgroup *model_cgroup_make(struct model *m, uint64_t id, const char *path)
{
	uint64_t at;

	if (idmap_get(&m->cgroup_ids, id, &at) && !m->cgroups[at].gone)
		return &m->cgroups[at];
	if (m->ncgroups >= CGROUPS_GONE_MAX)
		forget_cgroup(m);
	if (m->ncgroups >= CGROUPS_MAX)
		return NULL;
	idmap_put(&m->cgroup_ids, id, m->ncgroups);
	m->tree_changed = true;
	m->cgroups = xreallocarray(m->cgroups, m->ncgroups + 1, sizeof(*m->cgroups));
	m->cgroups[m->ncgroups] = (struct model_cgroup){
		.id = id, .path = clean(path), .parent = MODEL_NONE};
	return &m->cgroups[m->ncgroups++];
}

/* ---- one function an event ------------------------------------------------------------- */

static void on_op(struct model *m, const struct event *ev)
{
	struct model_op *op;

	if (m->nops >= OPS_MAX || !ev->seq || op_at(m, ev->seq))
		return;
	m->ops = xreallocarray(m->ops, m->nops + 1, sizeof(*m->ops));
	op = &m->ops[m->nops++];
	*op = (struct model_op){.seq = ev->seq,
				.text = clean(ev->text),
				.accepted_ns = ev->t_ns,
				.step = (unsigned)m->nsteps - 1,
				.verdict = VERDICT_NONE};
	/* the raw text is parsed: sanitising could change an argument */
	if (op_parse(ev->text, &op->op, NULL) < 0 || !op->op)
		return;
	op->op->seq = ev->seq;
	if (op->op->def->flags & OPF_STEP) {
		const struct op_val *label = op_arg(op->op, WARG_LABEL);

		m->steps = xreallocarray(m->steps, m->nsteps + 1, sizeof(*m->steps));
		m->steps[m->nsteps] = (struct model_step){.label = clean(label ? label->str : "")};
		op->step = (unsigned)m->nsteps++;
	} else if (op->op->def->id == OP_BACKDROP && !op_arg(op->op, WARG_TARGET)) {
		op->step = 0;
	} else if (m->nops > 1) {
		op->step = m->ops[m->nops - 2].step;
	}
}

static void on_begin(struct model *m, const struct event *ev)
{
	struct model_op *op = op_at(m, ev->seq);

	if (!op)
		return;
	op->state = OPS_RUNNING;
	op->begin_ns = ev->t_ns;
	if (op->op && (op->op->def->flags & OPF_STEP) && op->step < m->nsteps) {
		m->steps[op->step].begin_ns = ev->t_ns;
		m->steps[op->step - 1].end_ns = ev->t_ns;
		model_death_step(m, &m->steps[op->step]);
	}
}

/* The agent's word against its own clock; who was cut short says so. */
static bool held_too_short(const struct model_op *op, const struct event *ev)
{
	const struct op_val *asked =
		op->op && op->op->def->id == OP_HOLD ? op_arg(op->op, WARG_DURATION) : NULL;

	return asked && asked->num > 0 && op->state == OPS_RUNNING &&
	       !strncmp(ev->text, "held for", 8) && ev->t_ns >= op->begin_ns &&
	       ev->t_ns - op->begin_ns + HOLD_SLACK_NS < (uint64_t)asked->num;
}

static void on_end_of_op(struct model *m, const struct event *ev)
{
	struct model_op *op = op_at(m, ev->seq);
	bool short_hold;

	if (!op)
		return;
	short_hold = ev->type == EV_DONE && held_too_short(op, ev);
	op->state = ev->type == EV_DONE && !short_hold ? OPS_DONE : OPS_FAILED;
	op->end_ns = ev->t_ns;
	set(&op->note, ev->text);
	if (short_hold) {
		free(op->note);
		op->note =
			clean("the guest's clock says that it was shorter than it was asked to be");
	}
	m->failures += op->state == OPS_FAILED;
	if (ev->type == EV_DONE)
		model_metric_note(m, op);
}

static void on_placed(struct model *m, const struct event *ev)
{
	struct model_group *g = group_make(m, ev->name, ev->seq);
	struct model_task *t = g ? task_make(g, ev->index) : NULL;
	cleanup_free char *want = xasprintf("0::%.*s", TEXT_MAX, ev->cgroup);
	bool placed;

	if (!t)
		return;
	placed = ev->flag && !strcmp(want, ev->text);
	/* a body starts it again and again: what was wrong once stays wrong */
	if (t->rounds++ && !t->placed && placed)
		return;
	free(t->exec_cgroup);
	t->exec_cgroup = NULL;
	t->exited = t->killed_by_session = false;
	t->pid = ev->pid;
	if (ev->pid > 0)
		idmap_put(&m->pids, (uint64_t)ev->pid, model_pid_at((size_t)(g - m->groups), (size_t)(t - g->tasks)));
	t->held = ev->flag;
	t->placed = placed;
	t->placed_ns = ev->t_ns;
	set(&t->wanted, ev->cgroup);
	set(&t->line, ev->text);
}

static void on_exec(struct model *m, const struct event *ev)
{
	struct model_task *t = task_at(group_at(m, ev->name), ev->index);

	/* the first image is the payload's; what it executes later is its own affair */
	if (t && !t->exec_cgroup)
		set(&t->exec_cgroup, ev->cgroup);
}

static void on_exit_event(struct model *m, const struct event *ev)
{
	struct model_group *g = group_at(m, ev->name);
	struct model_task *t = task_at(g, ev->index);
	uint64_t at;

	if (!t || t->exited)
		return;
	model_metric_ended(g, ev->t_ns);
	t->exited = true;
	if (t->pid > 0 && idmap_get(&m->pids, (uint64_t)t->pid, &at) &&
	    at == model_pid_at((size_t)(g - m->groups), (size_t)(t - g->tasks)))
		idmap_drop(&m->pids, (uint64_t)t->pid);
	t->code = ev->code;
	t->signal = ev->signal;
	t->killed_by_session = ev->flag;
	t->exit_ns = ev->t_ns;
}

static void on_report(struct model *m, const struct event *ev)
{
	struct model_task *t = task_at(group_at(m, ev->name), ev->index);

	if (!t || t->pid != ev->pid)
		return;
	if (!t->report)
		t->report = xcalloc(1, sizeof(*t->report));
	report_read(ev->text, t->report);
	t->report_ns = ev->t_ns;
}

static void on_output(struct model *m, const struct event *ev)
{
	struct model_group *g = group_at(m, ev->name);
	struct buf *b;
	size_t room;

	if (!g || ev->stream < 1 || ev->stream > 2)
		return;
	model_metric_output(m, g, ev);
	b = &g->output[ev->stream - 1];
	room = MODEL_OUTPUT_MAX - b->len;
	buf_add(b, ev->data, ev->data_len < room ? ev->data_len : room);
	g->output_lost[ev->stream - 1] =
		ev->count + (ev->data_len > room ? ev->data_len - room : 0);
}

static void on_file(struct model *m, const struct event *ev)
{
	struct model_file *f;

	if (m->nfiles >= FILES_MAX)
		return;
	m->files = xreallocarray(m->files, m->nfiles + 1, sizeof(*m->files));
	f = &m->files[m->nfiles++];
	*f = (struct model_file){.seq = ev->seq,
				 .path = clean(ev->path),
				 .raw_path = xstrndup(ev->path, TEXT_MAX),
				 .cut = ev->flag,
				 .error = ev->code};
	buf_add(&f->data, ev->data, ev->data_len < FILE_BYTES ? ev->data_len : FILE_BYTES);
}

static void on_cgroup(struct model *m, const struct event *ev)
{
	struct model_cgroup *c = model_cgroup_make(m, ev->id, ev->cgroup);

	if (!c)
		return;
	if (ev->type == EV_CGROUP_ADDED)
		c->ours = ev->flag;
	else
		c->gone = m->tree_changed = true;
	model_tree_update(m);
}

static void on_checkpoint(struct model *m, const struct event *ev)
{
	struct model_checkpoint *k;

	if (m->ncheckpoints == CHECKPOINTS_MAX)
		return;
	m->checkpoints = xreallocarray(m->checkpoints, m->ncheckpoints + 1, sizeof(*m->checkpoints));
	k = &m->checkpoints[m->ncheckpoints++];
	*k = (struct model_checkpoint){.t_ns = ev->t_ns, .ops = m->nops};
	set(&k->name, ev->name);
}

/* Another word on the trace of one and the same run would be a lie of somebody's. */
static void on_exact(struct model *m, const struct event *ev)
{
	if (m->trace_hash || m->trace_why)
		return;
	if (!ev->code && *ev->name)
		set(&m->trace_hash, ev->name);
	else
		set(&m->trace_why, *ev->text ? ev->text : "the guest did not say why");
	m->trace_records = ev->count;
}

bool model_exact(const struct model *m)
{
	return m->accel && !strcmp(m->accel, MODEL_ACCEL_EXACT);
}

static void on_verdict(struct model *m, const struct event *ev)
{
	struct model_op *op = op_at(m, ev->seq);

	if (!op || ev->code < 0 || ev->code >= VERDICT_NONE)
		return;
	m->failures += ev->code == VERDICT_FAIL && op->verdict != VERDICT_FAIL;
	op->verdict = (enum verdict)ev->code;
	set(&op->verdict_text, ev->text);
}

static void on_stage(struct model *m, const char *name, uint64_t ns)
{
	if (m->nstages >= STAGES_MAX)
		return;
	m->stages = xreallocarray(m->stages, m->nstages + 1, sizeof(*m->stages));
	m->stages[m->nstages++] = (struct model_stage){.name = clean(name), .ns = ns};
}

static void on_probes(struct model *m, const struct event *ev)
{
	set(ev->code ? &m->probes_absent : &m->probes, ev->text);
}

static void on_guest(struct model *m, const struct event *ev)
{
	m->live = true;
	set(&m->kernel, ev->name);
	set(&m->topology, ev->text);
}

static void on_ready(struct model *m, const struct event *ev)
{
	m->ready = true;
	m->cpus_online = ev->count < SAMPLE_CPUS_MAX ? (unsigned)ev->count : SAMPLE_CPUS_MAX;
	set(&m->root, ev->cgroup);
}

/* The worst of all readings; what is not known changes nothing. */
static void at_most(uint64_t *most, uint64_t seen)
{
	if (seen != SAMPLE_ABSENT && (*most == SAMPLE_ABSENT || seen > *most))
		*most = seen;
}

/* What the kernel left out has no place in time: it is in the account, as produced and dropped. */
static void on_trace_end(struct model *m, const struct event *ev)
{
	struct trace_account a = trace_account(m->trace);

	trace_pause(m->trace);
	a.produced += ev->count;
	a.dropped += ev->count;
	trace_accounted(m->trace, &a);
}

static void on_pace(struct model *m, const struct event *ev)
{
	bool slow = !strcmp(ev->name, PACE_SLOW);

	m->paused = !strcmp(ev->name, PACE_PAUSED) || !strcmp(ev->name, PACE_STEP);
	m->slow = slow && ev->count <= ADVANCE_SLOWEST ? (unsigned)ev->count : 0;
}

void model_apply(struct model *m, const struct event *ev)
{
	if (ev->t_ns > m->now_ns)
		m->now_ns = ev->t_ns;
	switch (ev->type) {
	case EV_OP:
		on_op(m, ev);
		break;
	case EV_BEGIN:
		on_begin(m, ev);
		model_sched_apply(m, ev);
		break;
	case EV_DONE:
	case EV_FAILED:
		on_end_of_op(m, ev);
		break;
	case EV_PLACED:
		on_placed(m, ev);
		break;
	case EV_EXEC:
		on_exec(m, ev);
		break;
	case EV_EXIT:
		on_exit_event(m, ev);
		break;
	case EV_REPORT:
		on_report(m, ev);
		break;
	case EV_OUTPUT:
		on_output(m, ev);
		break;
	case EV_FILE:
		on_file(m, ev);
		break;
	case EV_PUSHED:
	case EV_PROGRESS:
	case EV_PULLED:
		model_transfer_apply(m, ev);
		break;
	case EV_CGROUP_ADDED:
	case EV_CGROUP_REMOVED:
		on_cgroup(m, ev);
		break;
	case EV_KERNEL:
		model_kernel_apply(m, ev);
		break;
	case EV_WATCH:
	case EV_WATCH_HIT:
	case EV_WATCH_COUNT:
		model_watch_apply(m, ev);
		break;
	case EV_TASKS:
		model_tasks_apply(m, ev);
		break;
	case EV_LEDGER:
	case EV_LEDGER_CPU:
	case EV_LEDGER_CGROUP:
	case EV_LEDGER_ESCAPE:
		model_ledger_apply(m, ev);
		break;
	case EV_INTRUSION:
		m->intrusions++;
		break;
	case EV_VERDICT:
		on_verdict(m, ev);
		break;
	case EV_BOOT:
		m->live = true;
		on_stage(m, ev->name, ev->count);
		break;
	case EV_STAGE:
		on_stage(m, ev->name, 0);
		break;
	case EV_PROBES:
		on_probes(m, ev);
		break;
	case EV_READY:
		on_ready(m, ev);
		break;
	case EV_ACCEL:
		set(&m->accel, ev->name);
		set(&m->accel_why, ev->text);
		break;
	case EV_GUEST:
		on_guest(m, ev);
		break;
	case EV_CHECKPOINT:
		on_checkpoint(m, ev);
		break;
	case EV_BRANCH:
		set(&m->branch, ev->name);
		if (*ev->path)
			set(&m->branch_from, ev->text);
		break;
	case EV_MACHINE:
		set(&m->machine, ev->text);
		break;
	case EV_EXACT:
		on_exact(m, ev);
		break;
	case EV_FAULT:
		/* what was broken once stays doubtful, also when it is put right */
		if (*ev->name)
			set(&m->fault, ev->name);
		break;
	case EV_HOST:
		at_most(&m->host_wait, ev->count);
		at_most(&m->host_steal, ev->id);
		at_most(&m->host_load, ev->index);
		break;
	case EV_PACE:
		on_pace(m, ev);
		break;
	case EV_GONE:
		m->live = m->paused = false;
		m->slow = 0;
		set(&m->gone, ev->text);
		break;
	case EV_END:
		m->ended = true;
		break;
	case EV_HELLO:
		/* the kernel's own word beats the name of its image */
		if (*ev->text)
			set(&m->kernel, ev->text);
		break;
	case EV_SCHED:
	case EV_SCHED_EXIT:
	case EV_SCHED_DUMP:
	case EV_SCHED_PARTS:
	case EV_SCHED_CALLS:
		model_sched_apply(m, ev);
		break;
	case EV_SCHED_STATS:
		model_stats_apply(model_sched_life(m), group_at(m, ev->name), ev);
		break;
	case EV_SHELL:
		m->shells++;
		m->shell_pid = ev->pid;
		break;
	case EV_SHELL_END:
		m->shell_pid = 0;
		break;
	case EV_TRACE:
		if (!ev->flag)
			on_trace_end(m, ev);
		break;
	case EV_TEARDOWN:
	case EV_STUCK:
	case EV_LOG:
	case EV_PONG:
	case EV_KMSG:
	case EV_PRINTK:
	case EV_MOVED:
	case EV_HOST_LOG:
	case EV_ROUNDS:
		break;
	}
	model_log_event(m, ev);
}
