/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work - the table of work types and those that need nothing but a CPU.
 * Invariant: time is looked at through the vDSO, so that spinning makes no system call.
 */
#include "guest/work.h"

#include "base/cleanup.h"
#include "base/loop.h"

#include <sched.h>
#include <string.h>
#include <time.h>

enum { BURST_NS = 50000000, PAUSE_NS = 100000000, CHUNK = 4096 };

static const struct work_def types[] = {
#define X(n, fn, s) {.name = n, .run = fn, .summary = s},
	WORK_LIST(X)
#undef X
};

const struct work_def *work_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].name, name))
			return &types[i];
	return NULL;
}

/* A bit of arithmetic that the compiler may not drop. */
static void compute(void)
{
	static volatile uint64_t sink;
	uint64_t x = sink + 1;
	int i;

	for (i = 0; i < CHUNK; i++)
		x = x * 6364136223846793005ull + 1442695040888963407ull;
	sink = x;
}

void work_spin(struct work *w)
{
	for (;;)
		compute();
}

void work_yield(struct work *w)
{
	for (;;)
		sched_yield();
}

void work_bursty(struct work *w)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	uint64_t end;

	for (;;) {
		end = loop_now_ns() + BURST_NS;
		while (loop_now_ns() < end)
			compute();
		nanosleep(&pause, NULL);
	}
}
