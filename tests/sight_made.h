/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sight_made - a kernel's memory made by hand: two CPUs, a few tasks, cgroups, a scheduler with
 * DSQs, behind page tables. Structures are as this file's layout says, fields one after the other.
 *
 * The image lies at 0, all else above it; `slide` moves it in virtual memory, as KASLR does.
 */
#ifndef TESTS_SIGHT_MADE_H
#define TESTS_SIGHT_MADE_H

#include "sight/sight_private.h"

#include <stdio.h>
#include <string.h>

#define MADE_SIZE   (256u << 10)
#define MADE_TEXT   UINT64_C(0xffffffff81000000)
#define MADE_DIRECT UINT64_C(0xffff888000000000)
#define MADE_VMAP   UINT64_C(0xffffc90000000000)
#define MADE_BANNER "Linux version 0 of no machine"

enum { /* places in memory */
       MADE_PGD = 0x1000,
       MADE_TABLES = 0x2000, /* to 0x8000 */
       MADE_DATA = 0x8000,   /* variables */
       MADE_RQ = 0xa000,     /* 0x4000 a CPU */
       MADE_TASKS = 0x14000, /* 0x1000 a task */
       MADE_HEAP = 0x20000
};
enum { MADE_NTASKS = 8, MADE_STRIDE = 16, MADE_BIG = 0x200 };

static uint32_t made_stride(const char *name)
{
	size_t n = strlen(name);

	if (!strcmp(name, "cgrp_self") || (n > 4 && !strcmp(name + n - 4, "_css")))
		return MADE_BIG;
	return strstr(name, "_dsq") && !strstr(name, "task_") ? MADE_BIG : MADE_STRIDE;
}

/* Each field gets a place of its own; a structure within another, room for all of its own fields.
 */
