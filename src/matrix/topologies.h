/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * topologies - topologies by name, in one table, and the words of the axis --topology.
 */
#ifndef MATRIX_TOPOLOGIES_H
#define MATRIX_TOPOLOGIES_H

#include "guest/wire_cpus.h"
#include "vmm/guest.h"

struct mx_topology {
	const char *name; /* "tiny-1llc" */
	const char *spec; /* "1n1l4c1t" */
	const char *summary;
};
const struct mx_topology *mx_topology_at(size_t i); /* NULL past the end */

/* A name of the table or NnNlNcNt. The error has the nearest name. */
int mx_topology_parse(const char *word, struct topology *out, struct err *err);

/* Which LLC, node and core each CPU of a guest belongs to, as the guest will see it. */
void mx_topology_layout(const struct topology *t, struct cpu_layout *out);

#endif
