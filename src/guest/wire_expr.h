/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_expr - what `hold until` waits for: conditions joined by "and", such as
 * "nr_running(a/b) > 4 and exited(probe)". The host checks the text, the agent evaluates it.
 * Invariant: pure functions of their text.
 */
#ifndef GUEST_WIRE_EXPR_H
#define GUEST_WIRE_EXPR_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { EXPR_TERMS_MAX = 8, EXPR_NAME_MAX = 208, EXPR_WORD_MAX = 32 };

/* EXPR_WHERE: a cgroup, or where there is none of that name, a group */
enum expr_about { EXPR_NOTHING, EXPR_CGROUP, EXPR_GROUP, EXPR_BODY, EXPR_WHERE };
enum expr_value { EXPR_NUMBER, EXPR_TIME, EXPR_WORD, EXPR_TRUTH };

/*
 * X(ENUM, name, what stands in its brackets, kind of value, meaning)
 */
#define EXPR_LIST(X)                                                                               \
	X(RUNNING, "running", EXPR_WHERE, EXPR_NUMBER,                                             \
	  "threads of a cgroup and all below it, or of a group, on a CPU now")                     \
	X(NR_RUNNING, "nr_running", EXPR_WHERE, EXPR_NUMBER, "those that run or wait for a CPU")   \
	X(TASKS, "tasks", EXPR_CGROUP, EXPR_NUMBER, "processes in it and below it")                \
	X(LIVE, "live", EXPR_GROUP, EXPR_NUMBER, "tasks of a group that have not exited")          \
	X(EXITED, "exited", EXPR_GROUP, EXPR_TRUTH, "all tasks of a group have exited")            \
	X(SWITCHES, "switches", EXPR_GROUP, EXPR_NUMBER, "times a group got a CPU")                \
	X(RAN, "ran", EXPR_GROUP, EXPR_TIME, "CPU time a group has had")                           \
	X(UNITS, "units", EXPR_GROUP, EXPR_NUMBER,                                                 \
	  "work units of that worker of a group that has done least")                              \
	X(ROUNDS, "rounds", EXPR_BODY, EXPR_NUMBER, "rounds of a body")                            \
	X(SCHED_STATE, "sched.state", EXPR_NOTHING, EXPR_WORD, "state of sched_ext")               \
	X(SCHED_OPS, "sched.ops", EXPR_NOTHING, EXPR_WORD, "name of the loaded scheduler")

enum expr_term {
#define X(e, name, about, value, meaning) EXPR_##e,
	EXPR_LIST(X)
#undef X
};

enum expr_compare { EXPR_EQ, EXPR_NE, EXPR_LT, EXPR_LE, EXPR_GT, EXPR_GE };

struct expr_condition {
	enum expr_term term;
	enum expr_about about;
	enum expr_value kind;
	enum expr_compare compare;
	char name[EXPR_NAME_MAX]; /* in the brackets; "" = none */
	uint64_t number;	  /* NUMBER; TIME in ns; TRUTH: 1 */
	char word[EXPR_WORD_MAX];
};

struct expr {
	struct expr_condition v[EXPR_TERMS_MAX];
	unsigned n;
};

int expr_parse(const char *text, struct expr *out, struct err *err);
int expr_check(const char *text, struct err *err);
bool expr_holds(const struct expr_condition *c, uint64_t number, const char *word);

#endif
