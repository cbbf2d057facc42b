/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * complete - walks the typed words along the op's arguments and offers what fits next.
 * Invariant: every word offered begins with what is typed already.
 */
#include "ops/complete.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/cgroup_settings.h"
#include "ops/complete_path.h"
#include "ops/checks.h"
#include "ops/figures.h"
#include "guest/wire_custom.h"
#include "guest/wire_sched.h"
#include "ops/model_metric.h"
#include "ops/model.h"
#include "ops/sched_parts.h"
#include "ops/schedulers.h"
#include "ops/work_types.h"

#include <stdio.h>
#include <string.h>

struct completing {
	const struct scenario *s;
	struct complete *out;
	const char *typed;            /* the beginning of the word */
	const struct model *m;	      /* NULL = nothing is known */
	const char *first;            /* word after the op's own: a scheduler, a group; NULL = none yet */
	char prefix[OP_NAME_MAX + 2]; /* kept before each offer: "probe@" */
	const struct work_type *work; /* named before; NULL = none */
};

static void offer(struct completing *c, const char *word, const char *tail)
{
	struct complete *o = c->out;
	size_t i;
	char full[sizeof(o->words[0])];

	/* what does not fit is not offered: cut, it would be another word */
	if (strncmp(word, c->typed, strlen(c->typed)) || o->n == COMPLETE_MAX ||
	    strlen(c->prefix) + strlen(word) + strlen(tail) >= sizeof(full))
		return;
	snprintf(full, sizeof(full), "%s%s%s", c->prefix, word, tail);
	for (i = 0; i < o->n; i++)
		if (!strcmp(o->words[i], full))
			return;
	text_copy(o->words[o->n++], sizeof(o->words[0]), full);
}

static void offer_things(struct completing *c, bool cgroups, const char *before)
{
	size_t i;

	for (i = scenario_things(c->s); i--;) {
		const struct scenario_thing *t = scenario_thing_at(c->s, i);
		char word[OP_CGROUP_MAX + 2];

		if (t->is_cgroup != cgroups || t->gone)
			continue;
		snprintf(word, sizeof(word), "%s%s", before, t->name);
		offer(c, word, "");
	}
}

static void offer_settings(struct completing *c)
{
	const struct cgroup_setting *s;
	size_t i;

	for (i = 0; (s = cgroup_setting_at(i)); i++)
		offer(c, s->file, "=");
}

/* Parameters of the work type that was typed before, with what they are. */
static void offer_params(struct completing *c)
{
	const struct work_param *p = c->work ? c->work->params : NULL;
	size_t i;

	for (i = 0; p && i < WORK_PARAMS_MAX && p[i].key; i++)
		offer(c, p[i].key, "=");
	if (c->work)
		snprintf(c->out->hint, sizeof(c->out->hint), "%s: %s", c->work->name,
			 c->work->summary);
}

static void offer_path(void *arg, const char *path)
{
	offer(arg, path, "");
}

/* A program's path after "custom:", the function after that is a person's. */
static void offer_custom(struct completing *c)
{
	if (strncmp(c->typed, CUSTOM_PREFIX, strlen(CUSTOM_PREFIX))) {
		offer(c, CUSTOM_PREFIX, "");
		return;
	}
	snprintf(c->prefix, sizeof(c->prefix), "%s", CUSTOM_PREFIX);
	c->typed += strlen(CUSTOM_PREFIX);
	if (*c->typed == '/')
		complete_path(c->typed, offer_path, c);
}

/* Maps that were seen in the scheduler last. */
static void offer_maps(struct completing *c)
{
	const struct sched_parts *p = c->m ? c->m->parts : NULL;
	size_t i;

	for (i = 0; p && i < p->n; i++)
		if (p->rows[i].kind == PART_MAP)
			offer(c, p->rows[i].name, "");
}

