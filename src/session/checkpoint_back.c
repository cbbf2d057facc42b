/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checkpoint_back - the session goes back to a checkpoint, or on from one that lies on the disk.
 */
#include "session/checkpoint_private.h"
#include "session/session_private.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/branches.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PING_NS  UINT64_C(2000000000)

void checkpoint_go(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	struct err err = ERR_INIT;

	if (guest_rewind(s->guest, &c->v[c->target].copy, &err) < 0) {
		session_log(s, 3, err.msg);
		session_let_ops_go(s);
		return;
	}
	c->doing = DOING_REWIND;
	/* the fall of the old one is no news */
	loop_arm(s->loop, s->ping_timer, 0, 0);
}

/* keep: what is left can be returned to, if its agent still answers. */
static int leave_for(struct session *s, int target, bool keep, struct err *err)
{
	struct checkpoints *c = s->checkpoints;
	char name[CHECKPOINT_NAME_MAX];
	int r = checkpoint_may(s, err);

	if (r < 0)
		return r;
	pacing_release(s); /* what is left is copied with its agent */
	c->target = target;
	checkpoint_next_name(c, name, sizeof(name));
	if (keep && c->nredo < REDO_MAX && guest_state(s->guest) == GUEST_UP &&
	    checkpoint_begin(s, name, true, DOING_COPY_TO_LEAVE, err) == 0)
		return 0;
	*err = ERR_INIT;
	checkpoint_go(s);
	return c->doing == DOING_REWIND
		       ? 0
		       : err_set(err, EIO, "the guest could not go back, see the log");
}

/* The last one at a moment of guest time or before it, on the way that led here; -1 = there is none. */
static int before(const struct checkpoints *c, uint64_t t_ns)
{
	int i = c->at;

	while (i >= 0 && c->v[i].now_ns > t_ns)
		i = c->v[i].parent;
	return i;
}

int session_rewind(struct session *s, const char *name, struct err *err)
{
	struct checkpoints *c = s->checkpoints;
	int target = checkpoint_find(c, name), i;
	uint64_t t_ns;
	cleanup_buf struct buf names = BUF_INIT;

	if (target < 0 && text_duration(name, &t_ns)) {
		target = before(c, t_ns);
		if (target < 0)
			return err_set(err, ENOENT,
				       "there is no checkpoint at %s or before: 'scxplore --checkpoint-every 1s' "
				       "makes one each second, ':checkpoints' lists them",
				       name);
	}
	if (target >= 0 && checkpoint_later(c, WISH_TO, name))
		return 0;
	if (target >= 0)
		return leave_for(s, target, true, err);
	for (i = 0; i < c->n; i++)
		if (*c->v[i].name && !c->v[i].automatic)
			buf_addf(&names, "%s%s", names.len ? ", " : "", c->v[i].name);
	return err_set(
		err, ENOENT, "there is no checkpoint '%.40s'%s%.300s", name,
		names.len ? "; there are: "
			  : ": ':checkpoint NAME' makes one; a moment (12.5s) leads to the last before it",
		buf_text(&names));
}

int session_step_back(struct session *s, bool on, struct err *err)
{
	struct checkpoints *c = s->checkpoints;
	int target = c->at, nredo = c->nredo, r;

	if (checkpoint_later(c, on ? WISH_ON : WISH_BACK, ""))
		return 0;
	if (on) {
		if (!c->nredo)
			return err_set(err, ENOENT, "nothing was undone that could be done again");
		target = c->redo[c->nredo - 1];
		r = leave_for(s, target, false, err);
		if (r == 0)
			c->nredo = nredo - 1;
		return r;
	}
	/* nothing was done since: the one before */
	while (target >= 0 && c->v[target].next_seq == s->next_seq)
		target = c->v[target].parent;
	if (target < 0)
		return err_set(err, ENOENT,
			       "there is no checkpoint before the last op (--no-checkpoints? the "
			       "log says where none could be made); ':checkpoint NAME' makes one now");
	return leave_for(s, target, true, err);
}

/* All that is known is what stands in that file, which is written on. */
static int know(struct session *s, struct journal *journal, struct model *model)
{
	struct model was;

	journal_destroy(s->journal);
	s->journal = journal;
	/* whoever has the model keeps its address */
	was = *s->model;
	*s->model = *model;
	*model = was;
	model_destroy(model);
	s->checkpoints->at_bytes = journal_size(journal);
	return 0;
}

/* The file of that moment, and the model it gives. */
static int reopen(struct session *s, const struct checkpoint *k, struct err *err)
{
	cleanup_free char *path = branches_new_path(k->file);
	struct journal *journal;
	struct model *model;
	cleanup_buf struct buf warning = BUF_INIT;
	int r;

	if (!path)
		return err_set(err, EEXIST, "there are %d branches of '%s' already", BRANCHES_MAX,
			       k->file);
	journal = journal_branch(k->file, k->bytes, k->next_seq, path, err);
	if (!journal)
		return -err->code;
	model = model_create();
	r = journal_read(path, false, NULL, model, NULL, &warning, err);
	if (r == 0)
		return know(s, journal, model);
	model_destroy(model);
	journal_destroy(journal);
	return r;
}

