/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops - the table of handlers of the main line, and the ops that need no file of their own:
 * hold, wait, move, reading a file, and expectations, which are barriers here (the host judges).
 * Invariant: each ends in exactly one line_done() or line_failed().
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "guest/cgroup.h"
#include "guest/group.h"
#include "guest/line.h"
#include "guest/output.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/probe.h"
#include "guest/start.h"
#include "guest/step.h"
#include "guest/teardown.h"

#include <errno.h>
#include <string.h>

/* ---- hold ---- */

static void hold_begin(const struct wire_op *op)
{
	uint64_t ns = wire_op_u64(op, WARG_DURATION, 0);

	if (ns)
		line_timer(ns);
	else
		line_done("held for 0s");
}

static void hold_timeout(void)
{
	char text[32];

	text_format_time(text, sizeof(text), line_elapsed_ns());
	line_done("held for %s", text);
}

static void hold_cancel(int code, const char *why)
{
	char text[32];

	text_format_time(text, sizeof(text), line_elapsed_ns());
	if (code == ECANCELED)
		line_done("%s after %s", why, text);
	else
		line_failed(code, "%s: held for %s", why, text);
}

/* ---- wait ---- */

static char waited[GROUP_NAME_MAX];

static void wait_poke(void)
{
	struct group *g = group_find(waited);

	/* the tasks' own output was drained at their exits */
	if (g && g->live)
		return;
	if (!g)
		line_failed(ENOENT, "'%s' is not known any more", waited);
	else if (g->payload)
		line_done("%s ended", waited);
	else
		line_done("%u task%s ended", g->count, g->count == 1 ? "" : "s");
}

static void wait_begin(const struct wire_op *op)
{
	const char *name = wire_op_str(op, WARG_NAME);

	if (!name || !group_find(name)) {
		line_failed(ENOENT, "there is no payload or group '%s'", name ? name : "");
		return;
	}
	text_copy(waited, sizeof(waited), name);
	line_timer(wire_op_u64(op, WARG_TIMEOUT, 0));
	wait_poke();
}

static void wait_stop(int code, const char *why)
{
	struct group *g = group_find(waited);
	char text[32];

	text_format_time(text, sizeof(text), line_elapsed_ns());
	line_failed(code, "%s after %s: %u of %u tasks of '%s' still live", why, text,
		    g ? g->live : 0, g ? g->count : 0, waited);
}

static void wait_timeout(void)
{
	wait_stop(ETIMEDOUT, "timed out");
}

/* ---- move ---- */

static char moved_what[256], moved_to[CGROUP_FULL_MAX];

static void on_moved(void *arg, struct job_reply *r)
{
	if (r->num)
		port_event(&(struct event){.type = EV_MOVED,
					   .seq = line_seq(),
					   .text = moved_what,
					   .cgroup = moved_to,
					   .count = r->num});
	if (r->code)
		line_failed(r->code, "%s", r->text);
	else
		line_done("%llu task%s moved to %s", (unsigned long long)r->num,
			  r->num == 1 ? "" : "s", moved_to);
}

static int put_group(struct wire_writer *w, const char *name, struct err *err)
{
	struct group *g = group_find(name);
	struct task *t = NULL;

	if (!g)
		return err_set(err, ENOENT, "there is no payload or group '%s'", name);
	if (!g->live)
		return err_set(err, ESRCH, "'%s' has ended: there is nothing to move", name);
	wire_put_u32(w, g->live);
	while ((t = group_task_next(g, t)))
		wire_put_u64(w, (uint64_t)t->pid);
	wire_put_str(w, "");
	return 0;
}

static int put_mover(struct wire_writer *w, const char *target, struct err *err)
{
	char full[CGROUP_FULL_MAX];
	uint64_t pid;
	int r;

	if (*target == '@') {
		r = cgroup_resolve(target + 1, full, err);
		if (r)
			return r;
		if (!strcmp(full, moved_to))
			return err_set(err, EINVAL, "'%s' is in '%s' already", target, full);
		wire_put_u32(w, 0);
		wire_put_str(w, full);
		return 0;
	}
	if (!text_u64(target, 1, INT32_MAX, &pid))
		return put_group(w, target, err);
	if (pid == 1 || pool_is_hand((int)pid))
		return err_set(err, EPERM, "pid %s is the observer itself: it stays", target);
	wire_put_u32(w, 1);
	wire_put_u64(w, pid);
	wire_put_str(w, "");
	return 0;
}

