/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_files - schedulers of a person's that a scenario names: found on this machine, compiled
 * where they are sources, and packed for the guest.
 *
 * `sched load ./x.bpf.o` and `sched load ./x` (a program) take that file along; `./x.bpf.c` is
 * compiled first. Invariant: the same scenario takes the files anew each time it is run, so that
 * a replay tests what is there now; nothing of it is recorded but the op.
 */
#ifndef SESSION_SCHED_FILES_H
#define SESSION_SCHED_FILES_H

#include "ops/scenario.h"

/*
 * The files of `include` (NULL-terminated or NULL) and those the scenario's ops name. A path that
 * is not on this machine is left to the guest. Returns a NULL-terminated list for
 * sched_files_free(), or NULL with err: a source that does not compile, with clang's lines.
 */
char **sched_files_collect(const struct scenario *s, const char *const *include, struct err *err);
void sched_files_free(char **files);

#endif
