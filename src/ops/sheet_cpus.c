/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_cpus - the table of CPUs: who runs there, queues, rates; below each LLC and node where
 * there is more than one. Pure. Invariant: what a group shows is of all its CPUs, or absent.
 */
#include "ops/sheet.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "ops/expectation.h"
#include "ops/model_wait.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CPUS_CPU, CPUS_LLC, CPUS_NODE };

#define CPU(field) offsetof(struct sample_cpu, field)

#define FIGURE(name)                                                                               \
	static void name(const struct sheet *s, const struct sheet_row *r,                         \
			 const struct sheet_column *c, struct sheet_value *v)

/* The CPUs of a row are those in model.cpus from first on; of one CPU just itself. */
static size_t count_of(const struct sheet_row *r)
{
	return r->kind == CPUS_CPU ? 1 : r->below;
}

static size_t first_of(const struct sheet_row *r)
{
	return r->kind == CPUS_CPU ? r->index : r->first;
}

static const struct sample_cpu *cpu_of(const struct sheet *s, const struct sheet_row *r)
{
	return r->kind == CPUS_CPU ? &s->model->cpus[r->index].now : NULL;
}

static uint64_t field_of(const struct sample_cpu *cpu, size_t at)
{
	uint64_t v;

	memcpy(&v, (const char *)cpu + at, sizeof(v));
	return v;
}

FIGURE(name)
{
	const struct model *m = s->model;
	size_t first = first_of(r), last = first + count_of(r) - 1;

	v->is = SHEET_KNOWN;
	v->number = (double)r->index;
	if (r->kind == CPUS_CPU) {
		snprintf(v->text, sizeof(v->text), "%*u", s->n > 100 ? 4 : 3,
			 m->cpus[r->index].now.cpu);
		return;
	}
	v->mark = SHEET_CGROUP;
	snprintf(v->text, sizeof(v->text), "%s %u: %u-%u", r->kind == CPUS_NODE ? "node" : "LLC",
		 r->index, m->cpus[first].now.cpu, m->cpus[last].now.cpu);
}

/* With one LLC there is nothing to tell apart. */
static bool only_one(const struct model *m)
{
	unsigned node, llc;

	return model_cpu_place(m, m->cpus[m->ncpus - 1].now.cpu, &node, &llc) && !llc;
}

FIGURE(node)
{
	unsigned node, llc;

	if (!cpu_of(s, r) || only_one(s->model))
		return;
	sheet_set(v,
		  model_cpu_place(s->model, cpu_of(s, r)->cpu, &node, &llc) ? node : SAMPLE_ABSENT);
}

FIGURE(cache)
{
	unsigned node, llc;

	if (!cpu_of(s, r) || only_one(s->model))
		return;
	sheet_set(v,
		  model_cpu_place(s->model, cpu_of(s, r)->cpu, &node, &llc) ? llc : SAMPLE_ABSENT);
}

FIGURE(current)
{
	const struct sample_cpu *cpu = cpu_of(s, r);
	char who[96];

	if (!cpu)
		return;
	v->is = SHEET_KNOWN;
	v->mark = cpu->pid ? SHEET_RUNNING : SHEET_DIM;
	if (!cpu->pid) {
		text_copy(v->text, sizeof(v->text), "idle");
		return;
	}
	model_task_name(s->model, cpu->pid, cpu->comm, who, sizeof(who));
	snprintf(v->text, sizeof(v->text), "%s[%d]", who, (int)cpu->pid);
}

FIGURE(group)
{
	const struct sample_cpu *cpu = cpu_of(s, r);
	const struct model_cgroup *g;

	if (!cpu || !cpu->pid)
		return;
	g = model_cgroup_by_id(s->model, cpu->cgroup_id);
	v->is = g || cpu->cgroup_id == 1 ? SHEET_KNOWN : SHEET_ABSENT;
	v->mark = SHEET_CGROUP;
	text_copy(v->text, sizeof(v->text), g ? model_below_root(s->model, g->path) : "/");
}

