/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work - the table of work functions, and what all of them use: counting, measuring, computing.
 * Invariant: a unit of work makes no system call here but every 10 ms; time and CPU are looked at
 * through the vDSO and rseq, so that spinning stays spinning.
 */
#include "guest/work.h"

#include "base/cleanup.h"
#include "base/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CPU_EVERY_NS  10000000ull
#define SLOW_EVERY_NS 100000000ull
#define NUMA_EVERY_NS 1000000000ull

enum { TURNS = 4096 };

static const work_fn functions[WORK_IDS] = {
#define X(e, fn) [WORK_##e] = fn,
	WORK_LIST(X)
#undef X
};

/* What a type's groups have besides their page. */
static const enum work_links links[WORK_IDS] = {
	[WORK_PIPE_IO] = LINKS_PIPES,      [WORK_CACHE_PIPE] = LINKS_PIPES,
	[WORK_WAKE_CHAIN] = LINKS_PIPES,   [WORK_PRODUCER_CONSUMER] = LINKS_PIPES,
	[WORK_EPOLL_STORM] = LINKS_EVENTS, [WORK_NET_TRAFFIC] = LINKS_LOOPBACK,
};

work_fn work_function(enum work_id id)
{
	return functions[id];
}

enum work_links work_links_of(enum work_id id)
{
	return links[id];
}

/* ---- computing ---- */

void work_turns(uint64_t n)
{
	static volatile uint64_t sink;
	uint64_t x = sink + 1;

	/* a bit of arithmetic that the compiler may not drop */
	while (n--)
		x = x * 6364136223846793005ull + 1442695040888963407ull;
	sink = x;
}

void work_compute(void)
{
	work_turns(TURNS);
}

void work_compute_for(struct work *w, uint64_t ns)
{
	uint64_t end = loop_now_ns() + ns;

	do {
		work_compute();
		work_unit(w);
	} while (loop_now_ns() < end);
}

void work_sleep(uint64_t ns)
{
	struct timespec ts = {.tv_sec = (time_t)(ns / 1000000000ull),
			      .tv_nsec = (long)(ns % 1000000000ull)};

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}

void work_cannot(int error)
{
	/* seen as the worker's exit code */
	_exit(error > 0 && error < 126 ? error : 126);
}

void *work_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		work_cannot(errno);
	return p;
}

void work_walk(volatile uint8_t *memory, uint64_t size, uint64_t stride, uint64_t steps)
{
	static uint64_t at;

	while (steps--) {
		at = at + stride < size ? at + stride : 0;
		memory[at]++;
	}
}

void work_matrix(uint64_t *memory, uint64_t size, uint64_t rows)
{
	static uint64_t row;
	uint64_t n = 1, i, k, *a = memory, *b, *c;

	while ((n + 1) * (n + 1) * 3 * sizeof(*a) <= size)
		n++;
	b = a + n * n;
	c = b + n * n;
	for (; rows--; row++) {
		uint64_t *to = c + row % n * n, *from = a + row % n * n;

		for (k = 0; k < n; k++)
			for (i = 0; i < n; i++)
				to[i] += (from[k] + row) * b[k * n + i];
	}
}

/* ---- measuring ---- */

static void read_schedstat(struct work *w)
{
	unsigned long long cpu, delay, count;
	char text[96];
	ssize_t n = w->schedstat < 0 ? -1 : pread(w->schedstat, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return;
	text[n] = '\0';
	if (sscanf(text, "%llu %llu %llu", &cpu, &delay, &count) != 3)
		return;
	w->report->sched_cpu_ns = cpu;
	w->report->run_delay_ns = delay;
	w->report->run_count = count;
}

/* " N0=12 N1=3": pages of one mapping on each node. */
static void read_numa(struct work *w)
{
	static char text[16384];
	uint64_t pages[REPORT_NODES_MAX] = {0};
	ssize_t n = w->numa_maps < 0 ? -1 : pread(w->numa_maps, text, sizeof(text) - 1, 0);
	unsigned node, seen = 0;
	char *p = text;

	if (n <= 0)
		return;
	text[n] = '\0';
	while ((p = strstr(p, " N"))) {
		p += 2;
		node = (unsigned)strtoul(p, &p, 10);
		if (*p != '=' || node >= REPORT_NODES_MAX)
			continue;
		pages[node] += strtoul(p + 1, &p, 10);
		seen |= 1u << node;
	}
	for (node = 0; node < REPORT_NODES_MAX; node++)
		if (seen >> node & 1)
			w->report->numa_pages[node] = pages[node];
}

static void look_slowly(struct work *w, uint64_t now)
{
	struct timespec ts;

	w->cpu_seen_ns = now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	w->report->cpu_ns = (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
	if (now - w->slow_ns < SLOW_EVERY_NS)
		return;
	w->slow_ns = now;
	read_schedstat(w);
	if (now - w->numa_ns < NUMA_EVERY_NS)
		return;
	w->numa_ns = now;
	read_numa(w);
}

void work_unit(struct work *w)
{
	struct work_report *r = w->report;
	uint64_t now = loop_now_ns();
	int cpu = sched_getcpu();

	r->units++;
	if (now - r->last_ns > r->gap_ns) {
		r->gap_ns = now - r->last_ns;
		r->gap_at_ns = now;
		r->gap_cpu = cpu < 0 ? REPORT_ABSENT : (uint64_t)cpu;
	}
	r->last_ns = now;
	if (cpu != w->cpu && cpu >= 0 && cpu < REPORT_CPUS_MAX) {
		r->migrations += w->cpu >= 0;
		r->cpus[cpu / 64] |= 1ull << (cpu % 64);
		w->cpu = cpu;
	}
	if (now - w->cpu_seen_ns >= CPU_EVERY_NS)
		look_slowly(w, now);
}

void work_did(struct work *w)
{
	w->report->iterations++;
	work_unit(w);
}

void work_woke(struct work *w, uint64_t since_ns)
{
	uint64_t now = loop_now_ns(), ns = now > since_ns ? now - since_ns : 0;
	struct work_report *r = w->report;

	if (!since_ns)
		return;
	r->wakes++;
	r->wake[report_bucket(ns)]++;
	if (ns > r->wake_max_ns)
		r->wake_max_ns = ns;
}

void work_begin(struct work *w)
{
	/* one's own /proc files stay open: a look costs one call then, whatever the cgroup allows
	 */
	w->schedstat = open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC);
	w->numa_maps = open("/proc/self/numa_maps", O_RDONLY | O_CLOEXEC);
	w->cpu = -1;
}

/* ---- waiting ---- */

void work_futex_wait(uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

void work_futex_wake(uint32_t *word, int n)
{
	syscall(SYS_futex, word, FUTEX_WAKE, n, NULL, NULL, 0);
}

uint32_t work_await(uint32_t *word, uint32_t old)
{
	uint32_t v;

	while ((v = __atomic_load_n(word, __ATOMIC_ACQUIRE)) == old)
		work_futex_wait(word, old);
	return v;
}

void work_post(uint32_t *word, uint32_t value, int wake)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	work_futex_wake(word, wake);
}
