/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_tasks - see model_tasks.h.
 * Invariant: what a session file says is bounded like everything else of it.
 */
#include "ops/model_tasks.h"

#include "base/die.h"
#include "base/text.h"
#include "ops/model.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LISTS_MAX = 5000, LINES_TOLD = 8 };

void model_tasks_apply(struct model *m, const struct event *ev)
{
	struct model_tasks *t;

	if (m->ntask_lists == LISTS_MAX)
		return;
	m->task_lists = xreallocarray(m->task_lists, m->ntask_lists + 1, sizeof(*m->task_lists));
	t = &m->task_lists[m->ntask_lists++];
	*t = (struct model_tasks){.seq = ev->seq,
				  .target = xstrdup(ev->name),
				  .processes = ev->count,
				  .threads = ev->id,
				  .lines = xstrndup(ev->data, ev->data_len),
				  .cut = ev->flag};
}

void model_tasks_finish(struct model *m)
{
	size_t i;

	for (i = 0; i < m->ntask_lists; i++) {
		free(m->task_lists[i].target);
		free(m->task_lists[i].lines);
	}
	free(m->task_lists);
}

const struct model_tasks *model_tasks_of(const struct model *m, uint64_t seq)
{
	size_t i;

	for (i = 0; i < m->ntask_lists; i++)
		if (m->task_lists[i].seq == seq)
			return &m->task_lists[i];
	return NULL;
}

const struct model_tasks *model_tasks_nth(const struct model *m, const char *target, size_t nth)
{
	size_t i;

	for (i = 0; i < m->ntask_lists; i++)
		if (!strcmp(m->task_lists[i].target, target) && !nth--)
			return &m->task_lists[i];
	return NULL;
}

static bool holds(uint64_t seen, const char *compare, uint64_t wanted)
{
	switch (compare[0]) {
	case '=':
		return seen == wanted;
	case '!':
		return seen != wanted;
	case '<':
		return compare[1] ? seen <= wanted : seen < wanted;
	default:
		return compare[1] ? seen >= wanted : seen > wanted;
	}
}

/* The first few, as "PID TID COMM, ...". */
static void add_lines(const struct model_tasks *t, struct buf *why)
{
	const char *p = t->lines, *end;
	char safe[96];
	unsigned n;

	for (n = 0; *p && n < LINES_TOLD; n++, p = *end ? end + 1 : end) {
		end = p + strcspn(p, "\n");
		text_sanitise(safe, sizeof(safe), p, (size_t)(end - p));
		buf_addf(why, "%s%s", n ? ", " : ": PID TID COMM ", safe);
	}
	buf_adds(why, *p ? ", ..." : "");
}

enum verdict check_tasks(const struct model *m, uint64_t seq, const char *target,
			 const char *compare, int64_t threads, struct buf *why)
{
	const struct model_tasks *t = model_tasks_of(m, seq);

	if (!t) {
		buf_addf(why, "the threads of '%s' were not listed", target);
		return VERDICT_INCONCLUSIVE;
	}
	if (holds(t->threads, compare, (uint64_t)threads)) {
		buf_addf(why, "%" PRIu64 " thread%s of %" PRIu64 " process%s", t->threads,
			 t->threads == 1 ? "" : "s", t->processes, t->processes == 1 ? "" : "es");
		return VERDICT_PASS;
	}
	buf_addf(why,
		 "expected %s %" PRId64 " threads, %" PRIu64 " of %" PRIu64 " processes are there",
		 compare, threads, t->threads, t->processes);
	add_lines(t, why);
	return VERDICT_FAIL;
}
