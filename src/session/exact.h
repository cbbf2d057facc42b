/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exact - what an exact run (guest_config.exact) takes along, and what it cannot do: collected op
 * by op before the boot, since nothing crosses the wire while it runs.
 */
#ifndef SESSION_EXACT_H
#define SESSION_EXACT_H

#include "guest/wire.h"
#include "ops/op.h"
#include "vmm/include.h"

struct exact;

/* seed: guest_config.seed */
struct exact *exact_create(uint64_t seed);
void exact_destroy(struct exact *e); /* NULL is fine */

/*
 * An op of the run, its seq given: its files of this machine, libraries and all, are remembered.
 * -EINVAL with the reason for what cannot be done without the host; else the errors of
 * supply_find().
 */
int exact_take(struct exact *e, const struct op *op, struct err *err);

/* Keys and values of WIRE_CONFIG: the seed, and what each op's file is called in the guest. */
void exact_put_config(const struct exact *e, struct wire_writer *w);
const struct include_set *exact_files(const struct exact *e);

#endif
