/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checkpoint - see checkpoint.h. One thing at a time: a copy is being made, or the guest goes back.
 */
#include "session/checkpoint.h"
#include "session/session_private.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEPT_MAX   200                   /* of them, in all */
#define KEPT_BYTES (UINT64_C(640) << 20) /* beyond the guest's own memory: the oldest go */
#define PING_NS    UINT64_C(2000000000)
#define NAME_MAX_  64
#define BRANCHES   1000
#define REDO_MAX   64

struct checkpoint {
	char name[NAME_MAX_]; /* "" = forgotten */
	bool automatic;       /* before an op, or of what an undo has left */
	struct guest_moment copy;
	char *file; /* session file, and its length then */
	uint64_t bytes;
	uint64_t next_seq, now_ns;
	struct scenario *scenario;
	int parent; /* -1 = none */
};

enum doing { DOING_NOTHING, DOING_COPY, DOING_COPY_TO_LEAVE, DOING_REWIND };

struct checkpoints {
	struct checkpoint *v;
	int n;
	int at; /* the one that is gone on from; -1 = the begin */
	bool before_ops, complained;
	enum doing doing;
	char name[NAME_MAX_]; /* of the one being made */
	bool automatic;
	uint64_t seq; /* ops from here on are not in it */
	int target;   /* to go back to */
	int redo[REDO_MAX], nredo;
	unsigned made; /* automatic ones so far, for their names */
	unsigned gone_back;
};

struct checkpoints *checkpoints_create(bool before_ops)
{
	struct checkpoints *c = xcalloc(1, sizeof(*c));

	c->at = -1;
	c->before_ops = before_ops;
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
	if (c)
		free(c->v);
	free(c);
}

static int find(const struct checkpoints *c, const char *name)
{
	int i;

	for (i = c->n - 1; i >= 0; i--)
		if (*name && !strcmp(c->v[i].name, name))
			return i;
	return -1;
}

/* ---- making one ------------------------------------------------------------------------------ */

static int may(const struct session *s, struct err *err)
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

static int begin(struct session *s, const char *name, bool automatic, enum doing doing,
		 struct err *err)
{
	struct checkpoints *c = s->checkpoints;
	int r = may(s, err);

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
	if (!*name || strlen(name) >= NAME_MAX_ || strpbrk(name, "\"\\\n\x1b"))
		return err_set(err, EINVAL, "a checkpoint's name is 1 to %d letters",
			       NAME_MAX_ - 1);
	if (find(s->checkpoints, name) >= 0)
		return err_set(err, EEXIST, "there is a checkpoint '%s' already", name);
	return begin(s, name, false, DOING_COPY, err);
}

static void next_name(struct checkpoints *c, char *dst, size_t size)
{
	do
		snprintf(dst, size, "#%u", ++c->made);
	while (find(c, dst) >= 0);
}

void checkpoint_before_op(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	struct err err = ERR_INIT;
	char name[NAME_MAX_];

	c->nredo = 0; /* what was undone is a branch of its own from now on */
	if (!c->before_ops || !s->ready || s->holding || s->finished)
		return;
	next_name(c, name, sizeof(name));
	if (begin(s, name, true, DOING_COPY, &err) == 0 || c->complained)
		return;
	c->complained = true;
	session_log(s, 4, err.msg);
}

/* The oldest automatic one that nothing stands on. */
static bool forget_oldest(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	int i, k;

	for (i = 0; i < c->n; i++) {
		bool needed = !*c->v[i].name || !c->v[i].automatic || i == c->at || i == c->n - 1;

		for (k = 0; k < c->nredo; k++)
			needed |= c->redo[k] == i;
		if (needed)
			continue;
		for (k = 0; k < c->n; k++)
			if (c->v[k].parent == i)
				c->v[k].parent = c->v[i].parent;
		guest_copy_forget(s->guest, &c->v[i].copy);
		drop(&c->v[i]);
		return true;
	}
	return false;
}

static unsigned living(const struct checkpoints *c)
{
	unsigned n = 0;
	int i;

	for (i = 0; i < c->n; i++)
		n += *c->v[i].name != '\0';
	return n;
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
	guest_copy_take(s->guest, &k->copy);
	k->file = xstrdup(session_path(s));
	k->bytes = journal_size(s->journal);
	/* without what came while it was made */
	k->scenario = scenario_clone(s->scenario);
	for (seq = s->next_seq; seq-- > c->seq;)
		scenario_undo(k->scenario, seq);
	c->at = c->n++;
	if (living(c) > KEPT_MAX || k->copy.kept > KEPT_BYTES + guest_memory(s->guest)->size)
		forget_oldest(s);
}

