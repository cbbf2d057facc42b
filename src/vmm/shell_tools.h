/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell_tools - what a person at a guest's shell expects to find: sh, ls, cat, ps, top and more.
 *
 * It is busybox, in a folder that only the shell has in its PATH: an op that could find it there
 * would fail in a replay, whose guest does not have it.
 */
#ifndef VMM_SHELL_TOOLS_H
#define VMM_SHELL_TOOLS_H

#include "base/err.h"
#include "vmm/include.h"

#define SHELL_TOOLS_DIR "/shell-tools"

/* Adds them, when the host has busybox; without it a shell must be included by a person. */
int shell_tools_add(struct include_set *set, struct err *err);

#endif
