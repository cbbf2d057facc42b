/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub - QEMU's gdb stub, there only while something is watched: hardware write-watches on the
 * guest's memory, the same under KVM and TCG.
 *
 * It is handed one end of a socket pair by the monitor (getfd, chardev-add, "gdbserver"), so
 * nothing has a name on this machine, and is taken away again with the last watch. Whoever attaches
 * stops the machine, and any byte that a running one is sent stops it, too: everything here is
 * asked for while it stands still, and from attaching on it goes on by stub_continue() alone. Each
 * stop is then told twice, by the monitor and here; both are waited for (guest.c) before anybody
 * acts on it. Invariant: nothing is waited for without a deadline, but the next stop of a machine
 * that runs.
 */
#ifndef VMM_STUB_H
#define VMM_STUB_H

#include "base/err.h"
#include "base/loop.h"
#include "vmm/channel.h"
#include "vmm/gdb.h"
#include "vmm/guest.h"
#include "vmm/qmp.h"

#include <stdbool.h>
#include <stdint.h>

enum { STUB_PLACES_MAX = GUEST_CPUS_MAX };

struct stub_ops {
	/* One line to the monitor; fd >= 0 goes along with it and stays the stub's. 0 or -errno. */
	int (*monitor)(void *arg, const char *line, int fd);
	/* stub_watch() is carried out, NULL, or not: why. */
	void (*watched)(void *arg, const struct err *err);
	/* A stop is told here, too. */
	void (*stopped)(void *arg);
	/* The stub is gone with all its watches: why. The machine may stand still or run. */
	void (*lost)(void *arg, const char *why);
};

struct stub {
	struct loop *loop;
	const struct stub_ops *ops;
	void *arg;
	loop_id timer;
	struct channel channel;
	int step; /* enum step in stub.c: what is waited for; 0 = nothing */
	bool on;  /* it is there */
	bool runs;
	bool adds;        /* stub_watch() under way: on or off */
	uint64_t place[STUB_PLACES_MAX]; /* of it, those up to `at` are done */
	unsigned nplaces, at, size;
	struct err refused; /* why those that were set go off again; code 0 = they do not */
	unsigned watches;   /* that it has */
	bool hit_there;
	struct guest_hit hit; /* of the last stop */
	char *body;           /* room for one of a packet */
};

/* The loop, ops and arg are borrowed. */
void stub_init(struct stub *s, struct loop *loop, const struct stub_ops *ops, void *arg);
void stub_finish(struct stub *s); /* all zero is fine */
/* The machine is gone or another: nothing is waited for, nobody told. */
void stub_reset(struct stub *s);

/* The machine stands still: watch size bytes (1, 2, 4, 8, aligned) at a virtual address, or no
 * longer. ops->watched() follows. -EBUSY while another is under way. */
int stub_watch(struct stub *s, bool on, uint64_t address, unsigned size, struct err *err);
/* The same for 1 to STUB_PLACES_MAX addresses at once: all are watched or none is. */
int stub_watch_all(struct stub *s, bool on, const uint64_t *addresses, unsigned n, unsigned size,
		   struct err *err);
/* The machine, which stands still, goes on; false: the stub is not there, the monitor is to be
 * told. */
bool stub_continue(struct stub *s);
/* A stop is not told yet here that the monitor tells of. */
bool stub_lags(const struct stub *s);
/* The monitor has told of a stop: from now on it must come here, too. */
void stub_expect(struct stub *s);
/* Whether the last stop was a watch's; once. */
bool stub_take_hit(struct stub *s, struct guest_hit *out);
/* An answer of the monitor; false = it is to no command of the stub's. */
bool stub_answer(struct stub *s, const struct qmp_message *m);

#endif
