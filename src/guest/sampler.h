/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sampler - WIRE_SAMPLE at the asked rate: CPUs from mapped counters, tasks and cgroups by hands.
 *
 * Tasks are read for every sample, cgroups about once a second, which is also when the book of
 * cgroups is compared with the kernel's. Invariant: one job of each kind at a time; a sample that
 * cannot be sent is dropped and counted.
 */
#ifndef GUEST_SAMPLER_H
#define GUEST_SAMPLER_H

#include "base/err.h"
#include "base/loop.h"

int sampler_init(struct loop *loop, struct err *err);
void sampler_set_cpus(unsigned ncpus);
void sampler_set_rate(uint64_t ns); /* between samples; 0 = none */
void sampler_start_scan(void);      /* from now on once a second */

#endif
