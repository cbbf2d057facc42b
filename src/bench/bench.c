/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench - the table of measurements. Adding one: a file bench_NAME.c, its function in bench.h and
 * a row here.
 */
#include "bench/bench.h"
#include "base/cleanup.h"

#include <string.h>

static const struct bench benches[] = {
	{"frame", "host CPU for a frame: 5,000 tasks, 500 cgroups, 64 CPUs", bench_frame},
	{"answer", "the agent's answer to a ping under every broken scheduler", bench_answer},
	{"key", "a key until it is on the screen, with an idle and with a busy guest", bench_key},
	{"observe", "what looking costs the guest, beside perf sched record and trace-cmd",
	 bench_observe},
	{"cost", "of observe, what the program itself costs the guest", bench_cost},
	{"start", "from the command to the first live frame, cold and warm, and an op's round trip",
	 bench_start},
	{"checkpoint", "how long a guest stands still for a checkpoint, and how soon it has gone back",
	 bench_checkpoint},
	{"exact", "how many traces exact replays of the same scenario give, also on a busy machine",
	 bench_exact},
	{"memory", "memory of the program over an hour of a session, and its file", bench_memory},
};

const struct bench *bench_at(size_t i)
{
	return i < ARRAY_SIZE(benches) ? &benches[i] : NULL;
}

const struct bench *bench_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(benches); i++)
		if (!strcmp(benches[i].name, name))
			return &benches[i];
	return NULL;
}
