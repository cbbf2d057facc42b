/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mover - see mover.h.
 * Invariant: the observer's own processes are never anybody's target.
 */
#include "guest/mover.h"

#include "base/text.h"
#include "guest/cgroup.h"
#include "guest/group.h"
#include "guest/pool.h"

#include <errno.h>
#include <string.h>

/* "hogs.3" */
static const struct task *find_task(const char *target)
{
	const char *dot = strrchr(target, '.');
	char name[GROUP_NAME_MAX];
	struct task *t = NULL;
	struct group *g;
	uint64_t index;

	if (!dot || (size_t)(dot - target) >= sizeof(name) ||
	    !text_u64(dot + 1, 1, TASKS_MAX, &index))
		return NULL;
	memcpy(name, target, (size_t)(dot - target));
	name[dot - target] = '\0';
	g = group_find(name);
	while (g && (t = group_task_next(g, t)))
		if (t->index == index)
			return t;
	return NULL;
}

static int put_group(struct wire_writer *w, const char *name, struct err *err)
{
	struct group *g = group_find(name);
	struct task *t = NULL;

	if (!g)
		return err_set(err, ENOENT, "there is no payload or group '%s'", name);
	if (!g->live)
		return err_set(err, ESRCH, "'%s' has ended: there is nothing left of it", name);
	wire_put_u32(w, g->live);
	while ((t = group_task_next(g, t)))
		wire_put_u64(w, (uint64_t)t->pid);
	wire_put_str(w, "");
	return 0;
}

int mover_put(struct wire_writer *w, const char *target, const char *not_in, struct err *err)
{
	char full[CGROUP_FULL_MAX];
	const struct task *t;
	uint64_t pid;
	int r;

	if (*target == '@') {
		r = cgroup_resolve(target + 1, full, err);
		if (r)
			return r;
		if (!strcmp(full, not_in))
			return err_set(err, EINVAL, "'%s' is in '%s' already", target, full);
		wire_put_u32(w, 0);
		wire_put_str(w, full);
		return 0;
	}
	if (!text_u64(target, 1, INT32_MAX, &pid)) {
		t = group_find(target) ? NULL : find_task(target);
		if (!t)
			return put_group(w, target, err);
		pid = (uint64_t)t->pid;
	}
	if (pid == 1 || pool_is_hand((int)pid))
		return err_set(err, EPERM, "pid %s is the observer itself: it stays", target);
	wire_put_u32(w, 1);
	wire_put_u64(w, pid);
	wire_put_str(w, "");
	return 0;
}
