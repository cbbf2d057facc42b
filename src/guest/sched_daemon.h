/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_daemon - the process of a scheduler that is a user-space program: a payload group named
 * "sched", or "sched.2" and so on where a payload has that name. Invariant: one lives at a time.
 */
#ifndef GUEST_SCHED_DAEMON_H
#define GUEST_SCHED_DAEMON_H

#include "guest/group.h"

struct group *sched_daemon_group(void);  /* NULL when none lives */
void sched_daemon_signal(int sig);       /* SIGINT asks it to take its scheduler back */
const char *sched_daemon_new_name(void); /* for the next one */
const char *sched_daemon_name(void);     /* of the latest; "" = none yet */

#endif
