/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pacing - see pacing.h.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "session/session_private.h"
#include "sight/place.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_NS UINT64_C(30000000000) /* of this machine's time: a guest may have nothing to do   \
					*/
#define TRIES     8
#define NAMED_MAX 4 /* CPUs whose new tasks are named */
#define NOT_KNOWN UINT64_MAX

static void tell(struct session *s, const char *name, uint64_t count, uint64_t ns, const char *text)
{
	session_emit_now(s, &(struct event){.type = EV_PACE,
					    .name = name,
					    .count = count,
					    .id = ns,
					    .text = text,
					    .cgroup = "",
					    .path = "",
					    .data = ""});
}

static int may(const struct session *s, struct err *err)
{
	if (s->finished)
		return err_set(err, EPIPE, "the guest is gone: its time has ended");
	if (checkpoint_goes_back(s))
		return err_set(err, EBUSY,
			       "the guest is going back to a checkpoint: once more in a moment");
	if (!s->ready || s->ending)
		return err_set(err, EPIPE, "the guest is not ready: its time goes on as it is");
	return 0;
}

int session_pause(struct session *s, struct err *err)
{
	int r = may(s, err);

	if (r == 0 && s->pacing.stood_ns && !s->pacing.stepping)
		return err_set(err, EALREADY, "the guest is paused already");
	return r < 0 ? r : guest_pace(s->guest, 0, err);
}

static void go_on(struct session *s, const char *name, unsigned part, const char *how)
{
	struct pacing *p = &s->pacing;
	char text[160], stood[32];

	s->heard_ns = loop_now_ns();
	host_load_return(&s->host_load, loop_now_ns());
	if (p->stood_ns) {
		text_format_time(stood, sizeof(stood), loop_now_ns() - p->stood_ns);
		snprintf(text, sizeof(text),
			 "goes on %s; it stood still for %s of this machine's time", how, stood);
	} else {
		snprintf(text, sizeof(text), "goes on %s", how);
	}
	p->stood_ns = 0;
	tell(s, name, part, 0, text);
}

int session_slow(struct session *s, unsigned part, struct err *err)
{
	char how[48];
	int r = may(s, err);

	if (r == 0 && part == guest_pace_part(s->guest) && !s->pacing.stepping)
		r = err_set(err, EALREADY,
			    part == 1 ? "the guest runs at full speed already"
				      : "the guest runs so already");
	if (r == 0 && !part)
		r = err_set(err, EINVAL,
			    "the guest's time goes on at 1/1 at most: 'pause' stops it");
	if (r == 0)
		r = guest_pace(s->guest, part, err);
	if (r < 0)
		return r;
	if (part == 1)
		snprintf(how, sizeof(how), "at full speed");
	else
		snprintf(how, sizeof(how), "at 1/%u of full speed", part);
	go_on(s, part == 1 ? PACE_RUNS : PACE_SLOW, part, how);
	return 0;
}

int session_resume(struct session *s, struct err *err)
{
	return session_slow(s, 1, err);
}

/* ---- steps ----------------------------------------------------------------------------------- */

static int find(struct places *p, const char *what, uint64_t *va, struct err *err)
{
	struct place_held held;
	struct place at;
	int r = place_parse(what, &at, err);

	if (r == 0)
		r = places_hold(p, &at, &held, err);
	if (r == 0)
		*va = held.va;
	return r;
}

/*
 * A switch writes the CPU's current_task when all else of it is done: the runqueue's current one
 * and its count, and the stream's record (arch/x86/kernel/process_64.c, __switch_to(), since 6.15).
 * The tick counts jiffies (kernel/time/timekeeping.c, do_timer()).
 */
