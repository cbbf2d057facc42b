/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_cpus - the guest's CPUs, caches, cores and nodes read from sysfs; and the jobs that bind
 * cgroups and tasks to CPUs, freeze, and take CPUs on- and offline.
 * Invariant: what a job did is read back from the kernel before it is said.
 */
#include "guest/hand_cpus.h"
#include "guest/hand_tasks.h"

#include "guest/fault_switch.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FREEZE_WAIT_MS 4000 /* below the job's deadline */

static struct cpu_layout layout;

static bool read_mask(const char *path, struct cpu_mask *out)
{
	char text[4096];

	return hand_read_at(AT_FDCWD, path, text, sizeof(text)) > 0 &&
	       !cpu_mask_parse(text, out, NULL);
}

/* The last level is the one with the highest index. */
static bool read_llc(unsigned cpu, struct cpu_mask *out)
{
	char path[128];
	int i;

	for (i = 4; i >= 0; i--) {
		snprintf(path, sizeof(path),
			 "/sys/devices/system/cpu/cpu%u/cache/index%d/shared_cpu_list", cpu, i);
		if (read_mask(path, out))
			return true;
	}
	return false;
}

static bool read_core(unsigned cpu, struct cpu_mask *out)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list",
		 cpu);
	return read_mask(path, out);
}

static void number(uint16_t *of, const struct cpu_mask *m, unsigned group)
{
	unsigned cpu;

	for (cpu = 0; cpu < CPU_MASK_BITS; cpu++)
		if (cpu_mask_has(m, cpu))
			of[cpu] = (uint16_t)group;
}

/* Groups in the order of their lowest CPU; a CPU whose group is not told has one with all. */
static unsigned number_groups(uint16_t *of, bool (*read)(unsigned cpu, struct cpu_mask *out))
{
	struct cpu_mask m;
	unsigned cpu, n = 0;

	for (cpu = 0; cpu < CPU_MASK_BITS; cpu++)
		of[cpu] = UINT16_MAX;
	for (cpu = 0; cpu < CPU_MASK_BITS; cpu++) {
		if (!cpu_mask_has(&layout.online, cpu) || of[cpu] != UINT16_MAX)
			continue;
		number(of, read(cpu, &m) ? &m : &layout.online, n++);
	}
	return n;
}

static bool read_node(unsigned cpu, struct cpu_mask *out)
{
	char path[80];
	unsigned node;

	for (node = 0; node < 64; node++) {
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/cpulist", node);
		if (read_mask(path, out) && cpu_mask_has(out, cpu))
			return true;
	}
	return false;
}

static int read_layout(struct hand *h)
{
	if (!read_mask("/sys/devices/system/cpu/online", &layout.online))
		return hand_fail(h, EIO, "cannot read which CPUs the guest has");
	layout.llcs = number_groups(layout.llc, read_llc);
	layout.nodes = number_groups(layout.node, read_node);
	layout.cores = number_groups(layout.core, read_core);
	return 0;
}

const struct cpu_layout *hand_cpus_layout(struct hand *h)
{
	return read_layout(h) ? NULL : &layout;
}

static int read_cross(struct hand *h, const char *name, struct cpu_mask *out)
{
	char file[512], text[4096];
	ssize_t n;

	snprintf(file, sizeof(file), "%s/%s/cpuset.cpus.effective", shared_rows->root + 1, name);
	n = hand_read_at(shared_cgroup_fd, file, text, sizeof(text));
	if (n < 0 || cpu_mask_parse(text, out, NULL))
		return hand_fail(h, n < 0 ? (int)-n : EINVAL,
				 "cannot read the CPUs of cgroup '%s'%s", name,
				 n == -ENOENT ? ": it is gone, or has no cpuset controller" : "");
	return 0;
}

int hand_cpus_resolve(struct hand *h, const char *text, uint64_t seed, struct cpu_mask *out)
{
	struct cpu_mask cross = {.bits = {0}};
	struct cpu_words w;
	struct err err = ERR_INIT;
	int code;

	if (cpu_words_parse(text, &w, &err))
		return hand_fail(h, EINVAL, "%s", err.msg);
	/* a list needs no look at the machine */
	if (w.kind == CPU_WORD_LIST) {
		*out = w.list;
		return 0;
	}
	code = read_layout(h);
	if (!code && w.kind == CPU_WORD_CROSS)
		code = read_cross(h, w.name, &cross);
	if (!code && cpu_words_resolve(&w, &layout, &cross, &seed, out, &err))
		code = hand_fail(h, EINVAL, "'%s': %s", text, err.msg);
	return code;
}

/* ---- affinity ---- */

static int bind_thread(struct hand *h, int tid, const struct cpu_mask *m, uint64_t *n)
{
	struct cpu_mask got;
	char wanted[256], seen[256];
	unsigned i;

	if (!fault_is(FAULT_REBIND_NOT_SET) &&
	    sched_setaffinity(tid, sizeof(*m), (const cpu_set_t *)m) < 0) {
		cpu_mask_format(m, wanted, sizeof(wanted));
		/* it has ended meanwhile */
		if (errno == ESRCH)
			return 0;
		return hand_fail_sys(h, errno,
				     "cannot bind task %d to CPUs %s (its cpuset must have one of "
				     "them)",
				     tid, wanted);
	}
	memset(&got, 0, sizeof(got));
	if (sched_getaffinity(tid, sizeof(got), (cpu_set_t *)&got) < 0)
		return 0;
	cpu_mask_format(m, wanted, sizeof(wanted));
	cpu_mask_format(&got, seen, sizeof(seen));
	++*n;
	/* the kernel leaves out what is offline or outside the cpuset */
	for (i = 0; i < CPU_MASK_WORDS && !(got.bits[i] & ~m->bits[i]); i++)
		;
	if (!cpu_mask_count(&got) || i < CPU_MASK_WORDS)
		return hand_fail(h, EIO, "task %d was bound to %s, but reads %s", tid, wanted, seen);
	return 0;
}

