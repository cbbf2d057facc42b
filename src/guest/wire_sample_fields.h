/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_sample_fields - the columns of a sample's rows that are treated alike: one table for the
 * wire, the session file, exports and whoever compares or lists them.
 *
 * A column that this kernel, source or moment cannot tell is SAMPLE_ABSENT, never 0.
 */
#ifndef GUEST_WIRE_SAMPLE_FIELDS_H
#define GUEST_WIRE_SAMPLE_FIELDS_H

#include "guest/wire.h"

#define SAMPLE_ABSENT UINT64_MAX

/* The scheduling class that runs a task, whatever its policy says; in order of precedence. */
enum sample_class {
	SAMPLE_CLASS_STOP = 1,
	SAMPLE_CLASS_DEADLINE,
	SAMPLE_CLASS_RT,
	SAMPLE_CLASS_EXT,
	SAMPLE_CLASS_FAIR,
	SAMPLE_CLASS_IDLE,
	SAMPLE_CLASSES
};

/* Where a task is that is not asleep. */
enum sample_held {
	SAMPLE_HELD_RUNNING = 1,
	SAMPLE_HELD_QUEUE,     /* a runqueue of the kernel's own classes */
	SAMPLE_HELD_LOCAL,     /* the local DSQ of its CPU */
	SAMPLE_HELD_GLOBAL,    /* a global or bypass DSQ */
	SAMPLE_HELD_USER,      /* a DSQ that the scheduler made */
	SAMPLE_HELD_BPF,       /* runnable and on no queue: the scheduler keeps it to itself */
	SAMPLE_HELD_THROTTLED, /* by cpu.max */
	SAMPLE_HELD_FROZEN,    /* by cgroup.freeze */
	SAMPLE_HELDS
};

/*
 * The columns that came after the first version: X(name, what it counts in). Each is a uint64_t of
 * its row, SAMPLE_ABSENT where the source cannot tell. New ones go to the end: wire and session
 * file know them by their place.
 */
#define SAMPLE_TASK_FIELDS(X)                                                                      \
	X(start_ns, NS)       /* when it was made */                                               \
	X(since_ns, NS)       /* when it began to wait, to run or to sleep */                      \
	X(sclass, NUMBER)     /* enum sample_class */                                              \
	X(prio, NUMBER)       /* the kernel's + 1: 0 = deadline, to 140; less is first */          \
	X(weight, NUMBER)     /* 1 to 10000, in the class that runs it */                          \
	X(voluntary, COUNT)   /* switches: it went to sleep */                                     \
	X(involuntary, COUNT) /* switches: it was made to go */                                    \
	X(allowed, NUMBER)    /* which of the sample's masks: where it may run */                  \
	X(mig_llc, COUNT)     /* migrations within an LLC, */                                      \
	X(mig_cross, COUNT)   /* to another LLC of its node, */                                    \
	X(mig_node, COUNT)    /* to another node */                                                \
	X(last_cpus, NUMBER)  /* four times 16 bits, the newest lowest; 0xffff = none yet */       \
	X(wakes, COUNT)                                                                            \
	X(wake_p50_ns, NS) /* from its wake-up to a CPU: of all its wake-ups so far */             \
	X(wake_p99_ns, NS)                                                                         \
	X(wake_max_ns, NS)                                                                         \
	X(waker, NUMBER)     /* tid that woke it last; 0 = none or an interrupt */                 \
	X(slice_ns, NS)      /* what is left of its slice */                                       \
	X(dsq, NUMBER)       /* id of the DSQ it is on */                                          \
	X(dsq_place, NUMBER) /* in it, from 0 = the head */                                        \
	X(vtime, NUMBER)     /* in its DSQ's order (sched_ext) or its vruntime */                  \
	X(held, NUMBER)      /* enum sample_held; absent for one that sleeps */                    \
	X(sched, NUMBER)     /* its sub-scheduler, by the id of the cgroup that has it attached;   \
				absent = none, or not told */

#define SAMPLE_CPU_FIELDS(X)                                                                       \
	X(sclass, NUMBER)   /* of the current task */                                              \
	X(wakeups, COUNT)   /* that this CPU did */                                                \
	X(mig_out, COUNT)   /* tasks that went from it to another */                               \
	X(run_delay_ns, NS) /* what tasks waited here, in all */                                   \
	X(turns, COUNT)     /* times a task got the CPU after waiting */                           \
	X(lb_tries, COUNT)  /* load balance: attempts and tasks pulled */                          \
	X(lb_moved, COUNT)                                                                         \
	X(rt_running, NUMBER) /* runqueue lengths of real-time and deadline tasks */               \
	X(dl_running, NUMBER)

