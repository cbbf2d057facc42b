// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * handoff - broken on purpose, by an ordering: a wake-up is lost when who woke is preempted before
 * it sleeps.
 *
 * Tasks whose name begins with "hand" hand their CPU on: whom one of them wakes is remembered by
 * the CPU, and runs there as soon as the waker sleeps, before all others. A waker that stops for
 * another reason, because something more urgent came between its write and its read, keeps its
 * place and hands nothing on; and what was remembered is thrown away instead of being put into the
 * queue. The window is some microseconds wide, so that most runs never see it. Who is lost is found
 * by the watchdog: exit kind stall.
 */
#include "scx.h"

SCX_LICENSE;

enum { SHARED = 0 };

const volatile __u64 SCX_ENQ_WAKEUP = 1;

/* pids; 0 = nobody */
struct place {
	__s32 woken; /* by who runs */
	__s32 next;  /* who ran, and woke it, sleeps */
};

/* each CPU writes its own alone */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct place);
} places SEC(".maps");

static __always_inline struct place *place_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&places, &zero);
}

static __always_inline bool hands_on(struct task_struct *p)
{
	return scx_comm_begins(p, "hand", 4);
}

/* no short cut to an idle CPU: everything passes enqueue */
SEC("struct_ops/handoff_select_cpu")
__s32 BPF_PROG(handoff_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	return prev_cpu;
}

SEC("struct_ops/handoff_enqueue")
void BPF_PROG(handoff_enqueue, struct task_struct *p, __u64 enq_flags)
{
	struct task_struct *waker = bpf_get_current_task_btf();
	struct place *here = place_here();

	if (here && (enq_flags & SCX_ENQ_WAKEUP) && !here->woken && hands_on(p) &&
	    hands_on(waker) && scx_may_run_on(p, bpf_get_smp_processor_id()))
		here->woken = p->pid;
	else
		scx_insert(p, SHARED, enq_flags);
}

SEC("struct_ops/handoff_stopping")
void BPF_PROG(handoff_stopping, struct task_struct *p, bool runnable)
{
	struct place *here = place_here();

	if (!here || !here->woken)
		return;
	if (!runnable)
		here->next = here->woken;
	/* the fault: when it is only preempted, nobody thinks of the other any more */
	here->woken = 0;
}

SEC("struct_ops/handoff_dispatch")
void BPF_PROG(handoff_dispatch, __s32 cpu, struct task_struct *prev)
{
	struct place *here = place_here();
	struct task_struct *p = NULL;

	if (here && here->next) {
		p = bpf_task_from_pid(here->next);
		here->next = 0;
	}
	if (p) {
		scx_insert(p, SCX_DSQ_LOCAL, 0);
		bpf_task_release(p);
	} else {
		scx_move_to_local(SHARED);
	}
}

SEC("struct_ops.s/handoff_init")
__s32 BPF_PROG(handoff_init)
{
	return scx_bpf_create_dsq(SHARED, -1);
}

SEC(".struct_ops.link")
struct sched_ext_ops handoff = {
	.select_cpu = (void *)handoff_select_cpu,
	.enqueue = (void *)handoff_enqueue,
	.dispatch = (void *)handoff_dispatch,
	.stopping = (void *)handoff_stopping,
	.init = (void *)handoff_init,
	.name = "handoff",
};
