/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ledger - what every thread of the session's groups did: how often and how long it had a CPU, on
 * which, in which cgroups, and whether outside its cpuset.
 *
 * Nothing is done at a switch: the kernel itself counts how often a task has left a CPU. A thread
 * has a stand: a CPU, a cgroup, and whether that CPU is one of its cpuset. Each of these changes at
 * an event (migration, attach, a cpuset that is written), and what the kernel's count has grown by
 * until then happened at the stand of before. So a count is exact, "never" means never, and a CPU
 * that a thread was sent to and taken from before it ran there is none of its. Times of first times
 * are those when the thread came to the stand.
 * Invariants: what is in an entry's `times` and `run_ns` is in its group's row, or is about to be,
 * by whoever put it there; entry and stand change under its lock.
 */
#ifndef LEDGER_BPF_H
#define LEDGER_BPF_H

struct ledger_task {
	__u32 group; /* row of `groups` */
	struct bpf_spin_lock lock;
	__u64 task;          /* whose it is: a tid may go over to another thread at exec */
	__u64 times, run_ns; /* as far as they are in the group's row */
	__u64 cgroup_id;     /* the stand */
	__u64 since_ns;
	__u32 cpu;
	__u32 outside;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROBE_LEDGER_TASKS);
	__type(key, __u32);
	__type(value, struct ledger_task);
} ledger SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PROBE_LEDGER_GROUPS);
	__type(key, __u32);
	__type(value, struct probe_group);
} groups SEC(".maps");

/* [0] changes of cpusets and the like that are under way; written by the agent */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} settling SEC(".maps");

static bool is_settled(void)
{
	__u32 zero = 0;
	__u64 *n = bpf_map_lookup_elem(&settling, &zero);

	return n && !*n;
}

/* cpumask_var_t is a pointer or an array, as the kernel was configured */
struct cpumask___bits {
	unsigned long bits[1];
} __attribute__((preserve_access_index));
struct cpuset___pointer {
	struct cpumask___bits *effective_cpus;
} __attribute__((preserve_access_index));
struct cpuset___array {
	struct cpumask___bits effective_cpus[1];
} __attribute__((preserve_access_index));
struct css_set___subsys {
	void *subsys[1];
} __attribute__((preserve_access_index));
enum cgroup_subsys_id___x { cpuset_cgrp_id___x };

/*
 * 0 = outside, 1 = inside, -1 = this kernel does not let us see. Global as note_place() is: the verifier
 * looks at each once for a program, not once for each way that leads to it.
 */
__noinline int in_cpuset(struct task_struct *p __arg_trusted, __u32 cpu)
{
	struct css_set___subsys *set = (void *)BPF_CORE_READ(p, cgroups);
	const struct cpumask___bits *mask;
	struct cpuset___pointer *cs = 0;
	unsigned long word = 0;
	__u32 id;

	if (!bpf_core_enum_value_exists(enum cgroup_subsys_id___x, cpuset_cgrp_id___x))
		return -1;
	id = bpf_core_enum_value(enum cgroup_subsys_id___x, cpuset_cgrp_id___x);
	bpf_probe_read_kernel(&cs, sizeof(cs), (void **)__builtin_preserve_access_index(&set->subsys[0]) + id);
	if (!cs)
		return -1;
	if (bpf_core_field_exists(struct cpuset___pointer, effective_cpus))
		mask = BPF_CORE_READ(cs, effective_cpus);
	else if (bpf_core_field_exists(struct cpuset___array, effective_cpus))
		mask = __builtin_preserve_access_index(
			&((struct cpuset___array *)(void *)cs)->effective_cpus[0]);
	else
		return -1;
	if (bpf_probe_read_kernel(&word, sizeof(word),
				  (const unsigned long *)(const void *)mask + cpu / 64))
		return -1;
	return word >> (cpu % 64) & 1;
}

static struct probe_group *group_row(__u32 row)
{
	return bpf_map_lookup_elem(&groups, &row);
}

__noinline int note_place(struct probe_group *g __arg_nonnull, __u64 id, __u64 now, __u32 cpu, int tid)
{
	int i;

	for (i = 0; i < PROBE_LEDGER_CGROUPS; i++) {
		if (g->seen[i].id == id)
			return 0;
		/* several CPUs may want the same free row: the loser looks at the next one */
		if (!g->seen[i].id && !__sync_val_compare_and_swap(&g->seen[i].id, 0, id)) {
			g->seen[i].t_ns = now;
			g->seen[i].cpu = cpu;
			g->seen[i].tid = tid;
			return 0;
		}
	}
	__sync_fetch_and_add(&g->cgroups_lost, 1);
	return 0;
}

