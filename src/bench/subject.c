/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subject - see subject.h. Invariant: after subject_end() no guest is left.
 */
#include "bench/subject.h"
#include "bench/figures.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEADLINE_MS 180000.0
#define SAMPLE_NS   100000000u

static void on_event(void *arg, const struct event *ev)
{
	struct subject *s = arg;

	if (ev->type == EV_DONE || ev->type == EV_FAILED) {
		s->ended_seq = ev->seq;
		s->failed = ev->type == EV_FAILED;
		text_copy(s->why, sizeof(s->why), ev->text);
	}
	s->probes += ev->type == EV_PROBES;
	s->traces += ev->type == EV_TRACE;
}

static void on_sample(void *arg)
{
	((struct subject *)arg)->samples++;
}

/* Answers to the session's own pings come in between, and in the same turn of the loop. */
void subject_pong(struct subject *s, uint64_t token)
{
	if (token & SUBJECT_PINGS)
		s->pong = token;
}

static void on_pong(void *arg, uint64_t token)
{
	subject_pong(arg, token);
}

static void on_finished(void *arg, bool clean, const char *text)
{
	struct subject *s = arg;

	s->gone = true;
	text_copy(s->why, sizeof(s->why), text);
}

static const struct session_observer observer = {
	.event = on_event, .sample = on_sample, .pong = on_pong, .finished = on_finished};

/* One turn; an error when the guest is gone or the time is over. */
static int turn(struct subject *s, double end, const char *what, struct err *err)
{
	double left = end - wall_ms();

	if (s->gone)
		return err_set(err, EPIPE, "%s: the guest is gone: %s", what, s->why);
	if (left <= 0)
		return err_set(err, ETIMEDOUT, "%s: nothing came in time", what);
	loop_turn(&s->loop, (int)left + 1);
	return 0;
}

int subject_boot(struct subject *s, const struct bench_options *o, const char *const *include,
		 bool counted, struct err *err)
{
	struct session_config config = {
		.guest = o->guest.config, .interactive = true, .journal = o->journal, .sample_ns = SAMPLE_NS};
	double end = wall_ms() + DEADLINE_MS;
	int r;

	*s = (struct subject){.loop.epoll_fd = -1};
	config.guest.counted = counted;
	if (include)
		config.guest.include = include;
	r = loop_init(&s->loop, err);
	if (r < 0)
		return r;
	s->session = session_create(&s->loop, &config, &observer, s, err);
	if (!s->session)
		return -err->code;
	r = session_boot(s->session, err);
	while (r == 0 && !(session_model(s->session)->ready && s->probes))
		r = turn(s, end, "boot", err);
	return r;
}

void subject_end(struct subject *s)
{
	double end = wall_ms() + 20000;
	struct err err;

	if (s->session && !s->gone && session_model(s->session)->ready) {
		session_end(s->session);
		while (turn(s, end, "end", &err) == 0)
			;
	}
	session_destroy(s->session);
	if (s->loop.epoll_fd >= 0)
		loop_finish(&s->loop);
}

int subject_do(struct subject *s, struct err *err, const char *fmt, ...)
{
	double end = wall_ms() + DEADLINE_MS;
	char line[2048];
	uint64_t seq;
	va_list ap;
	int r;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	r = session_submit(s->session, line, &seq, err);
	while (r == 0 && s->ended_seq != seq)
		r = turn(s, end, line, err);
	if (r == 0 && s->failed)
		return err_set(err, EIO, "%s: %s", line, s->why);
	return r;
}

static const struct model_task *task_of(const struct subject *s, const char *name)
{
	const struct model_group *g = model_group(session_model(s->session), name);

	return g && g->ntasks ? &g->tasks[0] : NULL;
}

int subject_run(struct subject *s, const char *name, const char *line, struct buf *out,
		struct err *err)
{
	int r = subject_do(s, err, "run %s -- %s", name, line);
	const struct model_group *g;
	const struct model_task *t;
	int i;

	if (r == 0)
		r = subject_do(s, err, "wait %s timeout=170s", name);
	if (r < 0)
		return r;
	t = task_of(s, name);
	g = model_group(session_model(s->session), name);
	for (i = 0; g && i < 2; i++)
		buf_add(out, g->output[i].data, g->output[i].len);
	if (t && t->exited && !t->signal && t->code == 0)
		return 0;
	return err_set(err, EIO, "%s: %.*s", line, 200,
		       out->len ? buf_text(out) : "it did not end with 0");
}

int subject_ping(struct subject *s, double limit_ms, double *ms, struct err *err)
{
	static uint64_t token = SUBJECT_PINGS;
	double began = wall_ms();
	int r = session_ping(s->session, ++token);

	if (r < 0)
		return err_sys(err, -r, "send a ping");
	while (r == 0 && s->pong != token)
		r = turn(s, began + limit_ms, "ping", err);
	*ms = wall_ms() - began;
	return r;
}

static int stream(struct subject *s, bool on, double end, struct err *err)
{
	unsigned traced = s->traces;
	int r = 0;

	session_trace(s->session, on, 0);
	while (r == 0 && s->traces == traced)
		r = turn(s, end, "the stream of switches", err);
	return r;
}

int subject_look(struct subject *s, const struct subject_eyes *eyes, struct err *err)
{
	double end = wall_ms() + DEADLINE_MS;
	unsigned told = s->probes;
	uint64_t had;
	int r = session_rate(s->session,
			     eyes->per_second ? UINT64_C(1000000000) / eyes->per_second : 0);

	session_watch(s->session, eyes->watch);
	if (r == 0)
		r = session_probes(s->session, eyes->probes);
	if (r < 0)
		return err_sys(err, -r, "tell the agent what to look at");
	while (r == 0 && s->probes == told)
		r = turn(s, end, "probes", err);
	if (r == 0 && session_traces(s->session) &&
	    (!eyes->trace || eyes->by_guest != s->by_guest))
		r = stream(s, false, end, err);
	session_trace_by_guest(s->session, eyes->by_guest);
	s->by_guest = eyes->by_guest;
	if (r == 0 && eyes->trace && !session_traces(s->session))
		r = stream(s, true, end, err);
	/* what was under way when it changed */
	for (had = s->samples; r == 0 && eyes->per_second && s->samples < had + 3;)
		r = turn(s, end, "samples", err);
	return r;
}

int subject_wait(struct subject *s, double ms, struct err *err)
{
	double end = wall_ms() + ms;
	int r = 0;

	while (r == 0 && wall_ms() < end)
		r = s->gone ? turn(s, end, "wait", err)
			    : (loop_turn(&s->loop, (int)(end - wall_ms()) + 1), 0);
	return r;
}
