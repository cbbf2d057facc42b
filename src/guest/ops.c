/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops - the table of handlers of the lines, and the ops that need no file of their own:
 * hold, wait, reading a file, and expectations, which are barriers here (the host judges).
 * Invariant: each ends in exactly one line_done(l, ) or line_failed(l, ).
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "guest/cgroup.h"
#include "guest/fault_switch.h"
#include "guest/group.h"
#include "guest/host_turn.h"
#include "guest/ledger.h"
#include "guest/line.h"
#include "guest/ops_cpus.h"
#include "guest/ops_every.h"
#include "guest/ops_tasks.h"
#include "guest/ops_until.h"
#include "guest/output.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/probe.h"
#include "guest/pull.h"
#include "guest/report.h"
#include "guest/sched_keys.h"
#include "guest/sched_ops.h"
#include "guest/sched_parts.h"
#include "guest/sched_watchdog.h"
#include "guest/start.h"
#include "guest/step.h"
#include "guest/teardown.h"

#include <errno.h>
#include <string.h>

/* ---- hold ---- */

static void hold_begin(struct line *l, const struct wire_op *op)
{
	uint64_t ns = wire_op_u64(op, WARG_DURATION, 0);
	uint64_t part = wire_op_u64(op, WARG_FRACTION, 0);

	if (part && !line_duration()) {
		line_failed(l, EINVAL,
			    "a part of the scenario's time cannot be held: it has none, give it "
			    "with --duration");
		return;
	}
	if (part)
		ns = (uint64_t)((double)line_duration() * (double)part / 1e6);
	if (ns)
		line_timer(l, fault_is(FAULT_HOLD_CUT_SHORT) ? ns / 2 : ns);
	else
		line_done(l, "held for 0s");
}

static void hold_timeout(struct line *l)
{
	char text[32];

	text_format_time(text, sizeof(text), line_elapsed_ns(l));
	line_done(l, "held for %s", text);
}

static void hold_cancel(struct line *l, int code, const char *why)
{
	char text[32];

	text_format_time(text, sizeof(text), line_elapsed_ns(l));
	if (code == ECANCELED)
		line_done(l, "%s after %s", why, text);
	else
		line_failed(l, code, "%s: held for %s", why, text);
}

/* ---- wait ---- */

static void wait_poke(struct line *l)
{
	const char *waited = line_state(l);
	struct group *g = group_find(waited);

	/* the tasks' own output was drained at their exits */
	if (g && g->live && !fault_is(FAULT_WAIT_TOO_EARLY))
		return;
	if (!g)
		line_failed(l, ENOENT, "'%s' is not known any more", waited);
	else if (g->payload)
		line_done(l, "%s ended", waited);
	else
		line_done(l, "%u task%s ended", g->count, g->count == 1 ? "" : "s");
}

static void wait_begin(struct line *l, const struct wire_op *op)
{
	const char *name = wire_op_str(op, WARG_NAME);

	if (!name || !group_find(name)) {
		line_failed(l, ENOENT, "there is no payload or group '%s'", name ? name : "");
		return;
	}
	text_copy(line_state(l), GROUP_NAME_MAX, name);
	line_timer(l, wire_op_u64(op, WARG_TIMEOUT, 0));
	wait_poke(l);
}

static void wait_stop(struct line *l, int code, const char *why)
{
	const char *waited = line_state(l);
	struct group *g = group_find(waited);
	char text[32];

	text_format_time(text, sizeof(text), line_elapsed_ns(l));
	line_failed(l, code, "%s after %s: %u of %u tasks of '%s' still live", why, text,
		    g ? g->live : 0, g ? g->count : 0, waited);
}

static void wait_timeout(struct line *l)
{
	wait_stop(l, ETIMEDOUT, "timed out");
}

/* ---- files ---- */

enum { READ_PATH_MAX = 4096 };

static void on_read(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	const char *read_path = line_state(l);

	/* a hand that hangs is a failure of the op; a file that cannot be read is a finding */
	if (r->code) {
		line_failed(l, r->code, "read '%s': %s", read_path, r->text);
		return;
	}
	port_event(&(struct event){.type = EV_FILE,
				   .seq = line_seq(l),
				   .path = read_path,
				   .data = r->data,
				   .data_len = r->data_len,
				   .flag = r->flag,
				   .code = (int64_t)r->id});
	if (r->id)
		line_done(l, "cannot read '%s': %s", read_path, strerror((int)r->id));
	else
		line_done(l, "%zu bytes%s", r->data_len, r->flag ? ", cut" : "");
}

