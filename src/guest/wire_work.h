/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_work - the one table of work types: names, parameters with defaults and limits, how many
 * workers make a group. In both programs: the host parses and explains by it, the agent checks
 * once more and works by it (work.h adds the function). Parameters cross the wire by key, as
 * canonical numbers. Invariant: a row's defaults lie within its own limits.
 */
#ifndef GUEST_WIRE_WORK_H
#define GUEST_WIRE_WORK_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORK_PARAMS_MAX = 5, WORK_TEXT_MAX = 512, WORK_PHASES_MAX = 16 };

/*
 * X(ENUM, function in the agent), in the order in which help lists them. A type that is
 * added goes at the end of its family here, with its row in wire_work.c.
 */
#define WORK_LIST(X)                                                                               \
	X(SPIN, work_spin)                                                                         \
	X(YIELD, work_yield)                                                                       \
	X(MIXED, work_mixed)                                                                       \
	X(ALU_HOT, work_alu_hot)                                                                   \
	X(IPC_VARIANCE, work_ipc_variance)                                                         \
	X(SMT_SIBLING_SPIN, work_smt_sibling_spin)                                                 \
	X(BURSTY, work_bursty)                                                                     \
	X(IDLE_CHURN, work_idle_churn)                                                             \
	X(TIMER_LATENCY, work_timer_latency)                                                       \
	X(IRQ_WAKE, work_irq_wake)                                                                 \
	X(SEQUENCE, work_sequence)                                                                 \
	X(IO_SYNC_WRITE, work_io_sync_write)                                                       \
	X(IO_RAND_READ, work_io_rand_read)                                                         \
	X(IO_CONVOY, work_io_convoy)                                                               \
	X(FORK_EXIT, work_fork_exit)                                                               \
	X(NICE_SWEEP, work_nice_sweep)                                                             \
	X(AFFINITY_CHURN, work_affinity_churn)                                                     \
	X(CROSS_AFFINITY_CHURN, work_cross_affinity_churn)                                         \
	X(POLICY_CHURN, work_policy_churn)                                                         \
	X(CGROUP_CHURN, work_cgroup_churn)                                                         \
	X(CGROUP_ATTACH_STORM, work_cgroup_attach_storm)                                           \
	X(PIPE_IO, work_pipe_io)                                                                   \
	X(CACHE_PIPE, work_cache_pipe)                                                             \
	X(WAKE_CHAIN, work_wake_chain)                                                             \
	X(PRODUCER_CONSUMER, work_producer_consumer)                                               \
	X(EPOLL_STORM, work_epoll_storm)                                                           \
	X(NET_TRAFFIC, work_net_traffic)                                                           \
	X(FUTEX_PING_PONG, work_futex_ping_pong)                                                   \
	X(FUTEX_FAN_OUT, work_futex_fan_out)                                                       \
	X(FAN_OUT_COMPUTE, work_fan_out_compute)                                                   \
	X(MUTEX_CONTENTION, work_mutex_contention)                                                 \
	X(THUNDERING_HERD, work_thundering_herd)                                                   \
	X(ASYMMETRIC_WAKER, work_asymmetric_waker)                                                 \
	X(SIGNAL_STORM, work_signal_storm)                                                         \
	X(PRIORITY_INVERSION, work_priority_inversion)                                             \
	X(RT_STARVATION, work_rt_starvation)                                                       \
	X(PREEMPT_STORM, work_preempt_storm)                                                       \
	X(CACHE_PRESSURE, work_cache_pressure)                                                     \
	X(CACHE_YIELD, work_cache_yield)                                                           \
	X(PAGE_FAULT_CHURN, work_page_fault_churn)                                                 \
	X(NUMA_SWEEP, work_numa_sweep)                                                             \
	X(NUMA_MIGRATION, work_numa_migration)                                                     \
	X(SCHBENCH, work_schbench)                                                                 \
	X(TAOBENCH, work_taobench)

enum work_id {
#define X(e, fn) WORK_##e,
	WORK_LIST(X)
#undef X
		WORK_IDS
};

enum work_unit {
	WORK_COUNT,  /* a number */
	WORK_TIME,   /* ns; written 10us, 5ms */
	WORK_BYTES,  /* bytes; written 1024, 32K, 4M */
	WORK_WORD,   /* one of .words; the value is its place */
	WORK_PHASES, /* spin:10ms,sleep:5ms: text on the wire, too */
};

struct work_param {
	const char *key; /* NULL ends */
	enum work_unit unit;
	uint64_t def, min, max;
	const char *text;         /* WORK_PHASES: the default */
	const char *const *words; /* WORK_WORD; NULL-terminated */
	bool members;             /* counts into the size of a group */
	const char *summary;
};

struct work_type {
	const char *name;
	const char *summary;
	uint32_t group; /* workers of a group apart from `members`; 0 and none = each works alone */
	struct work_param params[WORK_PARAMS_MAX + 1];
};

struct work_values {
	uint64_t v[WORK_PARAMS_MAX]; /* in the order of the table */
	char text[WORK_TEXT_MAX];    /* of the one WORK_PHASES parameter */
};

struct work_phase {
	enum { PHASE_SPIN, PHASE_SLEEP, PHASE_YIELD, PHASE_IO } kind;
	uint64_t ns;
};

const struct work_type *work_type_at(size_t i);           /* NULL past the end */
const struct work_type *work_type_find(const char *name); /* NULL when there is none */
void work_defaults(const struct work_type *t, struct work_values *v);
/*
 * KEY and the text of its value, as a person writes it or as canonical number (both are read the
 * same). Errors name the parameter and the nearest key; 0 or -errno.
 */
int work_set(const struct work_type *t, struct work_values *v, const char *key, const char *text,
	     struct err *err);
/* The value as a person writes it ("50ms"), and as it crosses the wire ("50000000"). */
void work_value_text(const struct work_type *t, const struct work_values *v, size_t param,
		     char *dst, size_t size);
void work_value_wire(const struct work_type *t, const struct work_values *v, size_t param,
		     char *dst, size_t size);
size_t work_param_index(const struct work_type *t, const char *key); /* (size_t)-1 = none */
uint32_t work_group_size(const struct work_type *t, const struct work_values *v); /* 1 = alone */
/* Is a count of workers whole groups? 0 or -EINVAL with what to write instead. */
int work_check_count(const struct work_type *t, const struct work_values *v, uint64_t count,
		     struct err *err);
/* "spin:10ms,sleep:5ms": phases into out (WORK_PHASES_MAX), their number, or -EINVAL. */
int work_phases(const char *text, struct work_phase *out, struct err *err);

#endif
