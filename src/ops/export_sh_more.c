/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_sh_more - shell forms of ops that act on what runs: cpusets, affinity, freezing, signals,
 * CPUs, bodies, waiting for a condition, schedulers, and counts of tasks.
 *
 * What only the agent can see (every switch, workers' reports) is skipped by name, never passed.
 * Invariant: as export_sh.c, whatever a session says is one quoted word.
 */
#include "ops/export_sh_private.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/wire_cpus.h"
#include "guest/wire_expr.h"
#include "guest/wire_policy.h"
#include "ops/export_sh.h"
#include "ops/export_text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define TICK_NS 50000000u /* of the loops that look again */

static void line(struct export_sh *w, const char *call, const char *const *words)
{
	buf_adds(w->out, call);
	for (; *words; words++)
		export_sh_add(w, *words);
	buf_addc(w->out, '\n');
}

/* ---- attributes of tasks ---- */

static void policy(struct export_sh *w, const char *text)
{
	static const char *const flags[] = {
		[0] = "-o", [1] = "-f", [2] = "-r", [3] = "-b", [5] = "-i", [6] = "-d", [7] = "-e"};
	struct policy p;

	if (policy_parse(text, &p, NULL))
		return;
	buf_addf(w->out, "chrt %s ", flags[p.number]);
	if (p.number == 6)
		buf_addf(w->out, "-T %" PRIu64 " -D %" PRIu64 " -P %" PRIu64 " ", p.runtime,
			 p.deadline, p.period);
	buf_addf(w->out, "%u ", p.priority);
}

static void memory(struct export_sh *w, const char *text)
{
	const char *nodes = strchr(text, ':');
	size_t n = nodes ? (size_t)(nodes - text) : strlen(text);

	if (!strncmp(text, "default", n))
		return;
	if (!strncmp(text, "local", n)) {
		buf_adds(w->out, "numactl --localalloc ");
		return;
	}
	buf_addf(w->out, "numactl --%s=", !strncmp(text, "bind", n) ? "membind" : "");
	if (strncmp(text, "bind", n))
		buf_addf(w->out, "%.*s=", (int)n, text);
	export_sh_word(w->out, nodes ? nodes + 1 : "");
	buf_addc(w->out, ' ');
}

void export_sh_attributes(struct export_sh *w, const struct op *op)
{
	const struct op_val *nice = op_arg(op, WARG_NICE), *uid = op_arg(op, WARG_UID),
			    *gid = op_arg(op, WARG_GID);

	if (nice)
		buf_addf(w->out, "nice -n %" PRId64 " ", nice->num);
	if (op_arg(op, WARG_CPUS)) {
		buf_adds(w->out, "taskset -c \"$(cpus");
		export_sh_add(w, export_sh_str(op, WARG_CPUS));
		buf_adds(w->out, ")\" ");
	}
	if (op_arg(op, WARG_POLICY))
		policy(w, export_sh_str(op, WARG_POLICY));
	if (op_arg(op, WARG_MEMPOLICY))
		memory(w, export_sh_str(op, WARG_MEMPOLICY));
	if (uid || gid)
		buf_adds(w->out, "setpriv --clear-groups ");
	if (gid)
		buf_addf(w->out, "--regid %" PRId64 " ", gid->num);
	if (uid)
		buf_addf(w->out, "--reuid %" PRId64 " ", uid->num);
}

/* What a shell cannot give a task is said where the task starts. */
void export_sh_unset(struct export_sh *w, const struct op *op)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (!op_arg(op, WARG_COMM))
		return;
	buf_addf(&text, "left out: comm=%s of %s: a shell cannot set it",
		 export_sh_str(op, WARG_COMM), export_sh_str(op, WARG_NAME));
	buf_adds(w->out, "note");
	export_sh_add(w, buf_text(&text));
	buf_addc(w->out, '\n');
}

/* ---- cpusets, affinity, freezing, CPUs ---- */

