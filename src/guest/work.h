/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work - what workers of `spawn` do: the function of each work type, and what it works with.
 *
 * A worker is a process of its own, forked and not executed. Workers of a group share a page and,
 * where the type asks for it, descriptors that were made before any of them. Adding a type: a
 * line in wire_work.h, a row in wire_work.c, a function in a work_*.c.
 * Invariant: a work function can end by SIGKILL at any point and leaves nothing behind: no file,
 * no child that outlives it, no name.
 */
#ifndef GUEST_WORK_H
#define GUEST_WORK_H

#include "guest/wire_meter.h"
#include "guest/wire_work.h"

enum {
	WORK_GROUP_MAX = 190,     /* workers of a group: three parameters of 63, and one */
	WORK_SHARED_SIZE = 16384, /* bytes a group shares */
	WORK_FD_FIRST = 600,      /* descriptors of a group are at and above this */
};

struct work {
	uint32_t index, count;       /* this worker, from 1, and how many there are */
	uint32_t member, members;    /* its place in its group, from 0, and the group's size */
	uint64_t p[WORK_PARAMS_MAX]; /* parameters in the order of the table */
	const char *text;            /* the WORK_PHASES parameter */
	struct meter meter;           /* its report, shared with the agent */
	void *shared;                /* its group's WORK_SHARED_SIZE bytes, zero at first */
	const int *fds;              /* its group's; see enum work_links */
};

enum work_links {
	LINKS_NONE,
	LINKS_PIPES, /* a pipe for each member: it reads fds[2 * i], who likes writes fds[2 * i + 1]
		      */
	LINKS_EVENTS,   /* an eventfd for each member: fds[i] */
	LINKS_LOOPBACK, /* no descriptor, but the loopback device is up */
};

typedef void (*work_fn)(struct work *w);

#define X(e, fn) void fn(struct work *w);
WORK_LIST(X)
#undef X

work_fn work_function(enum work_id id);
enum work_links work_links_of(enum work_id id);

/* ---- for who runs them (hand_start.c) ---- */

void work_begin(struct work *w); /* it was let go, and its descriptors are its own */

/* ---- for work functions ---- */

void work_unit(struct work *w); /* a unit of work is done: counts, looks where and when it is */
void work_did(struct work *w);  /* the same, and a round is full */
/* It runs again after it was woken, or should have been, at this time (guest CLOCK_MONOTONIC). */
void work_woke(struct work *w, uint64_t since_ns);

void work_turns(uint64_t n); /* the short turns of arithmetic that `burst` counts */
void work_compute(void);     /* 4096 of them, some microseconds */
void work_compute_for(struct work *w, uint64_t ns); /* at least one unit */
void work_sleep(uint64_t ns);
/* Steps through memory, writing; it goes on where it stopped. */
void work_walk(volatile uint8_t *memory, uint64_t size, uint64_t stride, uint64_t steps);
/* Rows of a product of two matrices; the three fill the memory. */
void work_matrix(uint64_t *memory, uint64_t size, uint64_t rows);
void *work_memory(size_t size); /* its own and touched; never NULL */
/* Never comes back: for a worker that the kernel refuses what it needs. The exit code says errno.
 */
void work_cannot(int error) __attribute__((noreturn));

/* Futexes in shared memory. */
void work_futex_wait(uint32_t *word, uint32_t value);
void work_futex_wake(uint32_t *word, int n);
uint32_t work_await(uint32_t *word, uint32_t old); /* until it is another; returns that */
void work_post(uint32_t *word, uint32_t value, int wake);

#endif
