// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * probes - what the agent sees of the scheduler: counters per CPU, tasks on request, and records
 * of what happens to cgroups and payloads.
 *
 * Counters go to a mapped array and cost no system call; only rare events are records. Each
 * program is loaded by itself: one that this kernel cannot attach leaves the others working.
 * Invariant: what is attached all the time is at no event that a busy guest has all the time: no
 * switch, no wake-up. The programs that are (their names begin with watch_) come and go as somebody wants to
 * see what they count.
 */
#include "ktypes.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "probes.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern const struct rq runqueues __ksym __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PROBE_CPUS_MAX);
	__type(key, __u32);
	__type(value, struct probe_cpu);
} cpus SEC(".maps");

/* one per CPU, filled by read_runqueues() */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PROBE_CPUS_MAX);
	__type(key, __u32);
	__type(value, struct probe_runqueue);
} lengths SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, PROBE_RING_SIZE);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps");

/* a bit for each process of the observer: the agent and its hands; written by the agent */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PROBE_PIDS_MAX / 64);
	__type(key, __u32);
	__type(value, __u64);
} observers SEC(".maps");

const volatile __u32 ncpus = 1;
const volatile __u32 counts_moves = 1; /* count_migration is attached */

static struct probe_cpu *cpu_at(__u32 cpu)
{
	return bpf_map_lookup_elem(&cpus, &cpu);
}

static __u64 cgroup_of(struct task_struct *p)
{
	/* no helpers on the way: this is done at every switch */
	return p->cgroups->dfl_cgrp->kn->id;
}

static bool is_observer(struct task_struct *p)
{
	__u32 pid = (__u32)p->tgid, word = pid / 64;
	__u64 *bits = bpf_map_lookup_elem(&observers, &word);

	return bits && *bits >> (pid % 64) & 1;
}

#include "ledger.bpf.h"
#include "wakes.bpf.h"
#include "ledger_events.bpf.h"

SEC("tp_btf/sched_switch")
int BPF_PROG(watch_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct probe_cpu *c = cpu_at(cpu);
	__u64 now = bpf_ktime_get_ns();

	wakes_out(prev, now, prev_state && !preempt);
	wakes_in(next, now);
	if (!c)
		return 0;
	if (c->since_ns && prev->pid)
		c->busy_ns += now - c->since_ns;
	c->since_ns = now;
	c->switches++;
	c->running = next->pid;
	/* whoever looks must not see only itself: what it pushed aside is still the current task */
	if (is_observer(next)) {
		if (prev_state && !preempt && c->pid == prev->pid)
			c->pid = 0;
		return 0;
	}
	c->pid = next->pid;
	c->cgroup_id = cgroup_of(next);
	bpf_probe_read_kernel(c->comm, sizeof(c->comm), next->comm);
	return 0;
}

SEC("tp_btf/sched_migrate_task")
int BPF_PROG(count_migration, struct task_struct *p, int dest_cpu)
{
	struct probe_cpu *c = cpu_at((__u32)dest_cpu);
	__u32 from = p->thread_info.cpu;

	/* told also when it stays */
	if (from == (__u32)dest_cpu)
		return 0;
	moves_note(p, from, (__u32)dest_cpu);
	ledger_moves(p, (__u32)dest_cpu);
	/* other CPUs may count the same destination at once */
	if (c)
		__sync_fetch_and_add(&c->migrations, 1);
	/* pushed aside by the observer, and pulled away then */
	c = cpu_at(from);
	if (c)
		__sync_fetch_and_add(&c->left, 1);
	if (c && c->pid == p->pid)
		c->pid = 0;
	return 0;
}

static struct probe_record *record_new(enum probe_record_type type)
{
	struct probe_record *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
	__u32 zero = 0;
	__u64 *n;

	if (!r) {
		n = bpf_map_lookup_elem(&drops, &zero);
		if (n)
			__sync_fetch_and_add(n, 1);
		return 0;
	}
	r->type = type;
	r->actor = (int)(bpf_get_current_pid_tgid() >> 32);
	r->pid = 0;
	r->pad = 0;
	r->cgroup_id = 0;
	r->path[0] = '\0';
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	return r;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(note_exec, struct task_struct *p, int old_pid, struct linux_binprm *bprm)
{
	struct probe_record *r = record_new(PROBE_EXEC);

	ledger_renumbered(p, (__u32)old_pid);
	if (!r)
		return 0;
	r->pid = p->tgid;
	r->cgroup_id = cgroup_of(p);
	bpf_ringbuf_submit(r, 0);
	return 0;
}

static int note_cgroup(enum probe_record_type type, struct cgroup *cgrp, const char *path,
		       struct task_struct *p)
{
	struct probe_record *r = record_new(type);

