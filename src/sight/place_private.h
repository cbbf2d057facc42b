/* SPDX-License-Identifier: BSD-2-Clause */
/* place_private - what the files of place share; see place.h. */
#ifndef SIGHT_PLACE_PRIVATE_H
#define SIGHT_PLACE_PRIVATE_H

#include "sight/place.h"
#include "sight/sight_private.h"

#include <bpf/btf.h>

struct places {
	struct sight *sight;
	struct btf *btf;
	const void *image; /* mapped */
	size_t len;
	/* What is told of symbols; places_symbols() for an image. */
	int (*each)(struct places *p, symbols_fn fn, void *arg, struct err *err);
};

/* Where a place has led so far. */
struct spot {
	uint64_t va;
	uint32_t type;        /* of the BTF, modifiers and all */
	unsigned shift, bits; /* of a bit field within the unit at va; bits 0 = none */
};

/* The type below const, volatile and typedef; NULL when there is no end of them. id: of what is
 * returned, may be NULL. */
const struct btf_type *spot_plain(const struct btf *btf, uint32_t id, uint32_t *plain);
/* One step further: a field or an element, through a pointer where one stands. */
int spot_step(struct places *p, struct spot *at, const struct place_step *step, struct err *err);
/* How many bytes its value takes; -EINVAL where it has none, or not whole bytes. */
int spot_size(struct places *p, const struct spot *at, unsigned *size, struct err *err);
int spot_read(struct places *p, const struct spot *at, struct place_value *out, struct err *err);
int spot_write(struct places *p, const struct spot *at, const char *value, struct err *err);

#endif
