/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tui_past - looking back: all screens show what was known at an earlier moment.
 *
 * Invariant: while that is so, the head line and the frame say it, and F leads back to now.
 */
#include "base/text.h"
#include "ops/past.h"
#include "tui/tui_private.h"

#include <inttypes.h>
#include <stdio.h>

#define STEP_NS UINT64_C(1000000000)

bool tui_past_show(struct tui *t, uint64_t t_ns)
{
	struct err err = ERR_INIT;
	const struct model *all = t->host->model(t->arg);

	if (!t->host->model_at || !t->host->model_at(t->arg, t_ns, &err)) {
		tui_say(t, ROLE_FAIL, *err.msg ? err.msg : "this session is not recorded");
		return false;
	}
	t->st.past_ns = t_ns;
	timeline_show(&t->st.timeline, all, t_ns);
	buf_reset(&t->st.opened);
	return true;
}

void tui_past_leave(struct tui *t)
{
	t->st.past_ns = 0;
	t->st.timeline.held = false;
	buf_reset(&t->st.opened);
	tui_say(t, ROLE_HINT, "back to now");
}

void tui_rewound(struct tui *t)
{
	t->st.past_ns = 0;
	t->st.timeline.held = false;
	buf_reset(&t->st.opened);
	if (t->st.frozen)
		tui_freeze(t, false);
}

/* To the end of an op, or the begin of a step. */
static void by_op(struct tui *t, int by, bool step)
{
	const struct model *all = t->host->model(t->arg);
	uint64_t seq = 0, from = t->st.past_ns ? t->st.past_ns : UINT64_MAX, at;
	const struct model_op *op;
	char text[300];

	at = past_moment(all, from, by, step, &seq);
	if (!at) {
		/* after the last of them is now */
		if (by > 0 && t->st.past_ns)
			tui_past_leave(t);
		else
			tui_say(t, ROLE_HINT,
				by > 0 ? "this is now"
				: step ? "there is no earlier step"
				       : "there is no earlier op");
		return;
	}
	op = model_op(all, seq);
	if (!tui_past_show(t, at))
		return;
	snprintf(text, sizeof(text), "%s %" PRIu64 " %s  F returns to now",
		 step ? "the begin of" : "after op", seq, op ? op->text : "");
	tui_say(t, ROLE_HINT, text);
}

static void by_time(struct tui *t, int by)
{
	uint64_t newest = t->host->model(t->arg)->now_ns;
	uint64_t from = t->st.past_ns ? t->st.past_ns : newest;

	if (by > 0 && from + STEP_NS >= newest) {
		if (t->st.past_ns)
			tui_past_leave(t);
		else
			tui_say(t, ROLE_HINT, "this is now");
		return;
	}
	if (by < 0 && from <= STEP_NS)
		tui_say(t, ROLE_HINT, "there is nothing earlier");
	else
		tui_past_show(t, by > 0 ? from + STEP_NS : from - STEP_NS);
}

void tui_past_act(struct tui *t, enum action a)
{
	switch (a) {
	case ACT_OP_BEFORE:
	case ACT_OP_AFTER:
		by_op(t, a == ACT_OP_BEFORE ? -1 : 1, false);
		break;
	case ACT_STEP_BEFORE:
	case ACT_STEP_AFTER:
		by_op(t, a == ACT_STEP_BEFORE ? -1 : 1, true);
		break;
	case ACT_TIME_BEFORE:
	case ACT_TIME_AFTER:
		by_time(t, a == ACT_TIME_BEFORE ? -1 : 1);
		break;
	case ACT_MOMENT:
		if (t->st.screen != &screen_timeline || !t->st.timeline.at_ns)
			tui_say(t, ROLE_HINT,
				"@ takes the moment under the Timeline's cursor: 4 shows it");
		else if (tui_past_show(t, t->st.timeline.at_ns))
			tui_say(t, ROLE_HINT, "all screens show this moment; F returns to now");
		break;
	default:
		break;
	}
}
