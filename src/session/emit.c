/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emit - what a session tells: every event is journalled, applied to the model, and only then seen.
 *
 * Invariant: nothing changes the model of a running session but what passes here, and its samples
 * (parts.c).
 */
#include "session/session_private.h"
#include "base/cleanup.h"

int session_journal(struct session *s, const struct event *ev, struct err *err)
{
	return s->journal ? journal_event(s->journal, ev, err) : 0;
}

void session_emit(struct session *s, const struct event *ev)
{
	struct event note = {.type = EV_HOST_LOG, .t_ns = s->now_ns, .level = 3};
	struct err err = ERR_INIT;

	if (session_journal(s, ev, &err) < 0) {
		/* the record is broken: say it, keep working without one */
		journal_destroy(s->journal);
		s->journal = NULL;
		err_wrap(&err, "this session is not recorded any more");
		note.text = err.msg;
		model_apply(s->model, &note);
	}
	model_apply(s->model, ev);
	if (s->observer->event)
		s->observer->event(s->arg, ev);
}

/* What happens here, at the newest time the guest has told. */
void session_emit_now(void *arg, const struct event *ev)
{
	struct session *s = arg;
	struct event stamped = *ev;

	stamped.t_ns = s->now_ns;
	session_emit(s, &stamped);
}

void session_emit_text(struct session *s, enum event_type type, const char *name, const char *text)
{
	struct event ev = {.type = type,
			   .t_ns = s->now_ns,
			   .name = name ? name : "",
			   .text = text ? text : "",
			   .cgroup = "",
			   .path = "",
			   .data = ""};

	session_emit(s, &ev);
}

void session_log(struct session *s, int level, const char *text)
{
	struct event ev = {.type = EV_HOST_LOG,
			   .t_ns = s->now_ns,
			   .level = (uint64_t)level,
			   .text = text,
			   .name = "",
			   .cgroup = "",
			   .path = "",
			   .data = ""};

	session_emit(s, &ev);
}

void session_verdict(struct session *s, uint64_t seq, enum verdict v, const char *why)
{
	struct event ev = {.type = EV_VERDICT,
			   .seq = seq,
			   .t_ns = s->now_ns,
			   .code = v,
			   .text = why,
			   .name = "",
			   .cgroup = "",
			   .path = "",
			   .data = ""};

	session_emit(s, &ev);
}

const struct op *session_op(const struct session *s, uint64_t seq)
{
	const struct model_op *op = model_op(s->model, seq);

	return op ? op->op : NULL;
}

/* Before a time is judged, and at the end. */
void session_tell_host_load(struct session *s)
{
	struct event ev = {.type = EV_HOST,
			   .t_ns = s->now_ns,
			   .text = "",
			   .name = "",
			   .cgroup = "",
			   .path = "",
			   .data = ""};
	struct host_told told;

	if (!host_load_look(&s->host_load, loop_now_ns(), &told))
		return;
	ev.count = told.wait;
	ev.id = told.steal;
	ev.index = told.load;
	session_emit(s, &ev);
}

void session_judge(struct session *s, const struct event *ev)
{
	const struct op *op = session_op(s, ev->seq);
	cleanup_buf struct buf why = BUF_INIT;
	enum verdict v;

	if (!op || !(op->def->flags & OPF_EXPECT))
		return;
	session_tell_host_load(s);
	if (ev->type == EV_FAILED) {
		buf_addf(&why, "could not be judged: %s", ev->text);
		v = VERDICT_INCONCLUSIVE;
	} else {
		v = check_op(s->model, op, ev->seq, &why);
	}
	session_verdict(s, ev->seq, v, buf_text(&why));
}

/* An op that is the host's alone is done, and judged. */
void session_pass_host_op(struct session *s, uint64_t seq)
{
	struct event ev = {.type = EV_BEGIN,
			   .seq = seq,
			   .t_ns = s->now_ns,
			   .text = "",
			   .name = "",
			   .cgroup = "",
			   .path = "",
			   .data = ""};

	session_emit(s, &ev);
	ev.type = EV_DONE;
	session_emit(s, &ev);
	session_judge(s, &ev);
}

/* What is about the whole run. */
void session_judge_hosts(struct session *s)
{
	size_t i;

	for (i = 0; i < s->model->nops; i++) {
		const struct model_op *op = &s->model->ops[i];

		if (op->op && (op->op->def->flags & OPF_HOST) && op->verdict == VERDICT_NONE)
			session_pass_host_op(s, op->seq);
	}
}
