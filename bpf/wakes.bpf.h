/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * wakes - what only events tell of a task: how long it took from each wake-up to a CPU, who woke it;
 * and, from its migrations alone, where it ran last and between which caches and nodes it went.
 *
 * Migrations are counted all the time; wake-ups and switches cost each of them and are looked at
 * only while somebody wants to see it: `watched_since_ns` says since when. Kept with the task by the kernel
 * (task storage), so that nothing is looked up by number and nothing outlives the task. Part of probes.bpf.c. A wake-up is sched_waking, where the waiting begins (see
 * trace.bpf.c); one of a task that does not sleep then is none. Waits are counted in a histogram
 * of four parts an octave from 1 us to 16 s: what is read from it is right to an eighth.
 * Invariant: a task's row is written under its runqueue's lock or that of its state.
 */
#ifndef WAKES_BPF_H
#define WAKES_BPF_H

#define WAKES_UNIT_SHIFT 10 /* 1024 ns */
#define WAKES_BINS	 96

struct wakes_task {
	__u64 watched_ns; /* what is here was counted since then */
	__u64 woken_ns; /* 0 = has had a CPU since */
	__u64 since_ns; /* of the last switch or wake-up; 0 = none seen */
	__u64 max_ns, wakes;
	__u64 counted;	     /* wake-ups that p50 and p99 are of */
	__u64 p50_ns, p99_ns;
	__u32 waker, pad;
	__u32 bins[WAKES_BINS];
};

struct moves_task {
	__u64 last_cpus; /* 3 * 16 bits, the newest lowest: those it ran on before its CPU of now */
	__u64 times;	 /* it had got a CPU when it came to this one */
	__u32 llc, cross, node; /* migrations */
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct wakes_task);
} wakes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct moves_task);
} moves SEC(".maps");

/* CLOCK_MONOTONIC; 0 = not now. Written by the agent before the programs are attached. */
__u64 watched_since_ns;

/* Which last-level cache and node a CPU belongs to; written by the loader. */
const volatile __u16 llc_of[PROBE_CPUS_MAX];
const volatile __u16 node_of[PROBE_CPUS_MAX];

/* softirq, hardirq, NMI: include/linux/preempt.h */
#define INTERRUPT_MASK 0x00ffff00
extern const int __preempt_count __ksym __weak;

/* Its row of this time; what was counted before does not belong to it. */
static __always_inline struct wakes_task *wakes_of(struct task_struct *p, __u64 flags)
{
	struct wakes_task *w = bpf_task_storage_get(&wakes, p, 0, flags);

	if (!w || w->watched_ns == watched_since_ns)
		return w;
	if (!flags)
		return 0;
	__builtin_memset(w, 0, sizeof(*w));
	w->watched_ns = watched_since_ns;
	return w;
}

static __always_inline __u32 wakes_bin(__u64 ns)
{
	__u64 v = ns >> WAKES_UNIT_SHIFT;
	__u32 log = 0, bin;

	if (v >> 24)
		return WAKES_BINS - 1;
	if (v >> 16) {
		log += 16;
	}
	if (v >> (log + 8))
		log += 8;
	if (v >> (log + 4))
		log += 4;
	if (v >> (log + 2))
		log += 2;
	if (v >> (log + 1))
		log += 1;
	/* the two bits below the highest one */
	bin = log * 4 + (__u32)((log >= 2 ? v >> (log - 2) : v << (2 - log)) & 3);
	return bin < WAKES_BINS ? bin : WAKES_BINS - 1;
}

/* The middle of a part. */
static __always_inline __u64 wakes_value(__u32 bin)
{
	__u64 low = (4ull + (bin & 3)) << (bin >> 2), width = 1ull << (bin >> 2);

	return ((2 * low + width) << WAKES_UNIT_SHIFT) / 8;
}

static __always_inline void wakes_wake(struct task_struct *p, __u32 waker)
{
	struct wakes_task *w;

	/* one that is still on its way to sleep may be woken: wakes_out() knows what came of it */
	w = wakes_of(p, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!w)
		return;
	w->woken_ns = bpf_ktime_get_ns();
	if (!p->on_cpu)
		w->since_ns = w->woken_ns;
	w->waker = waker;
}

