/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_stop - the guest's CPUs standing still: asked for, or because it wrote to what is watched.
 *
 * A stop is told in up to three ways, in any order: by the monitor's event, by its answer to who
 * asked for it, by the gdb stub (stub.h). Invariant: nobody is told before all of them have spoken,
 * for whoever acted on the first would let the guest go on under the others.
 */
#include "vmm/guest_private.h"

#include <errno.h>
#include <string.h>

#define PAUSE_ID "pause"

static void settle(struct guest *g)
{
	struct guest_hit hit;
	bool watched;

	if (!g->stop_seen || g->pausing || stub_lags(&g->stub))
		return;
	watched = stub_take_hit(&g->stub, &hit);
	if (g->ops->stopped)
		g->ops->stopped(g->arg, watched ? &hit : NULL);
}

static int on_monitor(void *arg, const char *line, int fd)
{
	struct guest *g = arg;

	return fd < 0 ? channel_write(&g->qmp, line, strlen(line))
		      : channel_write_fd(&g->qmp, line, strlen(line), fd);
}

static void on_watched(void *arg, const struct err *err)
{
	struct guest *g = arg;

	if (g->ops->watched)
		g->ops->watched(g->arg, err);
}

static void on_stopped(void *arg)
{
	settle(arg);
}

static void on_lost(void *arg, const char *why)
{
	struct guest *g = arg;

	if (g->ops->unwatched)
		g->ops->unwatched(g->arg, why);
	settle(g);
}

static const struct stub_ops stub_ops = {
	.monitor = on_monitor, .watched = on_watched, .stopped = on_stopped, .lost = on_lost};

void guest_stop_init(struct guest *g)
{
	stub_init(&g->stub, g->loop, &stub_ops, g);
}

void guest_stop_reset(struct guest *g)
{
	g->stop_seen = g->pausing = false;
	stub_reset(&g->stub);
}

void guest_stop_finish(struct guest *g)
{
	stub_finish(&g->stub);
}

static void command(struct guest *g, const char *line)
{
	channel_write(&g->qmp, line, strlen(line));
}

void guest_pause(struct guest *g)
{
	g->pausing = true;
	command(g, "{\"execute\":\"stop\",\"id\":\"" PAUSE_ID "\"}\n");
}

void guest_resume(struct guest *g)
{
	g->stop_seen = false;
	if (!stub_continue(&g->stub))
		command(g, "{\"execute\":\"cont\"}\n");
}

bool guest_stands(const struct guest *g)
{
	return g->stop_seen;
}

int guest_watch(struct guest *g, bool on, uint64_t address, unsigned size, struct err *err)
{
	if (g->state != GUEST_UP)
		return err_set(err, EPIPE, "the guest is not there");
	if (!g->stop_seen)
		return err_set(err, EBUSY, "the guest does not stand still");
	if (g->moment.step != MOMENT_NONE)
		return err_set(
			err, EBUSY,
			"a copy of the guest is being made, and watches are in none: try again");
	return stub_watch(&g->stub, on, address, size, err);
}

void guest_stop_event(struct guest *g, bool stopped)
{
	g->stopped = g->stop_seen = stopped;
	if (!stopped)
		return;
	stub_expect(&g->stub);
	settle(g);
}

bool guest_stop_answer(struct guest *g, const struct qmp_message *m)
{
	if (stub_answer(&g->stub, m))
		return true;
	if (!strcmp(m->id, PAUSE_ID)) {
		g->pausing = false;
		settle(g);
	}
	/* by a watch that the stub has left behind when it was lost */
	if (m->kind == QMP_RETURN && !strcmp(m->status, "debug") && !g->stub.on && g->stop_seen)
		guest_resume(g);
	return false;
}
