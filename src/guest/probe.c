/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe - maps and ring buffer of the probes, see probe.h.
 */
#include "guest/probe.h"

#include "base/cleanup.h"
#include "guest/probe_watch.h"
#include "guest/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct loop *loop;
static void (*on_record)(const struct probe_record *r);
static const volatile struct probe_cpu *cpus;
static const volatile uint64_t *drops;
static const volatile struct probe_runqueue *lengths;
static uint64_t *observers;
static int known[64]; /* observers before there was a map; 0 = free */
static struct ring ring;
static int tasks_fd = -1, reader_fd = -1, ledger_fd = -1, groups_fd = -1, enter_fd = -1,
	   settle_fd = -1;
static volatile struct probe_group *groups;
static uint64_t *settling, settling_now;
static uint64_t *kept; /* observers of probes that were taken off */
static int held[JOB_FDS_MAX], nheld;
static loop_id ring_id = -1;

void probe_init(struct loop *l, void (*record)(const struct probe_record *r))
{
	loop = l;
	on_record = record;
}

static void on_one(void *arg, const void *record)
{
	on_record(record);
}

/* a record's function may send events that drain first */
void probe_drain(void)
{
	ring_drain(&ring, sizeof(struct probe_record), on_one, NULL);
}

static void on_ring(void *arg, int fd, uint32_t events)
{
	probe_drain();
}

static void *map(int fd, size_t size, int prot, off_t offset)
{
	void *p = mmap(NULL, size, prot, MAP_SHARED, fd, offset);

	return p == MAP_FAILED ? NULL : p;
}

static int map_ring(int fd)
{
	int e = ring_map(&ring, fd, PROBE_RING_SIZE);

	if (e)
		return e;
	ring_id = loop_add_fd(loop, fd, EPOLLIN, on_ring, NULL);
	return ring_id < 0 ? -ENOSPC : 0;
}

void probe_observer(int pid, bool is)
{
	size_t i;

	if (pid <= 0 || pid >= PROBE_PIDS_MAX)
		return;
	for (i = 0; !observers && i < ARRAY_SIZE(known); i++)
		if (known[i] == (is ? 0 : pid)) {
			known[i] = is ? pid : 0;
			return;
		}
	if (observers && is)
		observers[pid / 64] |= 1ull << (pid % 64);
	else if (observers)
		observers[pid / 64] &= ~(1ull << (pid % 64));
}

static int take(enum probe_fd kind, int fd)
{
	size_t i;

	switch (kind) {
	case PROBE_FD_CPUS:
		cpus = map(fd, PROBE_CPUS_MAX * sizeof(*cpus), PROT_READ, 0);
		return cpus ? 0 : -errno;
	case PROBE_FD_LENGTHS:
		lengths = map(fd, PROBE_CPUS_MAX * sizeof(*lengths), PROT_READ, 0);
		return lengths ? 0 : -errno;
	case PROBE_FD_DROPS:
		drops = map(fd, sizeof(*drops), PROT_READ, 0);
		return drops ? 0 : -errno;
	case PROBE_FD_OBSERVERS:
		observers = map(fd, PROBE_PIDS_MAX / 8, PROT_READ | PROT_WRITE, 0);
		if (observers && kept) {
			memcpy(observers, kept, PROBE_PIDS_MAX / 8);
			munmap(kept, PROBE_PIDS_MAX / 8);
			kept = NULL;
		}
		for (i = 0; observers && i < ARRAY_SIZE(known); i++) {
			if (known[i])
				probe_observer(known[i], true);
			known[i] = 0;
		}
		return observers ? 0 : -errno;
	case PROBE_FD_RECORDS:
		return map_ring(fd);
	case PROBE_FD_TASKS:
		tasks_fd = fd;
		return 0;
	case PROBE_FD_READER:
		reader_fd = fd;
		return 0;
	case PROBE_FD_LINK:
		return 0;
	case PROBE_FD_LEDGER:
		ledger_fd = fd;
		return 0;
	case PROBE_FD_SETTLING:
		settling = map(fd, sizeof(*settling), PROT_READ | PROT_WRITE, 0);
		if (settling)
			*settling = settling_now;
		return settling ? 0 : -errno;
	case PROBE_FD_ENTER:
		enter_fd = fd;
		return 0;
	case PROBE_FD_SETTLE:
		settle_fd = fd;
		return 0;
	case PROBE_FD_WATCH:
		return probe_watch_program(fd);
	case PROBE_FD_SINCE:
		return probe_watch_since(fd);
	case PROBE_FD_GROUPS:
		groups = map(fd, PROBE_LEDGER_GROUPS * sizeof(*groups), PROT_READ | PROT_WRITE, 0);
		groups_fd = fd;
		return groups ? 0 : -errno;
	}
	return -EINVAL;
}

