/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checkpoint - making and keeping them, see checkpoint.h.
 */
#include "session/checkpoint_private.h"
#include "session/session_private.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/branches.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEPT_MAX 200 /* of them, in all: the oldest go */

struct checkpoints *checkpoints_create(bool before_ops, uint64_t every_ns, const char *resume_file,
				       const struct saved *from)
{
	struct checkpoints *c = xcalloc(1, sizeof(*c));

	c->at = -1;
	c->before_ops = before_ops;
	c->every_ns = every_ns;
	if (from) {
		c->resume_file = xstrdup(resume_file);
		c->from = *from;
		c->doing = DOING_RESUME;
	}
	return c;
}

static void drop(struct checkpoint *k)
{
	scenario_destroy(k->scenario);
	free(k->file);
	free(k->copy.devices);
	*k = (struct checkpoint){.parent = -1, .copy.number = -1};
}

void checkpoints_destroy(struct checkpoints *c)
{
	int i;

	for (i = 0; c && i < c->n; i++)
		drop(&c->v[i]);
	if (c) {
		free(c->v);
		free(c->resume_file);
	}
	free(c);
}

int checkpoint_find(const struct checkpoints *c, const char *name)
{
	int i;

	for (i = c->n - 1; i >= 0; i--)
		if (*name && !strcmp(c->v[i].name, name))
			return i;
	return -1;
}

/* ---- making one ------------------------------------------------------------------------------ */

int checkpoint_may(const struct session *s, struct err *err)
{
	if (!s->journal)
		return err_set(err, EINVAL, "this session is not recorded, so it cannot go back");
	if (s->exact)
		return err_set(err, EINVAL, "an exact run has no checkpoints");
	if (s->checkpoints->doing != DOING_NOTHING)
		return err_set(
			err, EBUSY,
			"a checkpoint is being made, or gone back to: once more in a moment");
	return 0;
}

int checkpoint_begin(struct session *s, const char *name, bool automatic, enum doing doing,
		 struct err *err)
{
	struct checkpoints *c = s->checkpoints;
	int r = checkpoint_may(s, err);

	if (r == 0 && (!s->ready || s->finished || s->holding))
		r = err_set(err, EPIPE, "make a checkpoint: the guest is not ready");
	if (r == 0)
		r = guest_copy(s->guest, true, err);
	if (r < 0)
		return r;
	c->doing = doing;
	c->automatic = automatic;
	c->seq = s->next_seq;
	text_copy(c->name, sizeof(c->name), name);
	s->holding = true;
	return 0;
}

int session_checkpoint(struct session *s, const char *name, struct err *err)
{
	if (!*name || strlen(name) >= CHECKPOINT_NAME_MAX || strpbrk(name, "\"\\\n\x1b"))
		return err_set(err, EINVAL, "a checkpoint's name is 1 to %d letters",
			       CHECKPOINT_NAME_MAX - 1);
	if (checkpoint_find(s->checkpoints, name) >= 0)
		return err_set(err, EEXIST, "there is a checkpoint '%s' already", name);
	if (checkpoint_later(s->checkpoints, WISH_NAME, name))
		return 0;
	return checkpoint_begin(s, name, false, DOING_COPY, err);
}

void checkpoint_next_name(struct checkpoints *c, char *dst, size_t size)
{
	do
		snprintf(dst, size, "#%u", ++c->made);
	while (checkpoint_find(c, dst) >= 0);
}

/* Nobody has asked for it: once, and not loudly; again after one was made. */
static void complain(struct session *s, const char *why)
{
	struct checkpoints *c = s->checkpoints;
	char text[500];

	if (c->complained)
		return;
	c->complained = true;
	snprintf(text, sizeof(text), "no checkpoint %s, u leads back to the one before: %.350s",
		 c->every_ns && !c->before_ops ? "now" : "before this op", why);
	session_log(s, 6, text);
}

static void begin_by_itself(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	struct err err = ERR_INIT;
	char name[CHECKPOINT_NAME_MAX];

	checkpoint_next_name(c, name, sizeof(name));
	if (checkpoint_begin(s, name, true, DOING_COPY, &err) < 0) {
		c->made--;
		complain(s, err.msg);
	}
}

void checkpoint_before_op(struct session *s)
{
	struct checkpoints *c = s->checkpoints;

	c->nredo = 0; /* what was undone is a branch of its own from now on */
	if (c->before_ops && s->journal && s->ready && !s->holding && !s->finished && !s->ending)
		begin_by_itself(s);
}

