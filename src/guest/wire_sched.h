/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_sched - how a sched_ext scheduler can end: number, our name, the kernel's own words.
 *
 * Numbers as in enum scx_exit_kind (kernel/sched/ext*), words as scx_exit_reason() writes them into
 * the log and into the exit information. Used by agent, checks and parser.
 */
#ifndef GUEST_WIRE_SCHED_H
#define GUEST_WIRE_SCHED_H

#include <stddef.h>
#include <stdint.h>

struct sched_exit_kind {
	int64_t number; /* of the kernel; 0 = it was not seen how */
	const char *name;
	const char *reason; /* the kernel's words; NULL = none known */
};

const struct sched_exit_kind *sched_exit_kind_at(size_t i); /* NULL past the end */
const struct sched_exit_kind *sched_exit_kind_by_name(const char *name);
const struct sched_exit_kind *sched_exit_kind_by_reason(const char *reason);
const char *sched_exit_kind_name(int64_t number); /* "unknown" for one that is not known */

#endif
