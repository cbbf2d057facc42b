/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * probes - structures that the probes in the kernel and the agent share.
 *
 * Fixed-size fields only, no pointers: they are mapped (CPUs), read from a ring buffer (records)
 * or from an iterator (tasks). Included after <stdint.h> or bpf/ktypes.h.
 */
#ifndef PROBES_H
#define PROBES_H

#define PROBE_CPUS_MAX  1024
#define PROBE_PATH_MAX  256
#define PROBE_MASK_WORDS 4 /* 256 CPUs, as many as a guest has */
#define PROBE_COMM      16
#define PROBE_PIDS_MAX  (4 * 1024 * 1024) /* PID_MAX_LIMIT on 64 bits, linux/threads.h */
#define PROBE_RING_SIZE (512 * 1024)

/* One per CPU, in a mapped array; written by that CPU only. */
struct probe_cpu {
	unsigned long long switches;
	unsigned long long migrations; /* tasks that came to this CPU */
	unsigned long long busy_ns;    /* up to since_ns */
	unsigned long long since_ns;   /* CLOCK_MONOTONIC of the last switch; 0 = none seen */
	unsigned long long cgroup_id;  /* of the current task */
	int pid;     /* current task, 0 = idle; the observer itself is passed over */
	int running; /* what really runs, the observer included */
	char comm[PROBE_COMM];
	unsigned long long wakeups; /* this CPU did */
	unsigned long long left;    /* tasks that went from this CPU to another */
};

/* One per CPU, read on request; all ones = not known. */
struct probe_runqueue {
	unsigned long long nr_running; /* without who asks */
	unsigned long long scx_running;
	unsigned long long local_dsq;
	unsigned long long clock; /* ns */
	unsigned long long run_delay_ns, turns; /* waits of tasks that got the CPU */
	unsigned long long rt_running, dl_running;
};

enum probe_record_type {
	PROBE_EXEC = 1, /* actor = pid: the cgroup at exec */
	PROBE_CGROUP_MKDIR = 2,
	PROBE_CGROUP_RMDIR = 3,
	PROBE_CGROUP_ATTACH = 4, /* pid was moved to path by actor */
	PROBE_REBOOT = 5,        /* actor asked for a reboot */
};

struct probe_record {
	unsigned int type;
	int actor; /* thread group that did it */
	int pid;
	int pad;
	unsigned long long cgroup_id;
	char comm[PROBE_COMM]; /* of the actor */
	char path[PROBE_PATH_MAX];
};

/* One per task from the iterator. */
struct probe_task {
	int pid, tid, cpu;
	unsigned int state; /* task_struct.__state | exit_state */
	unsigned int on_cpu, policy;
	int nice;
	int pad;
	unsigned long long cgroup_id, run_ns, wait_ns, switches, migrations;
	char comm[PROBE_COMM];
	/* as the columns of struct sample_task of these names; all ones = not known */
	unsigned long long start_ns, since_ns, weight, voluntary, involuntary, slice_ns, dsq, vtime;
	unsigned int prio, sclass, held;
	unsigned int has_wakes, has_moves, pad2; /* wakes to waker are known; mig_llc to last_cpus */
	unsigned long long mig_llc, mig_cross, mig_node, last_cpus;
	unsigned long long wakes, wake_p50_ns, wake_p99_ns, wake_max_ns, waker;
	unsigned long long allowed[PROBE_MASK_WORDS]; /* CPUs it may run on */
};

/* The classes in struct probe_task.sclass: the values of enum sample_class. */
enum probe_class {
	PROBE_CLASS_STOP = 1,
	PROBE_CLASS_DEADLINE,
	PROBE_CLASS_RT,
	PROBE_CLASS_EXT,
	PROBE_CLASS_FAIR,
	PROBE_CLASS_IDLE
};

/* The values of enum sample_held, as far as they can be told from a task alone. */
enum probe_held {
	PROBE_HELD_RUNNING = 1,
	PROBE_HELD_QUEUE,
	PROBE_HELD_LOCAL,
	PROBE_HELD_GLOBAL,
	PROBE_HELD_USER,
	PROBE_HELD_BPF
};

#define PROBE_LEDGER_TASKS   16384
#define PROBE_LEDGER_GROUPS  512
#define PROBE_LEDGER_CPUS    256
#define PROBE_LEDGER_CGROUPS 8

struct probe_place {
	unsigned long long id;	 /* cgroup; 0 = none */
	unsigned long long t_ns; /* CLOCK_MONOTONIC, first time */
	unsigned int cpu;
	int tid;
};

/* What the agent hands to ledger_enter and ledger_settle. */
struct probe_enter {
	unsigned int tid, group;
	unsigned int done; /* by the program: it is in the ledger */
	unsigned int pad;
};

struct probe_settle {
	unsigned int anew, pad;
};

/* One per group of the session, in a mapped array; see ledger.bpf.h. */
struct probe_group {
	unsigned long long run_ns;	 /* of all threads; of one that runs, up to its last tick */
	unsigned long long switches;	 /* times a thread got a CPU */
	unsigned long long threads;	 /* forked by its tasks */
	unsigned long long threads_lost, cgroups_lost; /* what found no room here */
	unsigned long long escapes; /* times a thread got a CPU that its cpuset does not have */
	struct probe_place escape;  /* the first of them */
	char escape_comm[PROBE_COMM];
	struct probe_place seen[PROBE_LEDGER_CGROUPS]; /* cgroups it ran in */
	unsigned long long cpu_ns[PROBE_LEDGER_CPUS];  /* first time on this CPU, 0 = never */
	int cpu_tid[PROBE_LEDGER_CPUS];
};

#endif