static void cpuset_set(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "cgroup_set");
	export_sh_add(w, export_sh_str(op, WARG_CGROUP));
	buf_adds(w->out, " cpuset.cpus \"$(cpus");
	export_sh_add(w, export_sh_str(op, WARG_CPUS));
	buf_adds(w->out, ")\"\n");
}

static void cpuset_clear(struct export_sh *w, const struct op *op)
{
	line(w, "cgroup_set",
	     (const char *[]){export_sh_str(op, WARG_CGROUP), "cpuset.cpus", "", NULL});
}

static void cpuset_swap(struct export_sh *w, const struct op *op)
{
	line(w, "cpuset_swap",
	     (const char *[]){export_sh_str(op, WARG_CGROUP), export_sh_str(op, WARG_TO), NULL});
}

static void affinity(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "bind");
	export_sh_add(w, export_sh_str(op, WARG_TARGET));
	buf_adds(w->out, " \"$(cpus");
	export_sh_add(w, export_sh_str(op, WARG_CPUS));
	buf_adds(w->out, ")\"\n");
}

static void freeze(struct export_sh *w, const struct op *op)
{
	line(w, "freeze", (const char *[]){export_sh_str(op, WARG_CGROUP), "1", NULL});
}

static void thaw(struct export_sh *w, const struct op *op)
{
	line(w, "freeze", (const char *[]){export_sh_str(op, WARG_CGROUP), "0", NULL});
}

static void signal_group(struct export_sh *w, const struct op *op)
{
	int number = 0;

	signal_parse(export_sh_str(op, WARG_SIGNAL), &number, NULL);
	buf_addf(w->out, "signal_group %d", number);
	export_sh_add(w, export_sh_str(op, WARG_NAME));
	buf_addc(w->out, '\n');
}

static void cpu_offline(struct export_sh *w, const struct op *op)
{
	buf_addf(w->out, "cpu_online %" PRId64 " 0\n", op_arg(op, WARG_CPU)->num);
}

static void cpu_online(struct export_sh *w, const struct op *op)
{
	buf_addf(w->out, "cpu_online %" PRId64 " 1\n", op_arg(op, WARG_CPU)->num);
}

static void irq_steer(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "irq_steer");
	export_sh_add(w, export_sh_str(op, WARG_IRQ));
	buf_adds(w->out, " \"$(cpus");
	export_sh_add(w, export_sh_str(op, WARG_CPUS));
	buf_adds(w->out, ")\"\n");
}

/* ---- tasks ---- */

static void tasks(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "note threads of");
	export_sh_add(w, export_sh_str(op, WARG_TARGET));
	buf_adds(w->out, ": \"$(threads");
	export_sh_add(w, export_sh_str(op, WARG_TARGET));
	buf_adds(w->out, " | tr '\\n' ' ')\"\n");
}

static const char *test_of(const char *compare)
{
	static const char *const words[][2] = {{"==", "-eq"}, {"!=", "-ne"}, {"<", "-lt"},
					       {"<=", "-le"}, {">", "-gt"},  {">=", "-ge"}};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i][0], compare))
			return words[i][1];
	return "-eq";
}

void export_sh_sentence(struct export_sh *w, const struct op *op)
{
	cleanup_free char *text = op_format(op);
	char safe[160];

	text_sanitise(safe, sizeof(safe), text, strlen(text));
	export_sh_add(w, safe);
}

static void expect_tasks(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "expect_number");
	export_sh_sentence(w, op);
	buf_adds(w->out, " \"$(threads");
	export_sh_add(w, export_sh_str(op, WARG_TARGET));
	buf_addf(w->out, " | wc -l)\" %s %" PRId64 "\n", test_of(export_sh_str(op, WARG_COMPARE)),
		 op_arg(op, WARG_COUNT)->num);
}

/* ---- bodies and loops ---- */

static void every(struct export_sh *w, const struct op *op)
{
	const struct op_val *lasting = op_arg(op, WARG_FOR);
	int64_t period = op_arg(op, WARG_PERIOD)->num, rounds = lasting ? lasting->num / period : 0;

	buf_adds(w->out, "body=$tmp/");
	export_sh_word(w->out, export_sh_str(op, WARG_NAME));
	buf_adds(w->out, ".body\n(\n\trounds=0\n\twhile [ \"$rounds\" ");
	if (lasting)
		buf_addf(w->out, "-lt %" PRId64, rounds ? rounds : 1);
	else
		buf_adds(w->out, "-ge 0");
	buf_adds(w->out, " ]; do\n");
	/* what stands up to 'end' follows */
}

