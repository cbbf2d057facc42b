/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qemu - the command line and the process of one virtual machine.
 *
 * All streams are socket pairs handed over as descriptors: no file, no socket name, nothing to
 * clean up. The child dies with this program (parent-death signal) and is watched through a pidfd.
 */
#ifndef VMM_QEMU_H
#define VMM_QEMU_H

#include "vmm/guest.h"
#include "vmm/memory.h"
#include "vmm/witness.h"

struct qemu_spec {
	const char *binary;
	struct topology topology;
	const struct memory *memory; /* a file a node */
	enum accel accel; /* KVM or TCG */
	int version;      /* major, 0 = not known */
	const char *kernel_image;
	int initramfs_fd;
	unsigned tsc_khz;   /* TCG: told to the guest; 0 = let it measure */
	const char *append; /* or NULL */
	const char *steady; /* exact: library to be loaded first (src/steady) */
	const struct witness *witness; /* TCG: what sees the kernel's tracepoints; NULL = nothing does */
	const char *plugin;            /* by this library (src/witness) */
	bool incoming;      /* waits for a guest that is carried over; initramfs_fd is not used */
	bool counted;       /* TCG: an instruction takes 1 ns of its time */
	bool exact;         /* TCG: counted instructions are the clock, nothing random from outside */
};

#define QEMU_EXACT_TSC_KHZ 1000000 /* the time stamp counter of an exact or counted guest counts nanoseconds */
#define QEMU_EXACT_SHIFT   3       /* an instruction takes 2^3 ns of its time */
#define QEMU_EXACT_SEED    1

struct qemu {
	int pidfd; /* -1 = not running */
	int pid;
	int qmp_fd, console_fd, wire_fd,
		stderr_fd; /* our ends; the caller takes them over (set to -1) */
	char *command;     /* for the log */
};

/* The binary to use: spec, $SXP_QEMU, PATH. Caller frees; NULL with err (ENOTSUP: install it). */
char *qemu_find(const char *spec, struct err *err);
/* Major version by `BINARY --version`, 0 when it cannot be told; known from the cache the next time. */
int qemu_version(const char *binary);
/* What `BINARY --version` says first; "" when it cannot be told. */
void qemu_version_line(const char *binary, char *dst, size_t size);
/* The arguments, without what names a file or a descriptor of this machine. Caller frees. */
char *qemu_arguments(const struct qemu_spec *spec);
int qemu_spawn(struct qemu *q, const struct qemu_spec *spec, struct err *err);
void qemu_kill(struct qemu *q); /* and reaps; closes what is left of the descriptors */

#endif
