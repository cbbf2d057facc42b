/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_ops - what ops ask the host to do in the guest's memory: done when the agent says that it
 * is their turn, hot while the guest runs, cold while its vCPUs stand still.
 *
 * A look is told as EV_KERNEL, then the agent is answered, which ends the op. What is watched is
 * session/watches.h's affair; that the guest goes on after a write is this one's. Invariants: an op is
 * done once, however often the guest says that it is its turn; a guest that was stopped for it goes
 * on after it; nothing is made of the kernel's image before the first such op.
 */
#ifndef SESSION_KERNEL_OPS_H
#define SESSION_KERNEL_OPS_H

#include "ops/model.h"
#include "vmm/guest.h"

struct kernel_ops_host {
	int (*send)(void *arg, const void *frame, size_t len); /* 0 or -errno */
	void (*emit)(void *arg, const struct event *ev);
	/* One moment into model and session file, while the guest stands still; 0 or -errno. */
	int (*moment)(void *arg, struct err *err);
	/* Could there be one? 0, or -errno with words. */
	int (*may_moment)(void *arg, struct err *err);
};

struct kernel_ops;

/* model is borrowed: ops and tasks are looked up in it. */
struct kernel_ops *kernel_ops_create(const struct model *model, const struct kernel_ops_host *host,
				     void *arg);
void kernel_ops_destroy(struct kernel_ops *k); /* NULL is fine */
/* A guest was booted; it is borrowed until the next one or the end. */
void kernel_ops_boot(struct kernel_ops *k, struct guest *g);
/* The places of its kernel, looked for when they are needed first; NULL with err. Borrowed. */
struct places *kernel_ops_places(struct kernel_ops *k, struct err *err);
/* true when the frame is one of these. */
bool kernel_ops_frame(struct kernel_ops *k, const struct wire_header *h);
/* As those of struct guest_ops: its vCPUs have stopped; a watch is set or off; all are lost. */
void kernel_ops_stopped(struct kernel_ops *k, const struct guest_hit *hit);
void kernel_ops_watched(struct kernel_ops *k, const struct err *err);
void kernel_ops_unwatched(struct kernel_ops *k, const char *why);
/* The op has ended, in whatever way: it is not done any more. */
void kernel_ops_ended(struct kernel_ops *k, uint64_t seq);

#endif
