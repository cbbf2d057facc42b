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
#include "guest/wire_cpus.h"

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

_Static_assert((int)PROBE_CLASS_STOP == SAMPLE_CLASS_STOP &&
		       (int)PROBE_CLASS_DEADLINE == SAMPLE_CLASS_DEADLINE &&
		       (int)PROBE_CLASS_RT == SAMPLE_CLASS_RT &&
		       (int)PROBE_CLASS_EXT == SAMPLE_CLASS_EXT &&
		       (int)PROBE_CLASS_FAIR == SAMPLE_CLASS_FAIR &&
		       (int)PROBE_CLASS_IDLE == SAMPLE_CLASS_IDLE,
	       "classes are passed on as they are");
_Static_assert((int)PROBE_HELD_RUNNING == SAMPLE_HELD_RUNNING &&
		       (int)PROBE_HELD_QUEUE == SAMPLE_HELD_QUEUE &&
		       (int)PROBE_HELD_LOCAL == SAMPLE_HELD_LOCAL &&
		       (int)PROBE_HELD_GLOBAL == SAMPLE_HELD_GLOBAL &&
		       (int)PROBE_HELD_USER == SAMPLE_HELD_USER &&
		       (int)PROBE_HELD_BPF == SAMPLE_HELD_BPF,
	       "so are the places");

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

static void take_moves(struct sample_task *dst, const struct probe_task *t)
{
	if (!t->has_moves)
		return;
	dst->mig_llc = t->mig_llc;
	dst->mig_cross = t->mig_cross;
	dst->mig_node = t->mig_node;
	dst->last_cpus = t->last_cpus;
}

static void take_wakes(struct sample_task *dst, const struct probe_task *t)
{
	if (!t->has_wakes)
		return;
	dst->wakes = t->wakes;
	dst->wake_p50_ns = t->wake_p50_ns;
	dst->wake_p99_ns = t->wake_p99_ns;
	dst->wake_max_ns = t->wake_max_ns;
	dst->waker = t->waker;
}

/* All ones is absent on both sides; a class or a place is 0 when it is not known. */
static void take_state(struct sample_task *dst, const struct probe_task *t, struct sample *masks)
{
	struct sample_mask allowed = {{0}};

	dst->start_ns = t->start_ns;
	dst->since_ns = t->since_ns;
	dst->weight = t->weight;
	dst->voluntary = t->voluntary;
	dst->involuntary = t->involuntary;
	dst->slice_ns = t->slice_ns;
	dst->dsq = t->dsq;
	dst->vtime = t->vtime;
	dst->prio = t->prio;
	if (t->sclass)
		dst->sclass = t->sclass;
	if (t->held)
		dst->held = t->held;
	memcpy(allowed.bits, t->allowed, sizeof(t->allowed));
	dst->allowed = sample_mask_index(masks, &allowed);
}

static void take_task(struct sample_task *dst, const struct probe_task *t, struct sample *masks)
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
	take_state(dst, t, masks);
	take_moves(dst, t);
	take_wakes(dst, t);
	memcpy(dst->comm, t->comm, sizeof(dst->comm));
	dst->comm[sizeof(dst->comm) - 1] = '\0';
}

int hand_sample(struct hand *h, struct job_reply *r)
{
	struct sample masks = {.masks = shared_rows->masks};
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
				take_task(&shared_rows->tasks[r->num++], &rows[i], &masks);
			else
				r->id++;
		}
		memmove(rows, rows + i, have % sizeof(*rows));
		have %= sizeof(*rows);
	}
	shared_rows->nmasks = masks.nmasks;
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

static bool read_file(const char *dir, const char *name, char *text, size_t size)
{
	char file[SAMPLE_PATH_MAX + 32];

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	return hand_read_at(shared_cgroup_fd, file, text, size) > 0;
}

/* Each "N\n" of cgroup.procs is one. */
static uint64_t count_procs(const char *dir)
{
	char file[SAMPLE_PATH_MAX + 32], text[4096];
	cleanup_fd int fd = -1;
	uint64_t n = 0;
	ssize_t len;

	snprintf(file, sizeof(file), "%s/cgroup.procs", dir);
	fd = openat(shared_cgroup_fd, file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return SAMPLE_ABSENT;
	while ((len = read(fd, text, sizeof(text))) > 0)
		while (len--)
			n += text[len] == '\n';
	/* that of a threaded cgroup is not to be read */
	return len < 0 ? SAMPLE_ABSENT : n;
}

/* What is set; the root has none of these files. */
static void read_limits(const char *dir, struct sample_cgroup *g, struct sample_mask *cpuset)
{
	unsigned long long period;
	struct cpu_mask m;
	char text[4096], quota[32];

	if (read_file(dir, "cpu.weight", text, sizeof(text)))
		g->weight = strtoull(text, NULL, 10);
	if (read_file(dir, "cpu.idle", text, sizeof(text)) && *text == '1')
		g->weight = 0;
	if (read_file(dir, "cpu.max", text, sizeof(text)) &&
	    sscanf(text, "%31s %llu", quota, &period) == 2) {
		g->quota_ns = *quota == 'm' ? 0 : strtoull(quota, NULL, 10) * 1000;
		g->period_ns = period * 1000;
	}
	if (read_file(dir, "cgroup.events", text, sizeof(text)))
		g->frozen = value_of(text, "frozen", ' ', 1);
	memset(cpuset, 0, sizeof(*cpuset));
	if (read_file(dir, "cpuset.cpus.effective", text, sizeof(text)) &&
	    !cpu_mask_parse(text, &m, NULL))
		memcpy(cpuset->bits, m.bits, sizeof(cpuset->bits));
	g->procs = count_procs(dir);
}

static void read_row(const char *path, struct sample_cgroup *g, struct sample_mask *cpuset)
{
	char file[SAMPLE_PATH_MAX + 32], text[1024], *full, *avg;
	const char *dir = *path ? path : ".";
	unsigned whole, part;
	struct stat st;

	sample_clear(g, &sample_cgroup_fields);
	read_limits(dir, g, cpuset);
	snprintf(file, sizeof(file), "%s/cpu.stat", dir);
	hand_read_at(shared_cgroup_fd, file, text, sizeof(text));
	g->user_ns = value_of(text, "user_usec", ' ', 1000);
	g->system_ns = value_of(text, "system_usec", ' ', 1000);
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
	avg = strstr(text, "avg10=");
	if (avg && sscanf(avg, "avg10=%u.%2u", &whole, &part) == 2)
		g->psi_avg10 = whole * 100 + part;
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
	read_row(path, &shared_rows->cgroups[r->num], &shared_rows->cpusets[r->num]);
	r->num++;
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
	read_row("", &shared_rows->cgroups[0], &shared_rows->cpusets[0]);
	r->num = 1;
	scan(root + (root[0] == '/'), r, 0);
	return 0;
}
