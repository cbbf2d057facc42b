/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally - the agent's end of bpf/tally.bpf.c: threads of cgroups and groups that run or want to,
 * counted at every switch, wake-up, move and exit while somebody waits for it.
 *
 * A hand loads and attaches, a hand lets go. Invariant: nothing is attached when nobody waits.
 */
#ifndef GUEST_TALLY_H
#define GUEST_TALLY_H

#include "base/err.h"
#include "base/loop.h"
#include "bpf/tally.h"

#include <stdbool.h>

struct tally_count; /* one waiter's */

struct tally_user {
	/* The counting has begun, or cannot (err->code): then close it. */
	void (*ready)(void *arg, const struct err *err);
	/* All watches have become true, at r->t_ns on r->cpu. May close. */
	void (*moment)(void *arg, const struct tally_record *r);
};

void tally_init(struct loop *loop);
/* user is borrowed until tally_close(). NULL with err set when it cannot even be tried. */
struct tally_count *tally_open(const struct tally_watch *w, unsigned n,
			       const struct tally_user *user, void *arg, struct err *err);
void tally_close(struct tally_count *c); /* NULL is fine */
/* The numbers as they are now; false while it is being opened. */
bool tally_now(const struct tally_count *c, struct tally *out);

#endif