static void read_begin(struct line *l, const struct wire_op *op)
{
	const char *path = wire_op_str(op, WARG_PATH);
	struct wire_writer *w = pool_job(JOB_READ);
	struct err err = ERR_INIT;

	if (!path || path[0] != '/' || !text_copy(line_state(l), READ_PATH_MAX, path)) {
		line_failed(l, EINVAL, "path '%.80s' is not absolute", path ? path : "");
		return;
	}
	wire_put_str(w, path);
	if (pool_send(w, NULL, 0, POOL_DEADLINE_NS, path, on_read, l, &err))
		line_failed_err(l, &err);
}

/* ---- expectations ---- */

static void expect_begin(struct line *l, const struct wire_op *op)
{
	unsigned i;

	/* what was written and executed up to here is told before the judge looks */
	probe_drain();
	for (i = 0; i < GROUPS_MAX; i++)
		if (group_at(i))
			output_drain(group_at(i));
	line_done(l, "reached");
}

/* ---- reports ---- */

static void report_begin(struct line *l, const struct wire_op *op)
{
	const char *name = wire_op_str(op, WARG_NAME);
	const struct group *g = name ? group_find(name) : NULL;

	if (!g) {
		line_failed(l, ENOENT, "there is no group '%.80s'", name ? name : "");
		return;
	}
	if (g->payload && op->id == OP_EXPECT_REPORT) {
		line_failed(l, EINVAL,
			    "'%s' is a program: only workers of 'spawn' report; "
			    "what it printed is for 'expect metric'",
			    g->name);
		return;
	}
	if (g->payload) {
		expect_begin(l, op);
		return;
	}
	report_group(g, line_seq(l));
	line_done(l, "%u of %u worker%s still work", g->live, g->count, g->count == 1 ? "" : "s");
}

/* One group, or the two of "B/A". */
static void look_begin(struct line *l, const struct wire_op *op)
{
	const char *name = wire_op_str(op, WARG_NAME), *pair = wire_op_str(op, WARG_PAIR), *slash;
	char first[GROUP_NAME_MAX] = "";
	struct err err = ERR_INIT;
	int r = 0;

	slash = pair ? strchr(pair, '/') : NULL;
	if (slash && (size_t)(slash - pair) < sizeof(first)) {
		memcpy(first, pair, (size_t)(slash - pair));
		r = ledger_tell(first, line_seq(l), &err);
		name = slash + 1;
	} else if (pair) {
		name = pair;
	}
	if (!r)
		r = ledger_tell(name ? name : "", line_seq(l), &err);
	if (r)
		line_failed_err(l, &err);
	else
		line_done(l, "looked");
}

/* What a check may read: the reports of a group, and the ledger where there is one. */
static void check_begin(struct line *l, const struct wire_op *op)
{
	const char *name = wire_op_str(op, WARG_NAME);
	struct err err = ERR_INIT;

	if (!name) {
		expect_begin(l, op);
		return;
	}
	/* without it a check that needs it is inconclusive, and says so */
	ledger_tell(name, line_seq(l), &err);
	report_begin(l, op);
}

