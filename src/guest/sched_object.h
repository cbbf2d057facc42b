/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_object - a .bpf.o with a sched_ext scheduler in it: opened, fitted to this kernel and this
 * guest, loaded, attached. Runs in a hand that leaves afterwards: libbpf allocates and parses, and
 * attaching waits until every task has changed its class. Invariant: on failure nothing stays.
 */
#ifndef GUEST_SCHED_OBJECT_H
#define GUEST_SCHED_OBJECT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_object;
struct btf;
struct chain_callbacks;

struct sched_variable { /* NAME=VALUE for .rodata */
	const char *name, *value;
};

/*
 * what: a built-in scheduler's name, or the absolute path of an object file. Returns a descriptor
 * of the link, which is what keeps the scheduler in force (without `attach`: 0, the verifier has
 * passed it), or -errno with err; *log (never NULL
 * after, borrowed until the next call) holds the useful end of what libbpf and the verifier said;
 * *notes what was left out for this kernel, "" = nothing. chain: probes that are attached to its
 * callbacks before it is in force (filled); NULL = none.
 */
int sched_object_load(const char *what, const struct sched_variable *v, uint32_t n, bool attach,
		      struct chain_callbacks *chain, const char **notes, const char **log,
		      struct err *err);

bool sched_object_builtin(const char *name);

/*
 * Variables of .rodata before loading: those asked for, then what the loader knows by itself
 * (SCX_* enums, nr_cpus, cpu_llc, nr_llcs). In sched_variable.c.
 */
int sched_variable_set(struct bpf_object *o, const char *name, const char *value, struct err *err);
void sched_variable_fill(struct bpf_object *o);

/* One value of a type as a person types it: numbers, enums by name, booleans, texts, "@CGROUP" for
 * its id. 0 or -errno: what does not fit is refused, never cut. */
int sched_value_write(const struct btf *btf, int type, void *data, size_t size, const char *name,
		      const char *value, struct err *err);

#endif
