/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checksum - notices damage in large files as fast as memory is read. No protection against anybody
 * who means harm: sha256.h is for that.
 */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

struct checksum {
	uint64_t lane[4], len;
};

void checksum_begin(struct checksum *c);
/* Every part but the last must be a multiple of 32 bytes. */
void checksum_add(struct checksum *c, const void *data, size_t len);
uint64_t checksum_end(const struct checksum *c);
uint64_t checksum_of(const void *data, size_t len);

#endif
