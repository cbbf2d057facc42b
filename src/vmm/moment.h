/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * moment - a whole guest copied while it goes on, and a guest begun from a copy.
 *
 * A copy is what QEMU tells of its devices (migration without the memory, which is a file we share)
 * and what stands in the memory (keeper.h). The guest stands still only while both are taken: the
 * keeper has compared most of it before. Order of a copy: learn the memory; WIRE_FREEZE, so that no
 * frame is cut in two; stop; devices and memory side by side; go on, WIRE_THAW. Invariants:
 * whatever fails, the guest goes on as if nobody had asked, and it is said; what is sent to the
 * agent meanwhile waits.
 */
#ifndef VMM_MOMENT_H
#define VMM_MOMENT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"
#include "vmm/channel.h"
#include "vmm/qmp.h"
#include "vmm/warm_file.h"

#include <stdbool.h>

struct guest;
struct keeper;

enum moment_step {
	MOMENT_NONE,
	/* a copy is made */
	MOMENT_LEARN,
	MOMENT_FREEZE,
	MOMENT_TAKE,
	/* a guest begins from one */
	MOMENT_LOAD,
	MOMENT_ENTER,
	MOMENT_WAKE, /* it runs; its agent is to say hello */
};

struct moment {
	enum moment_step step;
	struct keeper *keeper;
	struct channel stream; /* of the devices, from QEMU or to it */
	struct buf devices;    /* what went over it */
	struct buf held;       /* frames for the agent */
	loop_id deadline;      /* -1 = none yet */
	bool capable;          /* QEMU was told what a copy is to be */
	bool moved, ended, taken;
	uint64_t stopped_ns, still_ns; /* host clock; how long it stood still */
	int number;                    /* of the keeper's */
	uint64_t changed, kept;        /* pages of the last copy; bytes the keeper has */
	bool keep;                     /* copies are gone back to: the keeper stays, with all of them */
	bool back;                     /* the guest that begins is one of these */
	bool resume;                   /* the guest that begins is a saved one of an earlier program */
	/* warm starts */
	char *path; /* where this guest would lie, or does; NULL = it is none of those */
	char key[WARM_KEY_MAX];
	struct warm_file file; /* being begun from; fd -1 = none */
	bool saved;            /* nothing more to be done for the next start */
};

void moment_init(struct guest *g);
void moment_finish(struct guest *g);

/* ---- what guest.c tells ---- */

/* QEMU was started (to wait for a guest, when moment_enters()). */
int moment_launched(struct guest *g, struct err *err);
bool moment_enters(const struct guest *g);
void moment_greeting(struct guest *g);
/* true = the answer was to a command from here. */
bool moment_answer(struct guest *g, const struct qmp_message *m);
void moment_migration(struct guest *g, const char *status);
void moment_frozen(struct guest *g);
/* The first frame of an agent. */
void moment_awake(struct guest *g);
/* The process has ended. */
void moment_reap(struct guest *g);
bool moment_holds(const struct guest *g); /* frames for the agent go to `held` */

/* ---- going back (moment_back.c) ---- */

/* The old QEMU is gone, the guest of the copy is begun. false = nobody had asked. */
bool moment_back_go(struct guest *g);
/* It could not be begun. */
void moment_back_failed(struct guest *g);

/* ---- saved ones (moment_save.c) ---- */

/* Its file is whole, and of such a guest as this one would be: it begins from it. Nothing is removed. */
int moment_resume_find(struct guest *g, struct err *err);
/* The guest has begun from it. */
void moment_resume_done(struct guest *g);

/* ---- warm starts (moment_warm.c) ---- */

/* The file's clock counts as fast here as it was told then. */
bool moment_counter_fits(struct guest *g, const struct warm_head *h);
/* What is on the console, as much as is kept, and what a file's head says of this guest; borrowed. */
void moment_head(struct guest *g, struct warm_head *h);

/* Looks whether a copy of such a guest lies in the cache; what is damaged or stale goes, and it is
 * said. */
void moment_warm_find(struct guest *g, const char *agent);
/* The guest cannot be begun from its copy: it goes, it is said, and the next start is a cold one.
 */
void moment_warm_failed(struct guest *g, const char *why);
/* The guest has begun from its copy. */
void moment_warm_done(struct guest *g);
/* A copy was taken for the cache: it is written. */
void moment_warm_save(struct guest *g);

#endif
