/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_cpus - see work_cpus.h: masks from the kernel, lists from sysfs.
 * Invariant: never more than WORK_CPUS_MAX CPUs, whatever sysfs says.
 */
#include "guest/work_cpus.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MASK_SIZE CPU_ALLOC_SIZE(WORK_CPUS_MAX)

union mask {
	cpu_set_t set;
	char bytes[MASK_SIZE];
};

void work_cpus_allowed(struct work_cpus *c)
{
	union mask m = {.bytes = {0}};
	unsigned i;

	*c = (struct work_cpus){.n = 0};
	sched_getaffinity(0, MASK_SIZE, &m.set);
	for (i = 0; i < WORK_CPUS_MAX; i++)
		if (CPU_ISSET_S(i, MASK_SIZE, &m.set))
			c->v[c->n++] = (uint16_t)i;
	if (!c->n)
		c->n = 1;
}

int work_cpus_pin(int pid, unsigned cpu)
{
	union mask m = {.bytes = {0}};

	CPU_SET_S(cpu, MASK_SIZE, &m.set);
	return sched_setaffinity(pid, MASK_SIZE, &m.set) < 0 ? -errno : 0;
}

int work_cpus_bind(const struct work_cpus *c)
{
	union mask m = {.bytes = {0}};
	unsigned i;

	for (i = 0; i < c->n; i++)
		CPU_SET_S(c->v[i], MASK_SIZE, &m.set);
	return sched_setaffinity(0, MASK_SIZE, &m.set) < 0 ? -errno : 0;
}

/* A file such as "0-3,8": those of its CPUs that are in `among`. */
static void read_list(const char *path, const struct work_cpus *among, struct work_cpus *out)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[4096], *p = text;
	unsigned long from, to;
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	unsigned i;

	out->n = 0;
	if (n <= 0)
		return;
	text[n] = '\0';
	while (*p >= '0' && *p <= '9') {
		from = to = strtoul(p, &p, 10);
		if (*p == '-')
			to = strtoul(p + 1, &p, 10);
		for (i = 0; i < among->n; i++)
			if (among->v[i] >= from && among->v[i] <= to && out->n < WORK_CPUS_MAX)
				out->v[out->n++] = among->v[i];
		if (*p++ != ',')
			break;
	}
}

void work_cpus_pin_sibling(unsigned core, unsigned thread)
{
	static struct work_cpus allowed, siblings;
	unsigned i, seen, round;
	char path[96];

	work_cpus_allowed(&allowed);
	for (round = 0, seen = 0; round < 2 && (round == 0 || seen); round++) {
		if (round)
			core %= seen;
		for (i = 0, seen = 0; i < allowed.n; i++) {
			snprintf(path, sizeof(path),
				 "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list",
				 allowed.v[i]);
			read_list(path, &allowed, &siblings);
			if (siblings.n < 2 || siblings.v[0] != allowed.v[i])
				continue;
			if (seen++ == core) {
				work_cpus_pin(0, siblings.v[thread % siblings.n]);
				return;
			}
		}
	}
}

void work_cpus_of_node(unsigned node, struct work_cpus *c)
{
	static struct work_cpus allowed;
	char path[64];

	/* the widest the cpuset lets it have: it may be bound to another node right now */
	allowed.n = 0;
	while (allowed.n < WORK_CPUS_MAX) {
		allowed.v[allowed.n] = (uint16_t)allowed.n;
		allowed.n++;
	}
	snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/cpulist", node);
	read_list(path, &allowed, c);
}

unsigned work_nodes(void)
{
	char path[64];
	unsigned n = 0;

	do
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%u", n);
	while (access(path, F_OK) == 0 && ++n < 64);
	return n ? n : 1;
}
