// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * watchdog - gives every sched_ext scheduler that is loaded another watchdog time-out.
 *
 * It looks at every system call: attached only while it was asked for. Invariant: nothing but
 * timeout_ms of a scheduler's ops is ever written.
 */
#include "ktypes.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* ids and offsets are of this kernel's BTF, found by the loader */
const volatile __u32 watchdog_ms;
const volatile __u32 watchdog_type;   /* struct bpf_struct_ops_sched_ext_ops */
const volatile __u32 watchdog_offset; /* of timeout_ms in it */

/*
 * Every sched_ext scheduler is handed to the kernel by bpf(BPF_MAP_UPDATE_ELEM) on its struct_ops
 * map, with the ops as a plain struct in the loader's memory. Its timeout_ms is set there, before
 * the kernel copies it: the watchdog then runs with it, whatever the kernel calls its own copy.
 */
SEC("tp_btf/sys_enter")
int BPF_PROG(set_watchdog, struct pt_regs *regs, long id)
{
	struct {
		__u32 map_fd, pad;
		__u64 key, value;
	} attr;
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	__u32 ms = watchdog_ms, max;
	struct bpf_map *map;
	struct file **fds, *file;

	if (!ms || id != NR_BPF || BPF_CORE_READ(regs, di) != BPF_MAP_UPDATE_ELEM)
		return 0;
	if (bpf_probe_read_user(&attr, sizeof(attr), (void *)BPF_CORE_READ(regs, si)))
		return 0;
	fds = BPF_CORE_READ(task, files, fdt, fd);
	max = BPF_CORE_READ(task, files, fdt, max_fds);
	if (attr.map_fd >= max || bpf_probe_read_kernel(&file, sizeof(file), fds + attr.map_fd) || !file)
		return 0;
	map = BPF_CORE_READ(file, private_data);
	if (!map || BPF_CORE_READ(map, map_type) != BPF_MAP_TYPE_STRUCT_OPS ||
	    BPF_CORE_READ(map, btf_vmlinux_value_type_id) != watchdog_type)
		return 0;
	bpf_probe_write_user((void *)(attr.value + watchdog_offset), &ms, sizeof(ms));
	return 0;
}
