/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shake - see shake.h. Invariant: its tasks never live on when the trace has ended.
 */
#include "guest/shake.h"

#include "base/loop.h"
#include "guest/port.h"
#include "guest/probe.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

/* Above every task of a scenario that leaves room, below the helpers of the agent. */
#define PRIORITY     90
#define OFTEN_NS     50000u /* from one to the next, on average: this, twice or 4 times it */
#define BURST_MAX_NS 20000u

enum { CPUS_MAX = 256 };

static uint64_t seed;
static pid_t tasks[CPUS_MAX];
static unsigned ntasks;

/* splitmix64: a number for a number. */
static uint64_t draw(uint64_t from)
{
	uint64_t z = from + 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

void shake_set(uint64_t value)
{
	seed = value;
}

uint64_t shake_op_ns(uint64_t seq)
{
	return seed ? draw(draw(seed) ^ seq) % SHAKE_OP_NS : 0;
}

static void __attribute__((noreturn)) disturb(unsigned cpu)
{
	uint64_t mean = (uint64_t)OFTEN_NS << draw(seed) % 3, lot = draw(draw(~seed) ^ cpu), end;
	struct timespec ts = {.tv_sec = 0};

	prctl(PR_SET_NAME, "shake");
	close_range(3, ~0u, 0);
	for (;;) {
		lot = draw(lot);
		ts.tv_nsec = (long)(1 + lot % (2 * mean));
		nanosleep(&ts, NULL);
		end = loop_now_ns() + (lot >> 32) % BURST_MAX_NS;
		while (loop_now_ns() < end)
			;
	}
}

static bool place(pid_t pid, unsigned cpu)
{
	struct sched_param param = {.sched_priority = PRIORITY};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(pid, sizeof(set), &set) == 0 &&
	       sched_setscheduler(pid, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) == 0;
}

void shake_begin(unsigned ncpus)
{
	unsigned cpu;

	for (cpu = 0; seed && cpu < ncpus && cpu < CPUS_MAX; cpu++) {
		pid_t pid = fork();

		if (pid == 0)
			disturb(cpu);
		if (pid > 0) {
			tasks[ntasks++] = pid;
			probe_observer(pid, true);
		}
		if (pid < 0 || !place(pid, cpu))
			port_log(3, "CPU %u is not disturbed by the seed: %s", cpu,
				 strerror(errno));
	}
}

void shake_end(void)
{
	while (ntasks) {
		kill(tasks[--ntasks], SIGKILL);
		probe_observer(tasks[ntasks], false);
	}
}
