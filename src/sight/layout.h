/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout - where the fields of kernel structures stand, from the BTF of the image that is booted.
 *
 * One table: a row is a name here, a kernel structure and a path in it ("scx.local_dsq.nr"; what is
 * anonymous needs no name). A field this kernel does not have has size 0 and is read as absent.
 */
#ifndef SIGHT_LAYOUT_H
#define SIGHT_LAYOUT_H

#include "base/err.h"
#include "guest/wire_sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct field {
	uint32_t offset; /* bytes */
	uint8_t size; /* of what is loaded: 1, 2, 4, 8; more: an array or a structure; 0 = none */
	uint8_t shift, bits; /* of a bit field; bits 0 = all of it */
	bool is_signed;
};

#define LAYOUT(X)                                                                                  \
	/* struct rq */                                                                            \
	X(rq_nr_running, rq, "nr_running")                                                         \
	X(rq_nr_switches, rq, "nr_switches")                                                       \
	X(rq_lock, rq, "__lock.raw_lock.val.counter")                                              \
	X(rq_curr, rq, "curr")                                                                     \
	X(rq_idle, rq, "idle")                                                                     \
	X(rq_clock, rq, "clock")                                                                   \
	X(rq_clock_task, rq, "clock_task")                                                         \
	X(rq_rt_running, rq, "rt.rt_nr_running")                                                   \
	X(rq_dl_running, rq, "dl.dl_nr_running")                                                   \
	X(rq_scx, rq, "scx")                                                                       \
	X(rq_scx_running, rq, "scx.nr_running")                                                    \
	X(rq_local_dsq, rq, "scx.local_dsq")                                                       \
	X(rq_bypass_dsq, rq, "scx.bypass_dsq")                                                     \
	X(rq_info_delay, rq, "rq_sched_info.run_delay")                                            \
	X(rq_info_count, rq, "rq_sched_info.pcount")                                               \
	X(rq_cpu_time, rq, "rq_cpu_time")                                                          \
	X(rq_ttwu_count, rq, "ttwu_count")                                                         \
	X(rq_sd, rq, "sd")                                                                         \
	/* struct sched_domain */                                                                  \
	X(sd_parent, sched_domain, "parent")                                                       \
	X(sd_lb_count, sched_domain, "lb_count")                                                   \
	X(sd_lb_gained, sched_domain, "lb_gained")                                                 \
	/* struct task_struct */                                                                   \
	X(task_state, task_struct, "__state")                                                      \
	X(task_exit_state, task_struct, "exit_state")                                              \
	X(task_flags, task_struct, "flags")                                                        \
	X(task_on_cpu, task_struct, "on_cpu")                                                      \
	X(task_on_rq, task_struct, "on_rq")                                                        \
	X(task_cpu, task_struct, "thread_info.cpu")                                                \
	X(task_cpu_old, task_struct, "cpu")                                                        \
	X(task_prio, task_struct, "prio")                                                          \
	X(task_static_prio, task_struct, "static_prio")                                            \
	X(task_policy, task_struct, "policy")                                                      \
	X(task_class, task_struct, "sched_class")                                                  \
	X(task_load, task_struct, "se.load.weight")                                                \
	X(task_exec_start, task_struct, "se.exec_start")                                           \
	X(task_runtime, task_struct, "se.sum_exec_runtime")                                        \
	X(task_vruntime, task_struct, "se.vruntime")                                               \
	X(task_migrations, task_struct, "se.nr_migrations")                                        \
	X(task_cfs_rq, task_struct, "se.cfs_rq")                                                   \
	X(task_throttled, task_struct, "throttled")                                                \
	X(task_frozen, task_struct, "frozen")                                                      \
	X(task_cpus_ptr, task_struct, "cpus_ptr")                                                  \
	X(task_run_delay, task_struct, "sched_info.run_delay")                                     \
	X(task_last_arrival, task_struct, "sched_info.last_arrival")                               \
	X(task_last_queued, task_struct, "sched_info.last_queued")                                 \
	X(task_tasks, task_struct, "tasks")                                                        \
	X(task_thread_node, task_struct, "thread_node")                                            \
	X(task_signal, task_struct, "signal")                                                      \
	X(task_pid, task_struct, "pid")                                                            \
	X(task_tgid, task_struct, "tgid")                                                          \
	X(task_parent, task_struct, "real_parent")                                                 \
	X(task_nvcsw, task_struct, "nvcsw")                                                        \
	X(task_nivcsw, task_struct, "nivcsw")                                                      \
	X(task_start, task_struct, "start_time")                                                   \
	X(task_comm, task_struct, "comm")                                                          \
	X(task_cgroups, task_struct, "cgroups")                                                    \
	X(task_scx_sched, task_struct, "scx.sched")                                                \
	X(task_scx_dsq, task_struct, "scx.dsq")                                                    \
	X(task_scx_node, task_struct, "scx.dsq_list.node")                                         \
	X(task_scx_node_flags, task_struct, "scx.dsq_list.flags")                                  \
	X(task_scx_ops_state, task_struct, "scx.ops_state")                                        \
	X(task_scx_weight, task_struct, "scx.weight")                                              \
	X(task_scx_slice, task_struct, "scx.slice")                                                \
	X(task_scx_vtime, task_struct, "scx.dsq_vtime")                                            \
	X(signal_threads, signal_struct, "thread_head")                                            \
	X(cfs_rq_throttle_count, cfs_rq, "throttle_count")                                         \
	/* cgroups */                                                                              \
	X(css_set_dfl, css_set, "dfl_cgrp")                                                        \
	X(root_cgrp, cgroup_root, "cgrp")                                                          \
	X(cgrp_self, cgroup, "self")                                                               \
	X(cgrp_kn, cgroup, "kn")                                                                   \
	X(cgrp_subsys, cgroup, "subsys")                                                           \
	X(cgrp_frozen, cgroup, "freezer.e_freeze")                                                 \
	X(cgrp_flags, cgroup, "flags")                                                             \
	X(cgrp_bstat_runtime, cgroup, "bstat.cputime.sum_exec_runtime")                            \
	X(cgrp_bstat_utime, cgroup, "bstat.cputime.utime")                                         \
	X(cgrp_bstat_stime, cgroup, "bstat.cputime.stime")                                         \
	X(cgrp_scx, cgroup, "scx_sched")                                                           \
	X(css_sibling, cgroup_subsys_state, "sibling")                                             \
	X(css_children, cgroup_subsys_state, "children")                                           \
	X(kn_id, kernfs_node, "id")                                                                \
	X(kn_name, kernfs_node, "name")                                                            \
	X(kn_parent, kernfs_node, "__parent")                                                      \
	X(kn_parent_old, kernfs_node, "parent")                                                    \
	X(tg_css, task_group, "css")                                                               \
	X(tg_shares, task_group, "shares")                                                         \
	X(tg_idle, task_group, "idle")                                                             \
	X(tg_scx_weight, task_group, "scx.weight")                                                 \
	X(tg_scx_weight_old, task_group, "scx_weight")                                             \
	X(tg_period, task_group, "cfs_bandwidth.period")                                           \
	X(tg_quota, task_group, "cfs_bandwidth.quota")                                             \
	X(tg_periods, task_group, "cfs_bandwidth.nr_periods")                                      \
	X(tg_throttled, task_group, "cfs_bandwidth.nr_throttled")                                  \
	X(tg_throttled_ns, task_group, "cfs_bandwidth.throttled_time")                             \
	X(cpuset_css, cpuset, "css")                                                               \
	X(cpuset_effective, cpuset, "effective_cpus")                                              \
	/* sched_ext */                                                                            \
	X(sch_name, scx_sched, "ops.name")                                                         \
	X(sch_exit_kind, scx_sched, "exit_kind")                                                   \
	X(sch_dsq_hash, scx_sched, "dsq_hash")                                                     \
	X(sch_watchdog, scx_sched, "watchdog_timeout")                                             \
	X(sch_bypass, scx_sched, "bypass_depth")                                                   \
	X(sch_pcpu, scx_sched, "pcpu")                                                             \
	X(sch_pnode, scx_sched, "pnode")                                                           \
	X(sch_global_dsqs, scx_sched, "global_dsqs")                                               \
	X(sch_events_old, scx_sched, "event_stats_cpu")                                            \
	X(sch_children, scx_sched, "children")                                                     \
	X(sch_sibling, scx_sched, "sibling")                                                       \
	X(sch_level, scx_sched, "level")                                                           \
	X(sch_cgrp, scx_sched, "cgrp")                                                             \
	X(pcpu_events, scx_sched_pcpu, "event_stats")                                              \
	X(pcpu_bypass_dsq, scx_sched_pcpu, "bypass_dsq")                                           \
	X(pnode_global_dsq, scx_sched_pnode, "global_dsq")                                         \
	X(dsq_first, scx_dispatch_q, "first_task")                                                 \
	X(dsq_list, scx_dispatch_q, "list")                                                        \
	X(dsq_priq, scx_dispatch_q, "priq")                                                        \
	X(dsq_nr, scx_dispatch_q, "nr")                                                            \
	X(dsq_id, scx_dispatch_q, "id")                                                            \
	X(dsq_hash_node, scx_dispatch_q, "hash_node")                                              \
	X(rht_tbl, rhashtable, "tbl")                                                              \
	X(tbl_size, bucket_table, "size")                                                          \
	X(tbl_nest, bucket_table, "nest")                                                          \
	X(tbl_future, bucket_table, "future_tbl")                                                  \
	X(tbl_buckets, bucket_table, "buckets")                                                    \
	/* clocks */                                                                               \
	X(tkd_seq, tk_data, "seq.seqcount.sequence")                                               \
	X(tkd_keeper, tk_data, "timekeeper")                                                       \
	X(tkf_seq, tk_fast, "seq.seqcount.sequence")                                               \
	X(tkf_base, tk_fast, "base")                                                               \
	X(tkr_clock, tk_read_base, "clock")                                                        \
	X(tkr_mask, tk_read_base, "mask")                                                          \
	X(tkr_cycle_last, tk_read_base, "cycle_last")                                              \
	X(tkr_mult, tk_read_base, "mult")                                                          \
	X(tkr_shift, tk_read_base, "shift")                                                        \
	X(tkr_xtime_nsec, tk_read_base, "xtime_nsec")                                              \
	X(tkr_base, tk_read_base, "base")                                                          \
	X(tk_clock, timekeeper, "tkr_mono.clock")                                                  \
	X(tk_cycle_last, timekeeper, "tkr_mono.cycle_last")                                        \
	X(tk_mult, timekeeper, "tkr_mono.mult")                                                    \
	X(tk_shift, timekeeper, "tkr_mono.shift")                                                  \
	X(tk_xtime_nsec, timekeeper, "tkr_mono.xtime_nsec")                                        \
	X(tk_base, timekeeper, "tkr_mono.base")                                                    \
	X(cs_mult, clocksource, "mult")                                                            \
	X(c2n_seq, cyc2ns, "seq.seqcount.sequence")                                                \
	X(c2n_data, cyc2ns, "data")                                                                \
	X(c2n_mul, cyc2ns_data, "cyc2ns_mul")                                                      \
	X(c2n_shift, cyc2ns_data, "cyc2ns_shift")                                                  \
	X(c2n_offset, cyc2ns_data, "cyc2ns_offset")

