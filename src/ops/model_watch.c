/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_watch - see model_watch.h.
 * Invariant: what a session file says is bounded like everything else of it.
 */
#include "ops/model_watch.h"

#include "base/die.h"
#include "base/text.h"
#include "ops/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HITS_MAX = 20000, PLACES_MAX = 1000, WORD_MAX = 128, WORDS_MAX = 640 };

static const char *comm_of(const struct model *m, const struct event *ev)
{
	size_t i;

	for (i = 0; i < m->ncpus; i++)
		if (m->cpus[i].now.cpu == ev->index && m->cpus[i].now.pid == ev->pid)
			return m->cpus[i].now.comm;
	return "";
}

static void add_text(char *dst, size_t size, size_t *n, const char *before, const char *text,
		     const char *behind)
{
	char safe[WORD_MAX];

	if (!*text || *n >= size)
		return;
	text_sanitise(safe, sizeof(safe), text, strlen(text));
	*n += (size_t)snprintf(dst + *n, size - *n, "%s%s%s", before, safe, behind);
}

void model_watch_words(const struct model *m, const struct event *ev, char *dst, size_t size)
{
	char name[WORD_MAX], where[64];
	size_t n = 0;

	*dst = '\0';
	add_text(dst, size, &n, "", *ev->text ? ev->text : "-", "");
	add_text(dst, size, &n, ", was ", ev->data, "");
	if (ev->flag) {
		add_text(dst, size, &n, "; ", "seen late, who wrote is not known", "");
		return;
	}
	add_text(dst, size, &n, "; ", ev->path, "()");
	snprintf(where, sizeof(where), "%sCPU %" PRIu64, *ev->path ? "on " : "", ev->index);
	add_text(dst, size, &n, *ev->path ? " " : "; ", where, "");
	if (!ev->pid) {
		add_text(dst, size, &n, ", ", "idle", "");
		return;
	}
	model_task_name(m, ev->pid, comm_of(m, ev), name, sizeof(name));
	snprintf(where, sizeof(where), "[%" PRId64 "]", ev->pid);
	add_text(dst, size, &n, ", ", *name ? name : "task", where);
}

const struct model_watch_place *model_watch_place(const struct model *m, const char *what)
{
	size_t i;

	for (i = 0; i < m->nwatch_places; i++)
		if (!strcmp(m->watch_places[i].what, what))
			return &m->watch_places[i];
	return NULL;
}

/* As above, made where there is none; NULL = there are too many. */
static struct model_watch_place *place_of(struct model *m, const char *what)
{
	const struct model_watch_place *there = model_watch_place(m, what);

	if (there)
		return &m->watch_places[there - m->watch_places];
	if (m->nwatch_places == PLACES_MAX)
		return NULL;
	m->watch_places =
		xreallocarray(m->watch_places, m->nwatch_places + 1, sizeof(*m->watch_places));
	m->watch_places[m->nwatch_places] = (struct model_watch_place){.what = xstrdup(what)};
	return &m->watch_places[m->nwatch_places++];
}

static void set(struct model *m, const struct event *ev)
{
	struct model_watch_place *p = place_of(m, ev->name);

	if (p && ev->flag)
		p->writes = 0;
	if (p)
		p->whole = ev->flag || (p->whole && !ev->code);
}

static void add_hit(struct model *m, const struct event *ev)
{
	struct model_watch_place *p = place_of(m, ev->name);
	struct model_watch_hit *h;
	char words[WORDS_MAX];

	if (p)
		p->writes++;
	if (m->nwatch_hits == HITS_MAX)
		return;
	model_watch_words(m, ev, words, sizeof(words));
	m->watch_hits = xreallocarray(m->watch_hits, m->nwatch_hits + 1, sizeof(*m->watch_hits));
	h = &m->watch_hits[m->nwatch_hits++];
	*h = (struct model_watch_hit){.what = xstrdup(ev->name), .words = xstrdup(words)};
}

static void add_count(struct model *m, const struct event *ev)
{
	if (m->nwatch_counts == HITS_MAX)
		return;
	m->watch_counts =
		xreallocarray(m->watch_counts, m->nwatch_counts + 1, sizeof(*m->watch_counts));
	m->watch_counts[m->nwatch_counts++] = (struct model_watch_count){
		.seq = ev->seq, .count = ev->count, .whole = ev->flag, .never = ev->code};
}

void model_watch_apply(struct model *m, const struct event *ev)
{
	if (ev->type == EV_WATCH)
		set(m, ev);
	else if (ev->type == EV_WATCH_HIT)
		add_hit(m, ev);
	else
		add_count(m, ev);
}

void model_watch_finish(struct model *m)
{
	size_t i;

	for (i = 0; i < m->nwatch_hits; i++) {
		free(m->watch_hits[i].what);
		free(m->watch_hits[i].words);
	}
	for (i = 0; i < m->nwatch_places; i++)
		free(m->watch_places[i].what);
	free(m->watch_places);
	free(m->watch_hits);
	free(m->watch_counts);
}

const struct model_watch_hit *model_watch_hit(const struct model *m, const char *what, size_t nth)
{
	size_t i;

	for (i = 0; i < m->nwatch_hits; i++)
		if (!strcmp(m->watch_hits[i].what, what) && !nth--)
			return &m->watch_hits[i];
	return NULL;
}

/* ---- judging ---------------------------------------------------------------------------- */

static const struct model_watch_count *count_of(const struct model *m, uint64_t seq)
{
	size_t i;

	for (i = 0; i < m->nwatch_counts; i++)
		if (m->watch_counts[i].seq == seq)
			return &m->watch_counts[i];
	return NULL;
}

static bool holds(uint64_t is, const char *compare, uint64_t wanted)
{
	bool equal = is == wanted;

	switch (compare[0]) {
	case '=':
		return equal;
	case '!':
		return !equal;
	case '<':
		return is < wanted || (compare[1] && equal);
	default:
		return is > wanted || (compare[1] && equal);
	}
}

/* Would more writes, which nobody saw, change nothing? */
static bool decided(uint64_t is, const char *compare, uint64_t wanted)
{
	return is > wanted || (is == wanted && (!strcmp(compare, ">=") || !strcmp(compare, "<")));
}

enum verdict check_watch(const struct model *m, uint64_t seq, const char *what, const char *compare,
			 int64_t writes, struct buf *why)
{
	const struct model_watch_count *c = count_of(m, seq);
	bool so;

	if (!c || c->never) {
		buf_addf(why, "'%s' was not watched: 'watch %s' before it", what, what);
		return VERDICT_INCONCLUSIVE;
	}
	if (!c->whole && !decided(c->count, compare, (uint64_t)writes)) {
		buf_addf(why,
			 "'%s' was written to %" PRIu64
			 " times that were seen, then its watch was lost",
			 what, c->count);
		return VERDICT_INCONCLUSIVE;
	}
	so = holds(c->count, compare, (uint64_t)writes);
	if (!so)
		buf_addf(why, "expected %s %" PRId64 " writes; ", compare, writes);
	buf_addf(why, "'%s' was written to %" PRIu64 " time%s", what, c->count,
		 c->count == 1 ? "" : "s");
	return so ? VERDICT_PASS : VERDICT_FAIL;
}
