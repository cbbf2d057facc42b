/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mover - what move and affinity are about: a group, one task of it, a cgroup's processes, a pid.
 */
#ifndef GUEST_MOVER_H
#define GUEST_MOVER_H

#include "base/err.h"
#include "guest/wire.h"

/*
 * Puts {u32 n, n * u64 pid, str cgroup ("" = none)}. not_in: a full cgroup path that must not be
 * the target itself, "" = any may. Returns 0 or -errno with the words.
 */
int mover_put(struct wire_writer *w, const char *target, const char *not_in, struct err *err);

#endif
