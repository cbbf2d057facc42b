/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host_load - how much the host itself had to wait for CPUs, what its own host took from it, and
 * how many tasks it has: what may colour every time that a guest has measured. From its
 * /proc/{pressure/cpu,stat,loadavg}.
 *
 * Invariant: what a kernel does not tell gives no number, never 0.
 */
#ifndef SESSION_HOST_LOAD_H
#define SESSION_HOST_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#define HOST_UNKNOWN UINT64_MAX

struct host_told {
	uint64_t wait;  /* permille of the time that something waited for a CPU */
	uint64_t steal; /* permille of the time its CPUs had work that its own host took */
	uint64_t
		load; /* tasks for 1000 CPUs; HOST_UNKNOWN where `wait` is known, which is better */
};

struct host_load {
	const char *pressure_path, *stat_path, *load_path; /* NULL = those of /proc */
	uint64_t begun_ns;                                 /* 0 = not begun */
	uint64_t waited_us, stolen, busy;                  /* at the beginning; HOST_UNKNOWN */
	struct { /* while nothing is measured: from when, and how it stood then; 0 = it is */
		uint64_t since_ns, waited_us, stolen, busy;
	} left;
	struct host_told told;                             /* at most so far */
	bool any;                                          /* something was told */
};

void host_load_begin(struct host_load *h, uint64_t now_ns);
/* The guest stands still from now on, or no more: what happens here meanwhile is no matter of its. */
void host_load_leave(struct host_load *h, uint64_t now_ns);
void host_load_return(struct host_load *h, uint64_t now_ns);
/* Since the beginning; true when there is something new to tell: the first, or one that is worse.
 */
bool host_load_look(struct host_load *h, uint64_t now_ns, struct host_told *told);

#endif
