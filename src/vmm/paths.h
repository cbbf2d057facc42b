/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * paths - where the program's own parts and its cache are: the only file that knows.
 */
#ifndef VMM_PATHS_H
#define VMM_PATHS_H

#include "base/err.h"

/* The agent binary: $SXP_AGENT, else in the build tree the program runs from, else installed.
 * Caller frees; NULL with err. */
char *paths_agent(struct err *err);

/* A library for QEMU: `name`, which lies beside the agent, or in a build tree in src/`folder`. what: it
 * is for. Caller frees; NULL with err. */
char *paths_part(const char *folder, const char *name, const char *what, struct err *err);

/* $XDG_CACHE_HOME/scxplore/SUB (or ~/.cache), made 0700 when `make`. Caller frees; NULL with err.
 */
char *paths_cache(const char *sub, int make, struct err *err);

/* The folder of scx.h, for schedulers that are compiled here. Caller frees. */
char *paths_bpf_headers(void);

#endif
