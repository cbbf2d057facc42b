/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_start - creation of tasks: what a child says when it could not begin.
 *
 * JOB_START: str name, u32 count, u32 row of the group (UINT32_MAX = none), str cgroup ("/" =
 * none), u8 place, str work ("" = execute argv), str TERM ("" = no shell), list argv, attributes as
 * in hand_attr.h; fds: go (read end), status (write end), for a payload stdout and stderr, for a
 * shell stdin behind them. Answers: for each child num = index, id = pid, text = its
 * /proc/PID/cgroup line; then the last.
 */
#ifndef GUEST_HAND_START_H
#define GUEST_HAND_START_H

#include "guest/wire_custom.h" /* struct start_status: who is executed may tell it, too */

enum { START_COUNT_MAX = 1024 };

const char *start_stage_text(uint32_t stage);

#endif
