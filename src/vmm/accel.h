/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accel - which accelerator to try, and what this machine has taught about KVM.
 *
 * /dev/kvm may open and still not run a kernel (nested para-virtualised hosts); guest.c finds that
 * out while booting and has it remembered here, keyed by machine and host kernel.
 */
#ifndef VMM_ACCEL_H
#define VMM_ACCEL_H

#include "vmm/guest.h"

/*
 * The accelerator to start with and why, in words for the screen (reason: size >= 200).
 * `auto` never fails; ACCEL_KVM asked for on a machine without it is an error (ENOTSUP).
 */
int accel_choose(enum accel asked, enum accel *out, char *reason, size_t size, struct err *err);

/* Remember that KVM cannot run guests here. Failure to write is not told: it is only a short cut.
 */
void accel_remember_broken(const char *why);
/* Forget it: KVM has just run a guest. */
void accel_remember_works(void);

#endif
