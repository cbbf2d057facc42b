/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_sched - the lives of sched_ext schedulers, from EV_SCHED, EV_SCHED_DUMP, EV_SCHED_EXIT.
 * Invariant: a life ends once, and what is kept of dumps is bounded.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "guest/wire_sched.h"
#include "ops/dump.h"
#include "ops/model.h"
#include "ops/model_stats.h"
#include "ops/sched_parts.h"

#include <string.h>

enum { LIVES_MAX = 10000, NAME_MAX_BYTES = 128, WORDS_MAX = 2048 };

#define DUMP_MAX  (8u << 20)  /* bytes of one */
#define CALLS_MAX (256u << 10)
#define DUMPS_MAX (64u << 20) /* of all */

static char *clean(const char *s, size_t len)
{
	char safe[WORDS_MAX];

	text_sanitise(safe, sizeof(safe), s, len);
	return xstrdup(safe);
}

struct model_sched *model_sched_life(struct model *m)
{
	struct model_sched *s = m->nscheds ? &m->scheds[m->nscheds - 1] : NULL;

	return s && !s->ended ? s : NULL;
}

const struct model_sched *model_sched_now(const struct model *m)
{
	const struct model_sched *s = m->nscheds ? &m->scheds[m->nscheds - 1] : NULL;

	return s && !s->ended ? s : NULL;
}

const struct model_sched *model_sched_died(const struct model *m)
{
	enum { FIRST_ERROR = 1024 }; /* SCX_EXIT_ERROR of enum scx_exit_kind */
	const struct model_sched *s = m->nscheds ? &m->scheds[m->nscheds - 1] : NULL;

	return s && s->ended && s->kind >= FIRST_ERROR ? s : NULL;
}

const char *model_sched_kind(const struct model_sched *s)
{
	return sched_exit_kind_name(s->kind);
}

static struct model_sched *begin(struct model *m, const struct event *ev)
{
	struct model_sched *s;

	if (m->nscheds >= LIVES_MAX)
		return NULL;
	m->scheds = xreallocarray(m->scheds, m->nscheds + 1, sizeof(*m->scheds));
	s = &m->scheds[m->nscheds++];
	*s = (struct model_sched){.name = clean(ev->name, strnlen(ev->name, NAME_MAX_BYTES)),
				  .seq = m->sched_op_seq,
				  .enabled_ns = ev->t_ns,
				  .reason = xstrdup(""),
				  .message = xstrdup("")};
	return s;
}

static void on_state(struct model *m, const struct event *ev)
{
	free(m->sched_state);
	m->sched_state = clean(ev->text, strnlen(ev->text, NAME_MAX_BYTES));
	m->sched_rejected = ev->count;
	m->sched_enables = ev->id;
	if (!strcmp(m->sched_state, "enabled"))
		begin(m, ev);
}

static void keep_dump(struct model *m, struct model_sched *s)
{
	size_t all = 0, i;

	for (i = 0; i < m->nscheds; i++)
		all += m->scheds[i].dump.len;
	if (!m->sched_dump.len || all + m->sched_dump.len > DUMPS_MAX)
		return;
	buf_finish(&s->dump);
	s->dump = m->sched_dump;
	s->dump_missing = m->sched_dump_missing;
	s->died_ns = m->sched_dump_ns;
	m->sched_dump = BUF_INIT;
	dump_destroy(s->parsed);
	s->parsed = dump_parse(buf_text(&s->dump), s->dump.len);
}

static void on_dump(struct model *m, const struct event *ev)
{
	struct model_sched *s = model_sched_life(m);
	size_t room = DUMP_MAX - m->sched_dump.len;

	if (ev->index == 1) {
		buf_finish(&m->sched_dump);
		room = DUMP_MAX;
		m->sched_dump_ns = ev->id;
	}
	buf_add(&m->sched_dump, ev->data, ev->data_len < room ? ev->data_len : room);
	m->sched_dump_missing = ev->count;
	if (ev->flag && s)
		keep_dump(m, s);
}

static void on_calls(struct model *m, const struct event *ev)
{
	size_t room;

	if (ev->index == 1)
		buf_reset(&m->sched_calls);
	room = CALLS_MAX - m->sched_calls.len;
	buf_add(&m->sched_calls, ev->data, ev->data_len < room ? ev->data_len : room);
	m->sched_calls_lost = ev->id;
}

/* The op that had begun last at a moment; what began between an end and the word of it did not
 * lead to it. */
