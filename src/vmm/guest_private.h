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

#endif
