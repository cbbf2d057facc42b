/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault - see fault.h.
 * Invariant: without a name set nothing here does anything.
 */
#include "guest/fault.h"

#include "guest/pool.h"
#include "guest/port.h"

#include <string.h>

#define CARELESS_NS 300000000ull /* from the release to the move of "place-after-exec" */

static struct loop *loop;
static loop_id timer;

static void on_late_move(void *arg, struct job_reply *r)
{
	if (r->code)
		port_log(4, "the fault switch could not move a task: %s", r->text);
}

/* What a careless tool does, some time after it has let go. */
static void on_timer(void *arg)
{
	struct wire_writer *w;
	struct task *t;
	struct group *g;
	unsigned i;

	for (i = 0; i < GROUPS_MAX; i++) {
		g = group_at(i);
		if (!g || !g->live || !g->misplaced)
			continue;
		g->misplaced = false;
		w = pool_job(JOB_MOVE);
		wire_put_str(w, g->cgroup);
		wire_put_u32(w, g->live);
		for (t = NULL; (t = group_task_next(g, t));)
			wire_put_u64(w, (uint64_t)t->pid);
		wire_put_str(w, "");
		pool_send(w, NULL, 0, POOL_DEADLINE_NS, g->cgroup, on_late_move, NULL, NULL);
	}
}

void fault_released(struct group *g)
{
	if (!fault_is(FAULT_PLACE_AFTER_EXEC) || !strcmp(g->cgroup, "/"))
		return;
	g->misplaced = true;
	loop_arm(loop, timer, CARELESS_NS, 0);
}

void fault_init(struct loop *l)
{
	loop = l;
	timer = loop_add_timer(loop, on_timer, NULL);
}
