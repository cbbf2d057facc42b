/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * freeze - the agent's side of a copy of the whole guest: silence before it, and after it, in the
 * copy, what must not be the same twice: the time of day and the kernel's random numbers.
 */
#ifndef GUEST_FREEZE_H
#define GUEST_FREEZE_H

#include "guest/wire.h"

/* WIRE_FREEZE: silence as soon as it may be; it waits until freeze_may() was called. */
void freeze_frame(void);
/* From now on a copy may be made: set-up is over. */
void freeze_may(void);
/* WIRE_THAW: lets the port go; what the guest is now. THAW_ON for a frame that is malformed. */
enum wire_thaw freeze_thaw(struct wire_reader *p);

#endif
