/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_meter - see wire_meter.h.
 * Invariant: a unit of work makes no system call here but every 10 ms; time and CPU are looked at
 * through the vDSO and rseq, so that spinning stays spinning.
 */
#include "guest/wire_meter.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CPU_EVERY_NS  10000000ull
#define SLOW_EVERY_NS 100000000ull
#define NUMA_EVERY_NS 1000000000ull

uint64_t meter_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static void read_schedstat(struct meter *m)
{
	unsigned long long cpu, delay, count;
	char text[96];
	ssize_t n = m->schedstat < 0 ? -1 : pread(m->schedstat, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return;
	text[n] = '\0';
	if (sscanf(text, "%llu %llu %llu", &cpu, &delay, &count) != 3)
		return;
	m->report->sched_cpu_ns = cpu;
	m->report->run_delay_ns = delay;
	m->report->run_count = count;
}

/* " N0=12 N1=3": pages of one mapping on each node. */
static void read_numa(struct meter *m)
{
	static char text[16384];
	uint64_t pages[REPORT_NODES_MAX] = {0};
	ssize_t n = m->numa_maps < 0 ? -1 : pread(m->numa_maps, text, sizeof(text) - 1, 0);
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
			m->report->numa_pages[node] = pages[node];
}

static void look_slowly(struct meter *m, uint64_t now)
{
	struct timespec ts;

	m->cpu_seen_ns = now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	m->report->cpu_ns = (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
	if (now - m->slow_ns < SLOW_EVERY_NS)
		return;
	m->slow_ns = now;
	read_schedstat(m);
	if (now - m->numa_ns < NUMA_EVERY_NS)
		return;
	m->numa_ns = now;
	read_numa(m);
}

void meter_unit(struct meter *m)
{
	struct work_report *r = m->report;
	uint64_t now = meter_now_ns();
	int cpu = sched_getcpu();

	r->units++;
	if (now - r->last_ns > r->gap_ns) {
		r->gap_ns = now - r->last_ns;
		r->gap_at_ns = now;
		r->gap_cpu = cpu < 0 ? REPORT_ABSENT : (uint64_t)cpu;
	}
	r->last_ns = now;
	if (cpu != m->cpu && cpu >= 0 && cpu < REPORT_CPUS_MAX) {
		r->migrations += m->cpu >= 0;
		r->cpus[cpu / 64] |= 1ull << (cpu % 64);
		m->cpu = cpu;
	}
	if (now - m->cpu_seen_ns >= CPU_EVERY_NS)
		look_slowly(m, now);
}

void meter_round(struct meter *m)
{
	m->report->iterations++;
	meter_unit(m);
}

void meter_woke(struct meter *m, uint64_t since_ns)
{
	uint64_t now = meter_now_ns(), ns = now > since_ns ? now - since_ns : 0;
	struct work_report *r = m->report;

	if (!since_ns)
		return;
	r->wakes++;
	r->wake[report_bucket(ns)]++;
	if (ns > r->wake_max_ns)
		r->wake_max_ns = ns;
}

void meter_begin(struct meter *m)
{
	/* one's own /proc files stay open: a look costs one call then, whatever the cgroup allows
	 */
	m->schedstat = open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC);
	m->numa_maps = open("/proc/self/numa_maps", O_RDONLY | O_CLOEXEC);
	m->cpu = -1;
}
