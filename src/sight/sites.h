/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites - where in a kernel's code the scheduler's tracepoints are, and where their arguments stand
 * there.
 *
 * Each trace_sched_x() is a static branch: the kernel's jump table has the address of a nop and
 * that of a block out of line, which the nop becomes a jump to while the tracepoint is on. The
 * block ends in the call of what was attached: where it takes the arguments from is where they are
 * at the nop, too, for all that lies between is the jump. The block is followed from its beginning
 * with no more instructions known than such blocks have; what is not understood is refused, never
 * guessed. Addresses are those of the image: the slide of a kernel that moved itself is the
 * caller's to add.
 */
#ifndef SIGHT_SITES_H
#define SIGHT_SITES_H

#include "base/err.h"
#include "witness/desk.h"

#include <stddef.h>
#include <stdint.h>

#define SITES_REACH 160 /* bytes of a block in which its call must be */

struct sites {
	struct witness_site list[WITNESS_SITES]; /* as the jump table has them */
	uint32_t n;
};

/* All places of sched_waking, sched_wakeup_new, sched_switch and sched_migrate_task, at least one
 * of each. image: an ELF kernel (unpacked), all of it; it may hold anything. 0, or -errno with
 * words naming the tracepoint that could not be understood: -ENOENT when something is not there,
 * -ENOTSUP when it is not as it is expected, -E2BIG when there are more than WITNESS_SITES; `out`
 * has none then. */
int sites_find(const void *image, size_t len, struct sites *out, struct err *err);

/* One block: where its call takes the first nargs (0 to WITNESS_ARGS) arguments behind the data of
 * who is attached from, in terms of what registers and memory were at its beginning. A register
 * that was not moved at all has 8 bytes.
 * code: the block's bytes, len of them; no more than SITES_REACH are looked at. address: of the
 * first. call: the function whose call is looked for. 0, or -ENOENT (no such call within reach) or
 * -ENOTSUP (not understood) with words; args is not changed then. */
int sites_block(const uint8_t *code, size_t len, uint64_t address, uint64_t call, unsigned nargs,
		struct witness_arg *args, struct err *err);

#endif
