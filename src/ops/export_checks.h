/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_checks - what an exported test asserts, as a list: first what the person pinned with
 * `expect`, then what is added by itself (placement of every group, exits that were seen).
 *
 * The C exporter writes the list, the replay before saving judges it: so what is saved is what was
 * verified. Duplicates are merged. Invariant: no exit of a task that the session killed is in it.
 */
#ifndef OPS_EXPORT_CHECKS_H
#define OPS_EXPORT_CHECKS_H

#include "ops/check.h"
#include "ops/scenario.h"

enum export_check_kind {
	CHECK_PLACED,
	CHECK_EXIT,
	CHECK_OUTPUT,
	CHECK_FILE,
	CHECK_REPORT,
	CHECK_STAYED, /* these look: name is the group or pair, nth the look */
	CHECK_RAN,
	CHECK_SHARE,
	CHECK_CPUS,
	CHECK_CONFINED,
	CHECK_METRIC,
};

struct export_check {
	enum export_check_kind kind;
	bool pinned; /* by an expect op; else added */
	const struct op
		*op; /* the expect op, or the op that made the group; borrowed from the scenario */
	const char *name;   /* group; NULL for files */
	const char *cgroup; /* PLACED: below the workload root or "/" */
	const char *path, *text;
	const char *figure, *compare, *value; /* REPORT, METRIC */
	int64_t code; /* EXIT; RAN: ns; SHARE: millionths */
	int64_t tolerance; /* SHARE, METRIC: millionths */
	size_t nth; /* FILE: which read of path, from 0; which look at name; REPORT, METRIC: which note of it */
	bool only;  /* FILE: path is read only once */
};

struct export_checks {
	struct export_check *v;
	size_t n;
};

/* Strings are borrowed from the scenario. `seen` is the recorded model: tells which exits came. */
void export_checks_build(struct export_checks *c, const struct scenario *s,
			 const struct model *seen);
void export_checks_finish(struct export_checks *c);

/* Judge one against a replay's model. */
enum verdict export_check_judge(const struct export_check *c, const struct model *m,
				struct buf *why);
/* "probe is in cg_dst before its first instruction", foreign text as it is. */
void export_check_sentence(const struct export_check *c, struct buf *out);

#endif
