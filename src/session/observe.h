/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * observe - where live samples come from: the guest's memory (sight/), its agent, or both.
 *
 * host: state is read from memory at the session's rate, whatever the guest does; what only the
 * guest knows (drops, cost, files of cgroups, what probes count) comes from the agent once a second
 * and stands beside it. guest: the agent tells all. both: as host, and what the agent tells must
 * fit between two readings of memory; what does not is logged. Where memory cannot be read, the
 * agent is asked, and that is said.
 */
#ifndef SESSION_OBSERVE_H
#define SESSION_OBSERVE_H

#include "base/loop.h"
#include "guest/wire_sample.h"
#include "vmm/guest.h"
#include "witness/desk.h"

struct observe;

struct observe_ops {
	void (*sample)(void *arg, struct sample *s);         /* valid during the call */
	void (*log)(void *arg, int level, const char *text); /* level as in syslog */
	void (*rate)(void *arg, uint64_t ns);                /* the agent's from now on */
};

/* sample_ns: between samples; 0 = none. */
struct observe *observe_create(struct loop *loop, enum observe_from from, uint64_t sample_ns,
			       const struct observe_ops *ops, void *arg);
void observe_destroy(struct observe *o); /* NULL is fine */

/* The agent's rate to begin with. */
uint64_t observe_agent_ns(const struct observe *o);
/* QEMU runs: types and symbols are read while the guest boots. */
void observe_boot(struct observe *o, const struct guest *g);
void observe_ready(struct observe *o); /* samples from now on */
/* State is read from memory: the agent need not be asked for what a switch changes. */
bool observe_outside(const struct observe *o);
/* As sight_desk(); -ENOENT when nothing is read from memory. */
int observe_desk(struct observe *o, struct witness_desk *d, struct err *err);
/* One from the agent; the rows are copied. */
void observe_told(struct observe *o, struct sample *s);
/* Is the memory read? 0, or -errno with words. */
int observe_may(const struct observe *o, struct err *err);
/* One moment now, told as a sample whether or not its turn has come. 0, or -errno with words: the
 * memory is not read, or makes no sense at this moment. */
int observe_now(struct observe *o, struct err *err);
void observe_compared(const struct observe *o, uint64_t *made, uint64_t *wrong);
/* No more; the last look at a guest that ended by itself. */
void observe_end(struct observe *o, bool clean);

#endif