static void note_cpu(struct probe_group *g, __u64 now, __u32 cpu, int tid)
{
	if (cpu < PROBE_LEDGER_CPUS && !g->cpu_ns[cpu] &&
	    !__sync_val_compare_and_swap(&g->cpu_ns[cpu], 0, now))
		g->cpu_tid[cpu] = tid;
}

static void note_escape(struct probe_group *g, struct task_struct *p, __u64 id, __u64 now,
			__u32 cpu, __u64 times)
{
	if (__sync_fetch_and_add(&g->escapes, times))
		return;
	g->escape.t_ns = now;
	g->escape.id = id;
	g->escape.cpu = cpu;
	g->escape.tid = p->pid;
	bpf_probe_read_kernel(g->escape_comm, sizeof(g->escape_comm), p->comm);
}

/*
 * How often it has got a CPU: as often as it has left one, and once more when it has one now. The
 * kernel makes a task a CPU's current one before it counts that the one before has left: what is
 * read here in between is one too few, never one too many.
 */
static __always_inline bool has_cpu(struct task_struct *p)
{
	const struct rq *rq = &runqueues ? bpf_per_cpu_ptr(&runqueues, p->thread_info.cpu) : 0;

	return rq && BPF_CORE_READ(rq, curr) == p;
}

static __always_inline __u64 times_of(struct task_struct *p)
{
	__u64 left = p->nvcsw + p->nivcsw;

	return left + has_cpu(p);
}

static __always_inline struct ledger_task *ledger_of(struct task_struct *p)
{
	__u32 tid = (__u32)p->pid;
	struct ledger_task *t = bpf_map_lookup_elem(&ledger, &tid);

	return t && t->task == (__u64)p ? t : 0;
}

enum {
	LEDGER_STAYS,
	LEDGER_JUDGED, /* on its CPU: its cgroup or its cpuset may be another one */
	LEDGER_MIGRATES
};

static __always_inline __u32 is_outside(struct task_struct *p, __u32 cpu)
{
	return is_settled() && in_cpuset(p, cpu) == 0;
}

/*
 * Where it stands is told by its migrations alone, in their order: what the task says of its CPU may be
 * of before one. A mask that was changed between the look at it and the lock is looked at again.
 */
static __always_inline void ledger_judge(struct task_struct *p, struct ledger_task *t)
{
	__u32 cpu = t->cpu, outside = is_outside(p, cpu);

	if (t->outside == outside)
		return;
	bpf_spin_lock(&t->lock);
	if (t->cpu == cpu)
		t->outside = outside;
	bpf_spin_unlock(&t->lock);
}

/* What it did until now, for its stand of before; and how it stands from here on. */
static __always_inline void ledger_account(struct task_struct *p, struct ledger_task *t, int how,
					   __u32 cpu)
{
	__u64 times = times_of(p), run = p->se.sum_exec_runtime, now = bpf_ktime_get_ns();
	__u64 more, ran, id = how == LEDGER_STAYS ? 0 : cgroup_of(p), was_id, was_since;
	struct probe_group *g = group_row(t->group);
	__u32 was_cpu, was_outside, stands, outside = 0;

	stands = how == LEDGER_MIGRATES ? cpu : t->cpu;
	if (how != LEDGER_STAYS)
		outside = is_outside(p, stands);
	bpf_spin_lock(&t->lock);
	/* another CPU may have looked later and been here sooner */
	more = times - t->times;
	more = more >> 63 ? 0 : more;
	ran = run - t->run_ns;
	ran = ran >> 63 ? 0 : ran;
	t->times += more;
	t->run_ns += ran;
	was_id = t->cgroup_id;
	was_since = t->since_ns;
	was_cpu = t->cpu;
	was_outside = t->outside;
	if (how == LEDGER_MIGRATES || (how == LEDGER_JUDGED && was_cpu == stands)) {
		t->cgroup_id = id;
		t->since_ns = now;
		t->cpu = stands;
		t->outside = outside;
	}
	bpf_spin_unlock(&t->lock);
	if (how != LEDGER_STAYS)
		ledger_judge(p, t);
	if (!g)
		return;
	if (ran)
		__sync_fetch_and_add(&g->run_ns, ran);
	if (more) {
		__sync_fetch_and_add(&g->switches, more);
		note_cpu(g, was_since, was_cpu, p->pid);
		note_place(g, was_id, was_since, was_cpu, p->pid);
	}
	if (more && was_outside)
		note_escape(g, p, was_id, was_since, was_cpu, more);
	/* moved while it runs: it goes on there without having to get a CPU */
	if (how == LEDGER_JUDGED && id != was_id && has_cpu(p))
		note_place(g, id, now, was_cpu, p->pid);
}

#endif
