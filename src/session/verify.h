/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify - an export is replayed once before it is saved: what it asserts must hold.
 */
#ifndef SESSION_VERIFY_H
#define SESSION_VERIFY_H

#include "ops/export.h"
#include "vmm/guest.h"

/*
 * Boots the guest, carries out exactly what the exported file will, judges exactly what it will
 * assert. 0 = all holds; 1 = it does not, `difference` has a line for each; -errno = could not be
 * replayed.
 */
int verify_export(const struct export_input *in, const struct guest_config *guest,
		  struct buf *difference, struct err *err);

struct headless;

/* The replay alone; headless_finish() in every case. */
int verify_replay(const struct export_input *in, const struct guest_config *guest,
		  struct headless *run, struct err *err);

#endif