/* The same of a session that another program has left. */
static int reopen_saved(struct session *s, struct err *err)
{
	const struct checkpoints *c = s->checkpoints;
	cleanup_free char *path = c->from.whole ? NULL : branches_new_path(c->resume_file);
	struct journal *journal = NULL;
	struct model *model;
	int r;

	if (c->from.whole)
		journal = journal_resume(c->resume_file, c->from.bytes, err);
	else if (!path)
		err_set(err, EEXIST, "there are %d branches of '%s' already", BRANCHES_MAX,
			c->resume_file);
	else
		journal = journal_branch(c->resume_file, c->from.bytes, c->from.next_seq, path, err);
	if (!journal)
		return -err->code;
	model = model_create();
	r = journal_follow(journal_path(journal), model, s->scenario, err);
	if (r == 0)
		return know(s, journal, model);
	model_destroy(model);
	journal_destroy(journal);
	return r;
}

static void set_back(struct session *s, uint64_t next_seq, uint64_t now_ns)
{
	s->next_seq = next_seq;
	s->now_ns = now_ns;
	s->sample_written_ns = 0;
	s->sample_due = true;
	s->look_ns = 0;
	buf_finish(&s->pending);
	s->configured = s->ready = s->begun = true;
	s->finished = s->ending = s->holding = s->warned_silent = false;
	s->heard_ns = loop_now_ns();
	loop_arm(s->loop, s->ping_timer, PING_NS, PING_NS);
}

bool checkpoint_goes_back(const struct session *s)
{
	return s->checkpoints && s->checkpoints->doing >= DOING_REWIND;
}

/* Parts of the session that were of the other guest. */
static void make_parts(struct session *s)
{
	bool watched = s->watch;

	session_create_parts(s);
	observe_boot(s->observe, s->guest);
	kernel_ops_boot(s->kernel_ops, s->guest);
	observe_ready(s->observe);
	tracing_ready(s->tracing);
	/* its agent may have been told otherwise then */
	s->watch = watched;
	s->watch_told = !watched;
	session_settle_watch(s);
	pacing_anew(s);
}

static void begin_again(struct session *s)
{
	s->checkpoints->doing = DOING_NOTHING;
	if (s->observer->rewound)
		s->observer->rewound(s->arg);
	session_destroy_parts(s);
}

/* The file that has begun says what it is. */
static void tell_branch(struct session *s, const char *checkpoint, const char *left)
{
	const char *slash = strrchr(left, '/');
	char number[16];

	snprintf(number, sizeof(number), "%u", branches_number(session_path(s)));
	session_emit_now(s, &(struct event){.type = EV_BRANCH,
					    .name = number,
					    .text = checkpoint,
					    .path = slash ? slash + 1 : left,
					    .cgroup = "",
					    .data = ""});
}

static void resumed(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	cleanup_free char *file = c->resume_file, *saved = saved_path(file);
	struct err err = ERR_INIT;
	char text[500];
	int r;

	begin_again(s);
	r = reopen_saved(s, &err);
	c->resume_file = NULL;
	set_back(s, c->from.next_seq, c->from.now_ns);
	make_parts(s);
	if (r < 0) {
		err_wrap(&err, "the guest goes on, its record does not");
		session_log(s, 2, err.msg);
		return;
	}
	/* its moment is over: what is done next is in no checkpoint */
	unlink(saved);
	if (!c->from.whole)
		tell_branch(s, "of the lost terminal", file);
	snprintf(text, sizeof(text), "back at checkpoint of the lost terminal%s%.300s%s",
		 c->from.whole ? "" : "; what was done since is in '", c->from.whole ? "" : file,
		 c->from.whole ? "" : "'");
	session_log(s, 5, text);
}

void checkpoint_rewound(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	const struct checkpoint *k = &c->v[c->target];
	cleanup_free char *left = xstrdup(session_path(s));
	struct err err = ERR_INIT;
	char text[500];
	int r;

	if (c->doing == DOING_RESUME) {
		resumed(s);
		return;
	}
	begin_again(s);
	r = reopen(s, k, &err);
	scenario_destroy(s->scenario);
	s->scenario = scenario_clone(k->scenario);
	set_back(s, k->next_seq, k->now_ns);
	c->at = c->target;
	c->last_ns = s->now_ns;
	c->gone_back++;
	make_parts(s);
	if (r < 0) {
		err_wrap(&err, "the guest went back to '%s', its record did not", k->name);
		session_log(s, 2, err.msg);
	} else {
		tell_branch(s, k->name, left);
		snprintf(text, sizeof(text),
			 "back at checkpoint '%s'; what was done since is in '%.300s'", k->name, left);
		session_log(s, 5, text);
	}
	checkpoint_save_turn(s);
}
