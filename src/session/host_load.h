/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host_load - how much the host itself had to wait for CPUs, from its /proc/pressure/cpu: what may
 * colour every time that a guest has measured.
 *
 * Invariant: a kernel that does not tell it gives no number, never 0.
 */
#ifndef SESSION_HOST_LOAD_H
#define SESSION_HOST_LOAD_H

#include <stdbool.h>
#include <stdint.h>

struct host_load {
	const char *path;	      /* NULL = /proc/pressure/cpu */
	uint64_t waited_us, begun_ns; /* at the beginning; begun_ns 0 = not begun */
	uint64_t told;		      /* permille, at most so far */
	bool any;		      /* something was told */
};

void host_load_begin(struct host_load *h, uint64_t now_ns);
/*
 * Permille of the time since the beginning that something waited for a CPU; true when there is
 * something new to tell: the first number, or one that is worse.
 */
bool host_load_look(struct host_load *h, uint64_t now_ns, uint64_t *permille);

#endif
