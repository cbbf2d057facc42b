/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts_parts - the scheduler's own programs, variables and maps as rows of screen 3. Pure.
 * Invariant: a rate is between two looks at the same program.
 */
#include "base/text.h"
#include "ops/sched_parts.h"
#include "tui/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void program(const struct model *m, size_t i, struct facts *f)
{
	const struct sched_part *r = &m->parts->rows[i];
	const struct sched_part *old = sched_parts_same(m->parts_before, r);
	uint64_t ns = old ? m->parts->t_ns - m->parts_before->t_ns : 0;
	char per_s[32] = "-", each[32] = "-", cost[32] = "-";

	/* the statistics were off before: what the kernel counted then says nothing of now */
	if (old && ns && m->parts_before->counted && m->parts->counted && r->runs >= old->runs &&
	    r->run_ns >= old->run_ns) {
		snprintf(per_s, sizeof(per_s), "%.0f/s",
			 (double)(r->runs - old->runs) * 1e9 / (double)ns);
		snprintf(cost, sizeof(cost), "%.2f%%",
			 (double)(r->run_ns - old->run_ns) * 100 / (double)ns);
		if (r->runs > old->runs)
			text_format_time(each, sizeof(each),
					 (r->run_ns - old->run_ns) / (r->runs - old->runs));
	}
	facts_add(f, FACT_PROGRAM, r->callback ? ROLE_NORMAL : ROLE_DIM, i, 0,
		  " %-31s %10s %9s %9s  %" PRIu64 " runs counted%s", r->name, per_s, each, cost,
		  r->runs, r->callback ? "" : "  no callback");
}

static bool any(const struct model *m, enum sched_part_kind kind)
{
	size_t i;

	for (i = 0; i < m->parts->n; i++)
		if (m->parts->rows[i].kind == kind)
			return true;
	return false;
}

static bool is_section(const struct model *m, size_t map)
{
	return map + 1 < m->parts->n && m->parts->rows[map + 1].kind == PART_VARIABLE;
}

static void map(const struct model *m, size_t i, struct facts *f)
{
	const struct sched_part *r = &m->parts->rows[i];

	if (is_section(m, i))
		facts_add(f, FACT_MAP, ROLE_CGROUP, i, 0, " %s  %s", r->name,
			  r->writable ? "variables" : "constants");
	else
		facts_add(f, FACT_MAP, ROLE_CGROUP, i, 0, " %s  %s, room for %" PRIu64 "%s%s%s",
			  r->name, r->type, r->max, r->writable ? "" : ", read-only",
			  *r->value ? ", " : "", r->value);
}

static void value(const struct model *m, size_t i, struct facts *f)
{
	const struct sched_part *r = &m->parts->rows[i];
	const struct sched_part *old = sched_parts_same(m->parts_before, r);
	bool changed = old && old->value && strcmp(old->value, r->value) != 0;

	/* the cgroup behind an id is what a person knows */
	if (r->kind == PART_ENTRY)
		facts_add(f, FACT_VALUE, changed ? ROLE_RUNNING : ROLE_NORMAL, i, 0,
			  "   [%s] %c %s", r->name, changed ? '*' : ' ', r->value);
	else
		facts_add(f, FACT_VALUE,
			  changed       ? ROLE_RUNNING
			  : r->writable ? ROLE_NORMAL
					: ROLE_DIM,
			  i, 0, "   %-28s %c %s", r->name, changed ? '*' : ' ', r->value);
}

void facts_parts(const struct model *m, struct facts *f)
{
	size_t i;

	/* what belongs to another scheduler is not this one's */
	if (!m->parts || !model_sched_now(m) || m->parts->t_ns < model_sched_now(m)->enabled_ns) {
		if (model_sched_now(m))
			facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0,
				  "PROGRAMS AND MAPS  - (seen while this screen is shown live)");
		return;
	}
	if (any(m, PART_PROGRAM))
		facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0, "%-32s %10s %9s %9s", "PROGRAMS", "RUNS",
			  "EACH", "OF A CPU");
	for (i = 0; i < m->parts->n; i++)
		if (m->parts->rows[i].kind == PART_PROGRAM)
			program(m, i, f);
	facts_add(f, FACT_TITLE, ROLE_TITLE, 0, 0,
		  "MAPS  * changed, = sets what is under the cursor%s",
		  m->parts->cut ? "; not all found room" : "");
	for (i = 0; i < m->parts->n; i++) {
		if (m->parts->rows[i].kind == PART_MAP)
			map(m, i, f);
		else if (m->parts->rows[i].kind != PART_PROGRAM)
			value(m, i, f);
	}
}

/* A number may be a cgroup's id; only a person knows whether it is meant so. */
static void describe_key(const struct model *m, const struct sched_part *r, struct buf *out)
{
	const struct model_cgroup *g;
	uint64_t id;

	if (r->kind != PART_ENTRY || !text_u64(r->name, 1, UINT64_MAX, &id) ||
	    !(g = model_cgroup_by_id(m, id)) || g->gone)
		return;
	buf_addf(out, "if the key is a cgroup's id, it is %s's", g->path);
	if (g->ours)
		buf_addf(out, ": [@%s] is the same in a replay, the number is not",
			 model_below_root(m, g->path) + 1);
	buf_addc(out, '\n');
}

void facts_parts_describe(const struct model *m, const struct fact *f, struct buf *out)
{
	const struct sched_part *r = &m->parts->rows[f->a];

	switch (f->kind) {
	case FACT_PROGRAM:
		buf_addf(out,
			 "%s, program %" PRIu32 ", %s\n%" PRIu64 " runs took %" PRIu64
			 " ns in all, counted while this screen is shown\n",
			 r->name, r->id,
			 r->callback ? "one of the scheduler's callbacks"
				     : "no callback: it uses a map of the scheduler",
			 r->runs, r->run_ns);
		break;
	case FACT_VALUE:
		buf_addf(out, "%s of %s: %s\n%s\n", r->name, m->parts->rows[r->map].name, r->value,
			 r->writable ? "'sched set' changes it while it runs (=)"
				     : "read-only since it was loaded");
		describe_key(m, r, out);
		break;
	default:
		buf_addf(out, "%s\n", f->text);
		break;
	}
}

bool facts_set_line(const struct model *m, const struct fact *f, struct buf *out)
{
	const struct sched_part *r;
	char target[300];

	if (f->kind != FACT_VALUE)
		return false;
	r = &m->parts->rows[f->a];
	if (!r->writable)
		return false;
	/* of what has fields one has to be named */
	if (r->kind == PART_ENTRY)
		snprintf(target, sizeof(target), "%s[%s]%s", m->parts->rows[r->map].name, r->name,
			 *r->value == '{' ? "." : "=");
	else
		snprintf(target, sizeof(target), "%s%s", r->name, *r->value == '{' ? "." : "=");
	buf_adds(out, "sched set ");
	words_quote(out, target);
	return true;
}