static void end_every(struct export_sh *w, const struct op *op)
{
	const struct op *begin = NULL;
	size_t i;

	for (i = 0; i < w->at; i++)
		if (scenario_at(w->in->scenario, i)->def->flags & OPF_BODY)
			begin = scenario_at(w->in->scenario, i);
	buf_adds(w->out, "rounds=$((rounds + 1))\necho \"$rounds\" > \"$body.rounds\"\n");
	if (begin)
		export_sh_pause(w, (uint64_t)op_arg(begin, WARG_PERIOD)->num);
	buf_adds(w->out, "done\n) &\necho \"$!\" > \"$body\"\n");
}

/* Those that the agent does again, too (guest/ops.c, repeats). */
static bool repeats(const struct op *op)
{
	static const enum wire_op_id ids[] = {
		OP_CGROUP_SET, OP_MOVE,          OP_CGROUP_FREEZE, OP_CGROUP_THAW,
		OP_CPUSET_SET, OP_CPUSET_CLEAR,  OP_CPUSET_SWAP,   OP_AFFINITY,
		OP_SIGNAL,     OP_CPU_OFFLINE,   OP_CPU_ONLINE,    OP_READ_FILE,
		OP_TASKS,      OP_SCHED_REPLACE, OP_SCHED_RESTART, OP_SCHED_DUMP,
		OP_SCHED_SET,  OP_IRQ_STEER};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ids); i++)
		if (op->def->id == ids[i])
			return true;
	return false;
}

static void hold_loop(struct export_sh *w, const struct op *op)
{
	int64_t period = op_arg(op, WARG_PERIOD)->num, rounds = op_arg(op, WARG_FOR)->num / period;
	size_t i;

	buf_addf(w->out, "round=0\nwhile [ \"$round\" -lt %" PRId64 " ]; do\n",
		 rounds ? rounds : 1);
	for (i = w->step_at; i < w->at; i++)
		if (repeats(scenario_at(w->in->scenario, i)))
			export_sh_op(w, scenario_at(w->in->scenario, i));
	buf_adds(w->out, "round=$((round + 1))\n");
	export_sh_pause(w, (uint64_t)period);
	buf_adds(w->out, "done\n");
}

/* ---- waiting for a condition: a look every 50 ms, where the agent counts every switch ---- */

static void condition(struct export_sh *w, const struct expr_condition *c)
{
	static const char *const calls[] = {
		[EXPR_RUNNING] = "count_running",
		[EXPR_NR_RUNNING] = "count_running",
		[EXPR_TASKS] = "count_processes",
		[EXPR_LIVE] = "count_live",
		[EXPR_EXITED] = "has_exited",
		[EXPR_SWITCHES] = "count_switches",
		[EXPR_RAN] = "time_ran",
		[EXPR_UNITS] = NULL, /* the workers of a shell count nothing, see hold_until */
		[EXPR_ROUNDS] = "count_rounds",
		[EXPR_SCHED_STATE] = "sched_file state",
		[EXPR_SCHED_OPS] = "sched_file root/ops",
	};
	static const char *const tests[] = {
		[EXPR_EQ] = "-eq", [EXPR_NE] = "-ne", [EXPR_LT] = "-lt",
		[EXPR_LE] = "-le", [EXPR_GT] = "-gt", [EXPR_GE] = "-ge"};
	bool cgroup = c->about == EXPR_CGROUP;
	size_t i, n = scenario_things(w->in->scenario);

	for (i = 0; c->about == EXPR_WHERE && i < n; i++) {
		const struct scenario_thing *t = scenario_thing_at(w->in->scenario, i);

		cgroup |= t->is_cgroup && !strcmp(t->name, c->name);
	}
	buf_addf(w->out, "[ \"$(%s", calls[c->term]);
	if (c->about != EXPR_NOTHING) {
		cleanup_buf struct buf name = BUF_INIT;

		buf_addf(&name, "%s%s", cgroup ? "@" : "", c->name);
		export_sh_add(w, buf_text(&name));
	}
	buf_adds(w->out, ")\" ");
	if (c->kind == EXPR_WORD) {
		buf_addf(w->out, "%s", c->compare == EXPR_NE ? "!=" : "=");
		export_sh_add(w, c->word);
	} else {
		buf_addf(w->out, "%s %" PRIu64, tests[c->compare], c->number);
	}
	buf_adds(w->out, " ]");
}