int probe_attach(struct job_reply *r)
{
	int i, e, first = 0;

	for (i = 0; i < r->nfds; i++) {
		if (nheld < JOB_FDS_MAX)
			held[nheld++] = r->fds[i];
		e = (size_t)i < r->data_len ? take((enum probe_fd)r->data[i], r->fds[i]) : -EINVAL;
		if (!first)
			first = e;
	}
	r->nfds = 0;
	probe_watch_attach();
	return first;
}

static void unmap(const volatile void *p, size_t size)
{
	if (p)
		munmap((void *)p, size);
}

int probe_detach(int *fds)
{
	int n = nheld;

	probe_drain();
	probe_watch_detach();
	loop_remove(loop, ring_id);
	ring_unmap(&ring);
	unmap(cpus, PROBE_CPUS_MAX * sizeof(*cpus));
	unmap(lengths, PROBE_CPUS_MAX * sizeof(*lengths));
	unmap(drops, sizeof(*drops));
	unmap(settling, sizeof(*settling));
	unmap(groups, PROBE_LEDGER_GROUPS * sizeof(*groups));
	cpus = NULL;
	lengths = NULL;
	drops = NULL;
	settling = NULL;
	groups = NULL;
	if (observers)
		kept = observers;
	observers = NULL;
	ring_id = tasks_fd = reader_fd = ledger_fd = groups_fd = enter_fd = settle_fd = -1;
	memcpy(fds, held, (size_t)n * sizeof(*fds));
	nheld = 0;
	return n;
}

bool probe_cpu(unsigned cpu, struct probe_cpu *out)
{
	int tries;

	if (!cpus || cpu >= PROBE_CPUS_MAX)
		return false;
	/* that CPU may be writing: busy_ns and since_ns belong together */
	for (tries = 0; tries < 4; tries++) {
		uint64_t since = cpus[cpu].since_ns;

		memcpy(out, (const void *)&cpus[cpu], sizeof(*out));
		if (since == cpus[cpu].since_ns)
			break;
	}
	return true;
}

void probe_runqueue(unsigned cpu, struct probe_runqueue *out)
{
	memset(out, 0xff, sizeof(*out));
	if (lengths && reader_fd >= 0 && cpu < PROBE_CPUS_MAX)
		memcpy(out, (const void *)&lengths[cpu], sizeof(*out));
}

uint64_t probe_drops(void)
{
	return drops ? *drops : 0;
}

/* A program of type "syscall" runs here and now and waits for nothing. */
static bool run_program(int fd, void *in, size_t len)
{
	union bpf_attr attr;

	if (fd < 0)
		return false;
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (uint32_t)fd;
	attr.test.ctx_in = (uint64_t)(uintptr_t)in;
	attr.test.ctx_size_in = (uint32_t)len;
	return syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)) == 0;
}

static bool account(bool anew)
{
	struct probe_settle in = {.anew = anew};

	return run_program(settle_fd, &in, sizeof(in));
}

bool probe_ledger_clear(unsigned group)
{
	/* what its tasks did while they were held is nobody's */
	if (!groups || ledger_fd < 0 || group >= PROBE_LEDGER_GROUPS || !account(false))
		return false;
	memset((void *)&groups[group], 0, sizeof(*groups));
	return true;
}

bool probe_ledger_enter(unsigned group, int pid)
{
	struct probe_enter in = {.tid = (uint32_t)pid, .group = group};

	return run_program(enter_fd, &in, sizeof(in)) && in.done;
}

void probe_settling(int delta)
{
	/* what was an escape before is one; what is none afterwards is looked at then */
	if (delta > 0 && !settling_now)
		account(false);
	settling_now += (uint64_t)(int64_t)delta;
	if (settling)
		__atomic_store_n(settling, settling_now, __ATOMIC_SEQ_CST);
	account(true);
}

bool probe_ledger_read(unsigned group, struct probe_group *out)
{
	if (!groups || ledger_fd < 0 || group >= PROBE_LEDGER_GROUPS || !account(false))
		return false;
	memcpy(out, (const void *)&groups[group], sizeof(*out));
	return true;
}

bool probe_ledger_fds(int *ledger, int *rows)
{
	*ledger = ledger_fd;
	*rows = groups_fd;
	return ledger_fd >= 0 && groups_fd >= 0;
}

bool probe_sample_fds(int *tasks, int *reader)
{
	*tasks = tasks_fd;
	*reader = reader_fd;
	return tasks_fd >= 0;
}
