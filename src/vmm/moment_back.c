/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * moment_back - a guest becomes again what it was when a copy of it was taken: its QEMU is ended,
 * whatever state it is in, what has changed in its memory is put back where it stands, and another
 * QEMU goes on with the devices of then. Invariant: the memory's file and its mapping stay the same
 * all along.
 */
#include "base/text.h"
#include "vmm/guest_private.h"
#include "vmm/keeper.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void guest_copy_take(struct guest *g, struct guest_moment *out)
{
	struct moment *m = &g->moment;

	*out = (struct guest_moment){.number = m->number,
				     .still_ns = m->still_ns,
				     .changed = m->changed * PAGES_SIZE,
				     .kept = m->kept};
	out->devices_len = m->devices.len;
	out->devices = buf_steal(&m->devices);
}

void guest_copy_forget(struct guest *g, struct guest_moment *c)
{
	if (g->moment.keeper)
		keeper_ask(g->moment.keeper, KEEPER_FORGET, c->number, NULL, NULL, 0);
	free(c->devices);
	*c = (struct guest_moment){.number = -1};
}

int guest_rewind(struct guest *g, const struct guest_moment *to, struct err *err)
{
	struct moment *m = &g->moment;

	if (!m->keeper || !keeper_lives(m->keeper) || !g->memory.view.base)
		return err_set(err, ENOENT, "go back: no copy of the guest is kept");
	if (m->step != MOMENT_NONE || g->state == GUEST_BOOTING)
		return err_set(
			err, EBUSY,
			"go back: the guest is being copied, or begins; once more in a moment");
	m->back = true;
	m->number = to->number;
	buf_reset(&m->devices);
	buf_add(&m->devices, to->devices, to->devices_len);
	if (g->qemu.pidfd >= 0)
		kill(g->qemu.pid, SIGKILL); /* on from its exit */
	else
		moment_back_go(g);
	return 0;
}

bool moment_back_go(struct guest *g)
{
	struct err err = ERR_INIT;

	if (!g->moment.back)
		return false;
	g->stopping = g->killed = false;
	if (guest_launch(g, &err) < 0) {
		text_copy(g->failure, sizeof(g->failure), err.msg);
		moment_back_failed(g);
	}
	return true;
}

void moment_back_failed(struct guest *g)
{
	char text[sizeof(g->failure) + 100];

	moment_reap(g);
	g->moment.back = false;
	snprintf(text, sizeof(text), "the guest could not go back: %s", g->failure);
	guest_tell_gone(g, text);
}
