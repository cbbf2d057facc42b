/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_cpus - words that name CPUs, resolved in a hand against this guest's own sysfs.
 */
#ifndef GUEST_HAND_CPUS_H
#define GUEST_HAND_CPUS_H

#include "guest/hand.h"
#include "guest/wire_cpus.h"

/* 0, or a positive errno with h->text said. The seed is for random:N. */
int hand_cpus_resolve(struct hand *h, const char *text, uint64_t seed, struct cpu_mask *out);

/* The guest's CPUs and their groups as sysfs tells them; NULL with h->text said. */
const struct cpu_layout *hand_cpus_layout(struct hand *h);

#endif
