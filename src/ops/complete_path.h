/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * complete_path - the files of this machine that a half-typed path may mean.
 */
#ifndef OPS_COMPLETE_PATH_H
#define OPS_COMPLETE_PATH_H

/*
 * Each path that begins with `typed`, a folder's ending in '/'. Hidden files only when their dot is
 * typed; names that would have to be quoted are left out.
 */
void complete_path(const char *typed, void (*offer)(void *arg, const char *path), void *arg);

#endif
