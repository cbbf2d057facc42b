/* SPDX-License-Identifier: BSD-2-Clause */
/* eyes - for tests: a look into the guest's memory, beside the session's own. */
#ifndef TESTS_GUEST_EYES_H
#define TESTS_GUEST_EYES_H

#include "lab.h"
#include "sight/sight.h"

#define SECOND_NS UINT64_C(1000000000)

struct eyes {
	const struct guest *guest;
	struct sight *sight;
	struct sample now;
};

/* A guest of 4 CPUs in 2 LLCs, with sh, cat, sleep and the program that stops its agent. */
struct lab *eyes_guest(enum observe_from observe, const char *append);

struct eyes eyes_open(struct lab *lab);
void eyes_close(struct eyes *e);
/* One moment, into now; it must be told. */
void eyes_look(struct eyes *e);

/* With OBSERVE_BOTH: agent and memory have told the same, in more comparisons than that. */
void eyes_agreed(struct lab *lab, uint64_t comparisons);

const struct sample_task *eyes_task(const struct sample *s, const char *comm); /* NULL = none */
/* These fail the test when there is none. */
const struct sample_task *eyes_must(const struct sample *s, const char *comm);
const struct sample_cgroup *eyes_cgroup(const struct sample *s, const char *path);
const struct sample_dsq *eyes_dsq(const struct sample *s, uint64_t id); /* NULL = none */

#endif
