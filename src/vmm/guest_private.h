/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_private - what guest.c (its life), guest_stop.c (its standing still) and moment*.c (copies of
 * it) share.
 */
#ifndef VMM_GUEST_PRIVATE_H
#define VMM_GUEST_PRIVATE_H

#include "vmm/channel.h"
#include "vmm/console.h"
#include "vmm/guest.h"
#include "vmm/include.h"
#include "vmm/kernel.h"
#include "vmm/machine.h"
#include "vmm/moment.h"
#include "vmm/qemu.h"
#include "vmm/qmp.h"
#include "vmm/stub.h"
#include "vmm/tsc.h"

enum pace_state {
	PACE_RUNS,
	PACE_STOPPING,
	PACE_ASKING, /* QEMU, which time it is */
	PACE_STANDS,
	PACE_GOING,
};

enum pace_step {
	PACE_NO_STEP,
	PACE_ARM, /* its places are being watched */
	PACE_STEP,
	PACE_DISARM,
	PACE_STEPPED,
};

struct pace {
	enum pace_state state;
	unsigned part; /* as guest_pace() has it; 1 = full */
	bool over;     /* of slow motion: the slice is; of a step: it is to end */
	enum pace_step step;
	struct guest_step to;
	bool reached;
	struct err why;       /* the step was not made; code 0 = it was */
	loop_id timer;        /* -1 = none yet */
	uint32_t clock;       /* when it last stood, by its power-management timer */
	bool clock_known;
	uint64_t passed_ns;   /* from then to when it stood before; UINT64_MAX = not known */
	uint64_t gone_on_ns;  /* host clock */
};

struct guest {
	struct loop *loop;
	const struct guest_ops *ops;
	void *arg;
	struct guest_config config;
	struct include_set include;
	struct include_set files; /* guest_take_files() */
	struct buf script;
	char machine[MACHINE_MAX];
	char *steady, *agent;
	struct witness *witness; /* under TCG, from the first launch on; NULL = there is none */
	char *plugin;            /* its library */
	struct kernel kernel;
	char *qemu_binary;
	int qemu_major;
	int initramfs_fd;

	struct tsc_mark tsc; /* taken at creation */

	enum guest_state state;
	enum accel accel;
	uint64_t start_ns;
	unsigned attempt;
	bool pinned;
	bool stopped;                /* its CPUs, by whomever */
	bool stop_seen;              /* the monitor has said so, since it was last to go on */
	bool pausing;                /* asked for, not answered yet */
	bool op_stop;                /* for guest_pause(), or for a hit: until guest_resume() */
	bool going;                  /* asked for, the monitor has not said so yet: */
	bool stop_due;               /* a stop waits for it */
	bool stopping;               /* a power-off was asked for */
	bool killed;                 /* by guest_kill() */
	char failure[256];           /* why the boot is being given up; "" = not */
	char shutdown[QMP_WORD_MAX]; /* reason of QEMU's SHUTDOWN event */

	struct qemu qemu;
	struct memory memory;
	loop_id exit_source, boot_timer, watch_timer, stop_timer;
	struct channel qmp, con, wire, errs;
	struct console console, stderr_text;
	char *command;
	struct moment moment;
	struct stub stub; /* while something is watched */
	struct pace pace;
	unsigned tsc_khz; /* told to this guest; 0 = not */
};

/* A stage of the boot is reached. */
void guest_stage(struct guest *g, const char *name);
void guest_say(struct guest *g, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* What it is started with, without a memory's files. */
struct qemu_spec guest_spec(const struct guest *g);
/* QEMU once more; 0 or -errno. */
int guest_launch(struct guest *g, struct err *err);
/* It is gone, not as asked. */
void guest_tell_gone(struct guest *g, const char *text);
/* The boot leads nowhere: QEMU is ended, and what is tried next is decided then. Once. */
void guest_give_up_boot(struct guest *g, const char *why);

/* ---- guest_stop.c ---- */

void guest_stop_init(struct guest *g);
/* Another machine, or none: nothing of the last is waited for. */
void guest_stop_reset(struct guest *g);
void guest_stop_finish(struct guest *g);
/* The monitor tells that its CPUs have stopped, or go on. */
void guest_stop_event(struct guest *g, bool stopped);
/* Any answer of the monitor; true = it was to a command of these alone. */
bool guest_stop_answer(struct guest *g, const struct qmp_message *m);
/* It is to stand still, or go on if nobody else wants it to stand: for guest_pace.c. */
void guest_stop_ask(struct guest *g);
void guest_stop_go(struct guest *g);
/* It stands still: who waits for that is told. */
void guest_stop_settle(struct guest *g);

/* ---- guest_pace.c ---- */

void pace_init(struct guest *g);
void pace_reset(struct guest *g); /* another machine, or none: at full speed */
void pace_finish(struct guest *g);
/* It is not to go on, whoever else lets it. */
bool pace_holds(const struct guest *g);
/* The gdb stub is at the places of a step: nobody acts on a stop meanwhile. */
bool pace_busy(const struct guest *g);
/* Is this write what a step waits for? Once. */
bool pace_takes(struct guest *g, const struct guest_hit *hit);
void pace_stopped(struct guest *g); /* all who stop it have been told */
void pace_resumed(struct guest *g);
/* stub_watch_all() is carried out; false = it was not for a step. */
bool pace_watched(struct guest *g, const struct err *err);
void pace_lost(struct guest *g, const char *why); /* the stub, with all places */
bool pace_answer(struct guest *g, const struct qmp_message *m);
/* A copy is over, or begins: what was put off meanwhile. */
void pace_again(struct guest *g);
void pace_release(struct guest *g); /* at full speed from now on */

#endif
