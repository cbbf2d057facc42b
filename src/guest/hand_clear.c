/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_clear - listing, killing and removing cgroups and what payloads left behind, in a hand.
 * Invariant: a directory is removed only when the kernel calls it empty; no wait is a sleep, it
 * is a poll on cgroup.events with a deadline.
 */
#include "guest/hand_tasks.h"

#include "guest/fault_switch.h"

#include "base/cleanup.h"
#include "base/loop.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATHS_MAX = 512, PATH_LEN = 512, SESSIONS_MAX = 512, DEPTH_MAX = 32, EMPTY_MS = 3000 };

static const char *paths[PATHS_MAX];
static uint32_t npaths;

static bool is_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	return !strncmp(path, top, len) && path[len] == '/';
}

/* The list of the job without those that lie below others of it: walks go down by themselves. */
static int get_paths(struct hand *h)
{
	uint32_t n = wire_get_u32(&h->in), i, k, top = 0;

	if (n > PATHS_MAX)
		return hand_fail(h, E2BIG, "more than %d cgroups at once", PATHS_MAX);
	for (i = 0; i < n; i++) {
		paths[i] = wire_get_str(&h->in);
		paths[i] += paths[i][0] == '/';
	}
	npaths = 0;
	for (i = 0; i < n; i++) {
		for (k = 0; k < n && !is_below(paths[i], paths[k]); k++)
			;
		if (k == n)
			paths[top++] = paths[i];
	}
	npaths = top;
	return h->in.bad ? EINVAL : 0;
}

typedef int (*walk_fn)(struct hand *h, const char *path);

/* Children first. A directory that vanishes under way is none of our business. */
static int walk(struct hand *h, const char *path, walk_fn fn, int depth)
{
	int fd = openat(shared_cgroup_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char below[PATH_LEN];
	struct dirent *e;
	int code = 0;
	DIR *dir;

	dir = fd < 0 || depth > DEPTH_MAX ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return fd < 0 && errno == ENOENT ? 0 : EIO;
	}
	while (!code && (e = readdir(dir))) {
		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		if (snprintf(below, sizeof(below), "%s/%s", path, e->d_name) < PATH_LEN)
			code = walk(h, below, fn, depth + 1);
	}
	closedir(dir);
	return code ? code : fn(h, path);
}

static void tell_process(struct hand *h, uint64_t pid, const char *path)
{
	char file[64], comm[64], full[PATH_LEN + 1];
	struct job_reply r = {.num = pid, .text = comm, .path = full};

	snprintf(file, sizeof(file), "/proc/%llu/comm", (unsigned long long)pid);
	hand_read_at(AT_FDCWD, file, comm, sizeof(comm));
	snprintf(full, sizeof(full), "%s%s", *path ? "/" : "", path);
	hand_tell(h, &r);
}

static int list_process(struct hand *h, void *path, uint64_t pid)
{
	tell_process(h, pid, path);
	return 0;
}

/* One that vanishes under way has no processes. */
static int list_one(struct hand *h, const char *path)
{
	hand_each_process(h, path, list_process, (void *)path);
	return 0;
}

int hand_cgroup_list(struct hand *h, struct job_reply *r)
{
	int code = get_paths(h);
	uint32_t i;

	for (i = 0; i < npaths && !code; i++)
		code = walk(h, paths[i], list_one, 0);
	return code;
}

