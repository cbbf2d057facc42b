/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops_cpus - see ops_cpus.h.
 * Invariant: an op is done only when the kernel was read back as wanted.
 */
#include "guest/ops_cpus.h"

#include "base/text.h"
#include "guest/cgroup.h"
#include "guest/fault_switch.h"
#include "guest/group.h"
#include "guest/mover.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/wire_policy.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct words { /* what DONE will say, around the hand's own text */
	char before[CGROUP_FULL_MAX + 64];
	const char *after;
};

static void say(struct line *l, const char *after, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct line *l, const char *after, const char *fmt, ...)
{
	struct words *w = line_state(l);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->before, sizeof(w->before), fmt, ap);
	va_end(ap);
	w->after = after;
}

static void on_done(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	const struct words *w = line_state(l);

	if (r->code)
		line_failed(l, r->code, "%s", r->text);
	else
		line_done(l, "%s%s%s", w->before, r->text, w->after);
}

static void send(struct line *l, struct wire_writer *w, const char *about)
{
	struct err err = ERR_INIT;

	if (pool_send(w, NULL, 0, POOL_DEADLINE_NS, about, on_done, l, &err))
		line_failed_err(l, &err);
}

/* The cgroup an op is about, from the book; false = the op has failed. */
static bool find(struct line *l, const struct wire_op *op, enum wire_arg tag, char *full)
{
	const char *name = wire_op_str(op, tag);

	if (name && cgroup_find(name)) {
		cgroup_full(name, full);
		return true;
	}
	line_failed(l, ENOENT, "there is no cgroup '%s': add it first", name ? name : "");
	return false;
}

static void freeze(struct line *l, const struct wire_op *op, bool freeze)
{
	char full[CGROUP_FULL_MAX];
	struct wire_writer *w;

	if (!find(l, op, WARG_CGROUP, full))
		return;
	say(l, "", "%s %s", full, freeze ? "stands still" : "goes on");
	w = pool_job(JOB_FREEZE);
	wire_put_str(w, full);
	wire_put_u8(w, freeze);
	send(l, w, full);
}

void cpus_op_freeze(struct line *l, const struct wire_op *op)
{
	freeze(l, op, true);
}

void cpus_op_thaw(struct line *l, const struct wire_op *op)
{
	freeze(l, op, false);
}

/* other "" = none; word "" = all the parent has, NULL = swap. */
static void send_cpuset(struct line *l, const char *full, const char *other, const char *word)
{
	struct wire_writer *w = pool_job(JOB_CPUSET);

	wire_put_str(w, full);
	wire_put_str(w, other);
	wire_put_str(w, word);
	wire_put_u64(w, cgroup_next_seed());
	send(l, w, full);
}

void cpus_op_set(struct line *l, const struct wire_op *op)
{
	const char *word = wire_op_str(op, WARG_CPUS);
	char full[CGROUP_FULL_MAX];

	if (!find(l, op, WARG_CGROUP, full))
		return;
	say(l, "", "%s may use CPUs ", full);
	send_cpuset(l, full, "", word ? word : "");
}

void cpus_op_clear(struct line *l, const struct wire_op *op)
{
	char full[CGROUP_FULL_MAX];

	if (!find(l, op, WARG_CGROUP, full))
		return;
	say(l, ", all its parent has", "%s may use CPUs ", full);
	send_cpuset(l, full, "", "");
}

void cpus_op_swap(struct line *l, const struct wire_op *op)
{
	char full[CGROUP_FULL_MAX], other[CGROUP_FULL_MAX];

	if (!find(l, op, WARG_CGROUP, full) || !find(l, op, WARG_TO, other))
		return;
	if (!strcmp(full, other)) {
		line_failed(l, EINVAL, "'%s' cannot be swapped with itself", full);
		return;
	}
	say(l, "", "%s may use CPUs ", full);
	send_cpuset(l, full, other, "");
}

void cpus_op_affinity(struct line *l, const struct wire_op *op)
{
	const char *target = wire_op_str(op, WARG_TARGET), *word = wire_op_str(op, WARG_CPUS);
	struct wire_writer *w = pool_job(JOB_AFFINITY);
	struct err err = ERR_INIT;

	wire_put_str(w, word ? word : "");
	wire_put_u64(w, cgroup_next_seed());
	if (mover_put(w, target ? target : "", "", &err)) {
		line_failed_err(l, &err);
		return;
	}
	say(l, "", "%.80s is bound to CPUs ", target);
	send(l, w, target);
}

void cpus_op_signal(struct line *l, const struct wire_op *op)
{
	const char *name = wire_op_str(op, WARG_NAME), *text = wire_op_str(op, WARG_SIGNAL);
	struct group *g = name ? group_find(name) : NULL;
	struct err err = ERR_INIT;
	struct task *t = NULL;
	unsigned n = 0;
	int sig;

	if (!g || !g->live) {
		line_failed(l, ESRCH, "'%s' has no task to be told", name ? name : "");
		return;
	}
	if (signal_parse(text ? text : "", &sig, &err)) {
		line_failed_err(l, &err);
		return;
	}
	while ((t = group_task_next(g, t)))
		n += fault_is(FAULT_SIGNAL_LOST) || kill(t->pid, sig) == 0;
	line_done(l, "signal %d sent to %u task%s of %s", sig, n, n == 1 ? "" : "s", name);
}

static void hotplug(struct line *l, const struct wire_op *op, bool online)
{
	uint32_t cpu = (uint32_t)wire_op_u64(op, WARG_CPU, 0);
	struct wire_writer *w = pool_job(JOB_HOTPLUG);

	say(l, "", "CPU %u is %s", cpu, online ? "online" : "offline");
	wire_put_u32(w, cpu);
	wire_put_u8(w, online);
	send(l, w, online ? "online" : "offline");
}

void cpus_op_offline(struct line *l, const struct wire_op *op)
{
	hotplug(l, op, false);
}

void cpus_op_online(struct line *l, const struct wire_op *op)
{
	hotplug(l, op, true);
}

void cpus_op_steer(struct line *l, const struct wire_op *op)
{
	const char *irq = wire_op_str(op, WARG_IRQ), *word = wire_op_str(op, WARG_CPUS);
	struct wire_writer *w = pool_job(JOB_STEER);

	say(l, "", "%s", "");
	wire_put_str(w, irq ? irq : "");
	wire_put_str(w, word ? word : "");
	wire_put_u64(w, cgroup_next_seed());
	send(l, w, irq);
}
