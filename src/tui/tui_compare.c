/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tui_compare - keeps what the screen Compare shows up to date: the ops of both sessions in
 * lockstep, the other's moment, what differs. Invariant: it is made anew only when one of the two
 * pictures is another.
 */
#include "ops/past.h"
#include "tui/tui_private.h"

#include <string.h>

void tui_compare_show(struct tui *t)
{
	t->compared.made = false;
	tui_show(t, &screen_compare);
}

int tui_compare_open(struct tui *t, const char *file, struct err *err)
{
	int r = t->host->compare_open ? t->host->compare_open(t->arg, file, err)
				      : err_set(err, 95, "nothing can be held beside this session");
	uint64_t seq, at;

	if (r < 0)
		return r;
	tui_compare_show(t);
	/* at the very end of a session all is torn down: what the last op left is looked at */
	at = past_moment(t->host->model(t->arg), UINT64_MAX, -1, false, &seq);
	if (!t->host->live(t->arg) && !t->st.past_ns && at)
		tui_past_show(t, at);
	return 0;
}

static void align(struct tui *t, const struct model *a, const struct model *b)
{
	struct compare_view *v = &t->st.compare;

	if (t->compared.made && t->compared.a_ops == a->nops && t->compared.b_ops == b->nops)
		return;
	versus_steps_finish(&v->steps);
	versus_align(a, b, &v->steps);
	t->compared.a_ops = a->nops;
	t->compared.b_ops = b->nops;
}

static bool changed(const struct tui *t, const struct model *a, const struct model *b)
{
	return !t->compared.made || t->compared.a_sample != a->sample_ns ||
	       t->compared.a_log != a->log_next || t->compared.b_sample != b->sample_ns ||
	       t->compared.b_log != b->log_next || t->compared.same != t->st.compare.same;
}

void tui_compare_update(struct tui *t, const struct model *m)
{
	struct compare_view *v = &t->st.compare;
	const struct model *a = t->host->model(t->arg);
	struct err err = ERR_INIT;

	v->name = NULL;
	v->all = t->host->other ? t->host->other(t->arg, &v->name) : NULL;
	if (!v->all)
		return;
	v->mine = a;
	align(t, a, v->all);
	/* a live session that is not looked back into stands beside the same op of the other, or,
	 * where that lives, too, beside what it does now */
	if (!t->st.past_ns && t->host->other_live && t->host->other_live(t->arg))
		v->at_ns = 0;
	else
		v->at_ns = versus_moment(&v->steps, a, v->all,
					 t->st.past_ns           ? t->st.past_ns
					 : t->host->live(t->arg) ? a->now_ns
								 : 0);
	v->other = v->at_ns ? t->host->other_at(t->arg, v->at_ns, &err) : v->all;
	if (!v->other) {
		tui_say(t, ROLE_FAIL, err.msg);
		v->other = v->all;
	}
	if (!changed(t, m, v->other))
		return;
	versus_finish(&v->versus);
	versus_build(&v->versus, m, t->session_name, v->other, v->name, v->same);
	t->compared.a_sample = m->sample_ns;
	t->compared.a_log = m->log_next;
	t->compared.b_sample = v->other->sample_ns;
	t->compared.b_log = v->other->log_next;
	t->compared.same = v->same;
	t->compared.made = true;
}
