/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest - a throw-away virtual machine: boots it, carries bytes to and from its agent, ends it.
 *
 * The one face of the vmm folder towards session/. Underneath: kernel (image), initramfs (agent,
 * included files), topology and accel (QEMU arguments), qemu (process), qmp (monitor), console.
 * Callback style: everything is told through struct guest_ops from the loop, nothing blocks.
 * Invariant: the QEMU process never outlives this program, and no file of a guest is left behind.
 */
#ifndef VMM_GUEST_H
#define VMM_GUEST_H

#include "base/err.h"
#include "base/loop.h"
#include "guest/wire.h"
#include "vmm/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUEST_MEMORY_MIN_MIB_PER_CPU 64
#define GUEST_CPUS_MAX               256
#define GUEST_MEMORY_DEFAULT_MIB     512

struct topology {
	unsigned nodes, llcs, cores, threads; /* NnNlNcNt: llcs in all, a multiple of nodes; cores
						 per LLC; threads per core */
};

/* "1n2l4c1t" -> topology; names the part that is wrong. */
int topology_parse(const char *text, struct topology *out, struct err *err);
void topology_format(const struct topology *t, char *dst, size_t size); /* size >= 48 */
unsigned topology_cpus(const struct topology *t);
/* The least a guest of it boots with, MiB, and what it gets where nobody asked for any. */
unsigned topology_memory_least(const struct topology *t);
unsigned topology_memory_default(const struct topology *t);

/* Where the state that is shown comes from: the guest's memory, its agent, both and compared. */
enum observe_from { OBSERVE_HOST, OBSERVE_GUEST, OBSERVE_BOTH };
int observe_parse(const char *text, enum observe_from *out, struct err *err);

enum accel { ACCEL_AUTO, ACCEL_KVM, ACCEL_TCG };
int accel_parse(const char *text, enum accel *out, struct err *err);
const char *accel_name(enum accel a);

/* What a person may ask of a guest: the same for every command that boots. Strings are borrowed by
 * guest_create(), copied inside. */
struct guest_config {
	struct topology topology;
	unsigned memory_mib; /* 0 = default, raised to the minimum per CPU */
	const char *kernel;  /* version, image or build tree; NULL = newest usable in the cache */
	enum accel accel;
	const char *const *include; /* NULL-terminated host files or bare names; NULL = none */
	const char *workload_root;  /* "/NAME"; NULL = "/scxplore" */
	uint64_t watchdog_ns;       /* 0 = the kernel's own */
	uint64_t duration_ns;       /* 0 = no limit */
	const char *append;         /* more kernel arguments, or NULL */
	const char *fault;          /* value of SCXPLORE_FAULT or NULL */
	unsigned pin_from;          /* under KVM each vCPU onto one host CPU, from this one on
				       (pin.h); 0 = no pinning */
	bool pin_any;               /* under TCG, too: for a test of the pinning, on any machine */
	bool shell_tools;           /* a shell and small programs for a person (shell_tools.h) */
	enum observe_from observe;
	const char *qemu;           /* binary; NULL = qemu-system-x86_64 in PATH (or SXP_QEMU) */
	bool warm; /* begin from a copy of such a guest in the cache, or leave one there for the next
		      start; never together with exact or fault */
	const char *resume; /* begin from this file of guest_save() or not at all; borrowed until then */
	bool exact;                 /* counted instructions are the clock (TCG, one thread); the agent
				       carries out guest_take_script() by itself */
	uint64_t seed;              /* of an exact guest: what its run is disturbed by (guest/shake.h) and its
				       random numbers begin from; 0 = undisturbed */
	bool counted;               /* the same clock, in a guest that is talked to as any other: times in
				       it are instructions carried out, whatever else the host does */
};

/* The guest has written to a watched address. */
struct guest_hit {
	uint64_t address; /* as it was asked for */
	uint64_t rip;     /* behind the instruction that wrote; 0 = not known */
	unsigned cpu;     /* from 0 */
};

/* Where a step of guest time ends, for guest_step(). */
struct guest_step {
	unsigned n; /* at a write to one of these n places of its kernel, size bytes each, aligned; */
	unsigned size;
	const uint64_t *address; /* borrowed until guest_step() returns */
	uint64_t limit_ns;       /* of this machine's time, when none is written to; */
	uint64_t span_ns;        /* n = 0: after about so long */
};

