/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_watch - which sched_ext scheduler is in force, and how the last one ended.
 *
 * Hears of changes from the kernel (uevents of the scheduler's kobject, its own log lines) whoever
 * caused them, then looks at /sys/kernel/sched_ext. Sends EV_SCHED, EV_SCHED_DUMP, EV_SCHED_EXIT.
 */
#ifndef GUEST_SCHED_WATCH_H
#define GUEST_SCHED_WATCH_H

#include "base/err.h"
#include "base/loop.h"
#include "guest/wire_sample.h"

#include <stdbool.h>
#include <stdint.h>

struct sched_now {
	char state[16];   /* "enabled", "disabled", "enabling", "disabling"; "" = no sched_ext */
	char name[128];   /* of the scheduler in force, or of the last one */
	uint64_t enables; /* the kernel's enable_seq */
	uint64_t exits;   /* EV_SCHED_EXIT sent so far */
	int64_t kind;     /* of the last exit; 0 = none, or not seen how */
	char why[256];    /* of the last exit: reason and message */
};

int sched_watch_init(struct loop *loop, struct err *err);
/* Look now; sends what changed. */
void sched_watch_look(void);
const struct sched_now *sched_watch_now(void);
/* One word of /sys/kernel/sched_ext, as it is now, told or not; "" when it is not there. */
void sched_watch_read(const char *file, char *dst, size_t size);
bool sched_watch_enabled(void);
bool sched_watch_disabled(void); /* nothing in force, and nothing on its way in or out */
/* The kernel's counters for the scheduler in force, by whatever names it has; how many. */
uint32_t sched_watch_counters(struct sample_scx *dst, uint32_t max, uint64_t *enables);
/* A line of the kernel's own (not of a payload through /dev/kmsg). */
void sched_watch_kmsg(const char *text);

#endif