FIGURE(class)
{
	const struct sample_cpu *cpu = cpu_of(s, r);
	uint64_t ns;
	bool hog;

	if (!cpu || !cpu->pid)
		return;
	if (!cpu->sclass || cpu->sclass == SAMPLE_ABSENT) {
		v->is = SHEET_ABSENT;
		return;
	}
	hog = model_cpu_hog(s->model, r->index, &ns);
	v->is = SHEET_KNOWN;
	v->mark = hog ? SHEET_WARN : SHEET_PLAIN;
	snprintf(v->text, sizeof(v->text), "%s%s", model_class_name(cpu->sclass), hog ? " !" : "");
}

FIGURE(field)
{
	size_t i, first = first_of(r);
	uint64_t sum = 0, one;

	for (i = 0; i < count_of(r); i++) {
		one = field_of(&s->model->cpus[first + i].now, c->at);
		if (one == SAMPLE_ABSENT) {
			v->is = SHEET_ABSENT;
			return;
		}
		sum += one;
	}
	sheet_set(v, sum);
}

/* Figures of sched_ext, which are 0 and mean nothing while no scheduler is in force. */
FIGURE(scx_field)
{
	enum { ENABLED = 1 }; /* of the kernel's enum scx_enable_state */

	if (model_sched_now(s->model) || s->model->sched_now.state == ENABLED)
		field(s, r, c, v);
}

#define ONE_SAMPLE "there is no second sample yet, or its counters stand still"

static bool rate_of(const struct model *m, size_t cpu, size_t at, double *per_s)
{
	return model_cpu_rate(m, cpu, field_of(&m->cpus[cpu].now, at),
			      field_of(&m->cpus[cpu].before, at), per_s);
}

FIGURE(rate)
{
	size_t i, first = first_of(r);
	double sum = 0, one;

	for (i = 0; i < count_of(r); i++) {
		if (!rate_of(s->model, first + i, c->at, &one)) {
			v->is = SHEET_ABSENT;
			if (field_of(&s->model->cpus[first + i].now, c->at) != SAMPLE_ABSENT)
				v->why = ONE_SAMPLE;
			return;
		}
		sum += one;
	}
	sheet_set_real(v, sum);
}

FIGURE(busy)
{
	size_t i, first = first_of(r), n = count_of(r);
	double sum = 0, one;

	for (i = 0; i < n; i++) {
		if (!model_cpu_busy(s->model, first + i, &one)) {
			v->is = SHEET_ABSENT;
			v->why = ONE_SAMPLE;
			return;
		}
		sum += one;
	}
	sheet_set_real(v, sum / (double)n);
}

/* What a turn waited, on average, between the last two samples. */
FIGURE(delay)
{
	size_t i, first = first_of(r);
	double waited = 0, turns = 0, a, b;

	v->is = SHEET_ABSENT;
	for (i = 0; i < count_of(r); i++) {
		if (!rate_of(s->model, first + i, CPU(run_delay_ns), &a) ||
		    !rate_of(s->model, first + i, CPU(turns), &b)) {
			if (s->model->cpus[first + i].now.turns != SAMPLE_ABSENT)
				v->why = ONE_SAMPLE;
			return;
		}
		waited += a;
		turns += b;
	}
	if (turns > 0)
		sheet_set(v, (uint64_t)(waited / turns));
	else
		v->why = "no task that waited got this CPU between the last two samples";
}

FIGURE(check)
{
	const struct model *m = s->model;
	uint64_t ns;
	char ran[32];

	if (r->kind != CPUS_CPU || !model_cpu_hog(m, r->index, &ns))
		return;
	text_format_time(ran, sizeof(ran), ns);
	v->is = SHEET_KNOWN;
	v->mark = SHEET_WARN;
	snprintf(v->text, sizeof(v->text), "! HOG %s, others wait", ran);
}

/* ---- rows -------------------------------------------------------------------------------- */

/* A row for the node or LLC that begins at this CPU, when there is more than one. */
static void add_header(struct sheet *s, uint8_t kind, uint8_t depth, size_t cpu)
{
	const struct model *m = s->model;
	unsigned node, llc, here_node, here_llc;
	size_t n;

	model_cpu_place(m, m->cpus[cpu].now.cpu, &node, &llc);
	for (n = 1; cpu + n < m->ncpus; n++)
		if (!model_cpu_place(m, m->cpus[cpu + n].now.cpu, &here_node, &here_llc) ||
		    (kind == CPUS_NODE ? here_node != node : here_llc != llc))
			break;
	sheet_add(s, (struct sheet_row){.kind = kind,
					.depth = depth,
					.index = kind == CPUS_NODE ? node : llc,
					.first = (uint32_t)cpu,
					.below = (uint32_t)n,
					.id = (uint64_t)kind << 32 |
					      (kind == CPUS_NODE ? node : llc)});
}

