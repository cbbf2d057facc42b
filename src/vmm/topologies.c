/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * topologies - see topologies.h. Names and shapes are those of ktstr's presets, so that results
 * can be held beside each other.
 */
#include "vmm/topologies.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

static const struct topology_preset table[] = {
	{"tiny-1llc", "1n1l4c1t", "one last-level cache"},
	{"tiny-2llc", "1n2l2c1t", "the smallest with two caches"},
	{"odd-3llc", "1n3l3c1t", "an odd number of CPUs"},
	{"odd-5llc", "1n5l3c1t", "a prime number of caches"},
	{"odd-7llc", "1n7l2c1t", "a prime number of caches"},
	{"smt-2llc", "1n2l2c2t", "two threads a core"},
	{"smt-3llc", "1n3l2c2t", "two threads a core, three caches"},
	{"medium-4llc", "1n4l4c2t", "medium"},
	{"medium-8llc", "1n8l4c2t", "medium, many caches"},
	{"large-4llc", "1n4l16c2t", "large, few caches"},
	{"large-8llc", "1n8l8c2t", "large, many caches"},
	{"near-max-llc", "1n15l8c2t", "near the most there can be"},
	{"max-cpu", "1n14l9c2t", "near KVM's limit"},
	{"medium-4llc-nosmt", "1n4l8c1t", "medium, one thread a core"},
	{"medium-8llc-nosmt", "1n8l8c1t", "medium, many caches, one thread a core"},
	{"large-4llc-nosmt", "1n4l32c1t", "large, one thread a core"},
	{"large-8llc-nosmt", "1n8l16c1t", "large, many caches, one thread a core"},
	{"near-max-llc-nosmt", "1n15l16c1t", "near the most there can be, one thread a core"},
	{"max-cpu-nosmt", "1n14l18c1t", "near KVM's limit, one thread a core"},
	{"numa2-4llc", "2n4l4c1t", "two nodes"},
	{"numa2-8llc", "2n8l8c2t", "two nodes, two threads a core"},
	{"numa2-8llc-nosmt", "2n8l16c1t", "two nodes, large, one thread a core"},
	{"numa4-8llc", "4n8l4c1t", "four nodes"},
	{"numa4-12llc", "4n12l8c2t", "four nodes, two threads a core"},
};

const struct topology_preset *topology_preset_at(size_t i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

int topology_word(const char *word, struct topology *out, struct err *err)
{
	const char *names[ARRAY_SIZE(table)], *near;
	struct err parse = ERR_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (!strcmp(word, table[i].name))
			return topology_parse(table[i].shape, out, err);
		names[i] = table[i].name;
	}
	if (topology_parse(word, out, &parse) == 0)
		return 0;
	/* what begins with a digit was meant as a shape */
	near = *word >= '0' && *word <= '9' ? NULL : text_nearest(word, names, i);
	if (near)
		return err_set(err, EINVAL, "topology '%.60s': did you mean '%s'?", word, near);
	return err_set(err, EINVAL, "%s%s", parse.msg,
		       *word >= '0' && *word <= '9'
			       ? ""
			       : ", or name one of 'scxplore matrix topologies'");
}

void topology_layout(const struct topology *t, struct cpu_layout *out)
{
	unsigned cpu, per_llc = t->cores * t->threads;

	memset(out, 0, sizeof(*out));
	out->llcs = t->llcs;
	out->nodes = t->nodes;
	out->cores = t->llcs * t->cores;
	for (cpu = 0; cpu < topology_cpus(t); cpu++) {
		cpu_mask_add(&out->online, cpu);
		out->core[cpu] = (uint16_t)(cpu / t->threads);
		out->llc[cpu] = (uint16_t)(cpu / per_llc);
		out->node[cpu] = (uint16_t)(out->llc[cpu] / (t->llcs / t->nodes));
	}
}
