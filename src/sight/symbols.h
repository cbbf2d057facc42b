/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbols - where the kernel's variables stand, from the image that is booted.
 *
 * Not asked of the guest: that costs a second of an emulated CPU and needs an agent that lives. An
 * ELF symbol table is used where there is one, else the compressed table of CONFIG_KALLSYMS_ALL.
 * Addresses are those of the image: a kernel that moved itself has another base (space.h).
 */
#ifndef SIGHT_SYMBOLS_H
#define SIGHT_SYMBOLS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is looked for: X(name). Only the first row's are needed in any case. */
#define SYMBOLS(X)                                                                                 \
	X(_text)                                                                                   \
	X(_end)                                                                                    \
	X(init_top_pgt) X(linux_banner) X(init_task) X(runqueues) X(__per_cpu_offset) X(           \
		page_offset_base) X(pgdir_shift) X(nr_cpu_ids) X(stop_sched_class)                 \
		X(dl_sched_class) X(rt_sched_class) X(ext_sched_class) X(fair_sched_class) X(      \
			idle_sched_class) X(sched_schedstats) X(scx_root) X(scx_enable_state_var)  \
			X(scx_enable_seq) X(scx_nr_rejected) X(scx_switching_all)                  \
				X(scx_watchdog_timeout) X(scx_bypass_depth) X(cgrp_dfl_root)       \
					X(clocksource_jiffies) X(clocksource_tsc)                  \
						X(timekeeper_data) X(tk_core) X(cyc2ns)            \
							X(__sched_clock_offset)                    \
								X(kvm_sched_clock_offset)          \
									X(map_idr) X(tk_fast_mono)         \
										X(current_task)            \
											X(__preempt_count)

struct symbols {
#define X(name) uint64_t name; /* 0 = the kernel has none */
	SYMBOLS(X)
#undef X
};

/* Every symbol, as long as fn returns true: its name, terminated, and its address in the image.
 * Several may have one name. 0, or -errno with words when there is no table. */
typedef bool (*symbols_fn)(void *arg, const char *name, size_t len, uint64_t address);
int symbols_each(const void *image, size_t len, symbols_fn fn, void *arg, struct err *err);
/* image: an ELF kernel, all of it. 0, or -errno with words when nothing can be found. */
int symbols_read(const void *image, size_t len, struct symbols *out, struct err *err);
/* The bytes a virtual address of the image has in its file; NULL = none, or not len of them. */
const void *symbols_bytes(const void *image, size_t image_len, uint64_t va, size_t len);
/* A section's bytes inside the image, or NULL. */
const void *symbols_section(const void *image, size_t len, const char *name, size_t *n);

#endif
