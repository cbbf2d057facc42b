/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe - the agent's end of the BPF probes: mapped counters and the ring buffer of records.
 *
 * A hand loads them and sends the descriptors; while the agent holds those, the probes live.
 * Everything here is memory, nothing blocks. Invariant: without probes every look-up says so.
 */
#ifndef GUEST_PROBE_H
#define GUEST_PROBE_H

#include "base/loop.h"
#include "bpf/probes.h"
#include "guest/job.h"

#include <stdbool.h>

enum probe_fd { /* what a descriptor of JOB_PROBES' answer is */
		PROBE_FD_CPUS,
		PROBE_FD_LENGTHS,
		PROBE_FD_RECORDS,
		PROBE_FD_DROPS,
		PROBE_FD_OBSERVERS,
		PROBE_FD_TASKS,  /* iterator link */
		PROBE_FD_READER, /* program that fills the runqueue lengths */
		PROBE_FD_LINK,   /* only to be held */
		PROBE_FD_LEDGER, /* hash of tasks */
		PROBE_FD_GROUPS, /* rows of the ledger */
		PROBE_FD_SETTLING, /* count of changes under way */
		PROBE_FD_ENTER,    /* program that enters a task in the ledger */
		PROBE_FD_SETTLE,   /* program that brings its rows up to now */
		PROBE_FD_WATCH,    /* program that is attached while somebody watches */
		PROBE_FD_SINCE,    /* since when */
};

void probe_init(struct loop *loop, void (*record)(const struct probe_record *r));
/* Takes the descriptors of the answer; 0 or -errno when they cannot be mapped. */
int probe_attach(struct job_reply *r);
/*
 * Lets everything of the probes go: look-ups say that there are none. fds (room for JOB_FDS_MAX) are
 * the caller's, for a hand to close, which waits in the kernel; returns how many. What is an
 * observer is remembered until the next probe_attach().
 */
int probe_detach(int *fds);
/* Hand every record there is to the function; call before an event that must come after them. */
void probe_drain(void);

/* A process is one of the observer's own, or is not any more. Remembered until probes come. */
void probe_observer(int pid, bool is);

/* Counters of one CPU; false when there are none. */
bool probe_cpu(unsigned cpu, struct probe_cpu *out);
/*
 * What every switch and every wake-up is looked at for (bpf/wakes.bpf.h, and in struct probe_cpu
 * what is not of migrations): not before probe_watch(true), not after probe_watch(false). Takes effect as soon
 * as a hand has done it; its counters begin at 0. Asked for before there are probes: with them.
 */
void probe_watch(bool on);
bool probe_watches(void); /* it is so now */
void probe_runqueue(unsigned cpu, struct probe_runqueue *out); /* as of the last JOB_SAMPLE */
uint64_t probe_drops(void);
/*
 * The ledger (bpf/ledger.bpf.h): empty a group's row; enter a held task; read the row, as of now. false =
 * this kernel keeps none.
 */
bool probe_ledger_clear(unsigned group);
bool probe_ledger_enter(unsigned group, int pid);
/*
 * +1 when something begins to change where tasks may run, -1 when it is done: in between a thread
 * that the kernel has not moved yet is no escape.
 */
void probe_settling(int delta);
bool probe_ledger_read(unsigned group, struct probe_group *out);
/* Its maps, borrowed; false when there is none. */
bool probe_ledger_fds(int *ledger, int *rows);

/* Descriptors for JOB_SAMPLE; false when there is no iterator. */
bool probe_sample_fds(int *tasks, int *reader);

#endif
