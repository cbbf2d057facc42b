// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * chain - notes each call and return of the functions that a scheduler's end went through.
 *
 * The loader attaches both programs to a list of functions; the cookie says which one it is. Of the
 * other two it loads a copy for each callback of a scheduler, which is a program itself: what such
 * a one is called with is an array of its arguments. Invariant: a record that finds no room is
 * counted.
 */
#include "ktypes.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "chain.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* which argument is a task, by the cookie; from the kernel's BTF, by the loader */
const volatile __u8 task_arg[CHAIN_TARGETS_MAX];

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

/* of a copy for a callback */
const volatile __u32 callback_target;
const volatile __u32 callback_nargs;

/* the task of a call that has not returned, by thread and function */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} open_calls SEC(".maps");

static __always_inline void note_task(struct chain_record *r, struct task_struct *p)
{
	struct scx_dispatch_q *dsq;

	r->has_task = 1;
	r->task.pid = BPF_CORE_READ(p, pid);
	r->task.cpu = BPF_CORE_READ(p, thread_info.cpu);
	r->task.weight = BPF_CORE_READ(p, scx.weight);
	r->task.slice = BPF_CORE_READ(p, scx.slice);
	r->task.vtime = BPF_CORE_READ(p, scx.dsq_vtime);
	BPF_CORE_READ_STR_INTO(&r->task.comm, p, comm);
	dsq = BPF_CORE_READ(p, scx.dsq);
	if (dsq) {
		r->task.queued = 1;
		r->task.dsq = BPF_CORE_READ(dsq, id);
	}
}

static __always_inline struct chain_record *begin(__u64 target, __u8 returned)
{
	struct chain_record *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
	__u32 zero = 0;
	__u64 *n;

	if (!r) {
		n = bpf_map_lookup_elem(&lost, &zero);
		if (n)
			__sync_fetch_and_add(n, 1);
		return NULL;
	}
	__builtin_memset(r, 0, sizeof(*r));
	r->t_ns = bpf_ktime_get_ns();
	r->cpu = bpf_get_smp_processor_id();
	r->target = target;
	r->returned = returned;
	r->pid = (__u32)bpf_get_current_pid_tgid();
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	return r;
}

static __always_inline __u64 call_key(__u64 target)
{
	__u64 id = (__u32)bpf_get_current_pid_tgid();

	/* all idle tasks are 0 */
	if (!id)
		id = 1ull << 32 | bpf_get_smp_processor_id();
	return id << 8 | target;
}

SEC("kprobe.multi")
int chain_enter(struct pt_regs *ctx)
{
	__u64 target = bpf_get_attach_cookie(ctx), key, task = 0;
	struct chain_record *r;
	__u8 at;

	if (target >= CHAIN_TARGETS_MAX)
		return 0;
	r = begin(target, 0);
	if (!r)
		return 0;
	r->args[0] = BPF_CORE_READ(ctx, di);
	r->args[1] = BPF_CORE_READ(ctx, si);
	r->args[2] = BPF_CORE_READ(ctx, dx);
	r->args[3] = BPF_CORE_READ(ctx, cx);
	r->args[4] = BPF_CORE_READ(ctx, r8);
	r->args[5] = BPF_CORE_READ(ctx, r9);
	at = task_arg[target];
	if (at == 0)
		task = r->args[0];
	else if (at == 1)
		task = r->args[1];
	else if (at == 2)
		task = r->args[2];
	else if (at == 3)
		task = r->args[3];
	if (task) {
		note_task(r, (struct task_struct *)task);
		key = call_key(target);
		bpf_map_update_elem(&open_calls, &key, &task, BPF_ANY);
	}
	bpf_ringbuf_submit(r, 0);
	return 0;
}

SEC("kretprobe.multi")
int chain_leave(struct pt_regs *ctx)
{
	__u64 target = bpf_get_attach_cookie(ctx), key, *task;
	struct chain_record *r;

	if (target >= CHAIN_TARGETS_MAX)
		return 0;
	r = begin(target, 1);
	if (!r)
		return 0;
	r->args[0] = BPF_CORE_READ(ctx, ax);
	key = call_key(target);
	task = bpf_map_lookup_elem(&open_calls, &key);
	if (task) {
		note_task(r, (struct task_struct *)*task);
		bpf_map_delete_elem(&open_calls, &key);
	}
	bpf_ringbuf_submit(r, 0);
	return 0;
}

static __always_inline void note_callback(struct chain_record *r, const void *args)
{
	__u64 of[CHAIN_ARGS] = {0};
	__u32 n = callback_nargs < CHAIN_ARGS ? callback_nargs : CHAIN_ARGS;
	__u8 at = callback_target < CHAIN_TARGETS_MAX ? task_arg[callback_target] : CHAIN_NO_TASK;

	bpf_probe_read_kernel(of, n * sizeof(of[0]), args);
	if (at < CHAIN_ARGS && of[at])
		note_task(r, (struct task_struct *)of[at]);
	if (!r->returned)
		__builtin_memcpy(r->args, of, sizeof(of));
}

SEC("?fentry")
int callback_enter(__u64 *ctx)
{
	struct chain_record *r = begin(callback_target, 0);

	if (!r)
		return 0;
	note_callback(r, (const void *)ctx[0]);
	bpf_ringbuf_submit(r, 0);
	return 0;
}

SEC("?fexit")
int callback_leave(__u64 *ctx)
{
	struct chain_record *r = begin(callback_target, 1);

	if (!r)
		return 0;
	note_callback(r, (const void *)ctx[0]);
	bpf_get_func_ret(ctx, &r->args[0]);
	bpf_ringbuf_submit(r, 0);
	return 0;
}