static void offer_arg(struct completing *c, const struct arg_def *a)
{
	const struct sched_exit_kind *kind;
	const struct scheduler *sched;
	const struct work_type *w;
	struct metric seen;
	size_t i;

	snprintf(c->out->hint, sizeof(c->out->hint), "%s: %s", a->key, a->summary);
	switch (a->type) {
	case ARG_CGROUP:
		offer_things(c, true, "");
		break;
	case ARG_NAME:
		offer_things(c, false, "");
		break;
	case ARG_TARGET:
	case ARG_MOVER:
		offer_things(c, false, "");
		offer_things(c, true, "@");
		break;
	case ARG_WORK:
		for (i = 0; (w = work_type_at(i)); i++)
			offer(c, w->name, "");
		offer_custom(c);
		break;
	case ARG_FILE:
		complete_path(c->typed, offer_path, c);
		break;
	case ARG_PARAMS:
		offer_params(c);
		break;
	case ARG_SETTINGS:
		offer_settings(c);
		break;
	case ARG_SCHED:
	case ARG_SCHED_SEEN:
		for (i = 0; (sched = scheduler_at(i)); i++)
			offer(c, sched->name, "");
		if (a->type == ARG_SCHED_SEEN)
			offer(c, "none", "");
		else if (strchr(c->typed, '/'))
			complete_path(c->typed, offer_path, c);
		break;
	case ARG_HASH:
		if (c->m && c->m->trace_hash)
			offer(c, c->m->trace_hash, "");
		break;
	case ARG_MACHINE:
		if (c->m && c->m->machine)
			offer(c, c->m->machine, "");
		break;
	case ARG_KIND:
		for (i = 0; (kind = sched_exit_kind_at(i)); i++)
			offer(c, kind->name, "");
		break;
	case ARG_CONSTANTS:
		sched = c->first ? scheduler_find(c->first) : NULL;
		for (i = 0; sched && i < SCHEDULER_CONSTANTS_MAX && sched->constants[i].name; i++)
			offer(c, sched->constants[i].name, "=");
		break;
	case ARG_CHECK:
		for (i = 0; check_def_at(i); i++)
			offer(c, check_def_at(i)->name, "");
		break;
	case ARG_WORD:
		if (a->wire == WARG_MAP)
			offer_maps(c);
		break;
	case ARG_FIGURE:
		for (i = 0; figure_at(i); i++)
			offer(c, figure_at(i)->name, "");
		break;
	case ARG_METRIC:
		for (i = 0; c->m && c->first && model_metric_at(c->m, c->first, i, &seen); i++)
			offer(c, seen.name, "");
		break;
	case ARG_HOW:
		offer(c, "hot", "");
		offer(c, "cold", "");
		break;
	case ARG_COMPARE:
		for (i = 0; figure_compare_at(i); i++)
			offer(c, figure_compare_at(i), "");
		break;
	default:
		break;
	}
}

static void offer_ops(struct completing *c, const char *first, const char *const *extra)
{
	const struct op_def *d;
	size_t i;

	for (i = 0; (d = op_def_at(i)); i++) {
		if (!first)
			offer(c, d->words[0], "");
		else if (!strcmp(first, d->words[0]) && d->words[1])
			offer(c, d->words[1], "");
	}
	for (i = 0; !first && extra && extra[i]; i++)
		offer(c, extra[i], "");
	snprintf(c->out->hint, sizeof(c->out->hint), "%s",
		 first ? "" : "an op; Tab completes, ? explains");
}

static const struct arg_def *key_arg(const struct op_def *d, const char *word)
{
	size_t i;

	for (i = 0; i < OP_ARGS_MAX && d->args[i].key; i++) {
		size_t n = strlen(d->args[i].key);

		if (d->args[i].form == FORM_KEY && !strncmp(word, d->args[i].key, n) &&
		    word[n] == '=')
			return &d->args[i];
	}
	return NULL;
}

static void offer_keys(struct completing *c, const struct op_def *d)
{
	size_t i;

	for (i = 0; i < OP_ARGS_MAX && d->args[i].key; i++) {
		if (d->args[i].form != FORM_KEY)
			continue;
		offer(c, d->args[i].key, "=");
		snprintf(c->out->hint, sizeof(c->out->hint), "%s=: %s", d->args[i].key,
			 d->args[i].summary);
	}
}