static void hold_until(struct export_sh *w, const struct op *op)
{
	uint64_t ticks = (uint64_t)op_arg(op, WARG_TIMEOUT)->num / TICK_NS + 1;
	struct expr e;
	unsigned i, n = 0;

	if (expr_parse(export_sh_str(op, WARG_EXPR), &e, NULL))
		return;
	for (i = 0; i < e.n; i++)
		n += e.v[i].term != EXPR_UNITS;
	if (n < e.n)
		buf_adds(w->out, "note \"left out: the workers of a shell count no work units\"\n");
	if (!n)
		return;
	buf_adds(w->out, "ticks=0\nuntil ");
	for (i = 0, n = 0; i < e.n; i++) {
		if (e.v[i].term == EXPR_UNITS)
			continue;
		buf_adds(w->out, n++ ? " && " : "");
		condition(w, &e.v[i]);
	}
	buf_addf(w->out,
		 "; do\n\tticks=$((ticks + 1))\n\tif [ \"$ticks\" -ge %" PRIu64
		 " ]; then\n\t\treport 1",
		 ticks);
	export_sh_sentence(w, op);
	buf_adds(w->out, " 'it did not become true'\n\t\tbreak\n\tfi\n\tpause 0.05\ndone\n");
}

/* ---- schedulers ---- */

static void sched(struct export_sh *w, const struct op *op, const char *call)
{
	const struct op_val *argv = op_arg(op, WARG_ARGV), *set = op_arg(op, WARG_SCHED_SET);
	size_t i;

	if (set)
		buf_adds(w->out, "note \"left out: a shell cannot set a scheduler's constants\"\n");
	buf_adds(w->out, call);
	export_sh_add(w, export_sh_str(op, WARG_SCHED));
	for (i = 0; argv && i < argv->n; i++)
		export_sh_add(w, argv->list[i]);
	buf_addc(w->out, '\n');
}

static void sched_load(struct export_sh *w, const struct op *op)
{
	sched(w, op, "sched_load");
}

static void sched_replace(struct export_sh *w, const struct op *op)
{
	sched(w, op, "sched_unload\nsched_load");
}

static void sched_unload(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "sched_unload\n");
}

static void sched_restart(struct export_sh *w, const struct op *op)
{
	const struct op *last = NULL;
	size_t i;

	for (i = 0; i < w->at; i++)
		if (op_arg(scenario_at(w->in->scenario, i), WARG_SCHED) &&
		    !(scenario_at(w->in->scenario, i)->def->flags & OPF_EXPECT))
			last = scenario_at(w->in->scenario, i);
	if (last)
		sched_replace(w, last);
}

static void sched_dump(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "echo D > /proc/sysrq-trigger\n");
}

static void sched_eject(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out,
		 "echo S > /proc/sysrq-trigger\nsched_gone 600 || die 'it is still in force'\n");
}

static void sched_set(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "note \"left out: a shell cannot set a scheduler's variables\"\n");
}

static void sched_pin(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "sched_pin");
	export_sh_add(w, export_sh_str(op, WARG_MAP));
	export_sh_add(w, export_sh_str(op, WARG_PIN));
	buf_addc(w->out, '\n');
}

static void sched_watchdog(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out,
		 "note \"left out: only a scheduler itself can ask for its watchdog time-out\"\n");
}