	if (!r)
		return 0;
	r->cgroup_id = BPF_CORE_READ(cgrp, kn, id);
	if (p)
		r->pid = p->pid;
	bpf_probe_read_kernel_str(r->path, sizeof(r->path), path);
	bpf_ringbuf_submit(r, 0);
	return 0;
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(note_mkdir, struct cgroup *cgrp, const char *path)
{
	return note_cgroup(PROBE_CGROUP_MKDIR, cgrp, path, 0);
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(note_rmdir, struct cgroup *cgrp, const char *path)
{
	return note_cgroup(PROBE_CGROUP_RMDIR, cgrp, path, 0);
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(note_attach, struct cgroup *dst, const char *path, struct task_struct *p,
	     bool threadgroup)
{
	return note_cgroup(PROBE_CGROUP_ATTACH, dst, path, p);
}

SEC("kprobe/__x64_sys_reboot")
int note_reboot(void *ctx)
{
	struct probe_record *r = record_new(PROBE_REBOOT);

	if (r)
		bpf_ringbuf_submit(r, 0);
	return 0;
}

/*
 * The classes stand one after the other in order of precedence, idle last (include/asm-generic/
 * vmlinux.lds.h, SCHED_DATA); symbols would have to be looked for in all of /proc/kallsyms.
 */
static __always_inline __u32 class_of(struct task_struct *p)
{
	const struct rq *rq = &runqueues ? bpf_per_cpu_ptr(&runqueues, 0) : 0;
	__u64 size = bpf_core_type_size(struct sched_class), idle, is = (__u64)p->sched_class, up;

	if (!rq || !size)
		return 0;
	idle = (__u64)rq->idle->sched_class;
	if (is > idle || (idle - is) % size)
		return 0;
	up = (idle - is) / size;
	if (!up)
		return PROBE_CLASS_IDLE;
	if (!bpf_core_field_exists(rq->scx))
		up++;
	switch (up) {
	case 1:
		return PROBE_CLASS_EXT;
	case 2:
		return PROBE_CLASS_FAIR;
	case 3:
		return PROBE_CLASS_RT;
	case 4:
		return PROBE_CLASS_DEADLINE;
	case 5:
		return PROBE_CLASS_STOP;
	}
	return 0;
}

/* include/linux/sched/ext.h: SCX_DSQ_FLAG_BUILTIN, SCX_DSQ_FLAG_LOCAL_ON, SCX_DSQ_LOCAL */
#define DSQ_BUILTIN  (1ull << 63)
#define DSQ_LOCAL_ON (1ull << 62)
#define DSQ_LOCAL    2

static __always_inline void list_ext(struct task_struct *p, struct probe_task *t)
{
	struct scx_dispatch_q *q;

	t->weight = p->scx.weight;
	t->slice_ns = p->scx.slice;
	t->vtime = p->scx.dsq_vtime;
	q = bpf_core_field_exists(p->scx.dsq) ? p->scx.dsq : 0;
	if (q)
		t->dsq = q->id;
	if (t->held != PROBE_HELD_QUEUE)
		return;
	t->held = !q		       ? PROBE_HELD_BPF
		  : !(t->dsq & DSQ_BUILTIN) ? PROBE_HELD_USER
		  : t->dsq & DSQ_LOCAL_ON || (t->dsq & 0xffffffff) == DSQ_LOCAL
			  ? PROBE_HELD_LOCAL
			  : PROBE_HELD_GLOBAL;
}

/* State that a task has by itself. */
static __always_inline void list_state(struct task_struct *p, struct probe_task *t)
{
	t->start_ns = p->start_time;
	t->sclass = class_of(p);
	t->prio = (__u32)(p->prio + 1);
	t->voluntary = p->nvcsw;
	t->involuntary = p->nivcsw;
	t->weight = t->slice_ns = t->dsq = t->vtime = ~0ull;
	t->held = t->on_cpu ? PROBE_HELD_RUNNING : !t->state && p->on_rq ? PROBE_HELD_QUEUE : 0;
	if (t->sclass == PROBE_CLASS_FAIR) {
		/* of 1024 * 1024 for nice 0, to the scale of cgroups */
		t->weight = ((p->se.load.weight >> 10) * 100 + 512) / 1024;
		t->vtime = p->se.vruntime;
	} else if (t->sclass == PROBE_CLASS_EXT && bpf_core_field_exists(p->scx)) {
		list_ext(p, t);
	}
	bpf_probe_read_kernel(t->allowed, sizeof(t->allowed), p->cpus_ptr);
}

/* Where it has been. */
static __always_inline void list_moves(struct task_struct *p, struct probe_task *t)
{
	struct moves_task *m = counts_moves ? moves_of(p, 0) : 0, none = {.last_cpus = ~0ull};

	/* one that has moved before it was looked at is not known */
	if (!m && (!counts_moves || p->se.nr_migrations))
		return;
	if (!m)
		m = &none;
	t->has_moves = 1;
	t->mig_llc = m->llc;
	t->mig_cross = m->cross;
	t->mig_node = m->node;
	t->last_cpus = times_of(p) == m->times || (m->last_cpus & 0xffff) == (__u32)t->cpu
			       ? m->last_cpus
			       : m->last_cpus << 16 | (__u32)t->cpu;
}

/* What events have told. */
static __always_inline void list_wakes(struct task_struct *p, struct probe_task *t)
{
	struct wakes_task *w = watched_since_ns ? wakes_of(p, 0) : 0;

	t->since_ns = ~0ull;
	if (!w)
		return;
	wakes_percentiles(w);
	t->has_wakes = 1;
	t->since_ns = w->since_ns ? w->since_ns : ~0ull;
	t->wakes = w->wakes;
	t->wake_p50_ns = w->wakes ? w->p50_ns : ~0ull;
	t->wake_p99_ns = w->wakes ? w->p99_ns : ~0ull;
	t->wake_max_ns = w->wakes ? w->max_ns : ~0ull;
	t->waker = w->waker;
}

SEC("iter/task")
int list_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *p = ctx->task;
	struct probe_task t = {};
	const struct rq *rq;

	if (!p || p->flags & PF_KTHREAD || is_observer(p))
		return 0;
	t.pid = p->tgid;
	t.tid = p->pid;
	t.cpu = (int)p->thread_info.cpu;
	t.state = p->__state | (unsigned int)p->exit_state;
	t.on_cpu = (unsigned int)p->on_cpu;
	t.policy = p->policy;
	t.nice = p->static_prio - 120;
	t.cgroup_id = cgroup_of(p);
	t.run_ns = p->se.sum_exec_runtime;
	t.wait_ns = p->sched_info.run_delay;
	/* who still waits has waited since last_queued, in the runqueue's own clock */
	rq = &runqueues ? bpf_per_cpu_ptr(&runqueues, (__u32)t.cpu) : 0;
	if (rq && !t.on_cpu && p->sched_info.last_queued && rq->clock > p->sched_info.last_queued)
		t.wait_ns += rq->clock - p->sched_info.last_queued;
	t.switches = p->nvcsw + p->nivcsw;
	t.migrations = p->se.nr_migrations;
	bpf_probe_read_kernel(t.comm, sizeof(t.comm), p->comm);
	list_state(p, &t);
	list_moves(p, &t);
	list_wakes(p, &t);
	bpf_seq_write(ctx->meta->seq, &t, sizeof(t));
	return 0;
}

SEC("syscall")
int read_runqueues(void *ctx)
{
	const struct rq *rq;
	struct probe_runqueue *n;
	__u32 cpu;

	for (cpu = 0; cpu < PROBE_CPUS_MAX; cpu++) {
		__u32 key = cpu;

		if (cpu >= ncpus)
			break;
		n = bpf_map_lookup_elem(&lengths, &key);
		if (!n)
			break;
		rq = &runqueues ? bpf_per_cpu_ptr(&runqueues, cpu) : 0;
		n->nr_running = n->scx_running = n->local_dsq = n->clock = ~0ull;
		n->run_delay_ns = n->turns = n->rt_running = n->dl_running = ~0ull;
		if (!rq)
			continue;
		n->nr_running = rq->nr_running;
		n->clock = rq->clock;
		n->rt_running = rq->rt.rt_nr_running;
		n->dl_running = rq->dl.dl_nr_running;
		if (bpf_core_field_exists(rq->rq_sched_info)) {
			n->run_delay_ns = rq->rq_sched_info.run_delay;
			n->turns = rq->rq_sched_info.pcount;
		}
		if (bpf_core_field_exists(rq->scx)) {
			n->scx_running = rq->scx.nr_running;
			n->local_dsq = rq->scx.local_dsq.nr;
		}
		/* the hand that asks runs, too */
		if (n->nr_running && cpu == bpf_get_smp_processor_id())
			n->nr_running -= 1;
	}
	return 0;
}