/* The argument that the word after `done` finished words belongs to. */
static void offer_position(struct completing *c, const struct op_def *d, char **words, size_t done)
{
	size_t i, pos = 0, w;

	for (w = 0; w < done; w++) {
		if (!key_arg(d, words[w]))
			pos++;
		if (w)
			c->work = c->work ? c->work : work_type_find(words[w]);
	}
	for (i = 0; i < OP_ARGS_MAX && d->args[i].key; i++) {
		const struct arg_def *a = &d->args[i];
		size_t takes = a->form == FORM_AFTER ? 2 : a->form == FORM_POSITIONAL ? 1 : 0;

		if (a->form == FORM_SETTINGS || a->form == FORM_REST)
			offer_keys(c, d);
		if (a->form == FORM_SETTINGS) {
			offer_arg(c, a);
			return;
		}
		if (a->form == FORM_REST) {
			if (!pos)
				offer(c, "--", " ");
			snprintf(c->out->hint, sizeof(c->out->hint), "-- %s: %s", a->key,
				 a->summary);
			/* the program itself, when it is named by a path of this machine */
			if (done && !strcmp(words[done - 1], "--") && strchr(c->typed, '/'))
				complete_path(c->typed, offer_path, c);
			return;
		}
		if (pos < takes) {
			if (takes == 2 && pos == 0)
				offer(c, a->literal, " ");
			offer_arg(c, a);
			if (takes == 2)
				snprintf(c->out->hint, sizeof(c->out->hint), "%s %s: %s",
					 a->literal, a->key, a->summary);
			return;
		}
		pos -= takes;
	}
	offer_keys(c, d);
}

static void complete_arg(struct completing *c, const struct op_def *d, char **words, size_t done)
{
	const struct arg_def *a = key_arg(d, c->typed);
	const char *at = strchr(c->typed, '@');
	size_t i;

	if (a) {
		snprintf(c->prefix, sizeof(c->prefix), "%s=", a->key);
		c->typed += strlen(c->prefix);
		offer_arg(c, a);
		return;
	}
	for (i = 0; at && at > c->typed && done == 0 && i < OP_ARGS_MAX && d->args[i].key; i++) {
		if (d->args[i].form != FORM_AT)
			continue;
		if (at - c->typed > OP_NAME_MAX)
			return; /* no name: what is typed would be cut */
		snprintf(c->prefix, sizeof(c->prefix), "%.*s@", (int)(at - c->typed), c->typed);
		c->typed = at + 1;
		offer_arg(c, &d->args[i]);
		return;
	}
	offer_position(c, d, words, done);
}

void complete_line(const struct scenario *s, const struct model *m, const char *line, size_t cursor,
		   const char *const *extra, struct complete *out)
{
	cleanup_free char *text = xstrndup(line, cursor), *typed = NULL;
	struct completing c = {.s = s, .m = m, .out = out};
	const struct op_def *d;
	size_t n, taken = 0;
	char **words;

	out->n = 0;
	out->hint[0] = '\0';
	out->start = strlen(text);
	while (out->start && text[out->start - 1] != ' ')
		out->start--;
	typed = xstrdup(text + out->start);
	text[out->start] = '\0';
	c.typed = typed;
	words = words_split(text, &n, NULL);
	if (!words)
		return; /* inside quotes: nothing is offered */
	d = op_def_of_words(words, n, &taken);
	if (!n)
		offer_ops(&c, NULL, extra);
	else if (n == 1)
		offer_ops(&c, words[0], NULL);
	c.first = d && taken < n ? words[taken] : NULL;
	if (n && d)
		complete_arg(&c, d, words + taken, n - taken);
	words_free(words);
}

size_t complete_common(const struct complete *c, char *dst, size_t size)
{
	size_t n, i;

	dst[0] = '\0';
	if (!c->n)
		return 0;
	n = strlen(c->words[0]);
	for (i = 1; i < c->n; i++) {
		size_t k = 0;

		while (k < n && c->words[i][k] == c->words[0][k])
			k++;
		n = k;
	}
	if (n >= size)
		n = size - 1;
	memcpy(dst, c->words[0], n);
	dst[n] = '\0';
	return n;
}
