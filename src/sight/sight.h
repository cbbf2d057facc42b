/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sight - the state of the guest's kernel, read from its memory without asking it.
 *
 * Costs the guest nothing and works while it runs, is stopped, hangs in a panic or has lost its
 * agent. Types come from the image's BTF (layout.h), addresses from its symbols (symbols.h). What
 * is read while the guest writes is read until it is the same twice; a row that does not come to
 * rest is left out and counted, never told half. Everything in the guest is hostile: every pointer,
 * length and index is checked, every walk has an end.
 */
#ifndef SIGHT_SIGHT_H
#define SIGHT_SIGHT_H

#include "base/err.h"
#include "guest/wire_sample.h"
#include "vmm/memory.h"
#include "witness/desk.h"

#include <stdbool.h>

struct sight;

/*
 * image: path of the unpacked kernel that is booted; memory is borrowed and must stay. Takes some
 * 50 ms. NULL with err when the image has no types or symbols (-ENOTSUP, -ENOENT, -ENOEXEC, or that
 * of the file).
 */
struct sight *sight_create(const char *image, const struct guest_memory *memory, unsigned ncpus,
			   struct err *err);
void sight_destroy(struct sight *s); /* NULL is fine */

/*
 * One moment: t_ns (guest CLOCK_MONOTONIC; never less than before), CPUs, tasks (no kernel threads,
 * nothing of the observer's), cgroups, DSQs, sched_ext, each column absent that cannot be seen from
 * here: what only events tell, drops, cost_ns and steal_ns. host_ns: this machine's clock, by which
 * time goes on in a guest that is idle and winds no clock of its own; 0 = the guest stands still.
 * The caller's arrays have room for the caps. 0, or -EAGAIN with words as long as the kernel is not
 * up (or its memory makes no sense).
 */
int sight_sample(struct sight *s, struct sample *out, uint64_t host_ns, struct err *err);

/*
 * What the emulator needs to see this kernel's tracepoints: all of the desk but what witness_on()
 * fills. image: as for sight_create(). 0, -EAGAIN as sight_sample(), or -ENOTSUP with words: not of
 * this kernel. Takes some 50 ms the first time.
 */
int sight_desk(struct sight *s, const char *image, struct witness_desk *d, struct err *err);

/* Name of the sched_ext scheduler in force at the last sample, not yet sanitised; "" = none. */
const char *sight_scheduler(const struct sight *s);
/* Rows left out so far because they never were the same twice. */
uint64_t sight_unsteady(const struct sight *s);

#endif
