/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * group - payloads and worker groups: which tasks there are, whose they are, how they ended.
 *
 * run makes a group of one task, spawn one of n. A group belongs to a step (or to the backdrop,
 * step 0) and keeps its name to the end of the session. Invariant: a pid in the table has not
 * been reaped, so it can be killed without fear of hitting someone else.
 */
#ifndef GUEST_GROUP_H
#define GUEST_GROUP_H

#include "base/loop.h"

#include <stdbool.h>
#include <stdint.h>

enum { GROUPS_MAX = 512, TASKS_MAX = 8192, GROUP_NAME_MAX = 80, GROUP_PATH_MAX = 512 };

struct group_pipe { /* one output stream of a payload, see output.c */
	int fd;     /* -1 = closed */
	loop_id source;
	uint64_t kept, lost;
};

struct line;

struct group {
	bool used;
	bool payload;
	bool custom;  /* workers that are executed: a function of a program */
	bool rolled_back; /* its op failed, or another took its name: found by its tasks only */
	char name[GROUP_NAME_MAX];
	char cgroup[GROUP_PATH_MAX]; /* from the mount, "/scxplore/low"; "/" = none asked for */
	uint64_t seq;
	unsigned step;
	bool misplaced; /* a fault switch will move it later */
	bool swept;     /* its step's end has dealt with it */
	uint64_t released_ns;
	bool unentered; /* a task of it is not in the ledger */
	struct line *starting; /* while its op runs */
	int leader;     /* pid and session id of a payload; 0 = none yet */
	uint32_t count; /* tasks asked for */
	uint32_t live;  /* tasks not reaped */
	struct group_pipe out[2];
	struct work_report *reports; /* of workers, see report.h; NULL = none */
	uint32_t reports_count;
};

struct task {
	int pid; /* 0 = free slot */
	uint16_t group;
	bool killed;    /* the session did it */
	bool exec_seen; /* the probe's proof was sent */
	uint32_t index; /* from 1 */
};

struct group *group_find(const char *name); /* NULL when there is none */
unsigned group_index(const struct group *g);
struct group *group_at(unsigned i);         /* i < GROUPS_MAX; NULL when unused */
struct group *group_add(const char *name);  /* NULL when the table is full */
void group_drop(struct group *g);

struct task *group_task_add(struct group *g, int pid, uint32_t index); /* NULL when full */
/* Before tasks are created: what was reaped up to now is none of them, unless a start runs. */
void group_forget_early(void);
struct task *group_task_by_pid(int pid);
struct task *group_task_next(const struct group *g, struct task *after); /* live ones; NULL ends */
struct group *group_of(const struct task *t);
unsigned group_tasks_free(void);

/* SIGKILL as the session's deed; returns how many tasks. The exits come later. */
unsigned group_kill(struct group *g);
void group_kill_task(struct task *t);
/* Live tasks marked as killed: 0 when every one of them has been reaped. */
unsigned group_dying(void);

/* A child that is no hand was reaped: sends its events. */
void group_reaped(int pid, int status);

#endif
