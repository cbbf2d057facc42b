/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place - one place in the guest's kernel (guest/wire_place.h) found, read and written from
 * outside.
 *
 * Names and types come from the image that is booted: its symbols, its BTF, whether the place is
 * one for each CPU from where its symbol lies. What stands in memory is the guest's and hostile:
 * every pointer is followed through sight/space.h, every value fits its type. Only integers, bools
 * and enums are written, whole or not at all. The only code that writes to the guest's memory.
 */
#ifndef SIGHT_PLACE_H
#define SIGHT_PLACE_H

#include "base/err.h"
#include "guest/wire_place.h"
#include "vmm/memory.h"

#include <stdbool.h>
#include <stdint.h>

struct places;

struct place_value {
	enum place_value_kind kind;
	uint64_t bits;              /* sign-extended where it is signed; 0 of a text */
	char text[PLACE_VALUE_MAX]; /* as it is shown, safe for a terminal */
};

/*
 * image: path of the unpacked kernel that is booted; memory is borrowed and must stay. Takes some
 * 100 ms. NULL with err when the image has no types or symbols.
 */
struct places *places_create(const char *image, const struct guest_memory *memory, unsigned ncpus,
			     struct err *err);
void places_destroy(struct places *p); /* NULL is fine */

/*
 * 0, or -errno with words that name what is unknown and say what to do: -ENOENT (symbol, field,
 * type, task), -EINVAL (CPU, no value), -EFAULT (a pointer that leads nowhere), -EAGAIN (no kernel
 * there yet). A task is looked for by at->tid, which the caller fills in for one named.
 */
int places_read(struct places *p, const struct place *at, struct place_value *out, struct err *err);
/* As above, and -ERANGE when value does not fit. before: what stood there; after: what does now. */
int places_write(struct places *p, const struct place *at, const char *value,
		 struct place_value *before, struct place_value *after, struct err *err);

/* A place that was found, to be looked at often; where it lies does not change any more. */
struct place_held {
	uint64_t va;
	uint32_t type;
	unsigned size; /* bytes: 1, 2, 4 or 8, and va is a multiple of it */
};

/* As places_read(), and -EINVAL for what is no whole number, bool, enum or pointer, or not aligned.
 */
int places_hold(struct places *p, const struct place *at, struct place_held *out, struct err *err);
int places_look(struct places *p, const struct place_held *held, struct place_value *out,
		struct err *err);
/* The name of the function that an instruction is of, where the kernel runs; false = of none of the
 * image's: a module's, a BPF program's. */
bool places_function(struct places *p, uint64_t at, char *name, size_t size);

#endif
