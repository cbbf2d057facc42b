/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sha256 - the content of a file as 32 bytes (FIPS 180-4), taken piece by piece.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

struct sha256 {
	uint32_t h[8];
	uint64_t len; /* bytes so far */
	uint8_t block[64];
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);
void sha256_end(struct sha256 *s, uint8_t out[SHA256_SIZE]);
/* 64 lower-case digits and NUL. */
void sha256_hex(const uint8_t hash[SHA256_SIZE], char dst[2 * SHA256_SIZE + 1]);

#endif
