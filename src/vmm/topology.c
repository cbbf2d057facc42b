/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * topology - NnNlNcNt texts. An LLC is a QEMU socket (measured: L3 is shared per socket), NUMA
 * nodes are equal runs of sockets. Invariant: an accepted topology has 1 to GUEST_CPUS_MAX CPUs
 * and llcs is a multiple of nodes.
 */
#include "base/cleanup.h"
#include "vmm/guest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
	char letter;
	const char *what;
	size_t offset;
} parts[] = {
	{'n', "NUMA nodes", offsetof(struct topology, nodes)},
	{'l', "LLCs", offsetof(struct topology, llcs)},
	{'c', "cores per LLC", offsetof(struct topology, cores)},
	{'t', "threads per core", offsetof(struct topology, threads)},
};

int topology_parse(const char *text, struct topology *out, struct err *err)
{
	struct topology t = {0};
	const char *p = text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		unsigned v = 0;

		while (*p >= '0' && *p <= '9' && v <= GUEST_CPUS_MAX)
			v = v * 10 + (unsigned)(*p++ - '0');
		if (*p != parts[i].letter || v < 1 || v > GUEST_CPUS_MAX)
			return err_set(err, EINVAL,
				       "topology '%.40s': expected the number of %s (1 to %d) and "
				       "'%c' at '%.20s'; "
				       "write it like 1n2l4c1t",
				       text, parts[i].what, GUEST_CPUS_MAX, parts[i].letter, p);
		*(unsigned *)((char *)&t + parts[i].offset) = v;
		p++;
	}
	if (*p)
		return err_set(err, EINVAL, "topology '%.40s': '%.20s' is too much", text, p);
	if (t.llcs % t.nodes)
		return err_set(err, EINVAL,
			       "topology '%s': %u LLCs do not divide over %u NUMA nodes; "
			       "make LLCs a multiple of nodes",
			       text, t.llcs, t.nodes);
	if (t.threads > 2)
		return err_set(err, EINVAL, "topology '%s': %u threads per core; x86 has 1 or 2",
			       text, t.threads);
	if ((unsigned long)t.llcs * t.cores * t.threads > GUEST_CPUS_MAX)
		return err_set(err, EINVAL, "topology '%s': %lu CPUs, at most %d are possible",
			       text, (unsigned long)t.llcs * t.cores * t.threads, GUEST_CPUS_MAX);
	*out = t;
	return 0;
}

void topology_format(const struct topology *t, char *dst, size_t size)
{
	snprintf(dst, size, "%un%ul%uc%ut", t->nodes, t->llcs, t->cores, t->threads);
}

unsigned topology_cpus(const struct topology *t)
{
	return t->llcs * t->cores * t->threads;
}

unsigned topology_memory_least(const struct topology *t)
{
	return topology_cpus(t) * GUEST_MEMORY_MIN_MIB_PER_CPU;
}

unsigned topology_memory_default(const struct topology *t)
{
	unsigned least = topology_memory_least(t);

	return least > GUEST_MEMORY_DEFAULT_MIB ? least : GUEST_MEMORY_DEFAULT_MIB;
}
