/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_load - what libbpf says while a hand loads programs: the reason for people, and which
 * program it was that this kernel does not take, so that the others can be loaded without it.
 * Invariant: one object at a time; a hand that loads leaves afterwards.
 */
#ifndef GUEST_HAND_LOAD_H
#define GUEST_HAND_LOAD_H

void hand_load_listen(void); /* from now on, instead of printing */
/* The cause: the verifier's complaint, else the first warning; "" = none. */
const char *hand_load_why(void);
/* The program that was refused since the last call; NULL = none was named. */
const char *hand_load_refused(void);

#endif
