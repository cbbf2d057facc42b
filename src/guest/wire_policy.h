/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_policy - the texts for scheduling policies, memory policies and signals, for the host that
 * checks them and for the agent's helpers that apply them.
 * Source of numbers and ranges: sched(7), set_mempolicy(2), include/uapi/linux/sched.h and
 * mempolicy.h. Invariant: pure functions of their text.
 */
#ifndef GUEST_WIRE_POLICY_H
#define GUEST_WIRE_POLICY_H

#include "base/err.h"

#include <stdint.h>

/*
 * X(word, kernel number, argument)
 */
#define POLICY_LIST(X)                                                                             \
	X("normal", 0, POLICY_PLAIN)                                                               \
	X("fifo", 1, POLICY_PRIORITY)                                                              \
	X("rr", 2, POLICY_PRIORITY)                                                                \
	X("batch", 3, POLICY_PLAIN)                                                                \
	X("idle", 5, POLICY_PLAIN)                                                                 \
	X("deadline", 6, POLICY_DEADLINE)                                                          \
	X("ext", 7, POLICY_PLAIN)

enum policy_form { POLICY_PLAIN, POLICY_PRIORITY, POLICY_DEADLINE };

struct policy {
	uint32_t number;			/* SCHED_x */
	uint32_t priority;			/* fifo, rr: 1 to 99 */
	uint64_t runtime, deadline, period;	/* ns; runtime <= deadline <= period */
};

#define MEMPOLICY_LIST(X)                                                                          \
	X("default", 0, MEMPOLICY_PLAIN)                                                           \
	X("preferred", 1, MEMPOLICY_NODE)                                                          \
	X("bind", 2, MEMPOLICY_NODES)                                                              \
	X("interleave", 3, MEMPOLICY_NODES)                                                        \
	X("local", 4, MEMPOLICY_PLAIN)                                                             \
	X("preferred-many", 5, MEMPOLICY_NODES)                                                    \
	X("weighted-interleave", 6, MEMPOLICY_NODES)

enum mempolicy_form { MEMPOLICY_PLAIN, MEMPOLICY_NODE, MEMPOLICY_NODES };

struct mempolicy {
	int mode; /* MPOL_x */
	uint64_t nodes; /* bit mask, nodes 0 to 63 */
};

int policy_parse(const char *text, struct policy *out, struct err *err);
int policy_check(const char *text, struct err *err);
int mempolicy_parse(const char *text, struct mempolicy *out, struct err *err);
int mempolicy_check(const char *text, struct err *err);
/* "TERM", "SIGTERM" or "15" to its number on Linux. */
int signal_parse(const char *text, int *out, struct err *err);
int signal_check(const char *text, struct err *err);

#endif
