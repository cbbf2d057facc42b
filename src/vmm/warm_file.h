/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * warm_file - a whole guest as a file: a head, what its devices were, which pages of its memory are
 * no zeros, and these pages.
 *
 * Layout, little-endian: struct of WARM_FIXED bytes (magic, version, lengths, checksums), the head
 * (wire codec), the runs of pages {u32 first, u32 count}, the pages. Read with the same care as
 * anything that comes from a disk: sizes are capped, checksums are held. Invariant: a file that was
 * not written to its end has no magic, and its name ends in WARM_UNFINISHED.
 */
#ifndef VMM_WARM_FILE_H
#define VMM_WARM_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "vmm/memory.h"
#include "vmm/pages.h"

#include <stdbool.h>

#define WARM_FIXED      64u
#define WARM_SUFFIX     ".guest"
#define WARM_UNFINISHED ".new"
#define WARM_KEY_MAX    65

struct warm_head {
	char key[WARM_KEY_MAX]; /* of all that decides what guest this is; lower-case hex */
	char release[128];      /* of its kernel */
	char topology[48];
	uint64_t created_s;           /* UTC, since 1970 */
	uint64_t memory;              /* bytes */
	uint32_t qemu_major, tsc_khz; /* 0 = not told to it */
	const void *state;            /* of its devices, as QEMU wrote it; borrowed */
	size_t state_len;
	const void *console; /* what was on it; borrowed */
	size_t console_len;
	const void *more; /* what who has it saved wants to know again; borrowed */
	size_t more_len;
};

/* The head as bytes, and back from them: -EPROTO, with words. What it points to stands in data. */
void warm_head_put(const struct warm_head *head, struct buf *out);
int warm_head_read(const void *data, size_t len, struct warm_head *head, struct err *err);

struct warm_file {
	int fd; /* -1 = none */
	struct warm_head head;
	uint8_t *bytes; /* of the head; owned */
	uint32_t nruns;
	uint64_t runs_sum, data_len, data_sum;
};

/* Opens it and reads its head; checksum and sizes are held. Errors say what is wrong with the file.
 */
int warm_file_open(struct warm_file *f, const char *path, struct err *err);
/* All pages to where they belong; memory must be as large as the head says, and all zeros. */
int warm_file_load(const struct warm_file *f, uint8_t *memory, uint64_t size, struct err *err);
void warm_file_close(struct warm_file *f);

/* Writes a whole file under its unfinished name, then gives it its name. `head` from
 * warm_head_put(). */
int warm_file_write(const char *path, const void *head, size_t head_len, const struct pages *p,
		    int moment, struct err *err);
/* Bytes that file takes. */
uint64_t warm_file_size(size_t head_len, const struct pages *p, int moment);

#endif
