/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * from_guest - what a session makes of its agent's frames and of what the guest itself does.
 */
#include "session/session_private.h"

#include <inttypes.h>
#include <stdio.h>

#define READY_DEADLINE_NS UINT64_C(60000000000) /* agent's set-up, slow under emulation */
#define PING_NS           UINT64_C(2000000000)
#define EXACT_SILENCE_NS  UINT64_C(3600000000000)

static void on_hello(struct session *s, const struct event *ev)
{
	char text[160];

	if (ev->count != WIRE_VERSION) {
		snprintf(text, sizeof(text),
			 "the agent speaks wire version %" PRIu64 ", this program %d: rebuild both",
			 ev->count, WIRE_VERSION);
		session_log(s, 2, text);
		session_kill(s);
		return;
	}
	if (!s->configured) {
		s->configured = true;
		loop_arm(s->loop, s->ready_timer, READY_DEADLINE_NS, 0);
		if (!s->exact)
			session_send_config(s);
	}
}

static void on_ready(struct session *s)
{
	if (s->ready)
		return;
	s->ready = true;
	loop_arm(s->loop, s->ready_timer, 0, 0);
	if (s->exact) {
		/* it has all it needs, and hears nothing until it has ended */
		loop_arm(s->loop, s->ping_timer, EXACT_SILENCE_NS, 0);
		return;
	}
	loop_arm(s->loop, s->ping_timer, PING_NS, PING_NS);
	session_settle_watch(s);
	if (s->config.interactive)
		s->begun = true;
	tracing_ready(s->tracing);
	s->holding = guest_leaves_copy(s->guest);
	if (!s->holding)
		session_let_ops_go(s);
}

static void note_exit(struct session *s, const char *name)
{
	const struct model_group *g = model_group(s->model, name);
	size_t i;

	for (i = 0; g && i < g->ntasks; i++)
		if (!g->tasks[i].exited)
			return;
	if (g)
		scenario_ended(s->scenario, name);
}

static void op_ended(struct session *s, const struct event *ev)
{
	const struct op *op = session_op(s, ev->seq);

	if (!s->reload)
		return;
	if (op && ev->type == EV_DONE)
		reload_done(s->reload, op);
	reload_ended(s->reload, ev->seq);
}

static void on_event(struct session *s, const struct event *ev)
{
	if (ev->t_ns > s->now_ns)
		s->now_ns = ev->t_ns;
	if (ev->type == EV_PONG) {
		/* heard is all that matters to the session itself */
		if (s->observer->pong)
			s->observer->pong(s->arg, ev->id);
		return;
	}
	if (ev->type == EV_TRACE)
		tracing_event(s->tracing, ev->flag, ev->count);
	session_emit(s, ev);
	switch (ev->type) {
	case EV_HELLO:
		on_hello(s, ev);
		break;
	case EV_READY:
		host_load_begin(&s->host_load, loop_now_ns());
		on_ready(s);
		observe_ready(s->observe);
		break;
	case EV_PROBES:
		s->copyable = true;
		if (!s->config.sample_ns || s->model->samples)
			session_copy_for_later(s);
		break;
	case EV_FAILED:
		kernel_ops_ended(s->kernel_ops, ev->seq);
		transfer_ended(s->transfer, ev->seq);
		op_ended(s, ev);
		scenario_undo(s->scenario, ev->seq);
		session_judge(s, ev);
		s->sample_due = true;
		break;
	case EV_DONE:
		transfer_ended(s->transfer, ev->seq);
		op_ended(s, ev);
		session_judge(s, ev);
		s->sample_due = true;
		break;
	case EV_EXIT:
		note_exit(s, ev->name);
		break;
	case EV_ROUNDS:
		if (ev->flag)
			scenario_ended(s->scenario, ev->name);
		break;
	case EV_END:
		session_tell_host_load(s);
		session_judge_hosts(s);
		guest_stop(s->guest);
		break;
	default:
		break;
	}
}

