/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_private - what model.c (events) and model_sample.c (samples) share; for nobody else.
 */
#ifndef OPS_MODEL_PRIVATE_H
#define OPS_MODEL_PRIVATE_H

#include "ops/model.h"

/* The cgroup that lives under this id, made when it was not known; NULL when there are too many. */
struct model_cgroup *model_cgroup_make(struct model *m, uint64_t id, const char *path);

#endif
