/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops_tasks - see ops_tasks.h. The hand's part is hand_tasks.c.
 * Invariant: what is told is what the kernel's own lists say, not the agent's book.
 */
#include "guest/ops_tasks.h"

#include "base/text.h"
#include "guest/cgroup.h"
#include "guest/group.h"
#include "guest/mover.h"
#include "guest/pool.h"
#include "guest/port.h"

#include <errno.h>
#include <string.h>

/* ---- move ---- */

struct move {
	char what[256], to[CGROUP_FULL_MAX];
	uint64_t thread; /* 0 = all threads of each process */
};

static void on_moved(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	struct move *m = line_state(l);

	if (r->num)
		port_event(&(struct event){.type = EV_MOVED,
					   .seq = line_seq(l),
					   .text = m->what,
					   .cgroup = m->to,
					   .count = r->num});
	if (r->code)
		line_failed(l, r->code, "%s", r->text);
	else if (m->thread)
		line_done(l, "thread %llu [%llu] moved to %s", (unsigned long long)m->thread,
			  (unsigned long long)r->id, m->to);
	else
		line_done(l, "%llu task%s moved to %s", (unsigned long long)r->num,
			  r->num == 1 ? "" : "s", m->to);
}

void move_begin(struct line *l, const struct wire_op *op)
{
	struct move *m = line_state(l);
	const char *target = wire_op_str(op, WARG_TARGET), *to = wire_op_str(op, WARG_TO);
	struct wire_writer *w;
	struct err err = ERR_INIT;

	if (!target || !to) {
		line_failed(l, EINVAL, "what is to be moved, and where to?");
		return;
	}
	text_copy(m->what, sizeof(m->what), target);
	m->thread = wire_op_u64(op, WARG_THREAD, 0);
	if (cgroup_resolve(to, m->to, &err)) {
		line_failed_err(l, &err);
		return;
	}
	w = pool_job(JOB_MOVE);
	wire_put_str(w, m->to);
	wire_put_u64(w, m->thread);
	if (mover_put(w, target, m->to, &err) ||
	    pool_send(w, NULL, 0, POOL_DEADLINE_NS, target, on_moved, l, &err))
		line_failed_err(l, &err);
}

/* ---- tasks ---- */

static void on_listed(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	const char *target = wire_op_str(line_op(l), WARG_TARGET);

	if (r->code) {
		line_failed(l, r->code, "%s", r->text);
		return;
	}
	port_event(&(struct event){.type = EV_TASKS,
				   .seq = line_seq(l),
				   .name = target,
				   .count = r->num,
				   .id = r->id,
				   .data = r->data,
				   .data_len = r->data_len,
				   .flag = r->flag});
	line_done(l, "%llu thread%s of %llu process%s%s%s", (unsigned long long)r->id,
		  r->id == 1 ? "" : "s", (unsigned long long)r->num, r->num == 1 ? "" : "es",
		  *r->text ? ": " : "", r->text);
}

/* A group that has ended is one of no task. */
static int put_group(struct wire_writer *w, const char *name, struct err *err)
{
	struct group *g = group_find(name);
	struct task *t = NULL;

	if (!g)
		return err_set(err, ENOENT, "there is no payload or group '%.80s'", name);
	wire_put_u32(w, g->live);
	while ((t = group_task_next(g, t)))
		wire_put_u64(w, (uint64_t)t->pid);
	wire_put_str(w, "");
	return 0;
}

static int put_cgroup(struct wire_writer *w, const char *name, struct err *err)
{
	char full[CGROUP_FULL_MAX];

	if (cgroup_resolve(name, full, err))
		return -err->code;
	wire_put_u32(w, 0);
	wire_put_str(w, full);
	return 0;
}

void tasks_begin(struct line *l, const struct wire_op *op)
{
	const char *target = wire_op_str(op, WARG_TARGET);
	struct wire_writer *w = pool_job(JOB_TASKS);
	struct err err = ERR_INIT;
	int r;

	if (!target)
		target = "";
	r = *target == '@' ? put_cgroup(w, target + 1, &err) : put_group(w, target, &err);
	if (r || pool_send(w, NULL, 0, POOL_DEADLINE_NS, target, on_listed, l, &err))
		line_failed_err(l, &err);
}