static const struct line_handler handlers[OP_ID_MAX] = {
	[OP_CGROUP_ADD] = {.begin = cgroup_op_add, .changes = true},
	[OP_CGROUP_SET] = {.begin = cgroup_op_set, .repeats = true},
	[OP_CGROUP_REMOVE] = {.begin = cgroup_op_remove,
			      .poke = teardown_poke,
			      .timeout = teardown_timeout,
			      .cancel = teardown_cancel,
			      .changes = true},
	[OP_SPAWN] = {.begin = start_op_spawn,
		      .poke = start_poke,
		      .timeout = start_timeout,
		      .cancel = start_cancel},
	[OP_DEF] = {.begin = cgroup_op_def,
		    .poke = start_poke,
		    .timeout = start_timeout,
		    .cancel = start_cancel,
		    .changes = true},
	[OP_TASKS] = {.begin = tasks_begin, .even_late = true, .repeats = true},
	[OP_EXPECT_TASKS] = {.begin = tasks_begin, .even_late = true, .main_only = true},
	[OP_RUN] = {.begin = start_op_run,
		    .poke = start_poke,
		    .timeout = start_timeout,
		    .cancel = start_cancel},
	[OP_WAIT] = {.begin = wait_begin,
		     .poke = wait_poke,
		     .timeout = wait_timeout,
		     .cancel = wait_stop,
		     .blocks = true},
	[OP_KILL] = {.begin = step_op_kill,
		     .poke = teardown_poke,
		     .timeout = teardown_timeout,
		     .cancel = teardown_cancel},
	[OP_MOVE] = {.begin = move_begin, .repeats = true},
	[OP_HOLD] = {.begin = hold_begin, .timeout = hold_timeout, .cancel = hold_cancel, .blocks = true},
	[OP_STEP] = {.begin = step_op_step,
		     .poke = teardown_poke,
		     .timeout = teardown_timeout,
		     .cancel = teardown_cancel,
		     .even_late = true,
		     .main_only = true,
			 .changes = true},
	[OP_BACKDROP] = {.begin = step_op_backdrop,
			 .poke = teardown_poke,
			 .timeout = teardown_timeout,
			 .cancel = teardown_cancel,
			 .even_late = true,
			 .main_only = true,
			 .changes = true},
	[OP_EXPECT_PLACED] = {.begin = expect_begin, .even_late = true, .main_only = true},
	[OP_EXPECT_EXIT] = {.begin = expect_begin, .even_late = true, .main_only = true},
	[OP_EXPECT_OUTPUT] = {.begin = expect_begin, .even_late = true, .main_only = true},
	[OP_EXPECT_FILE] = {.begin = read_begin, .even_late = true, .main_only = true},
	[OP_LOOK] = {.begin = look_begin, .even_late = true, .repeats = true},
	[OP_EXPECT_STAYED] = {.begin = look_begin, .even_late = true, .main_only = true},
	[OP_EXPECT_RAN] = {.begin = look_begin, .even_late = true, .main_only = true},
	[OP_EXPECT_SHARE] = {.begin = look_begin, .even_late = true, .main_only = true},
	[OP_EXPECT_CPUS] = {.begin = look_begin, .even_late = true, .main_only = true},
	[OP_EXPECT_CONFINED] = {.begin = look_begin, .even_late = true, .main_only = true},
	[OP_EXPECT_CHECK] = {.begin = check_begin, .even_late = true, .main_only = true},
	[OP_READ_FILE] = {.begin = read_begin, .even_late = true, .repeats = true},
	[OP_HOLD_UNTIL] = {.begin = until_begin,
			   .poke = until_poke,
			   .timeout = until_timeout,
			   .cancel = until_cancel,
			   .blocks = true},
	[OP_CGROUP_FREEZE] = {.begin = cpus_op_freeze, .repeats = true},
	[OP_CGROUP_THAW] = {.begin = cpus_op_thaw, .even_late = true, .repeats = true},
	[OP_CPUSET_SET] = {.begin = cpus_op_set, .repeats = true},
	[OP_CPUSET_CLEAR] = {.begin = cpus_op_clear, .repeats = true},
	[OP_CPUSET_SWAP] = {.begin = cpus_op_swap, .repeats = true},
	[OP_AFFINITY] = {.begin = cpus_op_affinity, .repeats = true},
	[OP_SIGNAL] = {.begin = cpus_op_signal, .repeats = true},
	[OP_CPU_OFFLINE] = {.begin = cpus_op_offline, .repeats = true},
	[OP_CPU_ONLINE] = {.begin = cpus_op_online, .repeats = true},
	[OP_IRQ_STEER] = {.begin = cpus_op_steer, .repeats = true},
	[OP_EVERY] = {.begin = every_begin, .main_only = true},
	[OP_END] = {.begin = every_end, .even_late = true, .main_only = true},
	[OP_SCHED_LOAD] = {.begin = sched_op_load,
			   .poke = sched_ops_poke,
			   .timeout = sched_ops_timeout,
			   .cancel = sched_ops_cancel},
	[OP_SCHED_UNLOAD] = {.begin = sched_op_unload,
			   .poke = sched_ops_poke,
			   .timeout = sched_ops_timeout,
			   .cancel = sched_ops_cancel},
	[OP_SCHED_REPLACE] = {.begin = sched_op_replace,
			   .poke = sched_ops_poke,
			   .timeout = sched_ops_timeout,
			   .cancel = sched_ops_cancel,
			   .repeats = true},
	[OP_SCHED_RESTART] = {.begin = sched_op_restart,
			   .poke = sched_ops_poke,
			   .timeout = sched_ops_timeout,
			   .cancel = sched_ops_cancel,
			   .repeats = true},
	[OP_SCHED_DUMP] = {.begin = sched_op_dump, .repeats = true},
	[OP_SCHED_EJECT] = {.begin = sched_op_eject,
			    .poke = sched_eject_poke,
			    .timeout = sched_eject_timeout},
	[OP_SCHED_SET] = {.begin = sched_op_set, .repeats = true},
	[OP_SCHED_PIN] = {.begin = sched_op_pin},
	[OP_SCHED_WATCHDOG] = {.begin = sched_op_watchdog, .repeats = true},
	[OP_EXPECT_SCHED] = {.begin = expect_begin, .even_late = true, .main_only = true},
	[OP_EXPECT_SCHED_EXIT] = {.begin = sched_op_expect_exit,
				  .poke = sched_expect_poke,
				  .timeout = sched_expect_timeout,
				  .cancel = sched_expect_cancel,
				  .even_late = true,
				  .main_only = true},
	[OP_HOLD_LOOP] = {.begin = every_loop_begin,
			  .poke = every_loop_poke,
			  .cancel = every_loop_cancel,
			  .main_only = true},
	[OP_PUSH] = {.begin = push_op_begin,
		     .timeout = push_op_timeout,
		     .cancel = push_op_cancel,
		     .main_only = true,
		     .blocks = true},
	[OP_KERNEL_READ] = {.begin = host_turn_begin,
			    .timeout = host_turn_timeout,
			    .cancel = host_turn_cancel,
			    .even_late = true,
			    .main_only = true,
			    .blocks = true},
	[OP_EXPECT_KERNEL] = {.begin = host_turn_begin,
			      .timeout = host_turn_timeout,
			      .cancel = host_turn_cancel,
			      .even_late = true,
			      .main_only = true,
			      .blocks = true},
	[OP_SNAPSHOT] = {.begin = host_turn_begin,
			 .timeout = host_turn_timeout,
			 .cancel = host_turn_cancel,
			 .even_late = true,
			 .main_only = true,
			 .blocks = true},
	[OP_WATCH] = {.begin = host_turn_begin,
		      .timeout = host_turn_timeout,
		      .cancel = host_turn_cancel,
		      .main_only = true,
		      .blocks = true},
	[OP_UNWATCH] = {.begin = host_turn_begin,
			.timeout = host_turn_timeout,
			.cancel = host_turn_cancel,
			.even_late = true,
			.main_only = true,
			.blocks = true},
	[OP_EXPECT_WATCH] = {.begin = host_turn_begin,
			     .timeout = host_turn_timeout,
			     .cancel = host_turn_cancel,
			     .even_late = true,
			     .main_only = true,
			     .blocks = true},
	[OP_KERNEL_WRITE] = {.begin = host_turn_begin,
			     .timeout = host_turn_timeout,
			     .cancel = host_turn_cancel,
			     .main_only = true,
			     .blocks = true},
	[OP_PULL] = {.begin = pull_op_begin,
		     .timeout = pull_op_timeout,
		     .cancel = pull_op_cancel,
		     .even_late = true,
		     .main_only = true,
		     .blocks = true},
	[OP_REPORT] = {.begin = report_begin, .even_late = true},
	[OP_EXPECT_METRIC] = {.begin = report_begin, .even_late = true, .main_only = true},
	[OP_EXPECT_REPORT] = {.begin = report_begin, .even_late = true, .main_only = true},
};

const struct line_handler *line_handler(unsigned id)
{
	return id < OP_ID_MAX && handlers[id].begin ? &handlers[id] : NULL;
}

const struct line_handler *line_finish_handler(void)
{
	static const struct line_handler finish = {.poke = teardown_poke,
						   .timeout = teardown_timeout,
						   .cancel = teardown_cancel,
						   .even_late = true,
						   .changes = true};

	return &finish;
}

void line_finish(struct line *l)
{
	/* first of all: under a scheduler that starves them, tasks would not even die */
	sched_ops_end(l, step_end_all);
}