/* The guest stands still as guest_pace() or guest_step() has asked. */
struct guest_stood {
	bool stepped;       /* it was a step */
	bool reached;       /* which has got there; else its limit came first, or it was cut short */
	uint64_t passed_ns; /* guest time since it last stood so; UINT64_MAX = not known */
};

enum guest_state { GUEST_IDLE, GUEST_BOOTING, GUEST_UP, GUEST_GONE };

struct guest_ops {
	/* A stage of the boot was reached ("kernel", "pack", "qemu", "linux", "agent"; of a warm start
	 * "kernel", "memory", "qemu", "agent"): ns since guest_start(). */
	void (*stage)(void *arg, const char *name, uint64_t ns);
	/* Accelerator decided or changed; reason is words for the screen ("kvm starts but cannot
	 * run the guest: internal-error"). */
	void (*accel)(void *arg, enum accel accel, const char *reason);
	/* One whole frame from the agent. payload and its strings are valid during the call only.
	 */
	void (*frame)(void *arg, const struct wire_header *h, struct wire_reader *payload);
	/* Its CPUs have stopped, asked for or not; hit: because it wrote to what is watched, else
	 * NULL. This and the next two may be NULL. */
	void (*stopped)(void *arg, const struct guest_hit *hit);
	/* guest_watch() is carried out: NULL, or why not. It stands still as before. */
	void (*watched)(void *arg, const struct err *err);
	/* All its watches are gone, not asked for: why. */
	void (*unwatched)(void *arg, const char *why);
	/* guest_pace(0) or guest_step() has got there; why: the step was not made, and it stands as
	 * before; else NULL. May be NULL. */
	void (*stood)(void *arg, const struct guest_stood *st, const struct err *why);
	/* guest_copy() is over and the guest goes on: 0, or -errno and why there is no copy; may be NULL. */
	void (*copied)(void *arg, int code, const char *why);
	/* guest_save() is over: 0, or -errno and why there is no file. May be NULL. */
	void (*saved)(void *arg, int code, const char *why);
	/* It is what it was when a copy was taken; its agent's hello follows. May be NULL. */
	void (*rewound)(void *arg);
	/* Something to be told to the person (a lost boot that is tried again, ...); level as in
	 * syslog. */
	void (*log)(void *arg, int level, const char *text);
	/* The guest is gone (asked for or not). clean = it was asked to power off. text has the
	 * reason, with the console's tail and advice when it failed. Called once per guest_start().
	 */
	void (*gone)(void *arg, bool clean, const char *text);
};

struct guest;

struct guest *guest_create(struct loop *loop, const struct guest_config *config,
			   const struct guest_ops *ops, void *arg);
void guest_destroy(struct guest *g); /* kills the machine at once if it still runs; NULL is fine */

/*
 * Of an exact guest, before guest_start(): the frames that its agent carries out by itself (copied),
 * and files that go into the initramfs beside those of the configuration.
 */
struct include_set;
void guest_take_script(struct guest *g, const void *frames, size_t len);
int guest_take_files(struct guest *g, const struct include_set *files, struct err *err);

/*
 * Resolve kernel and files, pack, spawn QEMU. Errors found before QEMU runs are returned;
 * later ones come through gone(). The boot ends in GUEST_UP with the agent's first frame
 * (EV_HELLO), or in gone() at a deadline (30 s + 3 s per CPU; a boot that is lost is tried once
 * more, with twice the time).
 */
int guest_start(struct guest *g, struct err *err);

/* Queue one frame to the agent (copied). -EPIPE when the guest is not up, -ENOBUFS above 8 MiB
 * unsent. */
int guest_send(struct guest *g, const void *frame, size_t len);

/* Its CPUs stand still from now on, until it is resumed. Without effect before the monitor answers. */
void guest_pause(struct guest *g);
void guest_resume(struct guest *g);
/* It can be: nobody else has stopped it but guest_pace(). */
bool guest_may_pause(const struct guest *g);

/*
 * How its time goes on, for a person who looks: 1 = at full speed; 0 = not at all, stood() follows; n = one
 * nth of it, in slices of about a millisecond. Who pauses it for an op, and who makes a copy, are not in
 * the way of it nor it in theirs, but nothing is copied while it stands. Errors leave it as it is.
 */