static int find_places(struct session *s, uint64_t *va, unsigned *n, struct err *err)
{
	const struct advance *to = &s->pacing.to;
	unsigned ncpus = guest_cpus(s->guest), cpu;
	struct places *places = kernel_ops_places(s->kernel_ops, err);
	char what[48];
	int r = places ? observe_may(s->observe, err) : -err->code;

	*n = 0;
	if (r < 0)
		return r;
	if (to->to == ADVANCE_TICK)
		return find(places, "jiffies_64:u64", &va[(*n)++], err);
	if (to->cpu >= (int)ncpus)
		return err_set(err, EINVAL, "the guest has CPUs 0 to %u", ncpus - 1);
	for (cpu = 0; cpu < ncpus; cpu++) {
		if (to->cpu >= 0 && (unsigned)to->cpu != cpu)
			continue;
		snprintf(what, sizeof(what), "current_task:u64@%u", cpu);
		r = find(places, what, &va[(*n)++], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int begin(struct session *s, struct err *err)
{
	struct pacing *p = &s->pacing;
	uint64_t va[GUEST_CPUS_MAX];
	struct guest_step step = {
		.address = va, .size = 8, .limit_ns = LIMIT_NS, .span_ns = p->to.span_ns};
	int r = 0;

	if (p->to.to != ADVANCE_SPAN)
		r = find_places(s, va, &step.n, err);
	if (r == 0)
		r = guest_step(s->guest, &step, err);
	p->stepping = r == 0;
	return r;
}

static void note_switches(struct session *s)
{
	struct pacing *p = &s->pacing;
	const struct model *m = s->model;
	size_t i;

	p->switches = xreallocarray(p->switches, m->ncpus, sizeof(*p->switches));
	p->n = m->ncpus;
	for (i = 0; i < m->ncpus; i++)
		p->switches[i] = m->cpus[i].now.switches;
}

int session_advance(struct session *s, const struct advance *to, struct err *err)
{
	struct pacing *p = &s->pacing;
	int r = may(s, err);

	if (r == 0 && !p->stood_ns)
		r = err_set(err, EBUSY, "the guest's time goes on: 'pause' first");
	if (r == 0 && p->stepping)
		r = err_set(err, EBUSY, "a step is being made: 'pause' cuts it short");
	if (r < 0)
		return r;
	p->to = *to;
	p->tries = 0;
	note_switches(s);
	return begin(s, err);
}

/* Of a CPU since the step began. */
static uint64_t switched(const struct session *s, size_t cpu)
{
	const struct pacing *p = &s->pacing;
	uint64_t now = s->model->cpus[cpu].now.switches;

	return cpu < p->n && now != SAMPLE_ABSENT && p->switches[cpu] != SAMPLE_ABSENT &&
			       now > p->switches[cpu]
		       ? now - p->switches[cpu]
		       : 0;
}

static uint64_t all_switched(const struct session *s)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < s->model->ncpus; i++)
		n += switched(s, i);
	return n;
}

static void add_time(struct buf *b, uint64_t ns)
{
	char text[32];

	text_format_time(text, sizeof(text), ns);
	if (ns == NOT_KNOWN)
		buf_adds(b, "nobody knows how much time passed");
	else if (ns < 1000000)
		buf_addf(b, "%.1fus passed", (double)ns / 1e3);
	else if (ns < 100000000)
		buf_addf(b, "%.2fms passed", (double)ns / 1e6);
	else
		buf_addf(b, "%s passed", text);
}

/* Who has the CPUs now that have switched. */
static void add_switches(struct session *s, struct buf *b)
{
	const struct model *m = s->model;
	char name[128];
	unsigned named = 0;
	size_t i;

	for (i = 0; i < m->ncpus && named < NAMED_MAX; i++) {
		const struct sample_cpu *c = &m->cpus[i].now;
		uint64_t n = switched(s, i);

		if (!n)
			continue;
		named++;
		if (c->pid > 0)
			model_task_name(m, c->pid, c->comm, name, sizeof(name));
		buf_addf(b, "; CPU %u", (unsigned)c->cpu);
		if (n > 1)
			buf_addf(b, " %" PRIu64 " times, last", n);
		if (c->pid > 0)
			buf_addf(b, " to %s[%d]", name, (int)c->pid);
		else
			buf_adds(b, " to idle");
	}
}

static void describe(struct session *s, const struct guest_stood *st, const struct err *why,
		     uint64_t count, struct buf *b)
{
	const struct advance *to = &s->pacing.to;
	char span[32];

	if (why && !st->passed_ns) {
		buf_addf(b, "no step was made: %s", why->msg);
		return;
	}
	text_format_duration(span, sizeof(span), to->span_ns);
	if (why)
		buf_addf(b, "the step was lost (%s), ", why->msg);
	else if (!st->reached)
		buf_addf(b, "the step was cut short, no %s came; ",
			 to->to == ADVANCE_SWITCH ? "switch"
			 : to->to == ADVANCE_TICK ? "tick (a guest that is idle has none)"
						  : "end of it");
	else if (to->to == ADVANCE_SPAN)
		buf_addf(b, "asked for %s, ", span);
	else if (to->to == ADVANCE_TICK)
		buf_adds(b, "a tick; ");
	add_time(b, st->passed_ns);
	buf_addf(b, "; %" PRIu64 " switch%s", count, count == 1 ? "" : "es");
	add_switches(s, b);
}

/* A stop that nobody can tell what for, and no CPU has switched: on. */
static bool again(struct session *s, const struct guest_stood *st, const struct err *why)
{
	struct pacing *p = &s->pacing;
	struct err err = ERR_INIT;
	bool none = p->to.cpu >= 0 ? !switched(s, (size_t)p->to.cpu) : !all_switched(s);

	return !why && st->reached && p->to.to == ADVANCE_SWITCH && none && ++p->tries < TRIES &&
	       begin(s, &err) == 0;
}

void pacing_stood(struct session *s, const struct guest_stood *st, const struct err *why)
{
	struct pacing *p = &s->pacing;
	cleanup_buf struct buf b = BUF_INIT;
	struct err unseen = ERR_INIT;
	uint64_t count = 0;

	s->heard_ns = loop_now_ns();
	if (guest_pace_part(s->guest)) { /* a step was left for full speed */
		p->stepping = false;
		return;
	}
	s->sample_due = true;
	observe_now(s->observe, &unseen);
	if (st->stepped) {
		if (!unseen.code && again(s, st, why))
			return;
		p->stepping = false;
		count = all_switched(s);
		describe(s, st, why, count, &b);
	} else {
		p->stood_ns = p->stood_ns ? p->stood_ns : loop_now_ns();
		host_load_leave(&s->host_load, loop_now_ns());
		buf_addf(&b, "the guest stands still, at %.6fs", (double)s->now_ns / 1e9);
	}
	if (unseen.code)
		buf_addf(&b, " (what is shown is older: %s)", unseen.msg);
	tell(s, st->stepped ? PACE_STEP : PACE_PAUSED, count, st->stepped ? st->passed_ns : 0,
	     buf_text(&b));
}

void pacing_release(struct session *s)
{
	if (guest_pace_part(s->guest) == 1 || guest_pace(s->guest, 1, NULL) < 0)
		return;
	s->pacing.stepping = false;
	go_on(s, PACE_RUNS, 1, "at full speed");
}

void pacing_anew(struct session *s)
{
	s->pacing.stood_ns = 0;
	s->pacing.stepping = false;
	if (s->model->paused || s->model->slow)
		tell(s, PACE_RUNS, 1, 0, "goes on at full speed");
}

uint64_t pacing_silence(const struct session *s, uint64_t ns)
{
	unsigned part = guest_pace_part(s->guest);

	return part ? ns / part : 0;
}

void pacing_finish(struct session *s)
{
	free(s->pacing.switches);
	s->pacing.switches = NULL;
	s->pacing.n = 0;
}
