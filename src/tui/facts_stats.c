/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts_stats - what a user-space scheduler says of itself on its statistics socket, as rows of
 * screen 3. Pure. Invariant: numbers that are no longer answered for say since when.
 */
#include "base/text.h"
#include "ops/expectation.h"
#include "ops/model_stats.h"
#include "ops/sched_stats.h"
#include "tui/facts.h"

#include <inttypes.h>
#include <stdio.h>

static void title(const struct model_stats *s, bool now, struct facts *f)
{
	char who[120] = "", at[64] = "";

	if (s)
		snprintf(who, sizeof(who), "  %s[%" PRId64 "]%s", *s->group ? s->group : "nobody's",
			 s->pid, now ? "" : ", which has ended");
	if (s && s->when_ns)
		snprintf(at, sizeof(at), ", answered last at %.3fs", (double)s->when_ns / 1e9);
	facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0, "ITS OWN STATISTICS%s%s", who, at);
}

static void number(const struct metric *n, size_t life, size_t i, struct facts *f)
{
	char last[48], least[48], most[48];

	metric_format(n->unit, n->value, last, sizeof(last));
	metric_format(n->unit, n->min, least, sizeof(least));
	metric_format(n->unit, n->max, most, sizeof(most));
	facts_add(f, FACT_STAT, ROLE_NORMAL, life, i, " %-39s %11s  %s to %s", n->name, last, least,
		  most);
}

void facts_stats(const struct model *m, struct facts *f)
{
	const struct model_sched *life = m->nscheds ? &m->scheds[m->nscheds - 1] : NULL;
	const struct model_stats *s = life ? life->stats : NULL;
	const struct metric *n;
	size_t i;

	title(s, life && !life->ended, f);
	if (!s) {
		facts_add(f, FACT_TEXT, ROLE_DIM, 0, 0, " - (nobody answers at %s)", SCHED_STATS_SOCKET);
		return;
	}
	if (s->wrong)
		facts_add(f, FACT_TEXT, ROLE_WARN, 0, 0, " ! %s", s->wrong);
	for (i = 0; (n = model_stats_at(life, i)); i++)
		number(n, m->nscheds - 1, i, f);
	if (!i && !s->wrong)
		facts_add(f, FACT_TEXT, ROLE_DIM, 0, 0, " - (there is no number in its answer)");
	if (metrics_lost(s->numbers))
		facts_add(f, FACT_TEXT, ROLE_DIM, 0, 0, " %" PRIu64 " other values found no room",
			  metrics_lost(s->numbers));
}

void facts_stats_describe(const struct model *m, const struct fact *f, struct buf *out)
{
	const struct model_sched *life = &m->scheds[f->a];
	const struct metric *n = model_stats_at(life, f->b);
	char exact[48];

	metric_write(n->unit, n->value, exact, sizeof(exact));
	buf_addf(out, "%s of %s: %s\n", n->name, life->name, exact);
	metric_describe(n, out);
	buf_addf(out, "\nanswered at %.3fs by [%" PRId64 "] at %s\n", (double)n->when_ns / 1e9,
		 life->stats->pid, SCHED_STATS_SOCKET);
}

bool facts_stats_expect(const struct model *m, const struct fact *f, struct buf *out)
{
	const struct model_sched *life = &m->scheds[f->a];

	return *life->stats->group && model_group(m, life->stats->group) &&
	       expectation_number(life->stats->group, model_stats_at(life, f->b), out);
}
