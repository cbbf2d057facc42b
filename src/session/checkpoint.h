/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checkpoint - moments of a session that it can go back to: guest, model, scenario and session
 * file.
 *
 * Each is a copy of the guest and the length its session file had. To go back is to go on in
 * another file, which begins with what the file held then: a branch; the file of what is left stays
 * as it is. Invariant: an op that waits for its checkpoint is in none (its line is left out, too),
 * and reaches the guest after.
 */
#ifndef SESSION_CHECKPOINT_H
#define SESSION_CHECKPOINT_H

#include "session/session.h"

struct checkpoints;

/* from: the session goes on from that file's checkpoint; NULL = it begins. Both are copied. */
struct saved;
struct checkpoints *checkpoints_create(bool before_ops, uint64_t every_ns, const char *resume_file,
				       const struct saved *from);
void checkpoints_destroy(struct checkpoints *c); /* after the guest; NULL is fine */

/* An op is about to be accepted. */
void checkpoint_before_op(struct session *s);
/* Guest time has gone on: is one due? Cheap to repeat. */
void checkpoint_tick(struct session *s);
/* A copy of the guest was made or not; false = it was none of ours. */
bool checkpoint_copied(struct session *s, int code, const char *why);
/* Between two guests: nothing can be asked of either, and what stands in the memory is of neither. */
bool checkpoint_goes_back(const struct session *s);
/* The guest has gone back. */
void checkpoint_rewound(struct session *s);
/* One that is to be saved gets its turn, if one is. */
bool checkpoint_save_turn(struct session *s);
/* The guest is gone, also where it was to go back. */
void checkpoint_gone(struct session *s);

#endif