static void made_layout(struct layout *l)
{
	struct {
		const char *type;
		uint32_t next;
	} types[64];
	size_t n = 0, i;

	*l = (struct layout){.cpu_subsys = 1, .cpuset_subsys = 0};
#define X(name, kind, path)                                                                        \
	for (i = 0; i < n && strcmp(types[i].type, #kind); i++)                                    \
		;                                                                                  \
	if (i == n) {                                                                              \
		types[n].type = #kind;                                                             \
		types[n++].next = 0;                                                               \
	}                                                                                          \
	l->name = (struct field){types[i].next, 8, 0, 0, false};                                   \
	types[i].next += made_stride(#name);
	LAYOUT(X)
#undef X
	l->task_cpu_old.size = l->kn_parent_old.size = l->tg_scx_weight_old.size = 0;
	l->sch_events_old.size = l->sch_global_dsqs.size = l->rq_bypass_dsq.size = 0;
	l->task_comm.size = SAMPLE_COMM;
	l->cfs_rq_throttle_count.size = 4;
	l->task_throttled.size = 0;
	l->c2n_data.offset = 0;
	l->c2n_seq = (struct field){32, 4, 0, 0, false};
	l->c2n_mul = (struct field){0, 4, 0, 0, false};
	l->c2n_shift = (struct field){4, 4, 0, 0, false};
	l->c2n_offset = (struct field){8, 8, 0, 0, false};
	l->task_size = l->tg_size = l->cgrp_size = 0x800;
	l->rq_size = 0x1000;
	l->sch_size = l->pcpu_size = 0x800;
	l->dsq_size = 0x100;
	l->tkd_size = 0x400;
	l->tk_size = 0x100;
	l->events_size = 16;
	l->nevents = 2;
	for (i = 0; i < 2; i++) {
		snprintf(l->events[i].name, sizeof(l->events[i].name), "SCX_EV_%u", (unsigned)i);
		l->events[i].field = (struct field){(uint32_t)(8 * i), 8, 0, 0, false};
	}
}

static void made_symbols(struct symbols *y)
{
	uint64_t at = MADE_TEXT + MADE_DATA;

#define X(name)                                                                                    \
	y->name = at;                                                                              \
	at += 64;
	SYMBOLS(X)
#undef X
	y->_text = MADE_TEXT;
	y->_end = MADE_TEXT + MADE_TASKS;
	y->init_top_pgt = MADE_TEXT + MADE_PGD;
	y->runqueues = MADE_TEXT + MADE_RQ;
	/* larger than its 64 bytes */
	y->init_task = MADE_TEXT + MADE_DATA + 0x1000;
	y->timekeeper_data = MADE_TEXT + MADE_DATA + 0x1800;
	y->cgrp_dfl_root = MADE_TEXT + MADE_RQ + 0x9000;
	y->scx_watchdog_timeout = y->scx_bypass_depth = 0;
	y->cyc2ns = y->kvm_sched_clock_offset = 0;
}

static void made_put(uint8_t *mem, uint64_t at, uint64_t v)
{
	memcpy(mem + at, &v, sizeof(v));
}

static void made_map(uint8_t *mem, uint64_t *next, uint64_t va, uint64_t pa, unsigned levels)
{
	uint64_t table = MADE_PGD, e;
	unsigned level, i;

	for (level = levels; level > 1; level--) {
		i = (unsigned)(va >> (12 + 9 * (level - 1)) & 511);
		memcpy(&e, mem + table + 8 * i, 8);
		if (!e) {
			e = *next | 3;
			*next += 0x1000;
			made_put(mem, table + 8 * i, e);
		}
		table = e & ~UINT64_C(0xfff);
	}
	made_put(mem, table + 8 * (va >> 12 & 511), pa | 3);
}

static void made_list(uint8_t *mem, const uint64_t *va, const uint64_t *pa, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		made_put(mem, pa[i], va[(i + 1) % n]);
		made_put(mem, pa[i] + 8, va[(i + n - 1) % n]);
	}
}

/* mem: MADE_SIZE bytes. s: as sight_create() leaves it. */
static void made_kernel(struct sight *s, uint8_t *mem, struct guest_memory *view, uint64_t slide,
			unsigned levels)
{
	const struct layout *l = &s->layout;
	const struct symbols *y = &s->symbols;
	const uint64_t text = MADE_TEXT + slide, heap = MADE_DIRECT + MADE_HEAP;
	const uint64_t cgrp_root = text + MADE_RQ + 0x9000 + 0, cgrp = heap + 0x1000,
		       kn = heap + 0x3000;
	uint64_t next = MADE_TABLES, va[MADE_NTASKS + 1], pa[MADE_NTASKS + 1], init, i, dsq;

	memset(mem, 0, MADE_SIZE);
	made_layout(&s->layout);
	made_symbols(&s->symbols);
	*view = (struct guest_memory){mem, MADE_SIZE, MADE_SIZE};
	s->memory = view;
	s->ncpus = 2;
	snprintf(s->banner, sizeof(s->banner), "%s", MADE_BANNER);
	s->banner_len = strlen(MADE_BANNER);
	for (i = 0; i < 8; i++)
		made_map(mem, &next, text + 0x1000 * i, 0x1000 * i, levels);
	made_map(mem, &next, MADE_VMAP, MADE_HEAP + 0x8000, levels); /* the hash table's */
#define PA(symbol) ((symbol)-MADE_TEXT)
	memcpy(mem + PA(y->linux_banner), MADE_BANNER, sizeof(MADE_BANNER));
	made_put(mem, PA(y->page_offset_base), MADE_DIRECT);
	made_put(mem, PA(y->pgdir_shift), levels == 5 ? 48 : 39);
	made_put(mem, PA(y->__per_cpu_offset) + 8, 0x4000);
	made_put(mem, PA(y->timekeeper_data) + l->tkd_keeper.offset + l->tk_base.offset, 9000);
	made_put(mem, PA(y->clocksource_jiffies) + l->cs_mult.offset, UINT64_C(4000000) << 8);
	made_put(mem, PA(y->scx_enable_state_var), 1);
	made_put(mem, PA(y->scx_enable_seq), 7);
	made_put(mem, PA(y->scx_root), heap);
	/* tasks: init_task and its list, each with a signal structure of its own behind it */
	init = PA(y->init_task);
	va[0] = y->init_task + slide + l->task_tasks.offset;
	pa[0] = init + l->task_tasks.offset;
	for (i = 0; i < MADE_NTASKS; i++) {
		uint64_t t = MADE_TASKS + 0x1000 * i, signal = t + 0x800, lists[2], places[2];

		va[i + 1] = MADE_DIRECT + t + l->task_tasks.offset;
		pa[i + 1] = t + l->task_tasks.offset;
		made_put(mem, t + l->task_pid.offset, 100 + i);
		made_put(mem, t + l->task_tgid.offset, 100 + i);
		made_put(mem, t + l->task_cpu.offset, i % 2);
		made_put(mem, t + l->task_static_prio.offset, 120);
		made_put(mem, t + l->task_prio.offset, 120);
		made_put(mem, t + l->task_runtime.offset, 1000 * i);
		made_put(mem, t + l->task_last_queued.offset, i < 4 ? 0 : 500 + i);
		made_put(mem, t + l->task_last_arrival.offset, 400);
		made_put(mem, t + l->task_class.offset, y->ext_sched_class + slide);
		made_put(mem, t + l->task_signal.offset, MADE_DIRECT + signal);
		made_put(mem, t + l->task_cpus_ptr.offset, MADE_DIRECT + signal + 0x100);
		made_put(mem, t + l->task_cgroups.offset, heap + 0x2800);
		made_put(mem, signal + 0x100, 3);
		snprintf((char *)mem + t + l->task_comm.offset, SAMPLE_COMM, "made.%u",
			 (unsigned)i);
		lists[0] = MADE_DIRECT + signal + l->signal_threads.offset;
		places[0] = signal + l->signal_threads.offset;
		lists[1] = MADE_DIRECT + t + l->task_thread_node.offset;
		places[1] = t + l->task_thread_node.offset;
		made_list(mem, lists, places, 2);
	}
	made_list(mem, va, pa, MADE_NTASKS + 1);
	/* runqueues: tasks 0 and 1 run */
	for (i = 0; i < 2; i++) {
		uint64_t rq = MADE_RQ + 0x4000 * i, q = rq + l->rq_local_dsq.offset;

		made_put(mem, rq + l->rq_nr_running.offset, 1 + i);
		made_put(mem, rq + l->rq_clock.offset, 1000 + i);
		made_put(mem, rq + l->rq_curr.offset, MADE_DIRECT + MADE_TASKS + 0x1000 * i);
		made_put(mem, MADE_TASKS + 0x1000 * i + l->task_on_cpu.offset, 1);
		va[0] = text + q + l->dsq_list.offset;
		pa[0] = q + l->dsq_list.offset;
		made_list(mem, va, pa, 1);
		made_put(mem, q + l->dsq_id.offset, UINT64_C(0x8000000000000002));
	}
	for (i = 0; i < 2; i++) { /* nothing in bypass */
		uint64_t q = MADE_HEAP + 0x800 + 0x4000 * i + l->pcpu_bypass_dsq.offset;

		va[0] = MADE_DIRECT + q + l->dsq_list.offset;
		pa[0] = q + l->dsq_list.offset;
		made_list(mem, va, pa, 1);
	}
	/* cgroups: the root and one below it, in which all tasks are */
	made_put(mem, PA(cgrp_root - slide) + l->cgrp_kn.offset, kn);
	made_put(mem, MADE_HEAP + 0x3000 + l->kn_id.offset, 1);
	made_put(mem, MADE_HEAP + 0x1000 + l->cgrp_kn.offset, kn + 0x100);
	made_put(mem, MADE_HEAP + 0x3100 + l->kn_id.offset, 42);
	made_put(mem, MADE_HEAP + 0x3100 + l->kn_name.offset, kn + 0x200);
	memcpy(mem + MADE_HEAP + 0x3200, "low", 4);
	made_put(mem, MADE_HEAP + 0x2800 + l->css_set_dfl.offset, cgrp);
	va[0] = cgrp_root + l->cgrp_self.offset + l->css_children.offset;
	pa[0] = PA(cgrp_root - slide) + l->cgrp_self.offset + l->css_children.offset;
	va[1] = cgrp + l->cgrp_self.offset + l->css_sibling.offset;
	pa[1] = MADE_HEAP + 0x1000 + l->cgrp_self.offset + l->css_sibling.offset;
	made_list(mem, va, pa, 2);
	va[0] = cgrp + l->cgrp_self.offset + l->css_children.offset;
	pa[0] = MADE_HEAP + 0x1000 + l->cgrp_self.offset + l->css_children.offset;
	made_list(mem, va, pa, 1);
	/* the scheduler: a DSQ with tasks 4 to 7, in a hash table in the vmalloc area */
	dsq = MADE_HEAP + 0x4000;
	memcpy(mem + MADE_HEAP + l->sch_name.offset, "made", 5);
	made_put(mem, MADE_HEAP + l->sch_watchdog.offset, 250);
	made_put(mem, MADE_HEAP + l->sch_pcpu.offset, heap + 0x800);
	made_put(mem, MADE_HEAP + 0x800 + l->pcpu_events.offset, 5);
	made_put(mem, MADE_HEAP + 0x4800 + l->pcpu_events.offset, 6);
	made_put(mem, MADE_HEAP + l->sch_dsq_hash.offset + l->rht_tbl.offset, MADE_VMAP);
	made_put(mem, MADE_HEAP + 0x8000 + l->tbl_size.offset, 4);
	made_put(mem, MADE_HEAP + 0x8000 + l->tbl_buckets.offset + 8,
		 MADE_DIRECT + dsq + l->dsq_hash_node.offset);
	made_put(mem, dsq + l->dsq_hash_node.offset, 3);
	made_put(mem, dsq + l->dsq_id.offset, 77);
	made_put(mem, dsq + l->dsq_nr.offset, 4);
	va[0] = MADE_DIRECT + dsq + l->dsq_list.offset;
	pa[0] = dsq + l->dsq_list.offset;
	for (i = 0; i < 4; i++) {
		uint64_t t = MADE_TASKS + 0x1000 * (4 + i);

		va[i + 1] = MADE_DIRECT + t + l->task_scx_node.offset;
		pa[i + 1] = t + l->task_scx_node.offset;
		made_put(mem, t + l->task_scx_dsq.offset, MADE_DIRECT + dsq);
		made_put(mem, t + l->task_on_rq.offset, 1);
	}
	made_list(mem, va, pa, 5);
#undef PA
}

#endif