SEC("tp_btf/sched_waking")
int BPF_PROG(watch_wakeup, struct task_struct *p)
{
	struct probe_cpu *c = cpu_at(bpf_get_smp_processor_id());
	const int *count = &__preempt_count ? bpf_this_cpu_ptr(&__preempt_count) : 0;

	if (c)
		c->wakeups++;
	wakes_wake(p, count && *count & INTERRUPT_MASK ? 0 : (__u32)bpf_get_current_pid_tgid());
	return 0;
}

/* A new one has not waited for a wake-up; from here on it has a row. */
SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(watch_new, struct task_struct *p)
{
	struct wakes_task *w = wakes_of(p, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!w)
		return 0;
	w->woken_ns = w->since_ns = bpf_ktime_get_ns();
	w->waker = (__u32)bpf_get_current_pid_tgid();
	return 0;
}

static __always_inline void wakes_out(struct task_struct *p, __u64 now, bool sleeps)
{
	struct wakes_task *w = p->pid ? wakes_of(p, 0) : 0;

	if (!w)
		return;
	w->since_ns = now;
	/* it was woken and did not sleep: that is no wait */
	if (!sleeps)
		w->woken_ns = 0;
}

static __always_inline void wakes_in(struct task_struct *p, __u64 now)
{
	struct wakes_task *w = p->pid ? wakes_of(p, 0) : 0;
	__u64 wait;
	__u32 bin;

	if (!w)
		return;
	w->since_ns = now;
	if (!w->woken_ns)
		return;
	wait = now > w->woken_ns ? now - w->woken_ns : 0;
	w->woken_ns = 0;
	w->wakes++;
	if (wait > w->max_ns)
		w->max_ns = wait;
	bin = wakes_bin(wait);
	if (bin < WAKES_BINS)
		w->bins[bin]++;
}

static __always_inline struct moves_task *moves_of(struct task_struct *p, __u64 flags)
{
	return bpf_task_storage_get(&moves, p, 0, flags);
}

static __always_inline void moves_note(struct task_struct *p, __u32 from, __u32 to)
{
	struct moves_task *m;
	__u64 times;

	/* no kernel thread is shown */
	m = p->flags & PF_KTHREAD ? 0 : moves_of(p, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!m)
		return;
	times = times_of(p);
	if (!m->last_cpus)
		m->last_cpus = ~0ull;
	/* one that was pulled away before it got the CPU did not run there */
	if (times != m->times && (m->last_cpus & 0xffff) != from)
		m->last_cpus = m->last_cpus << 16 | from;
	m->times = times;
	/* a power of two; the compiler would check both at once, which the verifier does not follow */
	from &= PROBE_CPUS_MAX - 1;
	to &= PROBE_CPUS_MAX - 1;
	asm volatile("" : "+r"(from), "+r"(to));
	from &= PROBE_CPUS_MAX - 1;
	to &= PROBE_CPUS_MAX - 1;
	if (node_of[from] != node_of[to])
		m->node++;
	else if (llc_of[from] != llc_of[to])
		m->cross++;
	else
		m->llc++;
}

/*
 * For who reads: the rank is that of the nearest whole wake-up. How many parts lie below it is added
 * up from sign bits: with branches in the loop the verifier would look at every way through it.
 */
static __always_inline void wakes_percentiles(struct wakes_task *w)
{
	__u64 all = w->wakes, half = (all + 1) / 2, most = all - all / 100, sum = 0;
	__u64 below_half = 0, below_most = 0;
	__u32 i;

	if (w->counted == all)
		return;
	for (i = 0; i < WAKES_BINS; i++) {
		sum += w->bins[i];
		below_half += (sum - half) >> 63;
		below_most += (sum - most) >> 63;
	}
	w->p50_ns = wakes_value((__u32)below_half);
	w->p99_ns = wakes_value((__u32)below_most);
	if (w->p50_ns > w->max_ns)
		w->p50_ns = w->max_ns;
	if (w->p99_ns > w->max_ns)
		w->p99_ns = w->max_ns;
	w->counted = all;
}

#endif