/* Sizes of whole structures: X(name, kernel structure). */
#define LAYOUT_SIZES(X)                                                                            \
	X(task_size, task_struct)                                                                  \
	X(rq_size, rq)                                                                             \
	X(sch_size, scx_sched) X(dsq_size, scx_dispatch_q) X(cgrp_size, cgroup)                    \
		X(tg_size, task_group) X(pcpu_size, scx_sched_pcpu) X(tk_size, timekeeper)         \
			X(tkd_size, tk_data) X(tkr_size, tk_read_base)                             \
				X(events_size, scx_event_stats)

struct layout_event { /* one of sched_ext's counters */
	char name[SAMPLE_SCX_NAME];
	struct field field; /* in struct scx_event_stats */
};

struct layout {
#define X(name, type, path) struct field name;
	LAYOUT(X)
#undef X
#define X(name, type) uint32_t name; /* bytes; 0 = no such structure */
	LAYOUT_SIZES(X)
#undef X
	struct layout_event events[SAMPLE_SCX_MAX];
	unsigned nevents;
	int cpu_subsys, cpuset_subsys; /* places in cgroup.subsys; -1 = none */
};

/* btf: the bytes of a .BTF section. 0, or -errno with words when it cannot be read or a field that
 * nothing works without is missing. */
int layout_read(const void *btf, size_t len, struct layout *out, struct err *err);

/* A field of the structure at obj, all of which must be readable; SAMPLE_ABSENT when it has none.
 * One load: what another CPU writes meanwhile is seen before or after, never half. */
static inline uint64_t field_get(const void *obj, const struct field *f)
{
	const uint8_t *at = (const uint8_t *)obj + f->offset;
	uint64_t v;

	switch (f->size) {
	case 1:
		v = __atomic_load_n(at, __ATOMIC_RELAXED);
		break;
	case 2:
		v = __atomic_load_n((const uint16_t *)(const void *)at, __ATOMIC_RELAXED);
		break;
	case 4:
		v = __atomic_load_n((const uint32_t *)(const void *)at, __ATOMIC_RELAXED);
		break;
	case 8:
		v = __atomic_load_n((const uint64_t *)(const void *)at, __ATOMIC_RELAXED);
		break;
	default:
		return SAMPLE_ABSENT;
	}
	if (f->bits)
		v = v >> f->shift & ((UINT64_C(1) << f->bits) - 1);
	else if (f->is_signed && f->size < 8)
		v = (uint64_t)((int64_t)(v << (64 - 8 * f->size)) >> (64 - 8 * f->size));
	return v;
}

#endif