static void build(struct sheet *s)
{
	const struct model *m = s->model;
	unsigned node = 0, llc = 0, was_node = UINT32_MAX, was_llc = UINT32_MAX, last_node,
		 last_llc;
	bool placed = m->ncpus &&
		      model_cpu_place(m, m->cpus[m->ncpus - 1].now.cpu, &last_node, &last_llc) &&
		      s->ask.outline != OUTLINE_FLAT && !s->ask.sort && !*s->ask.filter;
	bool nodes = placed && last_node, llcs = placed && last_llc;
	size_t i;

	for (i = 0; i < m->ncpus; i++) {
		struct sheet_row row = {
			.kind = CPUS_CPU, .index = (uint32_t)i, .id = m->cpus[i].now.cpu};

		if (llcs && !model_cpu_place(m, m->cpus[i].now.cpu, &node, &llc))
			llcs = nodes = false;
		if (nodes && node != was_node)
			add_header(s, CPUS_NODE, 0, i);
		if (llcs && llc != was_llc)
			add_header(s, CPUS_LLC, nodes ? 1 : 0, i);
		was_node = node;
		was_llc = llc;
		if (s->ask.outline != OUTLINE_GROUPS || !llcs)
			if (sheet_keeps(s, &row))
				sheet_add(s, row);
	}
	sheet_sort(s, 0);
}

static void text(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	const struct sample_cpu *cpu = cpu_of(s, r);
	struct sheet_value v = {.is = SHEET_BLANK};

	if (!cpu)
		return;
	current(s, r, NULL, &v);
	buf_addf(out, " CPU %u %s %s", cpu->cpu, cpu->comm, v.text);
	v.text[0] = '\0';
	group(s, r, NULL, &v);
	buf_addf(out, " %s", v.text);
}

static void describe(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	const struct sample_cpu *cpu = cpu_of(s, r);
	unsigned node, llc;
	uint64_t ns;

	if (!cpu) {
		buf_addf(out, "%s %u, %u CPUs\n", r->kind == CPUS_NODE ? "node" : "LLC", r->index,
			 r->below);
		return;
	}
	buf_addf(out, "CPU %u", cpu->cpu);
	if (model_cpu_place(s->model, cpu->cpu, &node, &llc))
		buf_addf(out, " of LLC %u, node %u", llc, node);
	buf_addf(out, ": %s\n", cpu->pid ? cpu->comm : "idle");
	if (model_cpu_hog(s->model, r->index, &ns))
		buf_addf(out, "! a %s task has it, has run for %.1fs, and others wait\n",
			 cpu->sclass == SAMPLE_CLASS_DEADLINE ? "deadline" : "real-time",
			 (double)ns / 1e9);
}

#define RUNQUEUE "the CPU's runqueue"
#define SWITCHES                                                                                   \
	"the CPU's runqueue; where the agent tells the state, the probe on context switches"
#define MOVES    "the probe on migrations"
#define NOSWITCH "the probe is not attached, or the source does not count it"
#define NOSCX    "no sched_ext on this kernel, or the source cannot read it"
#define NOREAD   "the source does not read it"

