/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_work - the table of work types itself, one row each. What reads it is wire_work_set.c.
 * Invariant: a row for every WORK_x, at its place.
 */
#include "guest/wire_work.h"

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define US(n)  ((uint64_t)(n)*1000)
#define MS(n)  ((uint64_t)(n)*1000000)
#define S(n)   ((uint64_t)(n)*1000000000)

#define COUNT(k, d, lo, hi, s)                                                                     \
	{                                                                                          \
		.key = k, .unit = WORK_COUNT, .def = d, .min = lo, .max = hi, .summary = s         \
	}
#define MEMBERS(k, d, s)                                                                           \
	{                                                                                          \
		.key = k, .unit = WORK_COUNT, .def = d, .min = 1, .max = 63, .members = true,      \
		.summary = s                                                                       \
	}
#define TIME(k, d, s)                                                                              \
	{                                                                                          \
		.key = k, .unit = WORK_TIME, .def = d, .min = US(1), .max = S(60), .summary = s    \
	}
#define BYTES(k, d, hi, s)                                                                         \
	{                                                                                          \
		.key = k, .unit = WORK_BYTES, .def = d, .min = 64, .max = hi, .summary = s         \
	}
#define WORD(k, w, s)                                                                              \
	{                                                                                          \
		.key = k, .unit = WORK_WORD, .words = w, .summary = s                              \
	}
#define BURST(s) COUNT("burst", 1024, 1, 100000000, s)

static const char *const wake_words[] = {"pipe", "futex", NULL};
static const char *const pi_words[] = {"none", "inherit", NULL};

