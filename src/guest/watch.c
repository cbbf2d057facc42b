/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch - from records and comparisons to EV_INTRUSION and EV_EXEC, see watch.h.
 * Invariant: who acted decides. The agent's hands act for ops, everybody else does not.
 */
#include "guest/watch.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/cgroup.h"
#include "guest/group.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/shell.h"
#include "guest/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>

enum { BURST = 50, SHELL_BURST = 10 };

static bool mounts_asked, mounts_lost;
static uint64_t told; /* cgroups that came or went, by records */

static void intrusion(int pid, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A payload may change the world in a loop; the host is told of so many a second, and how many
 * more. */
static bool allowed(void)
{
	static uint64_t window_ns;
	static unsigned in_window, left_out;
	uint64_t now = loop_now_ns();

	if (now - window_ns > 1000000000ull) {
		if (left_out)
			port_log(4, "%u more changes that no op made were left out", left_out);
		window_ns = now;
		in_window = left_out = 0;
	}
	if (in_window < BURST) {
		in_window++;
		return true;
	}
	left_out++;
	return false;
}

static void intrusion(int pid, const char *fmt, ...)
{
	struct task *t = group_task_by_pid(pid);
	char text[512];
	va_list ap;

	if (!allowed())
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	port_event(&(struct event){.type = EV_INTRUSION,
				   .pid = pid,
				   .text = text,
				   .name = t ? group_of(t)->name : ""});
}

/* What a person starts is told within a budget of its own, that a loop typed there hides no one
 * else's deeds. */
static void started_in_shell(const struct probe_record *r)
{
	static uint64_t window_ns;
	static unsigned in_window, left_out;
	uint64_t now = loop_now_ns();
	char more[48] = "";

	if (now - window_ns > 1000000000ull) {
		window_ns = now;
		in_window = 0;
	}
	if (in_window == SHELL_BURST) {
		left_out++;
		return;
	}
	in_window++;
	if (left_out)
		snprintf(more, sizeof(more), "; %u more before it", left_out);
	left_out = 0;
	/* busybox executes itself for its tools and takes their names only then */
	intrusion(r->pid, "pid %d (%.16s) was started in the shell%s", r->pid,
		  strcmp(r->comm, "exe") ? r->comm : "a tool", more);
}

static void on_exec(const struct probe_record *r)
{
	struct task *t = group_task_by_pid(r->pid);
	char path[CGROUP_FULL_MAX];
	struct group *g;

	if (!t && shell_has(r->pid))
		started_in_shell(r);
	/* only the first image of a payload is what the session asked for */
	if (!t || t->exec_seen || !group_of(t)->payload)
		return;
	g = group_of(t);
	t->exec_seen = true;
	if (!cgroup_path_by_id(r->cgroup_id, path))
		snprintf(path, sizeof(path), "(cgroup %llu)", r->cgroup_id);
	port_event(&(struct event){.type = EV_EXEC,
				   .seq = g->seq,
				   .name = g->name,
				   .index = t->index,
				   .pid = r->pid,
				   .cgroup = path});
}

static void on_mkdir(const struct probe_record *r)
{
	const char *rel = cgroup_rel(r->path);

	told++;
	intrusion(r->actor, "pid %d (%.16s) made cgroup '%.200s'", r->actor, r->comm, r->path);
	if (rel && !cgroup_find(rel))
		cgroup_add(rel, r->cgroup_id, 0, step_current());
}

static void on_rmdir(const struct probe_record *r)
{
	const char *rel = cgroup_rel(r->path);
	struct cgroup *c = rel ? cgroup_find(rel) : NULL;

	told++;
	intrusion(r->actor, "pid %d (%.16s) removed cgroup '%.200s'", r->actor, r->comm, r->path);
	if (c)
		cgroup_gone(c, 0, false);
}

static void on_attach(const struct probe_record *r)
{
	struct task *t = group_task_by_pid(r->pid);

	if (r->actor == r->pid)
		intrusion(r->pid, "pid %d (%.16s) moved itself to cgroup '%.200s'", r->pid, r->comm,
			  r->path);
	else
		intrusion(r->pid, "pid %d%s%s was moved to cgroup '%.200s' by pid %d (%.16s)",
			  r->pid, t ? " of " : "", t ? group_of(t)->name : "", r->path, r->actor,
			  r->comm);
}

static void on_reboot(const struct probe_record *r)
{
	intrusion(r->actor,
		  "pid %d (%.16s) asked the kernel to reboot, halt or power off; payloads "
		  "are not allowed to",
		  r->actor, r->comm);
}

void watch_record(const struct probe_record *r)
{
	static void (*const functions[])(const struct probe_record *) = {
		[PROBE_EXEC] = on_exec,          [PROBE_CGROUP_MKDIR] = on_mkdir,
		[PROBE_CGROUP_RMDIR] = on_rmdir, [PROBE_CGROUP_ATTACH] = on_attach,
		[PROBE_REBOOT] = on_reboot,
	};

	if (r->actor == 1 || pool_is_hand(r->actor))
		return;
	if (r->type < ARRAY_SIZE(functions) && functions[r->type])
		functions[r->type](r);
}

static bool listed(const struct sample_cgroup *rows, uint32_t n, const char *path)
{
	char full[CGROUP_FULL_MAX];
	uint32_t i;

	cgroup_full(path, full);
	for (i = 0; i < n; i++)
		if (!strcmp(rows[i].path, full))
			return true;
	return false;
}

uint64_t watch_changes(void)
{
	return told;
}

void watch_cgroups(const struct sample_cgroup *rows, uint32_t n)
{
	const char *rel;
	unsigned i;

	for (i = 0; i < CGROUP_ROWS_MAX; i++) {
		struct cgroup *c = cgroup_at(i);

		if (!c || listed(rows, n, c->path))
			continue;
		intrusion(0, "cgroup '%s/%s' was removed", cgroup_root(), c->path);
		cgroup_gone(c, 0, false);
	}
	for (i = 0; i < n; i++) {
		rel = cgroup_rel(rows[i].path);
		if (!rel || cgroup_find(rel) || strlen(rel) >= CGROUP_REL_MAX)
			continue;
		/* a full book knows it was told before */
		if (cgroup_add(rel, rows[i].id, 0, step_current()))
			intrusion(0, "cgroup '%s' was made", rows[i].path);
	}
}

void watch_exit(const struct task *t, int status)
{
	/* a worker never ends by itself; how a payload ends is its own affair */
	if (WIFSIGNALED(status))
		intrusion(t->pid, "worker %s.%u was killed by signal %d (%s)", group_of(t)->name,
			  t->index, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		intrusion(t->pid, "worker %s.%u ended with %d", group_of(t)->name, t->index,
			  WEXITSTATUS(status));
}

void watch_signal(const struct signalfd_siginfo *info)
{
	intrusion((int)info->ssi_pid,
		  "signal %u (%s) was sent to the agent by pid %u; it is ignored", info->ssi_signo,
		  strsignal((int)info->ssi_signo), info->ssi_pid);
}

static void on_mounts_seen(void *arg, struct job_reply *r)
{
	mounts_asked = false;
	if (r->code)
		return;
	if (!r->flag && !mounts_lost)
		intrusion(0,
			  "the cgroup file system at /sys/fs/cgroup was unmounted; the agent keeps "
			  "its own way to it");
	if (r->flag && mounts_lost)
		intrusion(0, "the cgroup file system is back at /sys/fs/cgroup");
	mounts_lost = !r->flag;
}

/* The kernel says that some mount changed; which one is a hand's to find out. */
static void on_mounts(void *arg, int fd, uint32_t events)
{
	if (!mounts_asked)
		mounts_asked = !pool_send(pool_job(JOB_MOUNTS), NULL, 0, POOL_DEADLINE_NS, "",
					  on_mounts_seen, NULL, NULL);
}

int watch_init(struct loop *loop, struct err *err)
{
	int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : loop_add_fd(loop, fd, EPOLLPRI | EPOLLET, on_mounts, NULL);

	return r < 0 ? err_sys(err, -r, "watch '/proc/self/mountinfo'") : 0;
}
