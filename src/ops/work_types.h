/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_types - what the workers of `spawn` can do: names and words; the work itself is the agent's
 * (guest/work.c).
 */
#ifndef OPS_WORK_TYPES_H
#define OPS_WORK_TYPES_H

#include <stddef.h>

struct work_type {
	const char *name;
	const char *summary;
};

const struct work_type *work_type_at(size_t i); /* NULL past the end */

#endif