/* Waits until the cgroup and all below it hold no live process; false at the deadline. */
static bool wait_empty(const char *path)
{
	uint64_t end = loop_now_ns() + EMPTY_MS * 1000000ull, now;
	char file[PATH_LEN + 16], text[256];
	cleanup_fd int fd = -1;
	struct pollfd p;
	ssize_t n;

	snprintf(file, sizeof(file), "%s/cgroup.events", path);
	fd = openat(shared_cgroup_fd, file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	for (;;) {
		n = pread(fd, text, sizeof(text) - 1, 0);
		text[n > 0 ? n : 0] = '\0';
		if (n < 0 || strstr(text, "populated 0"))
			return true;
		now = loop_now_ns();
		if (now >= end)
			return false;
		p = (struct pollfd){.fd = fd, .events = POLLPRI};
		poll(&p, 1, (int)((end - now) / 1000000) + 1);
	}
}

/* pid, state and session from /proc/PID/stat; the name in it may hold anything. */
static bool read_stat(const char *pid, char *state, uint32_t *session)
{
	char path[300], text[1024], *p;
	unsigned s;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	if (hand_read_at(AT_FDCWD, path, text, sizeof(text)) < 0)
		return false;
	p = strrchr(text, ')');
	if (!p || sscanf(p + 1, " %c %*d %*d %u", state, &s) != 2)
		return false;
	*session = s;
	return true;
}

static void sweep_sessions(struct hand *h, const uint32_t *sessions, uint32_t n)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	uint32_t session, i;
	char state;

	while (proc && (e = readdir(proc))) {
		uint64_t pid = strtoull(e->d_name, NULL, 10);

		if (!isdigit((unsigned char)e->d_name[0]) ||
		    !read_stat(e->d_name, &state, &session))
			continue;
		for (i = 0; i < n && sessions[i] != session; i++)
			;
		/* the leader is the agent's own task, and is killed by it */
		if (i == n || pid == session || state == 'Z' || state == 'X')
			continue;
		tell_process(h, pid, "");
		kill((pid_t)pid, SIGKILL);
	}
	if (proc)
		closedir(proc);
}

static int kill_process(struct hand *h, void *arg, uint64_t pid)
{
	kill((pid_t)pid, SIGKILL);
	return 0;
}

int hand_cgroup_kill(struct hand *h, struct job_reply *r)
{
	static uint32_t sessions[SESSIONS_MAX];
	char file[PATH_LEN + 16];
	uint32_t n, i;
	int code = get_paths(h), e;

	n = wire_get_u32(&h->in);
	for (i = 0; i < n; i++)
		sessions[i % SESSIONS_MAX] = wire_get_u32(&h->in);
	if (code || h->in.bad)
		return hand_fail(h, EINVAL, "the order to kill makes no sense");
	for (i = 0; i < npaths; i++) {
		snprintf(file, sizeof(file), "%s/cgroup.kill", paths[i]);
		e = hand_write_at(shared_cgroup_fd, file, "1");
		/* of a threaded cgroup the kernel kills nothing: signals are for whole processes */
		if (e == -EOPNOTSUPP)
			e = -hand_each_process(h, paths[i], kill_process, NULL);
		if (e && e != -ENOENT && e != -ENODEV)
			code = hand_fail_sys(h, -e, "cannot kill what is in '/%s'", paths[i]);
	}
	for (i = 0; i < npaths && !code; i++)
		if (!wait_empty(paths[i]))
			code = hand_fail(h, ETIMEDOUT, "processes in '/%s' did not end within 3s",
					 paths[i]);
	/* last, so that what the cgroups' end has killed is not told twice */
	if (n)
		sweep_sessions(h, sessions, n < SESSIONS_MAX ? n : SESSIONS_MAX);
	return code;
}

static int remove_one(struct hand *h, const char *path)
{
	char full[PATH_LEN + 1];
	struct job_reply r = {.path = full};
	struct stat st;

	if (fstatat(shared_cgroup_fd, path, &st, 0) == 0)
		r.id = (uint64_t)st.st_ino;
	wait_empty(path);
	if (!fault_is(FAULT_STEP_LEAVES_CGROUP) &&
	    unlinkat(shared_cgroup_fd, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return hand_fail_sys(h, errno, "cannot remove cgroup '/%s'", path);
	snprintf(full, sizeof(full), "/%s", path);
	hand_tell(h, &r);
	return 0;
}

int hand_cgroup_rmdir(struct hand *h, struct job_reply *r)
{
	int code = get_paths(h), first = 0;
	uint32_t i;

	if (code)
		return hand_fail(h, code, "the order to remove makes no sense");
	for (i = 0; i < npaths; i++) {
		code = walk(h, paths[i], remove_one, 0);
		if (!first)
			first = code;
	}
	return first;
}
