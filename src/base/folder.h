/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * folder - where a person's files of a kind go (XDG base directories), and making folders. Host
 * only.
 */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include "base/err.h"

/* "cache" -> $XDG_CACHE_HOME or ~/.cache; "state" -> $XDG_STATE_HOME or ~/.local/state. */
enum folder_kind { FOLDER_CACHE, FOLDER_STATE };

/* .../scxplore/SUB of the kind; a folder of our own in /tmp where HOME is not set. Caller frees. */
char *folder_path(enum folder_kind kind, const char *sub);

/* mkdir -p with mode 0700. */
int folder_make(const char *path, struct err *err);

#endif
