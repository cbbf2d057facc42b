/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_still - the figures of one moment, kept while the session goes on: what a frozen picture
 * shows.
 *
 * Tasks, CPUs, cgroups, DSQs and counters are of that moment; ops, log, groups and trace are the
 * model's own and go on. Owned by who took it; a view is valid until the model changes.
 */
#ifndef OPS_MODEL_STILL_H
#define OPS_MODEL_STILL_H

#include "ops/model.h"

struct model_still;

struct model_still *model_still_take(const struct model *m);
void model_still_drop(struct model_still *still); /* NULL is fine */
/* The model with the figures of that moment; still_ns says when that was. */
const struct model *model_still_view(struct model_still *still, const struct model *m);

#endif
