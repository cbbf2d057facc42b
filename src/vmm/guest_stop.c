/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_stop - the guest's CPUs standing still: asked for by an op, by a person (guest_pace.c), or
 * because it wrote to what is watched. It goes on when none of them wants it to stand.
 *
 * A stop is told in up to three ways, in any order: by the monitor's event, by its answer to who
 * asked for it, by the gdb stub (stub.h). Invariant: nobody is told before all of them have spoken,
 * for whoever acted on the first would let the guest go on under the others.
 */
#include "vmm/guest_private.h"

#include <errno.h>
#include <string.h>

#define PAUSE_ID "pause"
#define GO_ID    "go"

static void settle(struct guest *g)
{
	struct guest_hit hit;
	bool watched;

	if (!g->stop_seen || g->pausing || stub_lags(&g->stub) || pace_busy(g))
		return;
	watched = stub_take_hit(&g->stub, &hit) && !pace_takes(g, &hit);
	g->op_stop |= watched;
	if (g->ops->stopped)
		g->ops->stopped(g->arg, watched ? &hit : NULL);
	pace_stopped(g);
}

void guest_stop_settle(struct guest *g)
{
	settle(g);
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

	if (pace_watched(g, err))
		return;
	if (g->ops->watched)
		g->ops->watched(g->arg, err);
	pace_stopped(g); /* it may have waited for the stub */
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
	pace_lost(g, why);
	settle(g);
}

static const struct stub_ops stub_ops = {
	.monitor = on_monitor, .watched = on_watched, .stopped = on_stopped, .lost = on_lost};

void guest_stop_init(struct guest *g)
{
	stub_init(&g->stub, g->loop, &stub_ops, g);
	pace_init(g);
}

void guest_stop_reset(struct guest *g)
{
	g->stop_seen = g->pausing = g->op_stop = g->going = g->stop_due = false;
	stub_reset(&g->stub);
	pace_reset(g);
}

void guest_stop_finish(struct guest *g)
{
	stub_finish(&g->stub);
	pace_finish(g);
}

static void command(struct guest *g, const char *line)
{
	channel_write(&g->qmp, line, strlen(line));
}

static void send_stop(struct guest *g)
{
	g->stop_due = false;
	command(g, "{\"execute\":\"stop\",\"id\":\"" PAUSE_ID "\"}\n");
}

/* A stop that overtook the word to go on, which may be on another stream, would be lost. */
void guest_stop_ask(struct guest *g)
{
	g->pausing = true;
	if (g->going)
		g->stop_due = true;
	else
		send_stop(g);
}

void guest_stop_go(struct guest *g)
{
	if (g->op_stop || pace_holds(g))
		return;
	g->going = g->stop_seen;
	g->stop_seen = false;
	if (!stub_continue(&g->stub))
		command(g, "{\"execute\":\"cont\",\"id\":\"" GO_ID "\"}\n");
}

static void gone_on(struct guest *g)
{
	g->going = false;
	if (g->stop_due)
		send_stop(g);
}

bool guest_may_pause(const struct guest *g)
{
	return g->qemu.pidfd >= 0 && (!g->stopped || g->going || pace_holds(g)) &&
	       g->moment.step != MOMENT_TAKE;
}

void guest_pause(struct guest *g)
{
	g->op_stop |= guest_may_pause(g);
	guest_stop_ask(g);
}

void guest_resume(struct guest *g)
{
	g->op_stop = false;
	guest_stop_go(g);
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
	if (!stopped) {
		pace_resumed(g);
		gone_on(g);
		return;
	}
	stub_expect(&g->stub);
	settle(g);
}

bool guest_stop_answer(struct guest *g, const struct qmp_message *m)
{
	if (stub_answer(&g->stub, m) || pace_answer(g, m))
		return true;
	if (!strcmp(m->id, GO_ID) && m->kind == QMP_ERROR)
		gone_on(g);
	if (!strcmp(m->id, PAUSE_ID)) {
		g->pausing = false;
		settle(g);
	}
	/* by a watch that the stub has left behind when it was lost */
	if (m->kind == QMP_RETURN && !strcmp(m->status, "debug") && !g->stub.on && g->stop_seen)
		guest_resume(g);
	return false;
}