void checkpoint_tick(struct session *s)
{
	struct checkpoints *c = s->checkpoints;

	if (!c->every_ns || !s->journal || !s->ready || s->holding || s->finished || s->ending ||
	    c->doing != DOING_NOTHING || s->now_ns < c->last_ns + c->every_ns)
		return;
	c->last_ns = s->now_ns;
	begin_by_itself(s);
}

/* The oldest automatic one that nothing stands on; its bytes. */
static bool forget_oldest(struct session *s, uint64_t *bytes)
{
	struct checkpoints *c = s->checkpoints;
	int i, k;

	for (i = 0; i < c->n; i++) {
		bool needed = !*c->v[i].name || !c->v[i].automatic || i == c->at || i == c->n - 1 ||
			      (c->leaving && i == c->target);

		for (k = 0; k < c->nredo; k++)
			needed |= c->redo[k] == i;
		if (needed)
			continue;
		for (k = 0; k < c->n; k++)
			if (c->v[k].parent == i)
				c->v[k].parent = c->v[i].parent;
		*bytes += c->v[i].copy.changed + c->v[i].copy.devices_len;
		guest_copy_forget(s->guest, &c->v[i].copy);
		drop(&c->v[i]);
		c->forgotten++;
		return true;
	}
	return false;
}

/* Those that go have had about as much of their own. */
static void make_room(struct session *s, uint64_t bytes)
{
	uint64_t gone = 0;

	while (gone < bytes && forget_oldest(s, &gone))
		;
}

static unsigned living(const struct checkpoints *c)
{
	unsigned n = 0;
	int i;

	for (i = 0; i < c->n; i++)
		n += *c->v[i].name != '\0';
	return n;
}

/* What they take, with what stands in this program. */
static uint64_t taken(const struct checkpoints *c)
{
	uint64_t bytes = c->n ? c->v[c->n - 1].copy.kept : 0;
	int i;

	for (i = 0; i < c->n; i++)
		bytes += c->v[i].copy.devices_len;
	return bytes;
}

/* An eighth of the bound is for the next one. */
static void stay_below(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	uint64_t bound = guest_copies_bound(s->guest), unused = 0;

	c->room = taken(c);
	bound -= bound / 8;
	if (c->room > bound)
		make_room(s, c->room - bound);
	else if (living(c) > KEPT_MAX)
		forget_oldest(s, &unused);
}

static void note(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	struct checkpoint *k;
	uint64_t seq;

	c->v = xreallocarray(c->v, (size_t)c->n + 1, sizeof(*c->v));
	k = &c->v[c->n];
	*k = (struct checkpoint){.automatic = c->automatic,
				 .parent = c->at,
				 .next_seq = c->seq,
				 .now_ns = s->now_ns};
	text_copy(k->name, sizeof(k->name), c->name);
	/* a branch that begins at it has its name, too */
	if (!k->automatic)
		session_emit_text(s, EV_CHECKPOINT, k->name, NULL);
	guest_copy_take(s->guest, &k->copy);
	k->file = xstrdup(session_path(s));
	k->bytes = c->at_bytes = journal_size(s->journal);
	/* without what came while it was made */
	k->scenario = scenario_clone(s->scenario);
	for (seq = s->next_seq; seq-- > c->seq;)
		scenario_undo(k->scenario, seq);
	c->at = c->n++;
	c->complained = false;
	c->last_ns = s->now_ns;
	stay_below(s);
}

/* Of those that nobody has asked for a line each would hide the rest: session_list_checkpoints(). */
static void say_made(struct session *s)
{
	const struct checkpoint *k = &s->checkpoints->v[s->checkpoints->n - 1];
	char text[300], changed[32], kept[32];

	if (k->automatic)
		return;
	text_format_size(changed, sizeof(changed), k->copy.changed);
	text_format_size(kept, sizeof(kept), k->copy.kept);
	snprintf(text, sizeof(text),
		 "checkpoint '%s': %s new, all take %s, the guest stood still for %" PRIu64 " ms",
		 k->name, changed, kept, k->copy.still_ns / 1000000);
	session_log(s, 6, text);
}

bool checkpoint_later(struct checkpoints *c, enum wish wish, const char *name)
{
	if (c->doing != DOING_COPY || !c->automatic || c->wish != WISH_NONE ||
	    strlen(name) >= sizeof(c->wish_name))
		return false;
	c->wish = wish;
	text_copy(c->wish_name, sizeof(c->wish_name), name);
	return true;
}

static void carry_out_wish(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	struct err err = ERR_INIT;
	enum wish wish = c->wish;
	int r = 0;

	c->wish = WISH_NONE;
	if (wish == WISH_NAME)
		r = session_checkpoint(s, c->wish_name, &err);
	else if (wish == WISH_TO)
		r = session_rewind(s, c->wish_name, &err);
	else if (wish != WISH_NONE)
		r = session_step_back(s, wish == WISH_ON, &err);
	if (r < 0)
		session_log(s, 4, err.msg);
}

