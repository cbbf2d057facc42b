/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpf_value - values of BPF maps by their BTF: as text, and one field of them by its path.
 * Pure but for memory of libbpf's; no maps. Invariant: nothing outside the value is read or
 * written, whatever the BTF says; text is printable.
 */
#ifndef GUEST_BPF_VALUE_H
#define GUEST_BPF_VALUE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf;

struct bpf_place { /* of one number or text in a value */
	const struct btf *btf;
	uint32_t type; /* without typedefs and qualifiers */
	size_t at, size;
	uint32_t bit, bits; /* of a bit field; bits 0 = it is none */
};

/* Appends the value to dst (always terminated, "..." where it was cut); returns the new length. */
size_t bpf_value_text(const struct btf *btf, uint32_t type, const void *data, size_t size,
		      char *dst, size_t len, size_t room);

/* Follows ".field", "[3]" and so on from a type; "" = itself. 0 or -errno. */
int bpf_value_find(const struct btf *btf, uint32_t type, size_t size, const char *path,
		   struct bpf_place *p, struct err *err);

/* Writes what a person typed into the place within data (the whole value); refuses what does not
 * fit. name is for the words of an error. */
int bpf_value_write(const struct bpf_place *p, void *data, const char *name, const char *value,
		    struct err *err);

#endif
