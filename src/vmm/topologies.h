/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * topologies - topologies by name, in one table, and the word that --topology takes; which CPU
 * belongs where in one. Above topology.c, which knows shapes alone: files hold shapes, people may
 * say names.
 */
#ifndef VMM_TOPOLOGIES_H
#define VMM_TOPOLOGIES_H

#include "guest/wire_cpus.h"
#include "vmm/guest.h"

struct topology_preset {
	const char *name;  /* "tiny-1llc" */
	const char *shape; /* "1n1l4c1t" */
	const char *summary;
};
const struct topology_preset *topology_preset_at(size_t i); /* NULL past the end */

/* A name of the table or NnNlNcNt. The error has the nearest name. */
int topology_word(const char *word, struct topology *out, struct err *err);

/* Which LLC, node and core each CPU of a guest belongs to, as the guest will see it. */
void topology_layout(const struct topology *t, struct cpu_layout *out);

#endif
