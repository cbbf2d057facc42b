/* SPDX-License-Identifier: BSD-2-Clause */
/* stats_server - the statistics socket of a user-space scheduler, as scx_stats has it, and ways in
 * which one goes wrong. */
#ifndef TESTS_GUEST_STATS_SERVER_H
#define TESTS_GUEST_STATS_SERVER_H

/*
 * In a process of its own, which ends with this one. modes: NULL-terminated; each connection is
 * served as the next of them says, in turns: "good", "garbage", "refuse", "huge", "unasked",
 * "silent". Of each good answer its number is printed before it is sent. 0 or -1.
 */
int stats_server_start(char *const *modes);

#endif
