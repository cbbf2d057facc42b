/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * submit - the road of an op: checked, written into the session file, on the wire.
 *
 * Invariant: an op is in the session file before it is on the wire.
 */
#include "session/session_private.h"
#include "session/supply.h"
#include "base/cleanup.h"

#include <errno.h>

static int accept_op(struct session *s, struct op *op, uint64_t *seq, struct err *err)
{
	cleanup_op struct op *owned = op;
	cleanup_free char *text = NULL;
	struct event ev = {.type = EV_OP, .name = "", .cgroup = "", .path = "", .data = ""};
	bool host = op->def->flags & OPF_HOST;
	long len;
	int r;

	if (checkpoint_goes_back(s))
		return err_set(err, EBUSY, "the guest is going back to a checkpoint: once more in a moment");
	if (s->finished)
		return err_set(err, EPIPE, "the guest is gone: start a new session");
	if (s->ending)
		return err_set(err, EPIPE, "the session is ending: no more ops are taken");
	r = scenario_check(s->scenario, op, err);
	if (r == 0)
		r = supply_check(op, err);
	if (r == 0)
		r = op_check_duration(op, s->info.duration_ns, err);
	if (r == 0)
		checkpoint_before_op(s);
	op->seq = s->next_seq;
	if (r == 0 && s->exact)
		r = exact_take(s->exact, op, err);
	if (r < 0)
		return r;
	len = op_encode(op, s->frame, WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX, err);
	if (len < 0)
		return (int)len;
	text = op_format(op);
	ev.seq = op->seq;
	ev.t_ns = s->now_ns;
	ev.text = text;
	r = session_journal(s, &ev, err);
	if (r < 0)
		return err_wrap(err, "record the op (it was not sent)");
	s->next_seq++;
	model_apply(s->model, &ev);
	r = scenario_add(s->scenario, STEAL(owned), err);
	if (r < 0)
		return r;
	if (seq)
		*seq = ev.seq;
	if (!host)
		r = session_send_or_queue(s, s->frame, (size_t)len, err);
	if (s->observer->event)
		s->observer->event(s->arg, &ev);
	if (host && s->config.interactive)
		session_pass_host_op(s, ev.seq);
	return r;
}

int session_submit(struct session *s, const char *line, uint64_t *seq, struct err *err)
{
	struct op *op = NULL;
	int r;

	if (seq)
		*seq = 0;
	r = op_parse(line, &op, err);
	if (r < 0 || !op)
		return r;
	return accept_op(s, op, seq, err);
}

static int submit_all(struct session *s, const struct scenario *scenario, size_t from, size_t to,
		      unsigned flag, struct err *err)
{
	size_t i;

	for (i = from; i < to; i++) {
		const struct op *op = scenario_at(scenario, i);
		int r = (op->def->flags & OPF_HOST) == flag ? accept_op(s, op_clone(op), NULL, err)
							    : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int session_submit_scenario(struct session *s, const struct scenario *scenario, struct err *err)
{
	return session_submit_part(s, scenario, 0, scenario_len(scenario), err);
}

int session_submit_part(struct session *s, const struct scenario *scenario, size_t from, size_t to,
			struct err *err)
{
	int r = submit_all(s, scenario, from, to, 0, err);

	/* these never reach the guest: with or without them it must be the same run, down to the
	 * numbers of its ops */
	return r < 0 ? r : submit_all(s, scenario, from, to, OPF_HOST, err);
}

int session_submit_block(struct session *s, const char *name, const char *text, size_t len,
			 struct err *err)
{
	struct scenario *probe = scenario_clone(s->scenario);
	size_t had = scenario_len(probe), i;
	int r = scenario_add_text(probe, name, text, len, err);

	for (i = had; r == 0 && i < scenario_len(probe); i++)
		r = op_check_duration(scenario_at(probe, i), s->info.duration_ns, err);
	for (i = had; r == 0 && i < scenario_len(probe); i++)
		r = accept_op(s, op_clone(scenario_at(probe, i)), NULL, err);
	scenario_destroy(probe);
	return r;
}
