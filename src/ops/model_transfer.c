/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_transfer - files that were pushed and pulled, and whether a replay's are still the same.
 * Invariant: what a session file says is bounded like everything else of it.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/model.h"

#include <string.h>

enum { TRANSFERS_MAX = 20000, NOTE_MAX = 160 };

static void add(struct model *m, const struct event *ev, bool pulled)
{
	struct model_transfer *t;

	if (m->ntransfers == TRANSFERS_MAX)
		return;
	m->transfers = xreallocarray(m->transfers, m->ntransfers + 1, sizeof(*m->transfers));
	t = &m->transfers[m->ntransfers++];
	*t = (struct model_transfer){.seq = ev->seq,
				     .pulled = pulled,
				     .path = xstrdup(ev->path),
				     .here = pulled ? xstrdup(ev->text) : NULL,
				     .hash = xstrdup(pulled ? ev->name : ev->text),
				     .all = pulled ? NULL : xstrdup(ev->name),
				     .bytes = ev->count,
				     .files = pulled ? 1 : ev->id};
}

/* What the op that is under way shows meanwhile; its end says something else. */
static void progress(struct model *m, const struct event *ev)
{
	char now[32], all[32], note[NOTE_MAX];
	size_t i;

	text_format_size(now, sizeof(now), ev->count);
	text_format_size(all, sizeof(all), ev->id);
	snprintf(note, sizeof(note), "%s of %s", now, all);
	for (i = 0; i < m->nops; i++) {
		if (m->ops[i].seq != ev->seq || m->ops[i].state != OPS_RUNNING)
			continue;
		free(m->ops[i].note);
		m->ops[i].note = xstrdup(note);
		m->ops[i].moved = ev->count;
		m->ops[i].to_move = ev->count < ev->id ? ev->id : 0;
	}
}

void model_transfer_apply(struct model *m, const struct event *ev)
{
	if (ev->type == EV_PROGRESS)
		progress(m, ev);
	else
		add(m, ev, ev->type == EV_PULLED);
}

void model_transfer_finish(struct model *m)
{
	size_t i;

	for (i = 0; i < m->ntransfers; i++) {
		free(m->transfers[i].path);
		free(m->transfers[i].here);
		free(m->transfers[i].hash);
		free(m->transfers[i].all);
	}
	free(m->transfers);
}

static const struct model_transfer *nth_of(const struct model *m, bool pulled, const char *path,
					   size_t nth)
{
	size_t i;

	for (i = 0; i < m->ntransfers; i++)
		if (m->transfers[i].pulled == pulled && !strcmp(m->transfers[i].path, path) && !nth--)
			return &m->transfers[i];
	return NULL;
}

const struct model_transfer *model_pushed(const struct model *m, const char *path, size_t nth)
{
	return nth_of(m, false, path, nth);
}

const struct model_transfer *model_pulled(const struct model *m, const char *path, size_t nth)
{
	return nth_of(m, true, path, nth);
}

bool model_transfer_differs(const struct model *m, const struct model *before, struct buf *why)
{
	const struct model_transfer *now = m->ntransfers ? &m->transfers[m->ntransfers - 1] : NULL, *was;
	size_t n = 0, i;

	if (!now || now->pulled)
		return false;
	for (i = 0; i + 1 < m->ntransfers; i++)
		n += !m->transfers[i].pulled && !strcmp(m->transfers[i].path, now->path);
	was = model_pushed(before, now->path, n);
	if (!was || !strcmp(was->all, now->all))
		return false;
	if (strcmp(was->hash, now->hash))
		buf_addf(why, "warning: %s has changed since the session was recorded", now->path);
	else
		buf_addf(why,
			 "warning: something that %s takes along (a library) has changed since the "
			 "session was recorded",
			 now->path);
	return true;
}
