/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transfer - files between this machine and a running guest, for the session: frames in, frames
 * and events out. To the guest (push.c): answers what the agent asks for an op that takes files
 * along. To the host (pull.c): takes what the op `pull` sends.
 *
 * Invariants: nothing leaves this machine but what an op names; nothing of a guest is written but
 * under the name an op or this side has chosen, whole, and over nothing that is there; of either no
 * more than a window is in memory.
 */
#ifndef SESSION_TRANSFER_H
#define SESSION_TRANSFER_H

#include "base/loop.h"
#include "guest/wire_event.h"
#include "guest/wire_files.h"
#include "ops/op.h"

struct transfer_ops {
	int (*send)(void *arg, const void *frame, size_t len); /* 0 or -errno */
	void (*emit)(void *arg, const struct event *ev);
	const struct op *(*op)(void *arg, uint64_t seq); /* NULL = no such op */
	/* What of this machine goes into what `op` takes along; all = it is the whole list. May be NULL. */
	void (*uses)(void *arg, const struct op *op, const char *const *paths, size_t n, bool all);
};

struct transfer_config {
	const char *folder; /* where pulled files go; NULL = they are looked at and not kept */
	bool only_there;    /* a replay: also those that were to go elsewhere */
	unsigned memory_mib; /* of the guest: more cannot be sent; 0 = not known */
};

struct transfer;

struct transfer *transfer_create(struct loop *loop, const struct transfer_config *config,
				 const struct transfer_ops *ops, void *arg);
void transfer_destroy(struct transfer *t); /* what is under way is dropped; NULL is fine */

/* true when the frame is one of these; what it says wrong is told as an event. */
bool transfer_frame(struct transfer *t, const struct wire_header *h, struct wire_reader *payload);
/* The op has ended, in whatever way: what is left of its transfer is dropped. */
void transfer_ended(struct transfer *t, uint64_t seq);

#endif
