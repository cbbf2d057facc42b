/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_stats - see model_stats.h.
 */
#include "ops/model_stats.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/model.h"
#include "ops/sched_stats.h"

#include <stdlib.h>
#include <string.h>

static void set(char **slot, const char *text)
{
	char safe[256];

	text_sanitise(safe, sizeof(safe), text, strlen(text));
	free(*slot);
	*slot = xstrdup(safe);
}

static void feed(struct metrics **to, const struct buf *json, uint64_t t_ns)
{
	if (!*to)
		*to = metrics_create(NULL);
	metrics_feed(*to, METRIC_STREAM_STATS, json->data, json->len, t_ns);
}

void model_stats_apply(struct model_sched *life, struct model_group *g, const struct event *ev)
{
	cleanup_buf struct buf json = BUF_INIT, why = BUF_INIT;
	struct model_stats *s = life ? life->stats : NULL;
	bool good = !ev->code && sched_stats_read(ev->data, ev->data_len, &json, &why);

	if (life && !s)
		s = life->stats = xcalloc(1, sizeof(*s));
	if (s) {
		s->pid = ev->pid;
		set(&s->group, ev->name);
		free(s->wrong);
		s->wrong = NULL;
	}
	if (!good) {
		if (s)
			set(&s->wrong, ev->code ? ev->text : buf_text(&why));
		return;
	}
	if (s) {
		feed(&s->numbers, &json, ev->t_ns);
		s->when_ns = ev->t_ns;
		s->answers++;
	}
	if (g)
		feed(&g->metrics, &json, ev->t_ns);
}

void model_stats_finish(struct model_sched *life)
{
	struct model_stats *s = life->stats;

	if (!s)
		return;
	metrics_destroy(s->numbers);
	free(s->group);
	free(s->wrong);
	free(s);
	life->stats = NULL;
}

const struct metric *model_stats_at(const struct model_sched *life, size_t i)
{
	return life->stats ? metrics_at(life->stats->numbers, i) : NULL;
}
