/* SPDX-License-Identifier: BSD-2-Clause */
/* sight_private - what the files of sight share; see sight.h. */
#ifndef SIGHT_SIGHT_PRIVATE_H
#define SIGHT_SIGHT_PRIVATE_H

#include "sight/layout.h"
#include "sight/sight.h"
#include "sight/sites.h"
#include "sight/space.h"
#include "sight/symbols.h"

#define SIGHT_TRIES     8                      /* to see the same twice */
#define SIGHT_TASKS_MAX (2 * SAMPLE_TASKS_MAX) /* kernel threads included */
#define SIGHT_DEPTH_MAX 32                     /* of cgroups */
#define SIGHT_BANNER    96

#define KTHREAD 0x00200000u /* PF_KTHREAD */

struct sight_task { /* a task that was found, in order of the walk */
	uint64_t va;
	const uint8_t *at; /* its structure, task_size bytes */
	uint32_t row;      /* in the sample; UINT32_MAX = not in it */
};

struct sight {
	struct symbols symbols;
	struct layout layout;
	struct space space;
	const struct guest_memory *memory;
	char banner[SIGHT_BANNER];
	size_t banner_len;
	unsigned ncpus;
	bool found;                       /* the kernel in memory */
	struct sites sites;               /* none = not looked for yet */
	uint64_t percpu[SAMPLE_CPUS_MAX]; /* to be added to the address of a per-CPU variable */
	uint64_t unsteady;
	char scheduler[128];
	uint64_t subs[SAMPLE_SUBS_MAX]; /* addresses of the sample's sub-schedulers */

	/* of the sample being taken */
	struct sample *out;
	uint64_t clock_offset;            /* runqueue clock + this = CLOCK_MONOTONIC */
	uint64_t keeper_ns;               /* the timekeeper's last turn; 0 = not known */
	uint64_t seen_ns, seen_host_ns;   /* the newest time in memory, and when it was new there */
	uint64_t newest;                  /* of the clocks of runqueues */
	uint64_t told_ns;                 /* t_ns of the sample before */
	uint64_t tick_ns;                 /* of jiffies; 0 = not known */
	uint64_t clocks[SAMPLE_CPUS_MAX]; /* of runqueues; 0 = not read */
	uint64_t clock_skew[SAMPLE_CPUS_MAX]; /* clock - clock_task */
	struct sight_task tasks[SIGHT_TASKS_MAX];
	uint32_t ntasks;
	uint32_t by_va[4 * SAMPLE_TASKS_MAX]; /* hash: index of a task + 1 */
	struct {
		uint64_t set, id; /* css_set -> cgroup id */
	} groups[1024];
	struct sample_cpu last[SAMPLE_CPUS_MAX]; /* the newest steady rows */
};

/* The address of a variable where the kernel runs; 0 when it has none. */
static inline uint64_t sight_symbol(const struct sight *s, uint64_t symbol)
{
	/* per-CPU variables of kernels before 6.15 count from 0 and do not slide */
	return symbol >= s->symbols._text ? symbol + s->space.slide : symbol;
}

static inline uint64_t sight_percpu(const struct sight *s, uint64_t symbol, unsigned cpu)
{
	return sight_symbol(s, symbol) + s->percpu[cpu];
}

/* A time of a runqueue's clock as CLOCK_MONOTONIC; absent stays so, as 0 does (never). */
static inline uint64_t sight_time(const struct sight *s, uint64_t clock)
{
	return clock && clock != SAMPLE_ABSENT ? clock + s->clock_offset : SAMPLE_ABSENT;
}

/* The kernel's file, as long as it is not unmapped; NULL with err. */
void *sight_map(const char *image, size_t *len, struct err *err);
/* Finds the kernel if it is not found yet; translations of another moment are forgotten. 0 or
 * -EAGAIN with words. */
int sight_begin(struct sight *s, struct err *err);
/* Where the task of this number is now, kernel threads, too; false = there is none. After
 * sight_begin(). */
bool sight_find_task(struct sight *s, uint64_t tid, uint64_t *va);
/* How the clocks stand: fills clock_offset and tick_ns. After sight_cpus(). */
void sight_clock(struct sight *s);
/* out->t_ns: not before anything that was read. */
void sight_now(struct sight *s, uint64_t host_ns);
void sight_cpus(struct sight *s);
/* false when the list of tasks never came to an end: nothing is told then. */
bool sight_tasks(struct sight *s);
void sight_groups(struct sight *s);
void sight_sched(struct sight *s);
/* The sub-schedulers below this scheduler, into out->subs; after sight_tasks() and sight_groups(). */
void sight_subs(struct sight *s, uint64_t root);
/* Which of them tasks and cgroups belong to: their addresses become ids, also when there is none. */
void sight_subs_tell(struct sight *s, uint64_t root);
/* A scheduler's counters, all CPUs together, as many as the layout has; false = they are not told. */
bool sight_scx_events(struct sight *s, const uint8_t *sch, uint64_t *values);
/* Times in jiffies as ns; SAMPLE_ABSENT where that is not known. */
uint64_t sight_jiffies(const struct sight *s, uint64_t ticks);
/* The kernel id of a cgroup at this address; 0 = it cannot be read. */
uint64_t sight_cgroup_at(struct sight *s, uint64_t cgrp);

uint64_t sight_cgroup_id(struct sight *s, uint64_t css_set);
uint64_t sight_class(const struct sight *s, uint64_t sched_class); /* enum sample_class or absent */
/* The set of CPUs whose words are at va, as one of the sample's masks. */
uint64_t sight_mask(struct sight *s, uint64_t va);
void sight_index_tasks(struct sight *s);                        /* before the next ones: */
struct sight_task *sight_task_at(struct sight *s, uint64_t va); /* NULL = not in the walk */

#endif
