/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_fault - see wire_fault.h. Invariant: a row for every fault, at its place.
 */
#include "guest/wire_fault.h"

#include <string.h>

static const struct {
	const char *name, *what;
} rows[FAULTS] = {[FAULT_NONE] = {"", ""},
#define X(e, n, w) [FAULT_##e] = {n, w},
		  FAULT_LIST(X)
#undef X
};

enum fault fault_find(const char *name)
{
	int i;

	for (i = FAULT_NONE + 1; i < FAULTS; i++)
		if (!strcmp(rows[i].name, name))
			return (enum fault)i;
	return FAULT_NONE;
}

const char *fault_name_of(enum fault fault)
{
	return rows[fault].name;
}

const char *fault_meaning(enum fault fault)
{
	return rows[fault].what;
}