static uint64_t begun_before(const struct model *m, uint64_t ns)
{
	const struct model_op *last = model_op(m, m->begun_seq), *op;
	size_t i;

	if (!last || last->begin_ns <= ns)
		return m->begun_seq;
	for (i = m->nops; i--;) {
		op = &m->ops[i];
		if (op->begin_ns && op->begin_ns <= ns &&
		    !(op->op && op->op->def->flags & OPF_EXPECT))
			return op->seq;
	}
	return 0;
}

static void on_exit_event(struct model *m, const struct event *ev)
{
	struct model_sched *s = model_sched_life(m);

	/* it was in force for so short a time that nobody saw it */
	if (!s)
		s = begin(m, ev);
	if (!s)
		return;
	s->ended = true;
	s->ended_ns = ev->t_ns;
	/* a dump of before, or none */
	if (s->died_ns > s->ended_ns || !s->parsed || !s->parsed->kind || !s->died_ns)
		s->died_ns = s->ended_ns;
	s->before_seq = begun_before(m, s->died_ns);
	buf_finish(&s->calls);
	s->calls = m->sched_calls;
	s->calls_lost = m->sched_calls_lost;
	m->sched_calls = BUF_INIT;
	s->kind = ev->code;
	model_death_end(s);
	free(s->reason);
	free(s->message);
	s->reason = clean(ev->text, strnlen(ev->text, WORDS_MAX));
	s->message = clean(ev->data, ev->data_len < WORDS_MAX ? ev->data_len : WORDS_MAX);
}

/* An op in a body comes back with the same number: its latest begin counts. */
static void on_begin(struct model *m, const struct event *ev)
{
	const struct model_op *op = model_op(m, ev->seq);

	if (!op || !op->op)
		return;
	/* a wait for the end is not what led to it */
	if (!(op->op->def->flags & OPF_EXPECT))
		m->begun_seq = ev->seq;
	switch (op->op->def->id) {
	case OP_SCHED_LOAD:
	case OP_SCHED_REPLACE:
	case OP_SCHED_RESTART:
		m->sched_op_seq = ev->seq;
		break;
	default:
		break;
	}
}

void model_sched_apply(struct model *m, const struct event *ev)
{
	switch (ev->type) {
	case EV_BEGIN:
		on_begin(m, ev);
		break;
	case EV_SCHED:
		on_state(m, ev);
		break;
	case EV_SCHED_DUMP:
		on_dump(m, ev);
		break;
	case EV_SCHED_EXIT:
		on_exit_event(m, ev);
		break;
	case EV_SCHED_CALLS:
		on_calls(m, ev);
		break;
	case EV_SCHED_PARTS:
		sched_parts_free(m->parts_before);
		m->parts_before = m->parts;
		m->parts = sched_parts_read(ev->name, ev->data, ev->data_len);
		m->parts->t_ns = ev->t_ns;
		m->parts->cut = ev->flag;
		m->parts->counted = ev->count;
		break;
	default:
		break;
	}
}

void model_sched_finish(struct model *m)
{
	size_t i;

	for (i = 0; i < m->nscheds; i++) {
		free(m->scheds[i].name);
		free(m->scheds[i].reason);
		free(m->scheds[i].message);
		buf_finish(&m->scheds[i].dump);
		buf_finish(&m->scheds[i].calls);
		model_death_finish(&m->scheds[i]);
		model_stats_finish(&m->scheds[i]);
	}
	free(m->scheds);
	sched_parts_free(m->parts);
	sched_parts_free(m->parts_before);
	free(m->sched_state);
	buf_finish(&m->sched_dump);
	buf_finish(&m->sched_calls);
}

void model_sched_sample(struct model *m, const struct sample *s)
{
	uint32_t i, n = s->nscx < SAMPLE_SCX_MAX ? s->nscx : SAMPLE_SCX_MAX;

	/* they begin anew with every scheduler */
	m->nscx_before = m->scx_enables == s->scx_enables ? m->nscx : 0;
	memcpy(m->scx_before, m->scx, sizeof(m->scx));
	for (i = 0; i < n; i++) {
		m->scx[i].value = s->scx[i].value;
		text_sanitise(m->scx[i].name, SAMPLE_SCX_NAME, s->scx[i].name,
			      strnlen(s->scx[i].name, SAMPLE_SCX_NAME));
	}
	m->nscx = n;
	model_subs_sample(m, s);
	m->scx_enables = s->scx_enables;
	model_death_sample(m, s);
}

bool model_scx(const struct model *m, const char *name, uint64_t *value)
{
	uint32_t i;

	for (i = 0; i < m->nscx; i++) {
		if (strcmp(m->scx[i].name, name))
			continue;
		*value = m->scx[i].value;
		return true;
	}
	return false;
}
