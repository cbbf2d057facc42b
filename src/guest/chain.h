/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain - probes on the functions that a scheduler's end went through in another run: the last
 * calls and returns before the next end, with their arguments (EV_SCHED_CALLS).
 */
#ifndef GUEST_CHAIN_H
#define GUEST_CHAIN_H

#include "base/err.h"
#include "base/loop.h"

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "bpf/chain.h" /* after linux/types.h */

enum chain_arg_kind { CHAIN_NUMBER, CHAIN_SIGNED, CHAIN_POINTER, CHAIN_TASK };

struct chain_target { /* a function as the kernel's BTF tells it */
	char name[64];
	uint8_t nargs;
	bool value; /* it returns one */
	bool value_signed;
	uint8_t value_size;
	struct {
		char name[20];
		uint8_t kind, size;
	} args[CHAIN_ARGS];
};

struct btf;
/* Fills what a function takes and returns (t's name is left alone): nothing where BTF has no such
 * one. */
void chain_describe(const struct btf *btf, const char *function, struct chain_target *t);

/* names: with spaces between; "" = none are wanted. then() is called once, when they are attached
 * or cannot be. */
void chain_start(struct loop *loop, const char *names, void (*then)(void));

/*
 * For the load of a scheduler: descriptors of the maps that records go to (borrowed), and which
 * number the first of its callbacks gets. How many descriptors; 0 = no chain is probed, or there is
 * no room.
 */
int chain_lend(int *fds, uint32_t *first);
/* The scheduler's callbacks are probed: struct chain_target of each, and the links, which it owns
 * now. */
void chain_take(const void *callbacks, size_t size, const int *links, int nlinks);
/* The scheduler has ended: its programs go, too. */
void chain_let_go(void);
/* The calls around the exit, of those noted so far, go up; nothing when no probe is attached. */
void chain_send(void);

#endif