bool checkpoint_copied(struct session *s, int code, const char *why)
{
	struct checkpoints *c = s->checkpoints;
	bool leave = c->doing == DOING_COPY_TO_LEAVE;
	char text[400];

	if (c->doing == DOING_COPY_TO_SAVE) {
		checkpoint_save_copied(s, code);
		return true;
	}
	if (c->doing != DOING_COPY && !leave)
		return false;
	c->doing = DOING_NOTHING;
	c->leaving = leave;
	if (code == 0) {
		note(s);
		if (leave)
			c->redo[c->nredo++] = c->n - 1;
		say_made(s);
	} else {
		snprintf(text, sizeof(text), "no checkpoint '%s': %.200s%s", c->name, why,
			 leave ? "; what is left cannot be returned to" : "; the guest goes on");
		if (c->automatic && !leave)
			complain(s, why);
		else
			session_log(s, 4, text);
		/* if it is for want of room: the next one has */
		make_room(s, guest_copies_bound(s->guest) / 8);
	}
	if (leave)
		checkpoint_go(s);
	else if (!checkpoint_save_turn(s)) {
		session_let_ops_go(s);
		carry_out_wish(s);
	}
	return true;
}

void checkpoint_gone(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	enum doing was = c->doing;

	c->wish = WISH_NONE;
	if (was != DOING_SAVE)
		c->doing = DOING_NOTHING;
	s->holding = false;
	/* it would have been copied for the disk: an earlier copy is */
	if (was == DOING_COPY_TO_SAVE)
		checkpoint_save_copied(s, -EPIPE);
	else
		checkpoint_save_turn(s);
}

int session_name_branch(struct session *s, const char *name, struct err *err)
{
	cleanup_free char *other = NULL;
	struct err none = ERR_INIT;
	int r = branches_check_name(name, err);

	if (r < 0)
		return r;
	if (!s->journal)
		return err_set(err, EINVAL, "this session is not recorded, so it has no branches");
	other = branches_find(session_path(s), name, &none);
	if (other)
		return err_set(err, EEXIST, "'%s' is called '%s' already", other, name);
	session_emit_text(s, EV_BRANCH, name, NULL);
	return 0;
}

static void list_branches(struct session *s)
{
	struct branch *list = NULL;
	struct err err = ERR_INIT;
	int n = s->journal ? branches_list(session_path(s), &list, &err) : 0, i;
	char text[400];

	if (n < 0)
		session_log(s, 4, err.msg);
	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "branch '%s' in '%.200s'%s%s%s%s", list[i].name,
			 list[i].path, *list[i].from ? ", from checkpoint '" : "", list[i].from,
			 *list[i].from ? "'" : "",
			 strcmp(list[i].path, session_path(s)) ? "" : ", the one that goes on");
		session_log(s, 6, text);
	}
	branches_free(list, n);
}

void session_checkpoint_figures(const struct session *s, struct checkpoint_figures *out)
{
	const struct checkpoints *c = s->checkpoints;
	const struct checkpoint *k = c->n ? &c->v[c->n - 1] : NULL;

	*out = (struct checkpoint_figures){.made = (unsigned)c->n, .gone_back = c->gone_back,
					   .forgotten = c->forgotten};
	if (!k)
		return;
	out->still_ns = k->copy.still_ns;
	out->changed = k->copy.changed;
	out->kept = k->copy.kept;
}

void session_list_checkpoints(struct session *s)
{
	const struct checkpoints *c = s->checkpoints;
	char text[300], size[32], when[32];
	int i;

	for (i = 0; i < c->n; i++) {
		const struct checkpoint *k = &c->v[i];

		if (!*k->name)
			continue;
		text_format_size(size, sizeof(size), k->copy.changed);
		text_format_time(when, sizeof(when), k->now_ns);
		snprintf(text, sizeof(text),
			 "checkpoint '%s'%s at %s, before op %" PRIu64 ", %s of its own%s", k->name,
			 k->automatic ? " (made by itself)" : "", when, k->next_seq, size,
			 i == c->at ? ", gone on from here" : "");
		session_log(s, 6, text);
	}
	text_format_size(size, sizeof(size), c->room);
	snprintf(text, sizeof(text),
		 "%u checkpoints, %s of memory in all (at most %" PRIu64 " MiB and %d); %u have gone for want of room",
		 living(c), size, guest_copies_bound(s->guest) >> 20, KEPT_MAX, c->forgotten);
	session_log(s, 6, text);
	list_branches(s);
}
