/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checkpoint_save - the terminal is lost: what the guest is now becomes a file beside the session
 * (saved.h), from which another program goes on.
 *
 * It waits until no other copy is being made. Where none can be made (the kernel has panicked, the
 * agent hangs) the checkpoint that was gone on from is the one. Invariant: nothing is written into
 * the session file once its length was noted, and nothing of it is ever taken away.
 */
#include "session/checkpoint_private.h"
#include "session/session_private.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <string.h>

static void tell(struct session *s, int code, const char *why)
{
	s->checkpoints->save_wanted = false;
	if (s->observer->saved)
		s->observer->saved(s->arg, code, why);
}

/* That this is told is the last that this session does. */
static int save(struct session *s, const struct guest_moment *copy, struct saved *v, struct err *err)
{
	cleanup_free char *file = xstrdup(session_path(s)), *path = saved_path(file);
	cleanup_buf struct buf more = BUF_INIT;
	int r;

	s->checkpoints->doing = DOING_SAVE;
	journal_destroy(s->journal);
	s->journal = NULL;
	v->screen = s->checkpoints->screen;
	r = saved_sum(file, v->bytes, &v->sum, err);
	if (r < 0)
		return r;
	saved_put(v, &more);
	r = guest_save(s->guest, copy, path, more.data, more.len, err);
	/* the copy needs it no more, and it would only be in the way */
	session_kill(s);
	return r;
}

static void save_newest(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	const struct checkpoint *k = c->at >= 0 ? &c->v[c->at] : NULL;
	struct err err = ERR_INIT;
	struct saved v;

	if (!k) {
		tell(s, -ENOENT, "the guest cannot be copied, and there is no checkpoint of before");
		return;
	}
	v = (struct saved){.bytes = c->at_bytes, .next_seq = k->next_seq, .now_ns = k->now_ns};
	if (save(s, &k->copy, &v, &err) < 0)
		tell(s, -err.code, err.msg);
}

bool checkpoint_save_turn(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	struct err err = ERR_INIT;

	if (!c->save_wanted || c->doing != DOING_NOTHING)
		return false;
	c->save_wanted = false;
	s->holding = false;
	if (guest_state(s->guest) != GUEST_UP ||
	    checkpoint_begin(s, "", true, DOING_COPY_TO_SAVE, &err) < 0)
		save_newest(s);
	return true;
}

void checkpoint_save_copied(struct session *s, int code)
{
	struct checkpoints *c = s->checkpoints;
	struct guest_moment copy;
	struct err err = ERR_INIT;
	struct saved v;

	c->doing = DOING_NOTHING;
	if (code < 0) {
		save_newest(s);
		return;
	}
	guest_copy_take(s->guest, &copy);
	v = (struct saved){.bytes = journal_size(s->journal),
			   .next_seq = c->seq,
			   .now_ns = s->now_ns,
			   .whole = s->next_seq == c->seq};
	if (save(s, &copy, &v, &err) < 0)
		tell(s, -err.code, err.msg);
	free(copy.devices);
}

int session_save(struct session *s, char screen, struct err *err)
{
	struct checkpoints *c = s->checkpoints;

	if (!s->journal)
		return err_set(err, EINVAL, "this session is not recorded: nothing could be gone on with");
	if (!s->ready || s->exact || s->ending)
		return err_set(err, EINVAL, "the guest is not one that can be gone on with");
	if (c->save_wanted || c->doing == DOING_COPY_TO_SAVE || c->doing == DOING_SAVE)
		return err_set(err, EALREADY, "a checkpoint is being saved");
	session_log(s, 5, "the terminal is lost: a checkpoint is saved, 'scxplore SESSION --resume' goes on");
	pacing_release(s);
	c->save_wanted = true;
	c->screen = screen;
	/* a copy for later starts comes first (session_let_ops_go()) */
	if (!s->holding || s->finished || c->doing != DOING_NOTHING)
		checkpoint_save_turn(s);
	return 0;
}

void session_saved(void *arg, int code, const char *why)
{
	tell(arg, code, why);
}
