/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_pace - how fast a guest's time goes on for a person who looks: at full speed, in slices,
 * not at all, or one step further.
 *
 * A step is full speed until the guest writes to one of a step's places (stub.h), or for a span; it
 * ends in a guest that stands, with nothing of it left. How much time has passed is asked of the
 * guest's power-management timer, which stands when the guest does. Invariants: it goes on only
 * from where all who stop it have been told that it stands (guest_stop.c); it never stands for this
 * while a copy is made, and never goes on for this in the midst of one. Sources: QEMU
 * hw/acpi/core.c, hw/i386/pc_q35.c (where SeaBIOS puts the timer), monitor/hmp-cmds.c.
 */
#include "vmm/guest_private.h"
#include "base/die.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SLICE_NS    UINT64_C(1000000)
#define SOON_NS     UINT64_C(200000) /* a shorter span is over before this program could count it */
#define SPAN_MAX_NS UINT64_C(10000000000)
#define CLOCK_ID    "pace-clock"
#define CLOCK_HZ    UINT64_C(3579545)
#define CLOCK_MASK  0xffffffu
#define UNKNOWN     UINT64_MAX

static void on_timer(void *arg);
static void evaluate(struct guest *g);

void pace_init(struct guest *g)
{
	g->pace = (struct pace){.part = 1, .timer = -1};
}

static void forget_step(struct pace *p)
{
	free((uint64_t *)p->to.address);
	p->to = (struct guest_step){.n = 0};
	p->step = PACE_NO_STEP;
	p->reached = p->over = false;
	p->why.code = 0;
}

void pace_reset(struct guest *g)
{
	struct pace *p = &g->pace;

	forget_step(p);
	if (p->timer >= 0)
		loop_arm(g->loop, p->timer, 0, 0);
	*p = (struct pace){.part = 1, .timer = p->timer};
}

void pace_finish(struct guest *g)
{
	pace_reset(g);
	loop_remove(g->loop, g->pace.timer);
	pace_init(g);
}

bool pace_holds(const struct guest *g)
{
	enum pace_state s = g->pace.state;

	return s == PACE_STOPPING || s == PACE_ASKING || s == PACE_STANDS;
}

bool pace_busy(const struct guest *g)
{
	return g->pace.step == PACE_ARM || g->pace.step == PACE_DISARM;
}

static void arm(struct guest *g, uint64_t ns)
{
	loop_arm(g->loop, g->pace.timer, ns ? ns : 1, 0);
}

/* ---- which time it is ----------------------------------------------------------------------- */

static void ask_clock(struct guest *g)
{
	static const char text[] = "{\"execute\":\"human-monitor-command\",\"arguments\":"
				   "{\"command-line\":\"i /4x 0x608\"},\"id\":\"" CLOCK_ID "\"}\n";

	g->pace.state = PACE_ASKING;
	channel_write(&g->qmp, text, sizeof(text) - 1);
}

/* "portl[0x0608] = 0x00a1b2c3"; a port that nobody answers at is all ones. */
static bool read_clock(const struct qmp_message *m, uint32_t *out)
{
	const char *at = m->kind == QMP_RETURN ? strstr(m->text, "= 0x") : NULL;
	char *end;
	unsigned long v;

	if (!at)
		return false;
	errno = 0;
	v = strtoul(at + 4, &end, 16);
	*out = (uint32_t)v;
	return end > at + 4 && !errno && v <= CLOCK_MASK;
}

/* It goes round every 4.7 s: how often it has, this machine's clock says. */
static uint64_t passed(const struct guest *g, uint32_t now)
{
	const uint64_t round = (uint64_t)(CLOCK_MASK + 1) * 1000000000u / CLOCK_HZ;
	const struct pace *p = &g->pace;
	uint64_t ns = ((now - p->clock) & CLOCK_MASK) * UINT64_C(1000000000) / CLOCK_HZ;
	uint64_t here = loop_now_ns() - p->gone_on_ns;

	if (here < round)
		return ns;
	if (g->config.counted)
		return UNKNOWN;
	return here > ns ? ns + (here - ns + round / 2) / round * round : ns;
}

/* ---- standing and going ---------------------------------------------------------------------- */

