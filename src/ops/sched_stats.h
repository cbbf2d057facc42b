/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_stats - the answer of a scheduler's statistics socket (scx_stats), a line of JSON:
 * {"errno":0,"args":{"resp":ANSWER}}, or an errno with the reason as ANSWER.
 *
 * The line is hostile. Pure. Invariant: what comes out is JSON of one line, or words for people.
 */
#ifndef OPS_SCHED_STATS_H
#define OPS_SCHED_STATS_H

#include "base/buf.h"
#include "guest/wire_stats.h"

#include <stdbool.h>

#define SCHED_STATS_SOCKET STATS_SOCKET
#define SCHED_STATS_PREFIX "stats" /* of the names of its numbers: stats.ANSWER's own path */

/* true: json is {"stats":ANSWER} with an end of line; false: why says what is wrong, sanitised. */
bool sched_stats_read(const char *data, size_t len, struct buf *json, struct buf *why);

#endif