static int bind_process(struct hand *h, uint64_t pid, const struct cpu_mask *m, uint64_t *n)
{
	char path[64];
	struct dirent *e;
	uint64_t tid;
	DIR *dir;
	int code = 0;

	snprintf(path, sizeof(path), "/proc/%llu/task", (unsigned long long)pid);
	dir = opendir(path);
	while (dir && !code && (e = readdir(dir)))
		if (text_u64(e->d_name, 1, INT32_MAX, &tid))
			code = bind_thread(h, (int)tid, m, n);
	if (dir)
		closedir(dir);
	return code;
}

struct binding {
	const struct cpu_mask *m;
	uint64_t *n;
};

static int bind_one(struct hand *h, void *arg, uint64_t tid)
{
	struct binding *b = arg;

	return bind_thread(h, (int)tid, b->m, b->n);
}

static int bind_cgroup(struct hand *h, const char *cgroup, const struct cpu_mask *m, uint64_t *n)
{
	struct binding b = {.m = m, .n = n};

	return hand_each_thread(h, cgroup + 1, bind_one, &b);
}

int hand_affinity(struct hand *h, struct job_reply *r)
{
	static char text[512];
	const char *word = wire_get_str(&h->in), *from;
	uint64_t seed = wire_get_u64(&h->in);
	uint32_t n = wire_get_u32(&h->in), i;
	struct cpu_mask m;
	int code = hand_cpus_resolve(h, word, seed, &m);

	for (i = 0; i < n && !code && !h->in.bad; i++)
		code = bind_process(h, wire_get_u64(&h->in), &m, &r->num);
	if (code)
		return code;
	from = wire_get_str(&h->in);
	if (*from)
		code = bind_cgroup(h, from, &m, &r->num);
	if (!code && !r->num)
		return hand_fail(h, ESRCH, "nobody was bound: %s%s", *from ? "there is no task in " : "there is no such task any more", from);
	cpu_mask_format(&m, text, sizeof(text));
	r->text = text;
	return code;
}

/* ---- frozen cgroups ---- */

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

/* cgroup.events says by POLLPRI that it has changed. */
static bool wait_frozen(int fd, char wanted)
{
	struct pollfd p = {.fd = fd, .events = POLLPRI};
	int64_t end = now_ms() + FREEZE_WAIT_MS, left;
	char text[256];
	const char *at;
	ssize_t n;

	for (;;) {
		n = pread(fd, text, sizeof(text) - 1, 0);
		if (n < 0)
			return false;
		text[n] = '\0';
		at = strstr(text, "frozen ");
		if (!at || at[7] == wanted)
			return at != NULL;
		left = end - now_ms();
		if (left <= 0 || poll(&p, 1, (int)left) < 0)
			return false;
	}
}

int hand_freeze(struct hand *h, struct job_reply *r)
{
	const char *path = wire_get_str(&h->in);
	bool freeze = wire_get_u8(&h->in);
	char file[512];
	cleanup_fd int fd = -1;
	int e;

	snprintf(file, sizeof(file), "%s/cgroup.events", path + 1);
	fd = openat(shared_cgroup_fd, file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return hand_fail_sys(h, errno, "cannot open '%s'", file);
	snprintf(file, sizeof(file), "%s/cgroup.freeze", path + 1);
	e = fault_is(freeze ? FAULT_FREEZE_DROPPED : FAULT_THAW_DROPPED)
		    ? 0
		    : -hand_write_at(shared_cgroup_fd, file, freeze ? "1" : "0");
	if (e)
		return hand_fail_sys(h, e, "cannot %s '%s'", freeze ? "freeze" : "thaw", path);
	if (!wait_frozen(fd, freeze ? '1' : '0'))
		return hand_fail(h, ETIMEDOUT,
				 "'%s' was asked to %s, but does not say so after %d s: does a task "
				 "get no CPU, or is a parent frozen?",
				 path, freeze ? "freeze" : "thaw", FREEZE_WAIT_MS / 1000);
	return 0;
}

/* ---- CPUs that come and go ---- */

int hand_hotplug(struct hand *h, struct job_reply *r)
{
	uint32_t cpu = wire_get_u32(&h->in);
	bool online = wire_get_u8(&h->in);
	char path[80], text[16];
	int e;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u", cpu);
	if (access(path, F_OK) < 0)
		return hand_fail(h, ENODEV, "the guest has no CPU %u", cpu);
	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	e = fault_is(FAULT_HOTPLUG_DROPPED) ? 0
					    : -hand_write_at(AT_FDCWD, path, online ? "1" : "0");
	if (e == ENOENT)
		return hand_fail(h, e, "this kernel cannot take CPU %u offline", cpu);
	if (e == EBUSY)
		return hand_fail(h, e,
				 "cannot take CPU %u %s: it is the last one, or somebody needs it",
				 cpu, online ? "online" : "offline");
	if (e)
		return hand_fail_sys(h, e, "cannot take CPU %u %s", cpu,
				     online ? "online" : "offline");
	if (hand_read_at(AT_FDCWD, path, text, sizeof(text)) < 0 || text[0] != (online ? '1' : '0'))
		return hand_fail(h, EIO, "CPU %u does not say that it is %s", cpu,
				 online ? "online" : "offline");
	return 0;
}
