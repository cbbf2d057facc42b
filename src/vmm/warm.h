/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * warm - the cache of guests that stand ready: which one is asked for, where it lies, what it may
 * take.
 *
 * The name of a saved guest is a digest of everything that decides what stands in it; each file it
 * was made of counts with its identity, size and times, so that a changed one is another guest.
 * Invariant: the folder never takes more than WARM_BOUND, nor the disk's last WARM_SPARE.
 */
#ifndef VMM_WARM_H
#define VMM_WARM_H

#include "base/err.h"
#include "vmm/include.h"
#include "vmm/kernel.h"
#include "vmm/qemu.h"
#include "vmm/warm_file.h"

#define WARM_BOUND (UINT64_C(3) << 30)
#define WARM_SPARE (UINT64_C(1) << 30)

/* What else than QEMU's arguments goes into the name. */
struct warm_of {
	const struct qemu_spec *spec;
	const struct kernel *kernel;
	const struct include_set *include;
	const char *agent, *root;
	uint64_t watchdog_ns;
};

/* dst: the name. Errors when something cannot be looked at. */
int warm_key(const struct warm_of *of, char dst[WARM_KEY_MAX], struct err *err);
/* Where a guest of that name lies; the folder is made. Caller frees; NULL with err. */
char *warm_path(const char *key, struct err *err);

/* Bytes that all of them may take: WARM_BOUND, or SXP_WARM_BOUND MiB. */
uint64_t warm_bound(void);
/* Before a file of `size` bytes is written to path: the oldest others go until it fits. -ENOSPC,
 * with words, when it does not. */
int warm_make_room(const char *path, uint64_t size, struct err *err);
/* The same where nothing may go for it: a file that a person has not asked for leaves SPARE_BESIDE. */
#define SPARE_BESIDE (UINT64_C(256) << 20)
int warm_has_room(const char *path, uint64_t size, struct err *err);
/* It was used just now: it goes last. */
void warm_touch(const char *path);

struct warm_entry {
	char name[256];
	uint64_t bytes;
	int64_t used_s;        /* UTC, since 1970 */
	bool usable;           /* its head is whole */
	struct warm_head head; /* without what it borrows */
	char why[160];         /* it is not usable */
};

/* The newest first. How many, or -errno; the caller frees *list. */
int warm_list(struct warm_entry **list, struct err *err);
/* All of them, or those whose name begins so. How many went, and their bytes. */
int warm_clean(const char *name, uint64_t *bytes, struct err *err);

#endif
