/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checksum - four lanes of multiply and rotate, so that the CPU can do them side by side.
 */
#include "base/checksum.h"

#include <string.h>

#define PRIME_1 UINT64_C(0x9e3779b185ebca87)
#define PRIME_2 UINT64_C(0xc2b2ae3d27d4eb4f)
#define BLOCK   32u

static uint64_t rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

void checksum_begin(struct checksum *c)
{
	*c = (struct checksum){.lane = {PRIME_1 + PRIME_2, PRIME_2, 0, 0 - PRIME_1}};
}

static void block(struct checksum *c, const uint8_t *data)
{
	int i;

	for (i = 0; i < 4; i++) {
		uint64_t word;

		memcpy(&word, data + 8 * i, 8);
		c->lane[i] = rotate(c->lane[i] + word * PRIME_2, 31) * PRIME_1;
	}
}

void checksum_add(struct checksum *c, const void *data, size_t len)
{
	const uint8_t *at = data;
	uint8_t last[BLOCK] = {0};

	c->len += len;
	for (; len >= BLOCK; len -= BLOCK, at += BLOCK)
		block(c, at);
	if (!len)
		return;
	memcpy(last, at, len);
	block(c, last);
}

uint64_t checksum_end(const struct checksum *c)
{
	uint64_t sum = c->len;
	int i;

	for (i = 0; i < 4; i++)
		sum = (rotate(sum ^ c->lane[i], 27) + PRIME_2) * PRIME_1;
	return sum ^ sum >> 32;
}

uint64_t checksum_of(const void *data, size_t len)
{
	struct checksum c;

	checksum_begin(&c);
	checksum_add(&c, data, len);
	return checksum_end(&c);
}
