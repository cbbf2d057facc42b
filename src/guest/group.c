/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * group - tables of groups and tasks, exits to events.
 * Invariant: EV_EXIT comes after everything the task wrote and after the probe's word on it.
 */
#include "guest/group.h"

#include "guest/fault_switch.h"

#include "base/text.h"
#include "guest/ledger.h"
#include "guest/line.h"
#include "guest/output.h"
#include "guest/port.h"
#include "guest/probe.h"
#include "guest/report.h"
#include "guest/start.h"
#include "guest/watch.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static struct group groups[GROUPS_MAX];
static struct task tasks[TASKS_MAX];
static unsigned tasks_used;

/* Children that were reaped before their hand could say their pid. */
static struct {
	int pid, status;
} early[64];
static unsigned early_next;

struct group *group_find(const char *name)
{
	unsigned i;

	for (i = 0; i < GROUPS_MAX; i++)
		if (groups[i].used && !groups[i].rolled_back && !strcmp(groups[i].name, name))
			return &groups[i];
	return NULL;
}

struct group *group_at(unsigned i)
{
	return groups[i].used ? &groups[i] : NULL;
}

unsigned group_index(const struct group *g)
{
	return (unsigned)(g - groups);
}

struct group *group_add(const char *name)
{
	struct group *g = NULL, *old = NULL;
	unsigned i;

	for (i = 0; i < GROUPS_MAX && !g; i++) {
		if (!groups[i].used)
			g = &groups[i];
		else if (!groups[i].live && output_closed(&groups[i]) &&
			 (!old || groups[i].seq < old->seq))
			old = &groups[i];
	}
	/* a long session forgets its oldest dead first */
	if (!g)
		g = old;
	if (!g)
		return NULL;
	report_close(g);
	*g = (struct group){.used = true,
			    .out = {{.fd = -1, .source = -1}, {.fd = -1, .source = -1}}};
	text_copy(g->name, sizeof(g->name), name);
	return g;
}

void group_drop(struct group *g)
{
	report_close(g);
	g->used = false;
}

struct group *group_of(const struct task *t)
{
	return &groups[t->group];
}

unsigned group_tasks_free(void)
{
	return TASKS_MAX - tasks_used;
}

struct task *group_task_by_pid(int pid)
{
	unsigned i;

	for (i = 0; pid > 0 && i < TASKS_MAX; i++)
		if (tasks[i].pid == pid)
			return &tasks[i];
	return NULL;
}

struct task *group_task_next(const struct group *g, struct task *after)
{
	struct task *t = after ? after + 1 : tasks;

	for (; t < tasks + TASKS_MAX; t++)
		if (t->pid && &groups[t->group] == g)
			return t;
	return NULL;
}

void group_forget_early(void)
{
	unsigned i;

	/* another start may still wait to hear of one */
	for (i = 0; i < GROUPS_MAX; i++)
		if (groups[i].used && groups[i].starting)
			return;
	memset(early, 0, sizeof(early));
}

struct task *group_task_add(struct group *g, int pid, uint32_t index)
{
	struct task *t = NULL;
	unsigned i;

	for (i = 0; i < TASKS_MAX && !t; i++)
		if (!tasks[i].pid)
			t = &tasks[i];
	if (!t)
		return NULL;
	*t = (struct task){.pid = pid, .group = (uint16_t)(g - groups), .index = index};
	tasks_used++;
	g->live++;
	g->leader = pid;
	for (i = 0; i < 64; i++)
		if (early[i].pid == pid) {
			early[i].pid = 0;
			group_reaped(pid, early[i].status);
			break;
		}
	return t;
}

void group_kill_task(struct task *t)
{
	t->killed = true;
	kill(t->pid, SIGKILL);
}

unsigned group_kill(struct group *g)
{
	struct task *t = NULL;
	unsigned n = 0;

	while ((t = group_task_next(g, t))) {
		if (!n++ && fault_is(FAULT_KILL_LEAVES_ONE))
			continue;
		group_kill_task(t);
	}
	return n;
}

unsigned group_dying(void)
{
	unsigned i, n = 0;

	for (i = 0; i < TASKS_MAX; i++)
		n += tasks[i].pid && tasks[i].killed;
	return n;
}

void group_reaped(int pid, int status)
{
	struct task *t = group_task_by_pid(pid);
	struct group *g;
	struct event ev;

	if (!t) {
		early[early_next % 64].pid = pid;
		early[early_next++ % 64].status = status;
		return;
	}
	g = group_of(t);
	start_settle(g);
	probe_drain();
	output_drain(g);
	ev = (struct event){.type = EV_EXIT,
			    .seq = g->seq,
			    .name = g->name,
			    .index = t->index,
			    .pid = pid,
			    .flag = t->killed};
	if (WIFSIGNALED(status))
		ev.signal = (uint64_t)WTERMSIG(status);
	else
		ev.code = WEXITSTATUS(status) ^ fault_is(FAULT_EXIT_ALTERED);
	/* a custom function may return */
	if (!g->payload && (!g->custom || WIFSIGNALED(status)) && !t->killed)
		watch_exit(t, status);
	report_send(g, t, g->seq, true);
	t->pid = 0;
	tasks_used--;
	g->live--;
	port_event(&ev);
	if (!g->live) {
		report_close(g);
		ledger_tell_escapes(g);
	}
	if (g->rolled_back && !g->live)
		group_drop(g);
	line_poke();
}