static void say_made(struct session *s)
{
	const struct checkpoint *k = &s->checkpoints->v[s->checkpoints->n - 1];
	char text[300], changed[32], kept[32];

	text_format_size(changed, sizeof(changed), k->copy.changed);
	text_format_size(kept, sizeof(kept), k->copy.kept);
	snprintf(text, sizeof(text),
		 "checkpoint '%s': %s new, all take %s, the guest stood still for %" PRIu64 " ms",
		 k->name, changed, kept, k->copy.still_ns / 1000000);
	session_log(s, k->automatic ? 7 : 6, text);
}

static void go(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	struct err err = ERR_INIT;

	if (guest_rewind(s->guest, &c->v[c->target].copy, &err) < 0) {
		session_log(s, 3, err.msg);
		return;
	}
	c->doing = DOING_REWIND;
	/* the fall of the old one is no news */
	loop_arm(s->loop, s->ping_timer, 0, 0);
}

bool checkpoint_copied(struct session *s, int code, const char *why)
{
	struct checkpoints *c = s->checkpoints;
	bool leave = c->doing == DOING_COPY_TO_LEAVE;
	char text[400];

	if (c->doing != DOING_COPY && !leave)
		return false;
	c->doing = DOING_NOTHING;
	if (code == 0) {
		note(s);
		if (leave)
			c->redo[c->nredo++] = c->n - 1;
		say_made(s);
	} else {
		snprintf(text, sizeof(text), "no checkpoint '%s': %.200s%s", c->name, why,
			 leave ? "; what is left cannot be returned to" : "; the guest goes on");
		session_log(s, 4, text);
		/* no room: the next one has */
		forget_oldest(s);
	}
	if (leave)
		go(s);
	else
		session_let_ops_go(s);
	return true;
}

/* ---- going back ------------------------------------------------------------------------------ */

/* keep: what is left can be returned to, if its agent still answers. */
static int leave_for(struct session *s, int target, bool keep, struct err *err)
{
	struct checkpoints *c = s->checkpoints;
	char name[NAME_MAX_];
	int r = may(s, err);

	if (r < 0)
		return r;
	pacing_release(s); /* what is left is copied with its agent */
	c->target = target;
	next_name(c, name, sizeof(name));
	if (keep && c->nredo < REDO_MAX && guest_state(s->guest) == GUEST_UP &&
	    begin(s, name, true, DOING_COPY_TO_LEAVE, err) == 0)
		return 0;
	*err = ERR_INIT;
	go(s);
	return c->doing == DOING_REWIND
		       ? 0
		       : err_set(err, EIO, "the guest could not go back, see the log");
}

int session_rewind(struct session *s, const char *name, struct err *err)
{
	struct checkpoints *c = s->checkpoints;
	int target = find(c, name), i;
	cleanup_buf struct buf names = BUF_INIT;

	if (target >= 0)
		return leave_for(s, target, true, err);
	for (i = 0; i < c->n; i++)
		if (*c->v[i].name && !c->v[i].automatic)
			buf_addf(&names, "%s%s", names.len ? ", " : "", c->v[i].name);
	return err_set(
		err, ENOENT, "there is no checkpoint '%.40s'%s%.300s", name,
		names.len ? "; there are: "
			  : ": ':checkpoint NAME' makes one, --checkpoints one before every op",
		buf_text(&names));
}

int session_step_back(struct session *s, bool on, struct err *err)
{
	struct checkpoints *c = s->checkpoints;
	int target = c->at, nredo = c->nredo, r;

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
	if (target >= 0 && c->v[target].next_seq == s->next_seq)
		target = c->v[target].parent;
	if (target < 0)
		return err_set(err, ENOENT,
			       "there is no checkpoint before the last op: 'scxplore "
			       "--checkpoints' makes one before "
			       "each, ':checkpoint NAME' one now");
	return leave_for(s, target, true, err);
}