#define GUEST_SLOWEST 1000
int guest_pace(struct guest *g, unsigned part, struct err *err);
unsigned guest_pace_part(const struct guest *g);
/* It stands: on until there, then it stands again. stood() follows. */
int guest_step(struct guest *g, const struct guest_step *to, struct err *err);

/*
 * While it stands still: stop it each time that it writes to the size bytes (1, 2, 4 or 8, aligned) at
 * a virtual address of its kernel, or no longer. What this program writes, or the guest by another
 * address, is not seen. stopped() follows each write, guest_resume() is the caller's. -EBUSY, -EPIPE;
 * what QEMU says comes through watched().
 */
#define GUEST_WATCHES_MAX 3
int guest_watch(struct guest *g, bool on, uint64_t address, unsigned size, struct err *err);

/* Its CPUs stand still, and nobody has let them go on. */
bool guest_stands(const struct guest *g);

/*
 * A copy of the whole guest as it is between two frames; it stands still for some 50 ms. copied() follows,
 * once, unless the guest ends before. What is sent meanwhile waits. keep: it can be gone back to, as long as
 * this guest lives; else it is for the cache. Errors are returned when it cannot even be begun.
 */
int guest_copy(struct guest *g, bool keep, struct err *err);

/* Bytes that all copies that are kept may take: the guest's memory and 640 MiB more, or SXP_CHECKPOINT_BOUND MiB. */
uint64_t guest_copies_bound(const struct guest *g);

struct guest_moment {
	int number;
	char *devices; /* owned */
	size_t devices_len;
	uint64_t still_ns; /* the guest stood still */
	uint64_t changed;  /* bytes of its memory that were new */
	uint64_t kept;     /* bytes that all copies take together */
};

/* From copied(): the copy that was made. guest_copy_forget() gives it back. */
void guest_copy_take(struct guest *g, struct guest_moment *out);
void guest_copy_forget(struct guest *g, struct guest_moment *c);
/*
 * The guest becomes what it was then, also one that has ended, panicked or hung. rewound() follows, or
 * gone(). Errors leave it as it is.
 */
int guest_rewind(struct guest *g, const struct guest_moment *to, struct err *err);
/*
 * A copy becomes a file at path, which another program begins from (guest_config.resume) with `more`, which is
 * copied. Errors are returned when it cannot be begun, else saved() follows, once, also when the guest has ended
 * meanwhile. What stood under that name is replaced when the file is whole.
 */
int guest_save(struct guest *g, const struct guest_moment *c, const char *path, const void *more, size_t len,
	       struct err *err);
/* A copy now, of the guest that is ready and has done nothing yet, is what later starts begin from. */
bool guest_leaves_copy(const struct guest *g);

/* Its clock goes on as this machine's does: it runs at full speed, is not stopped, and has no virtual
 * clock. */
bool guest_keeps_time(const struct guest *g);

/* Ask for a power-off; killed after 3 s. gone() follows. */
void guest_stop(struct guest *g);

/* Kill the machine at once; gone() follows from the loop. */
void guest_kill(struct guest *g);

enum guest_state guest_state(const struct guest *g);
enum accel guest_accel(const struct guest *g);
bool guest_pinned(const struct guest *g); /* its vCPUs are pinned, as asked */
const char *
guest_kernel_release(const struct guest *g); /* "7.3.4+deb13-cloud-amd64"; "" before start */
/* What decides how an exact run goes, in one word: emulator, CPU model, kernel, and a digest of them,
 * of the devices and of the agent. "" when the guest is not exact, or before guest_start(). */
const char *guest_machine(const struct guest *g);
/* The console so far (bounded, 256 KiB, oldest dropped), raw bytes; sanitise before showing. */
const char *guest_console(const struct guest *g, size_t *len);
/*
 * The guest's RAM, readable whatever state the guest is in, until it is launched again or destroyed;
 * base is NULL before the first launch.
 */
const struct guest_memory *guest_memory(const struct guest *g);
/* What sees the kernel's tracepoints from outside, until the guest is destroyed; NULL = nothing does. */
struct witness *guest_witness(const struct guest *g);
unsigned guest_cpus(const struct guest *g);
const char *guest_kernel_image(const struct guest *g); /* path of its unpacked vmlinux; "" before start */
/* The exact command line QEMU was started with, for the log. "" before start. */
const char *guest_command(const struct guest *g);

#endif
