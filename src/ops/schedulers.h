/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schedulers - the built-in sched_ext schedulers, as the host knows them: names, sentences, and
 * the constants each can be given. The programs are in bpf/sched/; a test holds both lists against
 * each other.
 */
#ifndef OPS_SCHEDULERS_H
#define OPS_SCHEDULERS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { SCHEDULER_CONSTANTS_MAX = 6, SCHEDULER_NAME_MAX = 64 };

struct scheduler {
	const char *name;
	const char *summary;
	bool broken; /* on purpose */
	struct {
		const char *name; /* NULL ends */
		const char *summary;
	} constants[SCHEDULER_CONSTANTS_MAX];
};

const struct scheduler *scheduler_at(size_t i); /* NULL past the end */
const struct scheduler *scheduler_find(const char *name);

/* A scheduler as a person names it: a built-in name, or a path (has a '/', or ends .bpf.o/.bpf.c).
 */
bool scheduler_is_path(const char *word);
/* The built-in one that is spelt nearly so, or NULL. */
const char *scheduler_near(const char *word);
/* Could it be one? What is neither built in nor a path may be a program of that name on the host. */
int scheduler_check(const char *word, struct err *err);
/* The name of an exit kind (guest/wire_sched.h): 0, or -EINVAL with the nearest. */
int scheduler_check_kind(const char *word, struct err *err);
/* NAME of NAME=VALUE for this scheduler; anything goes for a path. */
int scheduler_check_constant(const char *scheduler, const char *name, struct err *err);

/*
 * Is the name the kernel reports the one that was asked for? "fifo" is also reported as
 * "fifo_1.0.3_x86_64": a version may follow.
 */
bool scheduler_same_name(const char *reported, const char *asked);

#endif
