// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * exact - the hash over every context switch, wake-up and migration of an exact run, each with its
 * nanosecond and CPU.
 *
 * A record is hashed where it happens, by the CPU on which it happens: nothing is kept, so nothing
 * can be dropped, and no CPU waits for another. The order within a CPU is the lane's; between CPUs
 * the time stamps in the records say it. The lock keeps out an interrupt that wakes somebody while a
 * record is hashed. What the kernel skips, because the program runs on that CPU already, it counts
 * (recursion_misses), and the agent looks at that.
 */
#include "ktypes.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "exact.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { SWITCH = 1, WAKEUP = 2, WAKEUP_NEW = 3, MIGRATE = 4 };

/* struct exact_lane, with the lock as the verifier wants to see it */
struct lane {
	struct bpf_spin_lock lock;
	__u32 pad;
	__u64 records, a, b;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EXACT_CPUS_MAX);
	__type(key, __u32);
	__type(value, struct lane);
} lanes SEC(".maps");

/* 1 between the scenario's start and its end */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} running SEC(".maps");

static __always_inline __u64 turn(__u64 v, int by)
{
	return v << by | v >> (64 - by);
}

/* Each step can be undone for a known word: two different records never give the same hash. */
static __always_inline __u64 mix(__u64 h, __u64 word)
{
	h ^= turn(word * 0xc2b2ae3d27d4eb4full, 31) * 0x9e3779b185ebca87ull;
	return turn(h, 27) * 0x9e3779b185ebca87ull + 0x85ebca77c2b2ae63ull;
}

static __always_inline __u64 mix_other(__u64 h, __u64 word)
{
	h ^= turn(word * 0xff51afd7ed558ccdull, 33) * 0xc4ceb9fe1a85ec53ull;
	return turn(h, 29) * 0xff51afd7ed558ccdull + 0x52dce729ull;
}

static __always_inline int record(__u64 kind, __u64 one, __u64 other)
{
	__u32 zero = 0, cpu = bpf_get_smp_processor_id();
	__u64 *on = bpf_map_lookup_elem(&running, &zero), now = bpf_ktime_get_ns();
	struct lane *l;

	if (!on || !*on)
		return 0;
	l = bpf_map_lookup_elem(&lanes, &cpu);
	if (!l)
		return 0;
	kind |= (__u64)cpu << 8;
	bpf_spin_lock(&l->lock);
	l->records++;
	l->a = mix(mix(mix(mix(l->a, now), kind), one), other);
	l->b = mix_other(mix_other(mix_other(mix_other(l->b, now), kind), one), other);
	bpf_spin_unlock(&l->lock);
	return 0;
}

static __always_inline __u64 pair(__u32 high, __u32 low)
{
	return (__u64)high << 32 | low;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(exact_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	return record(SWITCH | (__u64)preempt << 4, pair((__u32)prev->pid, (__u32)next->pid),
		      prev_state);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(exact_wakeup, struct task_struct *p)
{
	return record(WAKEUP, (__u32)p->pid, p->thread_info.cpu);
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(exact_wakeup_new, struct task_struct *p)
{
	return record(WAKEUP_NEW, (__u32)p->pid, p->thread_info.cpu);
}

SEC("tp_btf/sched_migrate_task")
int BPF_PROG(exact_migrate, struct task_struct *p, int dest_cpu)
{
	return record(MIGRATE, (__u32)p->pid, pair(p->thread_info.cpu, (__u32)dest_cpu));
}
