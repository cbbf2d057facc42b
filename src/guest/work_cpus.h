/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_cpus - which CPUs a worker may use, and binding it to some of them.
 * For work_*.c. Invariant: a binding that the kernel refuses (the cpuset changed) leaves the
 * worker where it may be.
 */
#ifndef GUEST_WORK_CPUS_H
#define GUEST_WORK_CPUS_H

#include <stddef.h>
#include <stdint.h>

enum { WORK_CPUS_MAX = 1024 };

struct work_cpus {
	uint16_t v[WORK_CPUS_MAX];
	unsigned n; /* at least 1 */
};

/* Those this worker may use now. */
void work_cpus_allowed(struct work_cpus *c);
/* Bind a process (0 = oneself) to one CPU; 0 or -errno. */
int work_cpus_pin(int pid, unsigned cpu);
/* All CPUs of the list, for oneself. */
int work_cpus_bind(const struct work_cpus *c);
/* To one thread of the nth core that has more than one; nothing where cores have one. */
void work_cpus_pin_sibling(unsigned core, unsigned thread);
/* CPUs of a NUMA node; n = 0 when there is no such node. */
void work_cpus_of_node(unsigned node, struct work_cpus *c);
unsigned work_nodes(void); /* at least 1 */

#endif
