/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steps - for who looks for the first moment at which two exact runs differ: with SXP_STEPS=FILE
 * the guest's own time goes to FILE each time its vCPUs' thread comes out of the guest's code, and
 * with SXP_STEPS_REGS=FROM-TO (ns of it) the registers go to FILE.regs. tests/guest/steps.py
 * compares.
 *
 * Invariant: nothing the guest can notice; without SXP_STEPS nothing at all is done.
 */
#ifndef STEADY_STEPS_H
#define STEADY_STEPS_H

void steps_init(void);
/* By the vCPUs' thread alone, while it is not in the guest's code. */
void steps_note(void);

#endif
