/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ledger - what every thread of the session's groups did, from every context switch and every tick: when it
 * first ran, for how long, on which CPUs, in which cgroups, and whether outside its cpuset.
 *
 * The agent enters a task while it is held before its first instruction; what it forks is entered
 * here. Part of probes.bpf.c. Invariant: nothing is sampled, so "never" means never.
 */
#ifndef LEDGER_BPF_H
#define LEDGER_BPF_H

struct ledger_task {
	__u32 group; /* row of `groups` */
	__u32 pad;
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

/* 0 = outside, 1 = inside, -1 = this kernel does not let us see */
static int in_cpuset(struct task_struct *p, __u32 cpu)
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

static struct probe_group *group_row(const struct ledger_task *t)
{
	__u32 row = t->group;

	return bpf_map_lookup_elem(&groups, &row);
}

static void note_place(struct probe_group *g, __u64 id, __u64 now, __u32 cpu, int tid)
{
	int i;

	for (i = 0; i < PROBE_LEDGER_CGROUPS; i++) {
		if (g->seen[i].id == id)
			return;
		/* several CPUs may want the same free row: the loser looks at the next one */
		if (!g->seen[i].id && !__sync_val_compare_and_swap(&g->seen[i].id, 0, id)) {
			g->seen[i].t_ns = now;
			g->seen[i].cpu = cpu;
			g->seen[i].tid = tid;
			return;
		}
	}
	__sync_fetch_and_add(&g->cgroups_lost, 1);
}

static void note_escape(struct probe_group *g, struct task_struct *p, __u64 id, __u64 now, __u32 cpu)
{
	if (__sync_fetch_and_add(&g->escapes, 1))
		return;
	g->escape.t_ns = now;
	g->escape.id = id;
	g->escape.cpu = cpu;
	g->escape.tid = p->pid;
	bpf_probe_read_kernel(g->escape_comm, sizeof(g->escape_comm), p->comm);
}

static void leaves(struct task_struct *p, unsigned int state, __u64 now, __u32 cpu)
{
	__u32 tid = (__u32)p->pid;
	/* whoever is idle is nobody's */
	struct ledger_task *t = tid ? bpf_map_lookup_elem(&ledger, &tid) : 0;
	struct probe_group *g = t ? group_row(t) : 0;

	if (g && cpu < PROBE_LEDGER_CPUS && g->cpu_since_ns[cpu]) {
		__sync_fetch_and_add(&g->run_ns, now - g->cpu_since_ns[cpu]);
		g->cpu_since_ns[cpu] = 0;
	}
	if (t && state & TASK_DEAD)
		bpf_map_delete_elem(&ledger, &tid);
}

/* Where a thread is while it runs. */
static void stands(struct task_struct *p, struct probe_group *g, __u64 now, __u32 cpu)
{
	__u32 tid = (__u32)p->pid;
	__u64 id;

	if (cpu < PROBE_LEDGER_CPUS && !g->cpu_ns[cpu] &&
	    !__sync_val_compare_and_swap(&g->cpu_ns[cpu], 0, now))
		g->cpu_tid[cpu] = (int)tid;
	id = cgroup_of(p);
	note_place(g, id, now, cpu, (int)tid);
	if (in_cpuset(p, cpu) == 0 && is_settled())
		note_escape(g, p, id, now, cpu);
}

static void enters(struct task_struct *p, __u64 now, __u32 cpu)
{
	__u32 tid = (__u32)p->pid;
	struct ledger_task *t = tid ? bpf_map_lookup_elem(&ledger, &tid) : 0;
	struct probe_group *g = t ? group_row(t) : 0;

	if (!g)
		return;
	if (cpu < PROBE_LEDGER_CPUS)
		g->cpu_since_ns[cpu] = now;
	__sync_fetch_and_add(&g->switches, 1);
	if (!g->first_run_ns)
		__sync_val_compare_and_swap(&g->first_run_ns, 0, now);
	stands(p, g, now, cpu);
}

/* A thread that is moved or confined while it runs may not switch for long: the tick looks, too. */
SEC("fentry/sched_tick")
int BPF_PROG(ledger_tick)
{
	struct task_struct *p = bpf_get_current_task_btf();
	__u32 tid = (__u32)p->pid;
	struct ledger_task *t = bpf_map_lookup_elem(&ledger, &tid);
	struct probe_group *g = t ? group_row(t) : 0;

	if (g)
		stands(p, g, bpf_ktime_get_ns(), bpf_get_smp_processor_id());
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(ledger_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	__u32 cpu = bpf_get_smp_processor_id();
	__u64 now = bpf_ktime_get_ns();

	leaves(prev, preempt ? 0 : prev_state, now, cpu);
	enters(next, now, cpu);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(ledger_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 tid = (__u32)parent->pid;
	struct ledger_task *t = bpf_map_lookup_elem(&ledger, &tid), fresh = {};
	struct probe_group *g = t ? group_row(t) : 0;

	if (!g)
		return 0;
	fresh.group = t->group;
	tid = (__u32)child->pid;
	if (bpf_map_update_elem(&ledger, &tid, &fresh, BPF_ANY))
		__sync_fetch_and_add(&g->threads_lost, 1);
	else
		__sync_fetch_and_add(&g->threads, 1);
	return 0;
}

#endif
