/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_churn - work types that change what they are: children, nice, affinity, policy, cgroup.
 * Invariant: what the kernel refuses (no right, a cpuset that changed) is passed over and not
 * counted as a unit; nothing is created that would stay.
 */
#include "guest/work.h"

#include "base/cleanup.h"
#include "guest/work_cpus.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CGROUPS "/sys/fs/cgroup"

void work_fork_exit(struct work *w)
{
	int pid;

	for (;;) {
		pid = fork();
		if (pid == 0)
			_exit(0);
		/* pids.max or memory: once more, a little later */
		if (pid < 0) {
			work_sleep(1000000);
			continue;
		}
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		work_did(w);
	}
}

void work_nice_sweep(struct work *w)
{
	int nice, lowest = -20;

	for (;;) {
		for (nice = lowest; nice < 20; nice++) {
			if (setpriority(PRIO_PROCESS, 0, nice) < 0) {
				/* without the right it goes up only, once: the end is all then */
				lowest = 19;
				continue;
			}
			work_turns(w->p[0]);
			work_unit(w);
		}
		work_did(w);
	}
}

static uint64_t random_of(struct work *w)
{
	static uint64_t x;

	x = (x ? x : w->index) * 6364136223846793005ull + 1442695040888963407ull;
	return x >> 33;
}

void work_affinity_churn(struct work *w)
{
	static struct work_cpus c;

	work_cpus_allowed(&c);
	for (;;) {
		work_turns(w->p[0]);
		if (work_cpus_pin(0, c.v[random_of(w) % c.n]) == 0)
			work_did(w);
		else
			work_cpus_allowed(&c);
	}
}

/* Each writes its pid, waits for its partner's, and binds that from then on. */
void work_cross_affinity_churn(struct work *w)
{
	static struct work_cpus c;
	uint32_t *pids = w->shared, partner;

	work_post(&pids[w->member], (uint32_t)getpid(), 1);
	partner = work_await(&pids[!w->member], 0);
	work_cpus_allowed(&c);
	for (;;) {
		work_turns(w->p[0]);
		/* a partner that is gone leaves work to do on oneself */
		if (work_cpus_pin((int)partner, c.v[random_of(w) % c.n]) == 0)
			work_did(w);
		else if (work_cpus_pin(0, c.v[random_of(w) % c.n]) == 0)
			work_unit(w);
	}
}

void work_policy_churn(struct work *w)
{
	static const struct {
		int policy, priority;
	} steps[] = {{SCHED_OTHER, 0},
		     {SCHED_BATCH, 0},
		     {SCHED_IDLE, 0},
		     {SCHED_FIFO, 1},
		     {SCHED_RR, 1}};
	struct sched_param param;
	size_t i;

	for (;;) {
		for (i = 0; i < ARRAY_SIZE(steps); i++) {
			param.sched_priority = steps[i].priority;
			if (sched_setscheduler(0, steps[i].policy, &param) < 0)
				continue;
			work_turns(w->p[0]);
			work_unit(w);
		}
		work_did(w);
	}
}

/* ---- cgroups ---- */

enum { PLACES_MAX = 16 };

struct places {
	int procs[PLACES_MAX]; /* cgroup.procs, open for writing */
	unsigned n;
};

static void add_place(struct places *p, const char *dir)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), CGROUPS "%s/cgroup.procs", strcmp(dir, "/") ? dir : "");
	fd = p->n < PLACES_MAX ? open(path, O_WRONLY | O_CLOEXEC) : -1;
	if (fd >= 0)
		p->procs[p->n++] = fd;
}

/* Cgroups beside one's own, as many as are wanted. */
static void add_siblings(struct places *p, const char *own, unsigned want)
{
	char parent[2048], dir[2400];
	const char *name = strrchr(own, '/');
	struct dirent *e;
	DIR *d;

	snprintf(parent, sizeof(parent), "%.*s", (int)(name - own), own);
	snprintf(dir, sizeof(dir), CGROUPS "%s", parent);
	d = opendir(dir);
	while (d && p->n < want && (e = readdir(d))) {
		if (e->d_type != DT_DIR || e->d_name[0] == '.' || !strcmp(e->d_name, name + 1))
			continue;
		snprintf(dir, sizeof(dir), "%s/%s", parent, e->d_name);
		add_place(p, dir);
	}
	if (d)
		closedir(d);
}

static void find_places(struct places *p, unsigned want)
{
	cleanup_fd int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	char own[2048];
	ssize_t n = fd < 0 ? -1 : read(fd, own, sizeof(own) - 1);

	*p = (struct places){.n = 0};
	if (n < 4)
		work_cannot(ENOENT);
	own[n] = '\0';
	own[strcspn(own, "\n")] = '\0';
	add_place(p, own + 3);
	if (strcmp(own + 3, "/")) {
		add_place(p, "/");
		add_siblings(p, own + 3, want);
	}
	if (!p->n)
		work_cannot(EACCES);
}

/* false: it has gone, or has children with controllers. */
static bool move_to(const struct places *p, unsigned i)
{
	return write(p->procs[i % p->n], "0", 1) == 1;
}

void work_cgroup_churn(struct work *w)
{
	struct places p;
	unsigned i;

	find_places(&p, (unsigned)w->p[0]);
	for (i = 1;; i++) {
		work_compute_for(w, w->p[1]);
		if (move_to(&p, i))
			work_did(w);
	}
}

void work_cgroup_attach_storm(struct work *w)
{
	struct places p;
	unsigned i;

	find_places(&p, 2);
	for (i = 1;; i++) {
		work_turns(w->p[0]);
		if (move_to(&p, i))
			work_did(w);
	}
}
