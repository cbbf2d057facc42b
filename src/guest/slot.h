/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slot - the table of hands as processes: birth, socket, death. For pool.c only.
 *
 * Invariant: the agent itself forks only before the start, and later when not one hand is alive
 * that could do it (a payload killed them all).
 */
#ifndef GUEST_SLOT_H
#define GUEST_SLOT_H

#include "base/loop.h"
#include "guest/pool.h"

enum { HANDS_MAX = 24 };

enum hand_state { HAND_NONE, HAND_COMING, HAND_IDLE, HAND_BUSY, HAND_LEFT };

struct slot {
	enum hand_state state; /* LEFT: hangs or dies, is to be reaped */
	bool ours;             /* LEFT: killed by the agent itself */
	int pid;               /* 0 = not known yet */
	int fd;
	loop_id source;
	uint64_t cpu_ns;
	/* BUSY */
	enum job_type type;
	pool_fn fn;
	void *arg;
	uint64_t began_ns, due_ns, deadline_ns;
	char about[128];
};

void slot_init(struct loop *loop, loop_fd_fn on_answer); /* called with the slot */
struct slot *slot_at(unsigned i);                        /* i < HANDS_MAX; never NULL */
struct slot *slot_find(enum hand_state state);           /* any in this state, or NULL */
struct slot *slot_by_pid(int pid);
unsigned slot_count(enum hand_state state);

/* Both ends of a new hand's socket, ours goes into the slot. Returns the hand's end or -errno. */
int slot_open(struct slot *s);
/* The hand lives and waits for jobs. */
void slot_born(struct slot *s, int pid);
/* Fork a hand from here; false when that is not possible. */
bool slot_fork(void);
void slot_close(struct slot *s); /* the socket only */
void slot_free(struct slot *s);
uint64_t slot_cpu_ns(void); /* CPU time of all hands there are and were */

#endif