static void move_begin(const struct wire_op *op)
{
	const char *target = wire_op_str(op, WARG_TARGET), *to = wire_op_str(op, WARG_TO);
	struct wire_writer *w;
	struct err err = ERR_INIT;

	if (!target || !to) {
		line_failed(EINVAL, "what is to be moved, and where to?");
		return;
	}
	text_copy(moved_what, sizeof(moved_what), target);
	if (cgroup_resolve(to, moved_to, &err)) {
		line_failed_err(&err);
		return;
	}
	w = pool_job(JOB_MOVE);
	wire_put_str(w, moved_to);
	if (put_mover(w, target, &err) ||
	    pool_send(w, NULL, 0, POOL_DEADLINE_NS, target, on_moved, NULL, &err))
		line_failed_err(&err);
}

/* ---- files ---- */

static char read_path[4096];

static void on_read(void *arg, struct job_reply *r)
{
	/* a hand that hangs is a failure of the op; a file that cannot be read is a finding */
	if (r->code) {
		line_failed(r->code, "read '%s': %s", read_path, r->text);
		return;
	}
	port_event(&(struct event){.type = EV_FILE,
				   .seq = line_seq(),
				   .path = read_path,
				   .data = r->data,
				   .data_len = r->data_len,
				   .flag = r->flag,
				   .code = (int64_t)r->id});
	if (r->id)
		line_done("cannot read '%s': %s", read_path, strerror((int)r->id));
	else
		line_done("%zu bytes%s", r->data_len, r->flag ? ", cut" : "");
}

static void read_begin(const struct wire_op *op)
{
	const char *path = wire_op_str(op, WARG_PATH);
	struct wire_writer *w = pool_job(JOB_READ);
	struct err err = ERR_INIT;

	if (!path || path[0] != '/' || !text_copy(read_path, sizeof(read_path), path)) {
		line_failed(EINVAL, "path '%.80s' is not absolute", path ? path : "");
		return;
	}
	wire_put_str(w, path);
	if (pool_send(w, NULL, 0, POOL_DEADLINE_NS, path, on_read, NULL, &err))
		line_failed_err(&err);
}

/* ---- expectations ---- */

static void expect_begin(const struct wire_op *op)
{
	unsigned i;

	/* what was written and executed up to here is told before the judge looks */
	probe_drain();
	for (i = 0; i < GROUPS_MAX; i++)
		if (group_at(i))
			output_drain(group_at(i));
	line_done("reached");
}

static const struct line_handler handlers[OP_ID_MAX] = {
	[OP_CGROUP_ADD] = {.begin = cgroup_op_add, .changes = true},
	[OP_CGROUP_SET] = {.begin = cgroup_op_set},
	[OP_CGROUP_REMOVE] = {.begin = cgroup_op_remove,
			      .poke = teardown_poke,
			      .timeout = teardown_timeout,
			      .cancel = teardown_cancel,
			      .changes = true},
	[OP_SPAWN] = {.begin = start_op_spawn,
		      .poke = start_poke,
		      .timeout = start_timeout,
		      .cancel = start_cancel},
	[OP_RUN] = {.begin = start_op_run,
		    .poke = start_poke,
		    .timeout = start_timeout,
		    .cancel = start_cancel},
	[OP_WAIT] = {.begin = wait_begin,
		     .poke = wait_poke,
		     .timeout = wait_timeout,
		     .cancel = wait_stop},
	[OP_KILL] = {.begin = step_op_kill,
		     .poke = teardown_poke,
		     .timeout = teardown_timeout,
		     .cancel = teardown_cancel},
	[OP_MOVE] = {.begin = move_begin},
	[OP_HOLD] = {.begin = hold_begin, .timeout = hold_timeout, .cancel = hold_cancel},
	[OP_STEP] = {.begin = step_op_step,
		     .poke = teardown_poke,
		     .timeout = teardown_timeout,
		     .cancel = teardown_cancel,
		     .even_late = true,
		     .changes = true},
	[OP_BACKDROP] = {.begin = step_op_backdrop,
			 .poke = teardown_poke,
			 .timeout = teardown_timeout,
			 .cancel = teardown_cancel,
			 .even_late = true,
			 .changes = true},
	[OP_EXPECT_PLACED] = {.begin = expect_begin, .even_late = true},
	[OP_EXPECT_EXIT] = {.begin = expect_begin, .even_late = true},
	[OP_EXPECT_OUTPUT] = {.begin = expect_begin, .even_late = true},
	[OP_EXPECT_FILE] = {.begin = read_begin, .even_late = true},
	[OP_READ_FILE] = {.begin = read_begin, .even_late = true},
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

void line_finish(void)
{
	step_end_all();
}