static void expect_sched(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "expect_sched");
	export_sh_sentence(w, op);
	export_sh_add(w, export_sh_str(op, WARG_SCHED));
	buf_addc(w->out, '\n');
}

static void expect_sched_exit(struct export_sh *w, const struct op *op)
{
	const struct op_val *within = op_arg(op, WARG_WITHIN);

	buf_addf(w->out, "expect_sched_exit %" PRIu64,
		 within ? (uint64_t)within->num / TICK_NS + 1 : 1);
	export_sh_sentence(w, op);
	buf_addc(w->out, '\n');
}

/* ---- what only the agent sees ---- */

static void skip(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "skip");
	export_sh_sentence(w, op);
	buf_adds(w->out, " 'a shell does not see it'\n");
}

static void no_kernel(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "note \"left out: a shell does not reach into the kernel's memory\"\n");
}

static void left_out(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "note \"left out: a shell does not see what it records\"\n");
}

export_sh_fn export_sh_more(enum wire_op_id id)
{
	static const export_sh_fn writers[OP_ID_MAX] = {
		[OP_CPUSET_SET] = cpuset_set,
		[OP_CPUSET_CLEAR] = cpuset_clear,
		[OP_CPUSET_SWAP] = cpuset_swap,
		[OP_AFFINITY] = affinity,
		[OP_CGROUP_FREEZE] = freeze,
		[OP_CGROUP_THAW] = thaw,
		[OP_SIGNAL] = signal_group,
		[OP_CPU_OFFLINE] = cpu_offline,
		[OP_CPU_ONLINE] = cpu_online,
		[OP_IRQ_STEER] = irq_steer,
		[OP_TASKS] = tasks,
		[OP_EXPECT_TASKS] = expect_tasks,
		[OP_EVERY] = every,
		[OP_END] = end_every,
		[OP_HOLD_LOOP] = hold_loop,
		[OP_HOLD_UNTIL] = hold_until,
		[OP_SCHED_LOAD] = sched_load,
		[OP_SCHED_UNLOAD] = sched_unload,
		[OP_SCHED_REPLACE] = sched_replace,
		[OP_SCHED_RESTART] = sched_restart,
		[OP_SCHED_DUMP] = sched_dump,
		[OP_SCHED_EJECT] = sched_eject,
		[OP_SCHED_SET] = sched_set,
		[OP_SCHED_PIN] = sched_pin,
		[OP_SCHED_WATCHDOG] = sched_watchdog,
		[OP_EXPECT_SCHED] = expect_sched,
		[OP_EXPECT_SCHED_EXIT] = expect_sched_exit,
		[OP_EXPECT_CHECK] = export_sh_expect_check,
		[OP_KERNEL_READ] = no_kernel,
		[OP_SNAPSHOT] = no_kernel,
		[OP_WATCH] = no_kernel,
		[OP_UNWATCH] = no_kernel,
		[OP_KERNEL_WRITE] = no_kernel, /* export_sh_check() refuses it */
		[OP_LOOK] = left_out,
		[OP_REPORT] = left_out,
	};
	const struct op_def *d = op_def_by_id(id);

	if (id < OP_ID_MAX && writers[id])
		return writers[id];
	return d && d->flags & OPF_EXPECT ? skip : NULL;
}

int export_sh_check(const struct op *op, struct err *err)
{
	const char *word = export_sh_str(op, WARG_CPUS);
	struct cpu_words c;

	if (op->def->id == OP_KERNEL_WRITE)
		return err_set(err, ENOTSUP,
			       "'kernel write %s': a shell script does not reach into the kernel's memory; "
			       "export to C",
			       export_sh_str(op, WARG_PLACE));
	if (!word || cpu_words_parse(word, &c, NULL) < 0 || c.kind == CPU_WORD_LIST ||
	    c.kind == CPU_WORD_NUMA || c.kind == CPU_WORD_LLC || c.kind == CPU_WORD_SINGLE)
		return 0;
	return err_set(err, ENOTSUP,
		       "CPUs '%s': a shell script cannot find them; write a list, llc:I, numa:I or "
		       "'single', or export to C",
		       word);
}