static void on_sample(struct session *s, const struct wire_header *h, struct wire_reader *r)
{
	if (wire_sample_read(h, r, &s->sample) < 0) {
		session_log(s, 4, "the guest sent a malformed sample: left out");
		return;
	}
	if (h->t_ns > s->now_ns)
		s->now_ns = h->t_ns;
	observe_told(s->observe, &s->sample);
}

static void on_frame(void *arg, const struct wire_header *h, struct wire_reader *payload)
{
	struct session *s = arg;
	struct event ev;

	s->heard_ns = loop_now_ns();
	s->warned_silent = false;
	if (s->finished)
		return;
	if (transfer_frame(s->transfer, h, payload) || kernel_ops_frame(s->kernel_ops, h))
		return;
	if (h->type == WIRE_SAMPLE)
		on_sample(s, h, payload);
	else if (h->type == WIRE_TRACE_RINGS)
		tracing_rings(s->tracing, payload);
	else if ((h->type == WIRE_SHELL_OUTPUT || h->type == WIRE_SHELL_TAKEN) &&
		 s->observer->shell)
		s->observer->shell(s->arg, h, payload);
	else if (h->type == WIRE_EVENT && wire_event_read(h, payload, &ev) == 0)
		on_event(s, &ev);
	else
		session_log(s, 4, "the guest sent a frame that cannot be read: left out");
}

static void on_stage(void *arg, const char *name, uint64_t ns)
{
	struct session *s = arg;
	struct event ev = {.type = EV_BOOT,
			   .name = name,
			   .count = ns,
			   .t_ns = s->now_ns,
			   .text = "",
			   .cgroup = "",
			   .path = "",
			   .data = ""};

	session_emit(s, &ev);
}

static void on_accel(void *arg, enum accel accel, const char *reason)
{
	struct session *s = arg;

	/* a boot that is tried again begins from the first frame */
	s->configured = false;
	session_emit_text(s, EV_ACCEL, s->exact ? MODEL_ACCEL_EXACT : accel_name(accel), reason);
}

static void on_stopped(void *arg, const struct guest_hit *hit)
{
	kernel_ops_stopped(((struct session *)arg)->kernel_ops, hit);
}

static void on_watched(void *arg, const struct err *err)
{
	kernel_ops_watched(((struct session *)arg)->kernel_ops, err);
}

static void on_unwatched(void *arg, const char *why)
{
	kernel_ops_unwatched(((struct session *)arg)->kernel_ops, why);
}

static void on_stood(void *arg, const struct guest_stood *st, const struct err *why)
{
	pacing_stood(arg, st, why);
}

static void on_log(void *arg, int level, const char *text)
{
	session_log(arg, level, text);
}

static void on_rewound(void *arg)
{
	checkpoint_rewound(arg);
}

static void on_gone(void *arg, bool clean, const char *text)
{
	session_finish(arg, clean, text);
}

const struct guest_ops session_guest_ops = {
	.stage = on_stage,
	.accel = on_accel,
	.frame = on_frame,
	.stopped = on_stopped,
	.watched = on_watched,
	.unwatched = on_unwatched,
	.stood = on_stood,
	.copied = session_copied,
	.saved = session_saved,
	.rewound = on_rewound,
	.log = on_log,
	.gone = on_gone,
};

void session_finish(struct session *s, bool clean, const char *text)
{
	size_t i;

	if (s->finished)
		return;
	s->finished = true;
	s->pacing.stood_ns = 0;
	s->pacing.stepping = false;
	checkpoint_gone(s);
	loop_arm(s->loop, s->ready_timer, 0, 0);
	loop_arm(s->loop, s->ping_timer, 0, 0);
	observe_end(s->observe, clean);
	/* its memory is still there, and its last switches in it */
	tracing_gone(s->tracing);
	session_emit_text(s, EV_GONE, NULL, text);
	for (i = 0; i < s->model->nops; i++) {
		const struct model_op *op = &s->model->ops[i];

		if (op->op && (op->op->def->flags & OPF_EXPECT) && op->verdict == VERDICT_NONE)
			session_verdict(s, op->seq, VERDICT_INCONCLUSIVE,
					"the guest was gone before this could be judged");
	}
	if (s->observer->finished)
		s->observer->finished(s->arg, clean, text);
}