static const struct sheet_column columns[] = {
	{"cpu", "CPU", SHEET_TEXT, 3, 5, 0, .left = true, .value = name,
	 .says = "a CPU; an LLC or node with its CPUs: sums, BUSY and DELAY are means",
	 .from = "the sample"},
	{"current", "CURR", SHEET_TEXT, 9, 20, 1, .left = true, .value = current,
	 .says = "the task on it now; the observer itself is passed over", .from = SWITCHES},
	{"cgroup", "CGROUP", SHEET_TEXT, 6, 20, 5, .left = true, .value = group,
	 .says = "the cgroup of that task", .from = SWITCHES, .absent = "nobody has told its name"},
	{"class", "CLASS", SHEET_TEXT, 5, 0, 6, .left = true, .value = class,
	 .says = "the class of that task; ! = real-time or deadline, for over 0.1s, while others "
		 "wait",
	 .from = "sched_class of the task", .absent = NOREAD},
	{"nr", "NR", SHEET_COUNT, 3, 0, 2, .value = field, .at = CPU(nr_running),
	 .says = "tasks on the runqueue, the running one included", .from = RUNQUEUE,
	 .absent = NOREAD},
	{"scx_nr", "SCX", SHEET_COUNT, 3, 0, 9, .value = scx_field, .at = CPU(scx_running),
	 .says = "of these, tasks of the class ext", .from = RUNQUEUE, .absent = NOSCX},
	{"dsq", "DSQ", SHEET_COUNT, 3, 0, 7, .value = scx_field, .at = CPU(local_dsq),
	 .says = "tasks in its local DSQ", .from = RUNQUEUE, .absent = NOSCX},
	{"rt_nr", "RT", SHEET_COUNT, 3, 0, 13, .value = field, .at = CPU(rt_running),
	 .says = "of these, real-time tasks", .from = RUNQUEUE, .absent = NOREAD},
	{"dl_nr", "DL", SHEET_COUNT, 3, 0, 14, .value = field, .at = CPU(dl_running),
	 .says = "of these, deadline tasks", .from = RUNQUEUE, .absent = NOREAD},
	{"switches_s", "SW/s", SHEET_PER_S, 5, 0, 4, .value = rate, .at = CPU(switches),
	 .says = "context switches", .from = SWITCHES, .absent = NOSWITCH},
	{"wakeups_s", "WAKE/s", SHEET_PER_S, 6, 0, 10, .watched = true, .value = rate,
	 .at = CPU(wakeups), .says = "wake-ups that this CPU did", .from = "the probe on wake-ups",
	 .absent = NOSWITCH},
	{"migrations_in_s", "MIG/s", SHEET_PER_S, 5, 0, 8, .value = rate, .at = CPU(migrations),
	 .says = "tasks that came from another CPU", .from = MOVES, .absent = NOSWITCH},
	{"migrations_out_s", "OUT/s", SHEET_PER_S, 5, 0, 11, .value = rate, .at = CPU(mig_out),
	 .says = "tasks that went to another CPU", .from = MOVES, .absent = NOSWITCH},
	{"delay_ns", "DELAY", SHEET_NS, 7, 0, 12, .value = delay,
	 .says = "what a task waited for this CPU before it got it, on average between the last "
		 "two samples",
	 .from = "run delay by turns of the runqueue (sched_info)", .absent = NOREAD},
	{"balance_s", "LB/s", SHEET_PER_S, 5, 0, 15, .value = rate, .at = CPU(lb_tries),
	 .says = "load balance: attempts", .from = "its scheduling domains", .absent = NOREAD},
	{"balanced_s", "PULL/s", SHEET_PER_S, 6, 0, 16, .value = rate, .at = CPU(lb_moved),
	 .says = "load balance: tasks pulled here", .from = "its scheduling domains",
	 .absent = NOREAD},
	{"busy_percent", "BUSY", SHEET_PERCENT, 4, 0, 3, .value = busy,
	 .says = "share of its time not in the idle task, between the last two samples",
	 .from = SWITCHES, .absent = NOSWITCH},
	{"llc", "LLC", SHEET_COUNT, 3, 0, 18, .value = cache, .says = "its last-level cache",
	 .from = "the guest's topology", .absent = "the topology is not known"},
	{"node", "NODE", SHEET_COUNT, 4, 0, 19, .value = node, .says = "its NUMA node",
	 .from = "the guest's topology", .absent = "the topology is not known"},
	{"check", "CHECK", SHEET_TEXT, 8, 26, 17, .left = true, .value = check,
	 .says = "! HOG: a real-time or deadline task has it for so long while others wait: no "
		 "stall of a scheduler",
	 .from = "CLASS, NR and since when it runs"},
};

const struct sheet_def sheet_cpus = {
	.name = "cpus",
	.summary = "a row is a CPU, or an LLC or node with its CPUs",
	.empty = "no sample yet",
	.columns = columns,
	.ncolumns = ARRAY_SIZE(columns),
	.tree = true,
	.build = build,
	.text = text,
	.describe = describe,
	.expect = expectation_of_cpus,
};
