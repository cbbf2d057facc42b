/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_stats - where a user-space scheduler tells its own numbers: the statistics socket of the
 * sched_ext project's schedulers (scx_stats). Lines of JSON: a request, its answer, and again.
 */
#ifndef GUEST_WIRE_STATS_H
#define GUEST_WIRE_STATS_H

#define STATS_SOCKET  "/var/run/scx/root/stats"
#define STATS_REQUEST "{\"req\":\"stats\",\"args\":{\"target\":\"top\"}}\n"

#define STATS_ANSWER_MAX (48u << 10) /* bytes of an answer, its end of line included */

#endif
