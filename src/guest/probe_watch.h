/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_watch - the programs at every switch and wake-up: loaded with the probes, attached only
 * while somebody wants to see what they count. The part of probe.c for them; probe_watch() is in
 * probe.h.
 */
#ifndef GUEST_PROBE_WATCH_H
#define GUEST_PROBE_WATCH_H

/* Descriptors stay the caller's, until probe_watch_detach(). 0 or -errno. */
int probe_watch_program(int fd);
int probe_watch_since(int fd);
void probe_watch_attach(void); /* all are told: begin, if it is wanted */
void probe_watch_detach(void); /* the probes go */

#endif
