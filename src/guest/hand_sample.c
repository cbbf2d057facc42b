/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_sample - reading counters in a hand: tasks through the BPF iterator, cgroups from files.
 * Rows go to the shared memory. Invariant: never more rows than the arrays hold; what was left
 * out is counted.
 */
#include "guest/hand.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "bpf/probes.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 32 };

/* Bits of task_struct.__state and exit_state, include/linux/sched.h */
static char state_letter(const struct probe_task *t)
{
	static const struct {
		unsigned bit;
		char letter;
	} letters[] = {
		{0x20, 'Z'}, {0x10, 'X'}, {0x400, 'I'}, {0x8, 't'},
		{0x4, 'T'},  {0x2, 'D'},  {0x1, 'S'},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(letters); i++)
		if (t->state & letters[i].bit)
			return letters[i].letter;
	return t->on_cpu ? 'R' : 'r';
}

static void take_task(struct sample_task *dst, const struct probe_task *t)
{
	*dst = (struct sample_task){
		.pid = t->pid,
		.tid = t->tid,
		.cpu = t->cpu,
		.state = state_letter(t),
		.policy = (uint8_t)t->policy,
		.nice = (int8_t)t->nice,
		.cgroup_id = t->cgroup_id,
		.run_ns = t->run_ns,
		.wait_ns = t->wait_ns,
		.switches = t->switches,
		.migrations = t->migrations,
	};
	sample_clear(dst, &sample_task_fields);
	memcpy(dst->comm, t->comm, sizeof(dst->comm));
	dst->comm[sizeof(dst->comm) - 1] = '\0';
}

int hand_sample(struct hand *h, struct job_reply *r)
{
	struct probe_task rows[64];
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	cleanup_fd int iter = -1;
	size_t have = 0, i;
	ssize_t n;

	if (h->nfds < 1)
		return hand_fail(h, EINVAL, "no iterator to read tasks from");
	if (h->nfds > 1)
		bpf_prog_test_run_opts(h->fds[1], &opts);
	iter = bpf_iter_create(h->fds[0]);
	if (iter < 0)
		return hand_fail_sys(h, errno, "cannot read the tasks");
	while ((n = read(iter, (char *)rows + have, sizeof(rows) - have)) > 0) {
		have += (size_t)n;
		for (i = 0; i < have / sizeof(*rows); i++) {
			if (r->num < SAMPLE_TASKS_MAX)
				take_task(&shared_rows->tasks[r->num++], &rows[i]);
			else
				r->id++;
		}
		memmove(rows, rows + i, have % sizeof(*rows));
		have %= sizeof(*rows);
	}
	return n < 0 ? hand_fail_sys(h, errno, "cannot read the tasks") : 0;
}

/* "key N" lines: the value after key, or absent. */
static uint64_t value_of(const char *text, const char *key, char sep, uint64_t factor)
{
	size_t len = strlen(key);
	const char *p = text;

	while ((p = strstr(p, key))) {
		if ((p == text || p[-1] == '\n' || p[-1] == ' ') && p[len] == sep)
			return strtoull(p + len + 1, NULL, 10) * factor;
		p += len;
	}
	return SAMPLE_ABSENT;
}

static void read_row(const char *path, struct sample_cgroup *g)
{
	char file[SAMPLE_PATH_MAX + 32], text[1024], *full;
	const char *dir = *path ? path : ".";
	struct stat st;

	sample_clear(g, &sample_cgroup_fields);
	snprintf(file, sizeof(file), "%s/cpu.stat", dir);
	hand_read_at(shared_cgroup_fd, file, text, sizeof(text));
	g->usage_ns = value_of(text, "usage_usec", ' ', 1000);
	g->periods = value_of(text, "nr_periods", ' ', 1);
	g->throttled = value_of(text, "nr_throttled", ' ', 1);
	g->throttled_ns = value_of(text, "throttled_usec", ' ', 1000);
	snprintf(file, sizeof(file), "%s/cpu.pressure", dir);
	hand_read_at(shared_cgroup_fd, file, text, sizeof(text));
	full = strstr(text, "full ");
	if (full)
		*full = '\0';
	g->psi_some_ns = value_of(text, "total", '=', 1000);
	g->id = fstatat(shared_cgroup_fd, dir, &st, 0) < 0 ? 0 : (uint64_t)st.st_ino;
	snprintf(g->path, sizeof(g->path), "/%s", path);
}

static void scan(const char *path, struct job_reply *r, int depth)
{
	char below[SAMPLE_PATH_MAX];
	struct dirent *e;
	DIR *dir;
	int fd;

	if (r->num == SAMPLE_CGROUPS_MAX || depth > DEPTH_MAX) {
		r->id++;
		return;
	}
	fd = openat(shared_cgroup_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return;
	read_row(path, &shared_rows->cgroups[r->num++]);
	while ((e = readdir(dir))) {
		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		/* a path too long for a row is counted, not shown cut */
		if (snprintf(below, sizeof(below), "%s/%s", path, e->d_name) >=
		    (int)sizeof(below) - 1)
			r->id++;
		else
			scan(below, r, depth + 1);
	}
	closedir(dir);
}

/* proc_stat(5): cpu user nice system idle iowait irq softirq steal, in USER_HZ */
static uint64_t read_steal(void)
{
	char text[256];
	uint64_t ticks;

	if (hand_read_at(AT_FDCWD, "/proc/stat", text, sizeof(text)) <= 0 ||
	    sscanf(text, "cpu %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &ticks) != 1)
		return SAMPLE_ABSENT;
	return ticks * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

int hand_scan(struct hand *h, struct job_reply *r)
{
	const char *root = wire_get_str(&h->in);

	shared_rows->steal_ns = read_steal();
	read_row("", &shared_rows->cgroups[r->num++]);
	scan(root + (root[0] == '/'), r, 0);
	return 0;
}
