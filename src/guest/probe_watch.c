/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_watch - see probe_watch.h and probe.h.
 *
 * A hand attaches and takes off, for both change the kernel's code. Since when it is so is written
 * before the first program is there: what was left from the time before belongs to nothing.
 * Invariant: one job at a time; what is wanted meanwhile is done after it.
 */
#include "guest/probe_watch.h"

#include "guest/pool.h"
#include "guest/port.h"
#include "guest/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PROGRAMS_MAX = 4 };

static int programs[PROGRAMS_MAX], nprograms;
static int links[PROGRAMS_MAX], nlinks;
static uint64_t *since; /* 0 = not now */
static size_t since_size;
static bool wanted, busy;

static void settle(void);

int probe_watch_program(int fd)
{
	if (nprograms == PROGRAMS_MAX)
		return -ENOSPC;
	programs[nprograms++] = fd;
	return 0;
}

int probe_watch_since(int fd)
{
	void *p;

	since_size = (size_t)sysconf(_SC_PAGESIZE);
	p = mmap(NULL, since_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	since = p == MAP_FAILED ? NULL : p;
	return since ? 0 : -errno;
}

static void on_attached(void *arg, struct job_reply *r)
{
	int i;

	busy = false;
	if (r->code)
		port_log(4, "switches and wake-ups are not watched: %s", r->text);
	for (i = 0; i < r->nfds && nlinks < PROGRAMS_MAX; i++)
		links[nlinks++] = r->fds[i];
	r->nfds = i ? 0 : r->nfds;
	/* tried once, or it would be tried for ever */
	if (!nlinks) {
		wanted = false;
		if (since)
			*since = 0;
	}
	settle();
}

static void on_taken_off(void *arg, struct job_reply *r)
{
	busy = false;
	if (r->code)
		port_log(4, "the probes on switches were not let go: %s", r->text);
	settle();
}

static void take_off(void)
{
	struct err err = ERR_INIT;

	if (since)
		*since = 0;
	busy = !pool_send(pool_job(JOB_TALLY_CLOSE), links, nlinks, POOL_DEADLINE_NS,
			  "the probes on switches", on_taken_off, NULL, &err);
	if (!busy)
		port_log(4, "the probes on switches were not let go: %s", err.msg);
	nlinks = 0;
}

static void attach(void)
{
	struct err err = ERR_INIT;
	int fds[PROGRAMS_MAX], n = 0, i;

	for (i = 0; i < nprograms; i++) {
		fds[n] = fcntl(programs[i], F_DUPFD_CLOEXEC, 3);
		n += fds[n] >= 0;
	}
	if (since)
		*since = loop_now_ns();
	busy = !pool_send(pool_job(JOB_WATCH), fds, n, POOL_DEADLINE_NS, "the probes on switches",
			  on_attached, NULL, &err);
	if (!busy)
		port_log(4, "switches and wake-ups are not watched: %s", err.msg);
}

static void settle(void)
{
	if (busy || !since || wanted == (nlinks > 0))
		return;
	if (!wanted)
		take_off();
	else if (nprograms)
		attach();
}

void probe_watch(bool on)
{
	wanted = on;
	settle();
}

bool probe_watches(void)
{
	return since && *since && nlinks;
}

void probe_watch_attach(void)
{
	settle();
}

void probe_watch_detach(void)
{
	if (nlinks)
		take_off();
	if (since)
		munmap(since, since_size);
	since = NULL;
	nprograms = 0;
}
