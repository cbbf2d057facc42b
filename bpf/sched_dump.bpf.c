// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sched_dump - takes the lines of a sched_ext debug dump as the kernel writes them.
 *
 * The dump in a scheduler's exit information is cut at exit_dump_len; this tracepoint gets every
 * line of it, also of a dump that SysRq-D asked for. Invariant: a line that finds no room in the
 * ring is counted.
 */
#include "ktypes.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { LINE_MAX = 1024, RING_SIZE = 2 * 1024 * 1024 };

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_SIZE);
} lines SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[LINE_MAX]);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

SEC("tp_btf/sched_ext_dump")
int BPF_PROG(dump_line, const char *line)
{
	__u32 zero = 0;
	char *text = bpf_map_lookup_elem(&scratch, &zero);
	__u64 *n = bpf_map_lookup_elem(&lost, &zero);
	long len;

	if (!text || !n)
		return 0;
	len = bpf_probe_read_kernel_str(text, LINE_MAX, line);
	if (len <= 0 || len > LINE_MAX || bpf_ringbuf_output(&lines, text, len, 0))
		__sync_fetch_and_add(n, 1);
	return 0;
}
