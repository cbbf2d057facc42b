/* SPDX-License-Identifier: BSD-2-Clause */
/* open_twin - see open_twin.h. */
#include "open_twin.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/cell.h"
#include "matrix/plan.h"
#include "session/session_info.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- words ------------------------------------------------------------------------------- */

int twin_words_take(const char *option, const char *value, char *into[TWIN_SIDES], struct err *err)
{
	const char *comma = strchr(value, ',');

	if (!comma || comma == value || !comma[1] || strchr(comma + 1, ','))
		return err_set(err, EINVAL,
			       "%s '%.100s': say two words, one for each side, such as vtime,fifo",
			       option, value);
	free(into[TWIN_A]);
	free(into[TWIN_B]);
	into[TWIN_A] = xasprintf("%.*s", (int)(comma - value), value);
	into[TWIN_B] = xstrdup(comma + 1);
	return 0;
}

bool twin_words_any(const struct twin_words *w)
{
	return w->sched[TWIN_A] || w->kernel[TWIN_A];
}

/* Of a path the last part, and only what is harmless in a file's name. */
static void add_stem(struct buf *out, const char *word)
{
	const char *slash = word ? strrchr(word, '/') : NULL;

	if (!word)
		return;
	if (out->len)
		buf_addc(out, '-');
	for (word = slash ? slash + 1 : word; *word && out->len < 40; word++)
		buf_addc(out, isalnum((unsigned char)*word) || strchr("._-", *word) ? *word : '_');
}

char *twin_words_stem(const struct twin_words *w, enum twin_side side)
{
	struct buf out = BUF_INIT;

	add_stem(&out, w->sched[side]);
	add_stem(&out, w->kernel[side]);
	return buf_steal(&out);
}

void twin_words_finish(struct twin_words *w)
{
	int i;

	for (i = 0; i < TWIN_SIDES; i++) {
		free(w->sched[i]);
		free(w->kernel[i]);
	}
	*w = (struct twin_words){.sched = {NULL}};
}

/* ---- lockstep ------------------------------------------------------------------------------ */

static bool is_gone(const struct session *s)
{
	return guest_state(session_guest((struct session *)s)) == GUEST_GONE;
}

/* All it was given is over, but for bodies, which go on beside it. */
static bool is_over(const struct session *s)
{
	const struct model *m = session_model(s);
	size_t i;

	if (is_gone(s))
		return true;
	if (!m->ready)
		return false;
	for (i = m->nops; i-- > 0;) {
		const struct model_op *op = &m->ops[i];

		if (op->state >= OPS_DONE || (op->op && op->op->def->id == OP_EVERY) ||
		    scenario_in_body(session_scenario(s), op->seq))
			continue;
		return false;
	}
	return true;
}

/* The first op of the next step. */
static size_t step_end(const struct scenario *s, size_t from)
{
	const struct op *op;

	while ((op = scenario_at(s, ++from)))
		if (op->def->flags & OPF_STEP)
			break;
	return from;
}

static bool is_submitted(const struct open_twin *t)
{
	return t->next[TWIN_A] >= scenario_len(t->script[TWIN_A]) &&
	       t->next[TWIN_B] >= scenario_len(t->script[TWIN_B]);
}

void open_twin_turn(struct open_twin *t)
{
	struct err err = ERR_INIT;
	int i;

	if (!t->side[TWIN_B] || t->submitting || is_submitted(t) || !is_over(t->side[TWIN_A]) ||
	    !is_over(t->side[TWIN_B]))
		return;
	t->submitting = true;
	for (i = 0; i < TWIN_SIDES; i++) {
		size_t from = t->next[i], len = scenario_len(t->script[i]);

		if (from >= len || is_gone(t->side[i]))
			continue;
		t->next[i] = step_end(t->script[i], from);
		if (session_submit_part(t->side[i], t->script[i], from, t->next[i], &err) < 0)
			t->changed(t->arg, err.msg);
	}
	t->submitting = false;
}

/* ---- the guest ----------------------------------------------------------------------------- */

static void on_event(void *arg, const struct event *ev)
{
	struct open_twin *t = arg;

	t->changed(t->arg, NULL);
	open_twin_turn(t);
}

static void on_sample(void *arg)
{
	struct open_twin *t = arg;

	t->changed(t->arg, NULL);
}

static void on_finished(void *arg, bool clean, const char *text)
{
	struct open_twin *t = arg;
	cleanup_free char *said = clean ? NULL : xasprintf("the second guest is gone: %s", text);

	t->changed(t->arg, said);
	open_twin_turn(t);
}

static const struct session_observer observer = {
	.event = on_event, .sample = on_sample, .finished = on_finished};

int open_twin_prepare(struct open_twin *t, const struct loaded *loaded,
		      const struct twin_words *words, const struct topology *topology,
		      struct err *err)
{
	int i, r = 0;

	for (i = 0; i < TWIN_SIDES && r == 0; i++) {
		const char *sched = words->sched[i] ? words->sched[i] : MX_OWN;

		r = mx_scenario_under(loaded->scenario, topology, sched, &t->script[i], err);
		if (r < 0)
			r = err_wrap(err, "run '%s' under scheduler '%s'", loaded->path, sched);
	}
	return r;
}

int open_twin_start(struct open_twin *t, struct session *a, struct loop *loop,
		    const struct session_config *config, const struct twin_words *words,
		    struct err *err)
{
	struct session_config mine = *config;
	cleanup_free char *stem = twin_words_stem(words, TWIN_B);

	t->path = session_new_path(stem, err);
	if (!t->path)
		return -err->code;
	mine.journal = t->path;
	if (words->kernel[TWIN_B])
		mine.guest.kernel = words->kernel[TWIN_B];
	t->side[TWIN_A] = a;
	t->side[TWIN_B] = session_create(loop, &mine, &observer, t, err);
	if (!t->side[TWIN_B] || session_boot(t->side[TWIN_B], err) < 0)
		return err_wrap(err, "boot the second guest");
	return 0;
}

bool open_twin_is_there(const struct open_twin *t)
{
	return t->side[TWIN_B];
}

bool open_twin_live(const struct open_twin *t)
{
	return t->side[TWIN_B] && !is_gone(t->side[TWIN_B]);
}

const struct model *open_twin_model(const struct open_twin *t, const char **name)
{
	const char *slash = t->path ? strrchr(t->path, '/') : NULL;

	*name = slash ? slash + 1 : t->path;
	return session_model(t->side[TWIN_B]);
}

const struct model *open_twin_at(struct open_twin *t, uint64_t t_ns, struct err *err)
{
	if (!t->past)
		t->past = past_open(t->path, session_model(t->side[TWIN_B])->trace, err);
	return t->past ? past_at(t->past, t_ns) : NULL;
}

void open_twin_finish(struct open_twin *t)
{
	int i;

	past_close(t->past); /* its moments share the session's trace */
	session_destroy(t->side[TWIN_B]);
	for (i = 0; i < TWIN_SIDES; i++)
		scenario_destroy(t->script[i]);
	free(t->path);
	*t = (struct open_twin){.path = NULL};
}