static bool wants_to_stand(const struct guest *g)
{
	const struct pace *p = &g->pace;

	if (p->step == PACE_STEP)
		return p->over;
	if (p->step != PACE_NO_STEP)
		return true;
	if (g->moment.step != MOMENT_NONE)
		return false; /* its agent has a part in that */
	return !p->part || (p->part > 1 && p->over);
}

static void go(struct guest *g)
{
	struct pace *p = &g->pace;
	bool soon = p->step == PACE_STEP && !p->to.n && p->to.span_ns <= SOON_NS;

	p->state = PACE_GOING;
	p->over = false;
	p->gone_on_ns = loop_now_ns();
	guest_stop_go(g);
	if (!soon || g->stub.on || !g->going)
		return;
	/* both words in one breath */
	p->state = PACE_STOPPING;
	p->reached = true;
	g->going = false;
	guest_stop_ask(g);
}

static void evaluate(struct guest *g)
{
	struct pace *p = &g->pace;
	bool stand = wants_to_stand(g);

	if (g->state != GUEST_UP || g->moment.step == MOMENT_TAKE)
		return;
	if (p->state == PACE_RUNS && stand) {
		p->state = PACE_STOPPING;
		guest_stop_ask(g);
	} else if (p->state == PACE_STANDS && !stand) {
		go(g);
	}
}

/* It has run at full speed up to now: a slice begins here. */
static void begin_slices(struct guest *g)
{
	g->pace.clock_known = false;
	g->pace.gone_on_ns = loop_now_ns();
	arm(g, SLICE_NS);
}

void pace_again(struct guest *g)
{
	if (g->pace.part > 1 && g->pace.state == PACE_RUNS)
		begin_slices(g);
	evaluate(g);
}

void pace_resumed(struct guest *g)
{
	struct pace *p = &g->pace;

	if (p->state == PACE_STOPPING)
		return;
	p->state = PACE_RUNS;
	if (p->step == PACE_STEP)
		arm(g, p->to.n ? p->to.limit_ns : p->to.span_ns);
	else if (p->part > 1)
		arm(g, SLICE_NS);
	evaluate(g);
}

static void on_timer(void *arg)
{
	struct guest *g = arg;
	struct pace *p = &g->pace;

	if (p->step == PACE_STEP) {
		p->reached = !p->to.n;
		p->over = true;
	} else if (p->step == PACE_NO_STEP && p->part > 1) {
		p->over = p->state == PACE_RUNS;
	}
	evaluate(g);
}

static void tell(struct guest *g, bool stepped)
{
	struct pace *p = &g->pace;
	struct guest_stood st = {
		.stepped = stepped, .reached = p->reached, .passed_ns = p->passed_ns};
	struct err why = p->why;

	if (stepped)
		forget_step(p);
	if (g->ops->stood)
		g->ops->stood(g->arg, &st, why.code ? &why : NULL);
}

bool pace_answer(struct guest *g, const struct qmp_message *m)
{
	struct pace *p = &g->pace;
	uint32_t now = 0;
	bool known;

	if (strcmp(m->id, CLOCK_ID))
		return false;
	if (p->state != PACE_ASKING)
		return true;
	known = read_clock(m, &now);
	p->passed_ns = known && p->clock_known ? passed(g, now) : UNKNOWN;
	p->clock = now;
	p->clock_known = known;
	p->state = PACE_STANDS;
	if (p->step == PACE_STEPPED) {
		tell(g, true);
	} else if (!p->part) {
		tell(g, false);
	} else if (p->part > 1) {
		uint64_t here = loop_now_ns() - p->gone_on_ns;
		uint64_t all = (p->passed_ns == UNKNOWN ? SLICE_NS : p->passed_ns) * p->part;

		arm(g, all > here ? all - here : 1);
	}
	evaluate(g);
	return true;
}

/* ---- steps ----------------------------------------------------------------------------------- */

bool pace_takes(struct guest *g, const struct guest_hit *hit)
{
	struct pace *p = &g->pace;
	unsigned i;

	if (p->step != PACE_STEP)
		return false;
	for (i = 0; i < p->to.n; i++)
		/* 0: of one of them, but nobody knows which */
		if (!hit->address || hit->address == p->to.address[i]) {
			p->reached = p->over = true;
			p->state = PACE_STOPPING;
			return true;
		}
	return false;
}

