/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_memory - work types of caches, page faults and NUMA nodes.
 * Invariant: memory is the worker's own and is bounded by its parameters.
 */
#include "guest/work.h"

#include "base/loop.h"
#include "guest/work_cpus.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 4096 };

void work_cache_pressure(struct work *w)
{
	uint8_t *memory = work_memory(w->p[0]);

	for (;;) {
		work_walk(memory, w->p[0], w->p[1], 1024);
		work_did(w);
	}
}

void work_cache_yield(struct work *w)
{
	uint8_t *memory = work_memory(w->p[0]);

	for (;;) {
		work_walk(memory, w->p[0], w->p[1], w->p[0] / w->p[1] + 1);
		sched_yield();
		work_did(w);
	}
}

void work_page_fault_churn(struct work *w)
{
	uint64_t pages = w->p[0] / PAGE, i, at = 0;
	volatile uint8_t *memory;

	pages += !pages;
	memory = work_memory(pages * PAGE);
	madvise((void *)memory, pages * PAGE, MADV_NOHUGEPAGE);
	for (;;) {
		madvise((void *)memory, pages * PAGE, MADV_DONTNEED);
		for (i = 0; i < w->p[1]; i++) {
			/* a prime step spreads the touches over page tables */
			at = (at + 61) % pages;
			memory[at * PAGE]++;
		}
		work_turns(w->p[2]);
		work_did(w);
	}
}

void work_numa_sweep(struct work *w)
{
	uint8_t *memory = work_memory(w->p[0]);
	unsigned nodes = work_nodes(), node;
	unsigned long mask;
	uint64_t end;

	for (node = 0;; node = (node + 1) % nodes) {
		mask = 1ul << node % 64;
		/* a kernel without NUMA, or a cpuset.mems without the node: it stays where it is */
		syscall(SYS_mbind, memory, w->p[0], MPOL_BIND, &mask, 65ul, MPOL_MF_MOVE);
		end = loop_now_ns() + w->p[1];
		do {
			work_walk(memory, w->p[0], 64, 1024);
			work_unit(w);
		} while (loop_now_ns() < end);
		work_did(w);
	}
}

void work_numa_migration(struct work *w)
{
	static struct work_cpus cpus;
	unsigned nodes = work_nodes(), node;

	for (node = 0;; node = (node + 1) % nodes) {
		work_cpus_of_node(node, &cpus);
		if (cpus.n)
			work_cpus_bind(&cpus);
		work_compute_for(w, w->p[0]);
		work_did(w);
	}
}