static const struct work_type types[WORK_IDS] = {
	[WORK_SPIN] = {.name = "spin", .summary = "computes without a pause"},
	[WORK_YIELD] = {.name = "yield", .summary = "calls sched_yield() in a loop"},
	[WORK_MIXED] = {.name = "mixed",
			.summary = "computes, then yields, and so on",
			.params = {BURST("turns of computing before each yield")}},
	[WORK_ALU_HOT] = {.name = "alu-hot",
			  .summary = "integer arithmetic in four independent chains, no memory"},
	[WORK_IPC_VARIANCE] = {.name = "ipc-variance",
			       .summary = "alternates fast arithmetic and slow pointer chasing",
			       .params = {TIME("hot", MS(10), "time of arithmetic"),
					  TIME("cold", MS(10), "time of chasing pointers"),
					  BYTES("size", MIB(1), MIB(64),
						"memory it chases through")}},
	[WORK_SMT_SIBLING_SPIN] = {.name = "smt-sibling-spin",
				   .summary = "pairs compute on the two threads of one core; "
					      "anywhere where cores have one",
				   .group = 2},
	[WORK_BURSTY] = {.name = "bursty",
			 .summary = "computes for a while, sleeps for a while, and so on",
			 .params = {TIME("burst", MS(50), "time of computing"),
				    TIME("sleep", MS(100), "time of sleeping")}},
	[WORK_IDLE_CHURN] = {.name = "idle-churn",
			     .summary = "short bursts and short sleeps: CPUs go idle and come back",
			     .params = {TIME("burst", MS(1), "time of computing"),
					TIME("sleep", MS(5), "time of sleeping")}},
	[WORK_TIMER_LATENCY] = {.name = "timer-latency",
				.summary =
					"sleeps to absolute times and measures how late it wakes",
				.params = {TIME("interval", MS(1),
						"from one wake-up to the next")}},
	[WORK_IRQ_WAKE] = {.name = "irq-wake",
			   .summary =
				   "woken by a timer's interrupt through epoll, measures how late",
			   .params = {TIME("interval", MS(1), "from one interrupt to the next"),
				      COUNT("burst", 64, 0, 100000000,
					    "turns of computing per wake-up")}},
	[WORK_SEQUENCE] = {.name = "sequence",
			   .summary = "phases one after the other, and again",
			   .params = {{.key = "phases",
				       .unit = WORK_PHASES,
				       .text = "spin:10ms,sleep:5ms,yield:1ms,io:2ms",
				       .summary = "KIND:TIME,...; kinds: spin sleep yield io"}}},
	[WORK_IO_SYNC_WRITE] = {.name = "io-sync-write",
				.summary = "writes a file in blocks and waits for each, in memory",
				.params = {BYTES("block", KIB(64), MIB(4), "bytes of one write"),
					   TIME("device", US(100),
						"sleep that stands for the device")}},
	[WORK_IO_RAND_READ] = {.name = "io-rand-read",
			       .summary = "reads a file at random places, in memory",
			       .params = {BYTES("file", MIB(1), MIB(64), "bytes of the file"),
					  BYTES("block", KIB(4), MIB(1), "bytes of one read"),
					  TIME("device", US(50),
					       "sleep that stands for the device")}},
	[WORK_IO_CONVOY] = {.name = "io-convoy",
			    .summary = "all of a group write in turn under one lock, then sleep",
			    .params = {MEMBERS("workers", 4, "workers that share the lock"),
				       BYTES("block", KIB(4), MIB(1), "bytes of one write"),
				       TIME("device", US(100), "sleep under the lock")}},
	[WORK_FORK_EXIT] = {.name = "fork-exit",
			    .summary = "forks a child that exits at once, and waits for it"},
	[WORK_NICE_SWEEP] =
		{.name = "nice-sweep",
		 .summary = "goes through the nice values -20 to 19 (0 to 19 without the right)",
		 .params = {BURST("turns of computing at each value")}},
	[WORK_AFFINITY_CHURN] = {.name = "affinity-churn",
				 .summary = "binds itself to another CPU again and again",
				 .params = {BURST("turns of computing before each change")}},
	[WORK_CROSS_AFFINITY_CHURN] =
		{.name = "cross-affinity-churn",
		 .summary = "pairs: each binds the other to another CPU while it runs",
		 .group = 2,
		 .params = {BURST("turns of computing before each change")}},
	[WORK_POLICY_CHURN] = {.name = "policy-churn",
			       .summary =
				       "goes through the policies normal, batch, idle, fifo and rr",
			       .params = {BURST("turns of computing under each")}},
	[WORK_CGROUP_CHURN] =
		{.name = "cgroup-churn",
		 .summary =
			 "moves itself between its cgroup, the system's root and others there are",
		 .params = {COUNT("groups", 2, 2, 16, "cgroups in its round"),
			    TIME("period", MS(100), "time in each")}},
	[WORK_CGROUP_ATTACH_STORM] =
		{.name = "cgroup-attach-storm",
		 .summary = "moves itself out of its cgroup and back as fast as it can",
		 .params = {COUNT("burst", 16, 0, 100000000, "turns of computing between moves")}},
	[WORK_PIPE_IO] = {.name = "pipe-io",
			  .summary = "pairs pass a byte to and fro through pipes",
			  .group = 2,
			  .params = {BURST("turns of computing before each byte")}},
	[WORK_CACHE_PIPE] = {.name = "cache-pipe",
			     .summary = "as pipe-io, walking through memory instead of computing",
			     .group = 2,
			     .params = {BYTES("size", KIB(32), MIB(64), "memory of each"),
					COUNT("burst", 1024, 1, 100000000,
					      "steps before each byte")}},
	[WORK_WAKE_CHAIN] = {.name = "wake-chain",
			     .summary = "a ring: each works a little and wakes the next",
			     .params = {MEMBERS("depth", 4, "workers of the ring"),
					WORD("wake", wake_words, "how: pipe or futex"),
					TIME("work", US(100), "time of computing at each")}},
	[WORK_PRODUCER_CONSUMER] =
		{.name = "producer-consumer-imbalance",
		 .summary = "producers at a rate, fewer consumers that take long",
		 .params = {MEMBERS("producers", 2, "who fill the pipe"),
			    MEMBERS("consumers", 1, "who empty it"),
			    COUNT("rate", 1000, 1, 100000, "items a second of each producer"),
			    COUNT("burst", 1024, 1, 100000000, "turns of computing per item")}},
	[WORK_EPOLL_STORM] =
		{.name = "epoll-storm",
		 .summary = "producers signal eventfds, consumers wait for them with epoll",
		 .params = {MEMBERS("producers", 1, "who signal"),
			    MEMBERS("consumers", 2, "who wait"),
			    COUNT("burst", 32, 1, 1000000, "signals at a time")}},
	[WORK_NET_TRAFFIC] = {.name = "net-traffic",
			      .summary = "pairs send datagrams to and fro over the loopback device",
			      .group = 2,
			      .params = {BYTES("size", 256, KIB(32), "bytes of a datagram"),
					 COUNT("burst", 8, 1, 64, "datagrams before an answer")}},
	[WORK_FUTEX_PING_PONG] = {.name = "futex-ping-pong",
				  .summary = "pairs wake each other through a futex",
				  .group = 2,
				  .params = {BURST("turns of computing before each wake-up")}},
	[WORK_FUTEX_FAN_OUT] = {.name = "futex-fan-out",
				.summary = "one wakes many through a futex and computes meanwhile",
				.group = 1,
				.params = {MEMBERS("fan-out", 4, "workers woken at once"),
					   BURST("turns of computing between wake-ups")}},
	[WORK_FAN_OUT_COMPUTE] =
		{.name = "fan-out-compute",
		 .summary = "one wakes many that multiply matrices after a little sleep",
		 .group = 1,
		 .params = {MEMBERS("fan-out", 4, "workers woken at once"),
			    BYTES("size", KIB(256), MIB(16), "memory of three matrices"),
			    COUNT("ops", 5, 1, 10000, "rows multiplied per wake-up"),
			    TIME("sleep", US(100), "sleep before")}},
	[WORK_MUTEX_CONTENTION] =
		{.name = "mutex-contention",
		 .summary = "all of a group want one mutex",
		 .params = {MEMBERS("contenders", 4, "workers that share the mutex"),
			    COUNT("held", 256, 1, 100000000, "turns of computing inside"),
			    COUNT("free", 1024, 1, 100000000, "turns of computing outside")}},
	[WORK_THUNDERING_HERD] = {.name = "thundering-herd",
				  .summary = "one wakes all others at once, pauses, and again",
				  .group = 1,
				  .params = {MEMBERS("waiters", 7, "who wait"),
					     COUNT("batches", 1000, 1, 100000000,
						   "wake-ups of an iteration"),
					     TIME("pause", MS(5), "between wake-ups")}},
	[WORK_ASYMMETRIC_WAKER] = {.name = "asymmetric-waker",
				   .summary =
					   "pairs: a fifo task and an ordinary one wake each other",
				   .group = 2,
				   .params = {BURST("turns of computing before each wake-up")}},
	[WORK_SIGNAL_STORM] = {.name = "signal-storm",
			       .summary = "pairs send each other signals",
			       .group = 2,
			       .params = {COUNT("signals", 16, 1, 100000, "sent at a time"),
					  BURST("turns of computing between")}},
	[WORK_PRIORITY_INVERSION] = {.name = "priority-inversion",
				     .summary = "on one CPU: a low one holds the mutex a high one "
						"wants, medium ones compute",
				     .params = {MEMBERS("high", 1, "fifo 30, want the mutex"),
						MEMBERS("medium", 1, "fifo 20, compute"),
						MEMBERS("low", 1, "fifo 10, hold it"),
						WORD("pi", pi_words, "the mutex: none or inherit"),
						COUNT("burst", 1024, 1, 1000000,
						      "turns of computing inside")}},
	[WORK_RT_STARVATION] = {.name = "rt-starvation",
				.summary = "fifo tasks that hardly ever sleep beside ordinary ones",
				.params = {MEMBERS("normal", 1, "ordinary workers"),
					   MEMBERS("rt", 1, "fifo workers"),
					   COUNT("prio", 50, 1, 90, "their priority")}},
	[WORK_PREEMPT_STORM] = {.name = "preempt-storm",
				.summary = "a fifo task that wakes often preempts ordinary ones",
				.group = 1,
				.params = {MEMBERS("normal", 2, "ordinary workers"),
					   BURST("turns of computing per wake-up"),
					   TIME("sleep", MS(1), "of the fifo task")}},
	[WORK_CACHE_PRESSURE] = {.name = "cache-pressure",
				 .summary = "walks through memory, writing",
				 .params = {BYTES("size", KIB(32), MIB(64),
						  "memory it walks through"),
					    BYTES("stride", 64, KIB(64), "bytes of one step")}},
	[WORK_CACHE_YIELD] = {.name = "cache-yield",
			      .summary = "walks through memory, then yields",
			      .params = {BYTES("size", KIB(32), MIB(64), "memory it walks through"),
					 BYTES("stride", 64, KIB(64), "bytes of one step")}},
	[WORK_PAGE_FAULT_CHURN] =
		{.name = "page-fault-churn",
		 .summary = "touches pages, gives them back, and again",
		 .params = {BYTES("size", KIB(4096), MIB(256), "memory mapped"),
			    COUNT("touches", 256, 1, 65536, "pages touched per round"),
			    COUNT("burst", 64, 0, 100000000, "turns of computing per round")}},
	[WORK_NUMA_SWEEP] = {.name = "numa-working-set-sweep",
			     .summary =
				     "a working set that is bound to one NUMA node after the other",
			     .params = {BYTES("size", KIB(4096), MIB(64), "of the working set"),
					TIME("period", MS(100), "time on each node")}},
	[WORK_NUMA_MIGRATION] =
		{.name = "numa-migration-churn",
		 .summary = "binds itself to the CPUs of one NUMA node after the other",
		 .params = {TIME("period", MS(100), "time on each node")}},
	[WORK_SCHBENCH] =
		{.name = "schbench-like",
		 .summary = "a messenger wakes workers one by one, each thinks and multiplies "
			    "matrices; like schbench",
		 .group = 1,
		 .params = {MEMBERS("workers", 4, "of one messenger"),
			    BYTES("size", KIB(256), MIB(16), "memory of three matrices"),
			    COUNT("ops", 5, 1, 10000, "rows multiplied per request"),
			    TIME("sleep", US(100), "thinking before")}},
	[WORK_TAOBENCH] =
		{.name = "taobench-like",
		 .summary = "fast workers serve hits and hand misses to slow ones that wait for "
			    "a device; like taobench",
		 .params = {MEMBERS("fast", 2, "who serve"), MEMBERS("slow", 2, "who fetch"),
			    COUNT("hits", 90, 0, 100, "percent of requests"),
			    BYTES("size", KIB(256), MIB(16), "memory of the cache"),
			    TIME("device", US(200), "one fetch takes")}},
};

const struct work_type *work_type_at(size_t i)
{
	return i < WORK_IDS ? &types[i] : NULL;
}
