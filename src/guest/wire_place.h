/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_place - a place in the guest's kernel, as a person writes it:
 *
 *   SYMBOL[:TYPE][@CPU][.FIELD...]   a variable; @CPU of one there is for each CPU
 *   0xADDRESS:TYPE[.FIELD...]        whatever stands there
 *   task(NAME|TID).FIELD...          a task: of a group (hogs, hogs.2), or by its number
 *
 * TYPE is a name of the kernel's own types, with a '*' for each pointer; after a FIELD, and before
 * the first, may stand [N]. Also what a value read there can be, and numbers as they are written.
 * Invariant: pure functions of their text; what they mean in a kernel is sight/place.h's affair.
 */
#ifndef GUEST_WIRE_PLACE_H
#define GUEST_WIRE_PLACE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	PLACE_NAME_MAX = 128,
	PLACE_TYPE_MAX = 64,
	PLACE_POINTERS_MAX = 2,
	PLACE_STEPS_MAX = 16,
	PLACE_VALUE_MAX = 256,
	PLACE_INDEX_MAX = 1 << 20,
	PLACE_CPU_MAX = 4095,
	PLACE_TID_MAX = 4 << 20
};

enum place_kind { PLACE_SYMBOL, PLACE_ADDRESS, PLACE_TASK };

struct place_step {
	char name[PLACE_TYPE_MAX]; /* of a field; "" = an element of an array */
	uint32_t index;
};

struct place {
	enum place_kind kind;
	char name[PLACE_NAME_MAX]; /* of the symbol; of the task, "" = by its number */
	uint64_t address;
	uint32_t tid;              /* 0 = by its name */
	char type[PLACE_TYPE_MAX]; /* "" = the symbol's own */
	unsigned pointers;         /* to that type */
	bool has_cpu;
	uint32_t cpu;
	struct place_step steps[PLACE_STEPS_MAX];
	unsigned nsteps;
};

/* 0, or -EINVAL with words that say what to write. */
int place_parse(const char *text, struct place *out, struct err *err);
int place_check(const char *text, struct err *err);

/* What was read; numbers go in session files and are never reused. */
enum place_value_kind {
	PLACE_UNSIGNED = 1,
	PLACE_SIGNED = 2,
	PLACE_BOOL = 3,
	PLACE_ENUM = 4,
	PLACE_POINTER = 5,
	PLACE_TEXT = 6
};

/* -5, 4096, 0xffff, true, false; false = none. A negative one's bits are its two's complement. */
bool place_number(const char *text, uint64_t *bits, bool *negative);

#endif
