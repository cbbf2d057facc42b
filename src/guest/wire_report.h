/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_report - a worker's report as the text of EV_REPORT, and what can be derived from it.
 *
 * "units=12 iterations=12 wall=1000000 ... cpus=0-1,3 wake=40:7,41:2": a key that is absent is a
 * figure that is absent, so either side can be newer. In both programs.
 * Invariant: whatever text is read, every figure lies within its limits or is absent.
 */
#ifndef GUEST_WIRE_REPORT_H
#define GUEST_WIRE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a worker says of its work, in memory it shares with the agent. It alone writes, without
 * locks, the agent looks whenever it likes: each figure is a word of its own and may be one unit
 * older than its neighbour. A figure that is not there is REPORT_ABSENT, never 0.
 */
#define REPORT_ABSENT UINT64_MAX

enum {
	REPORT_CPUS_MAX = 1024,
	REPORT_NODES_MAX = 16,
	REPORT_SUB = 4,                   /* buckets between powers of two */
	REPORT_BUCKETS = 64 * REPORT_SUB, /* latencies from 0 ns to the end of time */
};

struct work_report {
	uint64_t begun_ns;          /* guest CLOCK_MONOTONIC of the let-go; 0 = not begun */
	uint64_t last_ns;           /* of the latest unit */
	uint64_t units, iterations; /* smallest things done; whole rounds */
	uint64_t cpu_ns;            /* CPU time so far, at most 10 ms old while it runs */
	uint64_t migrations;        /* units that began on another CPU than the one before */
	uint64_t gap_ns, gap_at_ns; /* longest time between two units, and when it ended */
	uint64_t gap_cpu;           /* where it went on; ABSENT = it has not yet */
	uint64_t wakes, wake_max_ns;
	uint64_t run_delay_ns, run_count,
		sched_cpu_ns;                  /* /proc/PID/schedstat, at most 100 ms old */
	uint64_t numa_pages[REPORT_NODES_MAX]; /* of its memory on each node */
	uint64_t cpus[REPORT_CPUS_MAX / 64];   /* bit set = it worked there */
	uint32_t wake[REPORT_BUCKETS];         /* wake-up latencies, see report_bucket() */
	uint64_t wall_ns;                      /* filled in by who sends it */
};

/* 4 buckets between powers of two: an error of at most a quarter. */
static inline unsigned report_bucket(uint64_t ns)
{
	unsigned top;

	if (ns < REPORT_SUB)
		return (unsigned)ns;
	top = 63 - (unsigned)__builtin_clzll(ns);
	return top * REPORT_SUB + (unsigned)((ns >> (top - 2)) & 3);
}

/* The largest latency that falls into a bucket. */
static inline uint64_t report_bucket_end(unsigned bucket)
{
	unsigned top = bucket / REPORT_SUB;

	if (bucket < REPORT_SUB * 2)
		return bucket;
	if (bucket == REPORT_BUCKETS - 1)
		return UINT64_MAX - 1;
	return ((uint64_t)1 << top) + ((uint64_t)(bucket % REPORT_SUB + 1) << (top - 2)) - 1;
}

enum { REPORT_TEXT_MAX = 16384 };

/* Always terminated; false when it did not fit (what does not fit is left out whole). */
bool report_write(const struct work_report *r, char *dst, size_t size);
/* Unknown keys are passed over; what is malformed stays absent. */
void report_read(const char *text, struct work_report *r);

/* Latency that the given part of 1000 wake-ups did not pass; ABSENT when there were none. */
uint64_t report_wake_ns(const struct work_report *r, unsigned permille);
uint64_t report_off_cpu_ns(const struct work_report *r); /* wall less CPU time; or ABSENT */
unsigned report_cpus(const struct work_report *r);       /* how many CPUs it worked on */
/* "0-1,3"; "-" for none. */
void report_cpu_list(const struct work_report *r, char *dst, size_t size);

#endif
