/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine - what decides how an exact run goes, as one word that can be compared and typed:
 * "qemu-10.0.2:max:7.3.4+deb13-cloud-amd64:1f6c20ab".
 *
 * The last part is a digest of the emulator's own version line, its arguments, the kernel's image
 * and modules and the agent. Files that the scenario takes along are not in it: they are what is
 * tested.
 */
#ifndef VMM_MACHINE_H
#define VMM_MACHINE_H

#include "vmm/kernel.h"
#include "vmm/qemu.h"

#define MACHINE_MAX 200 /* bytes of the word, NUL included */

/* Reads kernel and files (ours: the agent, ...; NULL-terminated) whole (tenths of a second). 0 or
 * -errno with what could not be read. */
int machine_word(const struct qemu_spec *spec, const struct kernel *kernel,
		 const char *const *files, char dst[MACHINE_MAX], struct err *err);

#endif
