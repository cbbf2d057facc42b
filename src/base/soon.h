/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soon - a program that a person types at is to be run soon after it wakes, also where guests want every
 * CPU of the machine.
 */
#ifndef BASE_SOON_H
#define BASE_SOON_H

#include <stdbool.h>

/*
 * Asks for short slices of this thread: the kernel (6.12 and newer) then lets it go first when it
 * wakes, and for less long. It gets no larger share, needs no privilege, and no child inherits it.
 * An older kernel takes no notice. False: this thread has another policy, or the call was refused;
 * nothing has changed.
 */
bool soon_ask(void);

#endif
