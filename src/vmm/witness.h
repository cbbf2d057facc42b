/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * witness - the plugin in an emulated guest's QEMU that sees the kernel's tracepoints, as this
 * program has it: the desk (src/witness/desk.h), how QEMU is given it, and orders.
 *
 * Nothing waits: an order is carried out by QEMU when its vCPUs come out of the guest's code, which
 * witness_answer() tells.
 */
#ifndef VMM_WITNESS_H
#define VMM_WITNESS_H

#include "base/err.h"
#include "vmm/memory.h"
#include "witness/desk.h"

#include <stdbool.h>
#include <stddef.h>

struct witness;

/* Can this QEMU, an ELF program, be a witness's? It must export what src/witness/emulator.h names.
 */
bool witness_fits(const char *binary);

/* ncpus: 1 to WITNESS_CPUS. counted: the guest's clock counts its instructions. NULL with err: no
 * memory for the desk. */
struct witness *witness_create(unsigned ncpus, bool counted, struct err *err);
void witness_destroy(struct witness *w); /* NULL is fine; QEMU keeps its own */

/* For another QEMU, when the one before has ended: it is off. What was seen stays. */
void witness_begin(struct witness *w);

/* The value of QEMU's -plugin, whose path is `plugin`; the descriptors in it are to be kept open. Caller
 * frees. */
char *witness_argument(const struct witness *w, const char *plugin, const struct memory *memory);
/* The descriptors that it names beside the guest's memory. */
#define WITNESS_FDS 3
void witness_fds(const struct witness *w, int fds[WITNESS_FDS]);

/* To be filled before it is ordered on, while it is off: all but order, on,
 * done, ncpus, slots, counted. */
struct witness_desk *witness_desk(struct witness *w);
/* slots: of each CPU, 0 = enough, else brought into range. The rings are empty then. */
void witness_on(struct witness *w, uint32_t slots);
void witness_off(struct witness *w);

enum witness_state {
	WITNESS_OFF,     /* and nothing is written any more */
	WITNESS_ON,      /* all that happens from now on is written */
	WITNESS_AWAITED, /* the last order is not carried out yet */
	WITNESS_FAILED   /* it says that it cannot work */
};
enum witness_state witness_state(const struct witness *w);
/* Becomes readable when the state may have changed; witness_state() takes that back. Borrowed. */
int witness_answer(const struct witness *w);
/* Of each CPU one after the other, as bpf/trace.h has them; how many CPUs and slots for each. */
const uint8_t *witness_rings(const struct witness *w, uint32_t *ncpus, uint32_t *slots);
/* Events that came on no CPU that is known, since it was ordered on: lost. */
uint64_t witness_unplaced(const struct witness *w);

#endif