#define SAMPLE_CGROUP_FIELDS(X)                                                                    \
	X(weight, NUMBER) /* cpu.weight; 0 = cpu.idle */                                           \
	X(quota_ns, NS)   /* cpu.max; 0 = max */                                                   \
	X(period_ns, NS)                                                                           \
	X(cpuset, NUMBER) /* which mask: cpuset.cpus.effective */                                  \
	X(procs, NUMBER)  /* tasks in it, not below it */                                          \
	X(user_ns, NS)                                                                             \
	X(system_ns, NS)                                                                           \
	X(psi_avg10, NUMBER) /* cpu.pressure some, hundredths of a percent */                      \
	X(frozen, NUMBER)    /* 1 = it is */                                                       \
	X(sched, NUMBER)     /* which sub-scheduler it is under, as of a task */

#define SAMPLE_DSQ_FIELDS(X)                                                                       \
	X(id, NUMBER)         /* as the kernel has it: built-in ones have the highest bit */       \
	X(nr, NUMBER)         /* tasks on it */                                                    \
	X(head_vtime, NUMBER) /* of its first task, where it is ordered by vtime */                \
	X(oldest_ns, NS)      /* when the one that waits longest in it became runnable */          \
	X(cpu, NUMBER)        /* a local one's CPU */                                              \
	X(sched, NUMBER)      /* which sub-scheduler's it is, as of a task */

/* What is known of sched_ext besides its counters. */
#define SAMPLE_SCHED_FIELDS(X)                                                                     \
	X(state, NUMBER)      /* the kernel's enum scx_enable_state: 0 enabling, 1 enabled, 2      \
				 disabling, 3 disabled */                                          \
	X(switch_all, NUMBER) /* 1 = every normal task is its */                                   \
	X(rejected, COUNT)                                                                         \
	X(exit_kind, NUMBER) /* 0 = none */                                                        \
	X(watchdog_ns, NS)   /* its time-out */                                                    \
	X(bypass, NUMBER)    /* depth: above 0 the kernel schedules by itself */                   \
	X(outside, NUMBER)   /* 1 = the sample was read from the guest's memory: taking it needed  \
				nothing of the guest */

/* A sub-scheduler (kernel 7.1 on); its counters come behind these, in the order of the sample's. */
#define SAMPLE_SUB_FIELDS(X)                                                                       \
	X(parent, NUMBER) /* the one above it, by its cgroup; absent = the scheduler of all */     \
	X(level, NUMBER)  /* 1 = right below that */                                               \
	X(exit_kind, NUMBER) /* 0 = it goes on */                                                  \
	X(bypass, NUMBER)                                                                          \
	X(watchdog_ns, NS)

enum sample_unit { SAMPLE_NUMBER, SAMPLE_COUNT, SAMPLE_NS }; /* a state; a total; a time */

struct sample_field { /* one column of a row, for whoever treats all alike */
	const char *name;
	size_t offset; /* of the uint64_t in its row */
	enum sample_unit unit;
};

struct sample_fields {
	const struct sample_field *list;
	size_t n; /* at most 64 */
};

extern const struct sample_fields sample_cpu_fields, sample_task_fields, sample_cgroup_fields,
	sample_dsq_fields, sample_sched_fields, sample_sub_fields;

static inline uint64_t *sample_value(void *row, const struct sample_field *f)
{
	return (uint64_t *)(void *)((char *)row + f->offset);
}

static inline uint64_t sample_get(const void *row, const struct sample_field *f)
{
	return *(const uint64_t *)(const void *)((const char *)row + f->offset);
}

/* All columns of the table of a row are SAMPLE_ABSENT afterwards; the others stay. */
void sample_clear(void *row, const struct sample_fields *fields);

/* On the wire: which columns there are, then those, as varints. Columns of a newer side are read
 * over. */
void sample_fields_put(struct wire_writer *w, const void *row, const struct sample_fields *fields);
void sample_fields_read(struct wire_reader *r, void *row, const struct sample_fields *fields);
size_t sample_fields_size(const void *row, const struct sample_fields *fields); /* bytes of it */

#endif