void pace_stopped(struct guest *g)
{
	struct pace *p = &g->pace;

	if (p->state != PACE_STOPPING || !g->stop_seen || g->pausing || stub_lags(&g->stub))
		return;
	if (p->step == PACE_STEP && p->to.n) {
		/* an op that is at the stub is waited for: pace_watched() */
		int r = stub_watch_all(&g->stub, false, p->to.address, p->to.n, p->to.size, NULL);

		if (r == 0)
			p->step = PACE_DISARM;
		if (r == 0 || r == -EBUSY)
			return;
	}
	if (p->step == PACE_STEP)
		p->step = PACE_STEPPED;
	ask_clock(g);
}

bool pace_watched(struct guest *g, const struct err *err)
{
	struct pace *p = &g->pace;

	if (p->step == PACE_ARM && err) {
		p->why = *err;
		p->passed_ns = 0;
		tell(g, true);
	} else if (p->step == PACE_ARM) {
		p->step = PACE_STEP;
	} else if (p->step == PACE_DISARM) {
		p->step = PACE_STEPPED;
	} else {
		return false;
	}
	/* an op may have waited for that */
	guest_stop_settle(g);
	evaluate(g);
	return true;
}

void pace_lost(struct guest *g, const char *why)
{
	struct pace *p = &g->pace;

	if (p->step != PACE_STEP || !p->to.n)
		return;
	p->to.n = 0;
	p->over = true;
	err_set(&p->why, EIO, "%s", why);
	evaluate(g);
}

/* ---- what is asked for ------------------------------------------------------------------------
 */

static int may(struct guest *g, struct err *err)
{
	if (g->config.exact)
		return err_set(err, EINVAL, "an exact run is not paused: its time is its own");
	if (g->state != GUEST_UP || g->stopping)
		return err_set(err, EPIPE, "the guest is not up");
	if (g->pace.timer < 0)
		g->pace.timer = loop_add_timer(g->loop, on_timer, g);
	return g->pace.timer < 0 ? err_sys(err, -g->pace.timer, "make a timer") : 0;
}

static void set_part(struct guest *g, unsigned part)
{
	struct pace *p = &g->pace;

	p->part = part;
	if (p->step == PACE_STEP)
		p->over = true; /* cut short */
	else if (p->step == PACE_NO_STEP)
		p->over = false;
	if (p->state == PACE_RUNS && part > 1 && p->step == PACE_NO_STEP)
		begin_slices(g);
	/* it stood between two slices: it is told of this, too */
	if (!part && p->state == PACE_STANDS && p->step == PACE_NO_STEP)
		ask_clock(g);
	evaluate(g);
}

int guest_pace(struct guest *g, unsigned part, struct err *err)
{
	int r = may(g, err);

	if (r == 0 && part > GUEST_SLOWEST)
		r = err_set(err, EINVAL, "the slowest is 1/%d", GUEST_SLOWEST);
	if (r == 0)
		set_part(g, part);
	return r;
}

unsigned guest_pace_part(const struct guest *g)
{
	return g->pace.part;
}

void pace_release(struct guest *g)
{
	if (g->pace.part != 1 || g->pace.step != PACE_NO_STEP)
		set_part(g, 1);
}

int guest_step(struct guest *g, const struct guest_step *to, struct err *err)
{
	struct pace *p = &g->pace;
	int r = may(g, err);

	if (r < 0)
		return r;
	if (p->part || p->state != PACE_STANDS || p->step != PACE_NO_STEP)
		return err_set(err, EBUSY,
			       p->part ? "the guest runs: 'pause' first"
				       : "the guest does not stand yet: once more in a moment");
	if (!to->n && (!to->span_ns || to->span_ns > SPAN_MAX_NS))
		return err_set(err, EINVAL, "a step is 1us to 10s long");
	p->to = *to;
	p->to.address = NULL;
	p->step = to->n ? PACE_ARM : PACE_STEP;
	if (to->n) {
		uint64_t *own = xcalloc(to->n, sizeof(*own));

		memcpy(own, to->address, to->n * sizeof(*own));
		p->to.address = own;
		r = stub_watch_all(&g->stub, true, own, to->n, to->size, err);
	}
	if (r < 0) {
		forget_step(p);
		return r;
	}
	evaluate(g);
	return 0;
}
