/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell - a person's shell in the guest, with a terminal of its own or with plain pipes.
 *
 * It is no op and cannot be replayed: what happens in it is told as "not by an op". It is created
 * like every payload (a hand, held, its cgroup proven before its first instruction). One at a
 * time. Invariant: output is read only while the host's window has room, so that a program that
 * never stops to write waits in the guest and costs neither memory nor samples.
 */
#ifndef GUEST_SHELL_H
#define GUEST_SHELL_H

#include "base/loop.h"
#include "guest/wire.h"

#include <stdbool.h>

void shell_init(struct loop *loop);
/* A WIRE_SHELL* frame. */
void shell_frame(const struct wire_header *h, struct wire_reader *payload);
/* A child was reaped: true when it was the shell. */
bool shell_reaped(int pid, int status);
/* It was started in the shell: one of its session, but not the shell itself. */
bool shell_has(int pid);

#endif