/* "a.session" -> "a.2.session", the first that is free. NULL = none. */
static char *branch_path(const char *file)
{
	const char *dot = strrchr(file, '.'), *slash = strrchr(file, '/');
	size_t stem = dot && (!slash || dot > slash) ? (size_t)(dot - file) : strlen(file);
	const char *end = file + stem;
	unsigned i;

	/* of a branch: its number goes */
	while (stem && file[stem - 1] >= '0' && file[stem - 1] <= '9')
		stem--;
	stem = stem && file[stem - 1] == '.' && file + stem < end ? stem - 1 : (size_t)(end - file);
	for (i = 2; i < BRANCHES; i++) {
		char *path = xasprintf("%.*s.%u%s", (int)stem, file, i, end);

		if (access(path, F_OK) < 0)
			return path;
		free(path);
	}
	return NULL;
}

/* The file of that moment, and the model it gives. */
static int reopen(struct session *s, const struct checkpoint *k, struct err *err)
{
	cleanup_free char *path = branch_path(k->file);
	struct journal *journal;
	struct model *model, was;
	cleanup_buf struct buf warning = BUF_INIT;
	int r;

	if (!path)
		return err_set(err, EEXIST, "there are %d branches of '%s' already", BRANCHES,
			       k->file);
	journal = journal_branch(k->file, k->bytes, k->next_seq, path, err);
	if (!journal)
		return -err->code;
	model = model_create();
	r = journal_read(path, false, NULL, model, NULL, &warning, err);
	if (r < 0) {
		model_destroy(model);
		journal_destroy(journal);
		return r;
	}
	journal_destroy(s->journal);
	s->journal = journal;
	/* whoever has the model keeps its address */
	was = *s->model;
	*s->model = *model;
	*model = was;
	model_destroy(model);
	return 0;
}

static void set_back(struct session *s, const struct checkpoint *k)
{
	scenario_destroy(s->scenario);
	s->scenario = scenario_clone(k->scenario);
	s->next_seq = k->next_seq;
	s->now_ns = k->now_ns;
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
	return s->checkpoints && s->checkpoints->doing == DOING_REWIND;
}

void checkpoint_rewound(struct session *s)
{
	struct checkpoints *c = s->checkpoints;
	const struct checkpoint *k = &c->v[c->target];
	cleanup_free char *left = xstrdup(session_path(s));
	struct err err = ERR_INIT;
	char text[500];
	bool watched;
	int r;

	c->doing = DOING_NOTHING;
	if (s->observer->rewound)
		s->observer->rewound(s->arg);
	session_destroy_parts(s);
	r = reopen(s, k, &err);
	set_back(s, k);
	c->at = c->target;
	c->gone_back++;
	watched = s->watch;
	session_create_parts(s);
	observe_boot(s->observe, s->guest);
	kernel_ops_boot(s->kernel_ops, s->guest);
	observe_ready(s->observe);
	/* its agent may have been told otherwise then */
	s->watch = watched;
	s->watch_told = !watched;
	session_settle_watch(s);
	pacing_anew(s);
	if (r < 0) {
		err_wrap(&err, "the guest went back to '%s', its record did not", k->name);
		session_log(s, 2, err.msg);
		return;
	}
	snprintf(text, sizeof(text), "back at checkpoint '%s'; what was done since is in '%.300s'",
		 k->name, left);
	session_log(s, 5, text);
}

void checkpoint_gone(struct session *s)
{
	s->checkpoints->doing = DOING_NOTHING;
	s->holding = false;
}

void session_checkpoint_figures(const struct session *s, struct checkpoint_figures *out)
{
	const struct checkpoints *c = s->checkpoints;
	const struct checkpoint *k = c->n ? &c->v[c->n - 1] : NULL;

	*out = (struct checkpoint_figures){.made = (unsigned)c->n, .gone_back = c->gone_back};
	if (!k)
		return;
	out->still_ns = k->copy.still_ns;
	out->changed = k->copy.changed;
	out->kept = k->copy.kept;
}

void session_list_checkpoints(struct session *s)
{
	const struct checkpoints *c = s->checkpoints;
	uint64_t kept = 0;
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
		kept = k->copy.kept;
	}
	text_format_size(size, sizeof(size), kept);
	snprintf(text, sizeof(text), "%u checkpoints, %s in all (at most %" PRIu64 " MiB and %d)",
		 living(c), size, (KEPT_BYTES + guest_memory(s->guest)->size) >> 20, KEPT_MAX);
	session_log(s, 6, text);
}
