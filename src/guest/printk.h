/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printk - what BPF programs say with bpf_printk(), as EV_PRINTK.
 *
 * Read from a tracefs instance of its own (/sys/kernel/tracing/instances/scxplore): what a person
 * does with the other files of tracefs, reading trace_pipe included, stays his own. Nothing is
 * written there while no program prints. Invariants: a hand reads, for tracefs takes locks of the
 * kernel; a flood costs a bounded number of events a second, and what is missing is counted.
 */
#ifndef GUEST_PRINTK_H
#define GUEST_PRINTK_H

#include "base/loop.h"

#include <stddef.h>
#include <stdint.h>

/* One line of trace_pipe. */
struct printk_line {
	uint64_t t_ns;	   /* CLOCK_MONOTONIC, 0 = the line tells none */
	const char *task;  /* "comm-pid", within the line; "" = none */
	const char *text;  /* behind "bpf_trace_printk: "; NULL: not such a line */
	uint64_t lost;	   /* records that the ring had no room for, from a line that says so */
};
/* line is changed: its parts are terminated in it. */
void printk_parse(char *line, struct printk_line *out);

void printk_init(struct loop *loop); /* after the pool */

#endif
